//! A vendor that compares letter case exactly: nobody is overlooked, nobody is created twice.

use http::StatusCode;
use serde_json::json;
use simulators::{bmc, ivanti};

use crate::bridge::Setup;

#[tokio::test]
async fn a_vendor_that_compares_exactly_is_found_out_and_names_stay_unique() {
    let setup = Setup::demo();
    setup.bmc.set_options(bmc::BmcOptions { collation: bmc::qualification::Collation::Exact, ..setup.bmc.options() });
    setup
        .ivanti
        .set_options(ivanti::IvantiOptions { collation: ivanti::odata::Collation::Exact, ..setup.ivanti.options() });
    let bridge = setup.build().await;
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
async fn an_empty_vendor_teaches_how_it_compares_with_its_first_user() {
    for exact in [false, true] {
        let setup = Setup::default();
        if exact {
            setup.bmc.set_options(bmc::BmcOptions {
                collation: bmc::qualification::Collation::Exact,
                ..setup.bmc.options()
            });
        }
        let bridge = setup.build().await;
        let first = bridge.post("bmc", json!({ "userName": "ada", "displayName": "Ada" })).await;
        assert_eq!(first.status, StatusCode::CREATED, "{:?}", first.body);
        for name in ["ADA", "Ada"] {
            let again = bridge.post("bmc", json!({ "userName": name, "displayName": "Ada" })).await;
            assert_eq!(again.status, StatusCode::CONFLICT, "exact: {exact}, {name}");
        }
        bridge.bmc.control().journal().clear();
        let found = bridge.filter("bmc", r#"userName eq "aDA""#).await;
        assert_eq!(found.body["totalResults"], 1);
        assert_eq!(bridge.bmc.control().journal().count(), if exact { 2 } else { 1 });
    }
}
