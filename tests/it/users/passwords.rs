//! Passwords: ignored, used at creation, or kept in step; never in an answer or a journal.

use http::StatusCode;
use serde_json::{Value, json};
use simulators::bmc::PasswordRead;

use super::{clear, id_of, insert, record, set, written};
use crate::bridge::{Setup, TestBridge};

async fn bridge(policy: &str) -> TestBridge {
    Setup { bmc_keys: format!("password = \"{policy}\""), ..Setup::default() }.build().await
}

const SENT: &str = "Correct-Horse-1";

async fn create(bridge: &TestBridge, name: &str, password: Option<&str>) -> (String, String) {
    let created = bridge.post("bmc", json!({ "userName": name, "displayName": name, "password": password })).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let id = id_of(&created.body);
    let stored = record(bridge, "bmc", &id)["Password"].as_str().expect("a password").to_owned();
    assert!(created.body.get("password").is_none());
    assert!(!created.body.to_string().contains(&stored), "shown: {}", created.body);
    (id, stored)
}

/// What policies ask for: every class, at most 28 characters, nothing that needs quoting.
fn assert_policy_safe(password: &str) {
    assert!((12..=28).contains(&password.chars().count()), "{password}");
    for class in
        [char::is_uppercase as fn(char) -> bool, char::is_lowercase, char::is_numeric, |it| !it.is_alphanumeric()]
    {
        assert!(password.chars().any(class), "{password}");
    }
    assert!(password.chars().all(|it| it.is_ascii_graphic() && !"\"'\\&<>%".contains(it)), "{password}");
}

#[tokio::test]
async fn each_policy_does_with_a_sent_password_what_it_says() {
    for (policy, at_creation, afterwards) in
        [("ignore", false, false), ("create-only", true, false), ("sync", true, true)]
    {
        let bridge = bridge(policy).await;
        let (id, stored) = create(&bridge, "ada", Some(SENT)).await;
        assert_eq!(stored == SENT, at_creation, "{policy}");
        if !at_creation {
            assert_policy_safe(&stored);
        }
        let body = entries_text(&bridge);
        assert!(!body.contains(SENT), "{policy}: the journal hides it");
        for put in [true, false] {
            clear(&bridge, "bmc");
            let new = if put { "Battery-Staple-2" } else { "Battery-Staple-3" };
            let answer = if put {
                bridge.put("bmc", &id, json!({ "userName": "ada", "password": new })).await
            } else {
                bridge.patch("bmc", &id, set("password", new)).await
            };
            assert_eq!(answer.status, StatusCode::OK, "{policy}: {}", answer.body);
            assert!(!answer.body.to_string().contains(new), "{policy}");
            let now = record(&bridge, "bmc", &id)["Password"].clone();
            assert_eq!(now, if afterwards { new } else { &stored }, "{policy}");
            let expected = if afterwards { vec![json!({ "Password": "***" })] } else { Vec::new() };
            assert_eq!(written(&bridge, "bmc"), expected, "{policy}");
        }
    }
}

fn entries_text(bridge: &TestBridge) -> String {
    format!("{:?}", super::entries(bridge, "bmc"))
}

#[tokio::test]
async fn a_password_is_generated_where_none_is_sent_and_never_twice_the_same() {
    for policy in ["ignore", "create-only", "sync"] {
        let bridge = bridge(policy).await;
        let (_, first) = create(&bridge, "ada", None).await;
        let (_, second) = create(&bridge, "eve", None).await;
        assert_policy_safe(&first);
        assert_policy_safe(&second);
        assert_ne!(first, second);
    }
}

#[tokio::test]
async fn a_password_that_would_not_work_is_refused_and_not_shown() {
    let bridge = bridge("sync").await;
    let id = insert(&bridge, "bmc", "ada");
    let before = record(&bridge, "bmc", &id);
    for password in ["x".repeat(29), "   ".to_owned()] {
        let answer = bridge.patch("bmc", &id, set("password", password.as_str())).await;
        assert_eq!((answer.status, &answer.body["scimType"]), (StatusCode::BAD_REQUEST, &json!("invalidValue")));
        assert!(!answer.body.to_string().contains(&password));
        let answer = bridge.post("bmc", json!({ "userName": "eve", "displayName": "E", "password": password })).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(record(&bridge, "bmc", &id), before);
    let id = create(&bridge, "bob", Some(&"x".repeat(28))).await.0;
    assert_eq!(record(&bridge, "bmc", &id)["Password"], "x".repeat(28));
}

#[tokio::test]
async fn stars_that_are_read_back_are_never_shown_or_written() {
    let bridge = bridge("sync").await;
    let mut options = bridge.bmc.options();
    options.password_read = PasswordRead::Stars;
    bridge.bmc.set_options(options);
    let (id, _) = create(&bridge, "ada", Some(SENT)).await;
    let read = bridge.get("bmc", &format!("/Users/{id}")).await;
    assert!(!read.body.to_string().contains("***"), "{}", read.body);
    clear(&bridge, "bmc");
    assert_eq!(bridge.put("bmc", &id, read.body).await.status, StatusCode::OK);
    assert_eq!(written(&bridge, "bmc"), Vec::<Value>::new());
    assert_eq!(record(&bridge, "bmc", &id)["Password"], SENT);
}

#[tokio::test]
async fn ivanti_has_no_password_and_takes_none() {
    let bridge = Setup::default().build().await;
    let mut body = super::new_user("grace");
    body["password"] = SENT.into();
    let created = bridge.post("ivanti", body).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    assert!(!format!("{:?}", super::entries(&bridge, "ivanti")).contains("assword\":"), "nothing of it is sent");
    assert!(!Value::from(record(&bridge, "ivanti", &id_of(&created.body))).to_string().contains(SENT));
}

#[tokio::test]
async fn a_license_type_comes_from_the_request_the_configuration_or_is_read() {
    let license = "urn:ietf:params:scim:schemas:extension:bmc:2.0:User";
    for (keys, sent, expected) in [
        ("", None, "Read"),
        ("create_defaults = { \"License Type\" = \"Floating\", \"Region\" = \"EMEA\" }", None, "Floating"),
        ("create_defaults = { \"License Type\" = \"Floating\" }", Some("Fixed"), "Fixed"),
        ("", Some("Fixed"), "Fixed"),
    ] {
        let bridge = Setup { bmc_keys: keys.to_owned(), ..Setup::default() }.build().await;
        let body = json!({ "userName": "ada", "displayName": "Ada", (license): { "licenseType": sent } });
        let created = bridge.post("bmc", body).await;
        assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
        let native = record(&bridge, "bmc", &id_of(&created.body));
        assert_eq!(native["License Type"], expected, "{keys}");
        assert_eq!(created.body[license]["licenseType"], expected, "{keys}");
        if keys.contains("Region") {
            assert_eq!(native["Region"], "EMEA");
        }
    }
}
