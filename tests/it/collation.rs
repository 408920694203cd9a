//! A vendor that compares letter case exactly: nobody is overlooked, nobody is created twice, and nobody is created at
//! all before the operator has said that this is known.

use http::{Request, StatusCode};
use serde_json::json;
use simulators::{bmc, ivanti};

use crate::bridge::{Setup, TestBridge};
use crate::users::new_user;

async fn exact(setup: Setup) -> TestBridge {
    setup.bmc.set_options(bmc::BmcOptions { collation: bmc::qualification::Collation::Exact, ..setup.bmc.options() });
    setup
        .ivanti
        .set_options(ivanti::IvantiOptions { collation: ivanti::odata::Collation::Exact, ..setup.ivanti.options() });
    setup.build().await
}

#[tokio::test]
async fn a_vendor_that_is_known_to_compare_exactly_is_walked_and_names_stay_unique() {
    let mut setup = Setup::demo();
    setup.bmc_keys = "collation = \"exact\"".to_owned();
    setup.ivanti_keys = "collation = \"exact\"".to_owned();
    let bridge = exact(setup).await;
    for target in ["bmc", "ivanti"] {
        let first = bridge.post(target, json!({ "userName": "Zoe.Exact@example.com", "displayName": "Zoe E" })).await;
        assert_eq!(first.status, StatusCode::CREATED, "{target}: {:?}", first.body);
        let found = bridge.filter(target, r#"userName eq "zOE.eXACT@example.com""#).await;
        assert_eq!(found.body["totalResults"], 1, "{target}: {:?}", found.body);
        let again = bridge.post(target, json!({ "userName": "ZOE.exact@EXAMPLE.com", "displayName": "Zoe E" })).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{target}: {:?}", again.body);
    }
}

#[tokio::test]
async fn a_vendor_that_is_found_to_compare_exactly_gets_nobody_new_and_readyz_names_the_way_out() {
    let bridge = exact(Setup::demo()).await;
    for target in ["bmc", "ivanti"] {
        let refused = bridge.post(target, json!({ "userName": "Zoe.Exact@example.com", "displayName": "Zoe E" })).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: {:?}", refused.body);
        assert!(refused.body["detail"].as_str().is_some_and(|text| text.contains("collation = \"exact\"")));
        assert!(refused.headers.contains_key("retry-after"));
        let taken = bridge.post(target, new_user("ASMITH")).await;
        assert_eq!(taken.status, StatusCode::CONFLICT, "{target}: {:?}", taken.body);
        let found = bridge.filter(target, r#"userName eq "ASMITH""#).await;
        assert_eq!(found.body["totalResults"], 1, "{target}: {:?}", found.body);
    }
    let ready = bridge.send(Request::get("/readyz").body(axum::body::Body::empty()).expect("a request")).await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    for target in ["bmc", "ivanti"] {
        let said = ready.body["targets"][target].as_str().unwrap_or_default();
        assert_eq!(said.matches("collation = \"exact\"").count(), 1, "{target}: {said}");
    }
}

#[tokio::test]
async fn an_empty_vendor_teaches_how_it_compares_with_its_first_user() {
    for exactly in [false, true] {
        let setup = Setup { bmc_keys: "allow_empty = true".to_owned(), ..Setup::default() };
        let bridge = if exactly { exact(setup).await } else { setup.build().await };
        // By the service account's own name it is known already.
        let first = bridge.post("bmc", json!({ "userName": "ada", "displayName": "Ada" })).await;
        if exactly {
            assert_eq!(first.status, StatusCode::SERVICE_UNAVAILABLE, "{:?}", first.body);
            continue;
        }
        assert_eq!(first.status, StatusCode::CREATED, "{:?}", first.body);
        for name in ["ADA", "Ada"] {
            let again = bridge.post("bmc", json!({ "userName": name, "displayName": "Ada" })).await;
            assert_eq!(again.status, StatusCode::CONFLICT, "{name}");
        }
        bridge.bmc.control().journal().clear();
        let found = bridge.filter("bmc", r#"userName eq "aDA""#).await;
        assert_eq!(found.body["totalResults"], 1);
        assert_eq!(bridge.bmc.control().journal().count(), 1);
    }
}
