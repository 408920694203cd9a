//! userName where the vendor spells it otherwise.

use http::StatusCode;
use serde_json::json;

use super::{TARGETS, clear, id_of, insert, methods, new_user, record, set};
use crate::bridge::{Setup, TestBridge};

async fn with(codec: &str) -> TestBridge {
    let bmc = format!(
        "rename = \"allow\"\n[targets.bmc.attributes]\nuserName = {{ field = \"Login Name\", codec = {codec} }}"
    );
    let ivanti = format!("[targets.ivanti.attributes]\nuserName = {{ field = \"LoginID\", codec = {codec} }}");
    let setup = Setup { bmc_keys: bmc, ivanti_keys: ivanti, ..Setup::default() };
    let mut options = setup.bmc.options();
    options.login_name_writable = true;
    setup.bmc.set_options(options);
    setup.build().await
}

fn login(bridge: &TestBridge, target: &str, id: &str) -> serde_json::Value {
    record(bridge, target, id)[if target == "bmc" { "Login Name" } else { "LoginID" }].clone()
}

#[tokio::test]
async fn a_user_name_goes_through_its_codec_in_every_request() {
    // Codec; the name sent, as stored, and as shown afterwards; a new name and how that is stored.
    let cases = [
        (
            "{ strip_domain = \"example.com\" }",
            "Grace@example.com",
            "Grace",
            "Grace@example.com",
            "hopper@example.com",
            "hopper",
        ),
        ("{ case = \"upper\" }", "Grace@example.com", "GRACE@EXAMPLE.COM", "", "hopper", "HOPPER"),
        ("{ case = \"lower\" }", "Grace@example.com", "grace@example.com", "", "HOPPER", "hopper"),
    ];
    for (codec, sent, stored, shown, renamed, stored_then) in cases {
        for target in TARGETS {
            let bridge = with(codec).await;
            let created = bridge.post(target, new_user(sent)).await;
            assert_eq!(created.status, StatusCode::CREATED, "{target} {codec}: {}", created.body);
            let id = id_of(&created.body);
            assert_eq!(login(&bridge, target, &id), stored, "{target} {codec}");
            let name = created.body["userName"].as_str().expect("a name").to_owned();
            assert!(name.eq_ignore_ascii_case(sent), "{target} {codec}: {name}");
            if !shown.is_empty() {
                assert_eq!(name, shown, "{target} {codec}");
            }
            for asked in [sent.to_owned(), sent.to_uppercase(), sent.to_lowercase()] {
                clear(&bridge, target);
                let found = bridge.filter(target, &format!("userName eq \"{asked}\"")).await;
                assert_eq!(found.body["Resources"][0]["id"], id, "{target} {codec} {asked}");
                assert_eq!(methods(&bridge, target), ["GET"], "{target} {codec}: a lookup is one call");
                let again = bridge.post(target, new_user(&asked)).await;
                assert_eq!(again.status, StatusCode::CONFLICT, "{target} {codec} {asked}");
            }
            let found = bridge.filter(target, "userName sw \"gra\"").await;
            assert_eq!(found.body["totalResults"], 1, "{target} {codec}");
            let found = bridge.filter(target, "userName eq \"grace@elsewhere.example\"").await;
            assert_eq!(found.body["totalResults"], 0, "{target} {codec}");

            let answer = bridge.patch(target, &id, set("userName", renamed)).await;
            assert_eq!(answer.status, StatusCode::OK, "{target} {codec}: {}", answer.body);
            assert_eq!(login(&bridge, target, &id), stored_then, "{target} {codec}");
            let read = bridge.get(target, &format!("/Users/{id}")).await;
            clear(&bridge, target);
            assert_eq!(bridge.put(target, &id, read.body.clone()).await.body, read.body, "{target} {codec}");
            assert_eq!(methods(&bridge, target), ["GET"], "{target} {codec}: an echo writes nothing");
            let other = insert(&bridge, target, "someone");
            let taken = bridge.patch(target, &other, set("userName", renamed)).await;
            assert_eq!(taken.status, StatusCode::CONFLICT, "{target} {codec}: {}", taken.body);
        }
    }
}

#[tokio::test]
async fn a_name_outside_the_domain_is_told_and_never_cut() {
    for target in TARGETS {
        let bridge = with("{ strip_domain = \"example.com\" }").await;
        let created = bridge.post(target, new_user("grace@elsewhere.example")).await;
        if created.status == StatusCode::CREATED {
            assert_eq!(login(&bridge, target, &id_of(&created.body)), "grace@elsewhere.example", "{target}");
            assert_eq!(created.body["userName"], "grace@elsewhere.example", "{target}");
        } else {
            assert_eq!((created.status, &created.body["scimType"]), (StatusCode::BAD_REQUEST, &json!("invalidValue")));
            assert!(super::detail(&created).contains("userName"), "{target}: {}", created.body);
        }
    }
}
