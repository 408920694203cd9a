//! One native field for a whole name, or two for its parts: which of SCIM's names goes where.

use http::StatusCode;
use serde_json::{Value, json};

use super::{id_of, insert, record, set};
use crate::bridge::{Setup, TestBridge};

async fn bmc_full_name(bridge: &TestBridge, id: &str) -> Value {
    let read = bridge.get("bmc", &format!("/Users/{id}")).await;
    let full = record(bridge, "bmc", id)["Full Name"].clone();
    assert_eq!(read.body["displayName"], full, "shown as it is stored");
    assert_eq!(read.body["name"]["formatted"], full, "shown as it is stored");
    full
}

#[tokio::test]
async fn a_create_on_bmc_always_has_a_full_name() {
    let bridge = Setup::default().build().await;
    let parts = json!({ "givenName": "Grace", "familyName": "Hopper" });
    let all = json!({ "formatted": "Formatted", "givenName": "Grace", "familyName": "Hopper" });
    let cases = [
        ("a", json!({ "displayName": "Displayed", "name": all }), "Displayed"),
        ("b", json!({ "name": all }), "Formatted"),
        ("c", json!({ "name": parts }), "Grace Hopper"),
        ("d", json!({ "name": { "familyName": "Hopper" } }), "Hopper"),
        ("e", json!({}), "e"),
    ];
    for (name, mut body, expected) in cases {
        body["userName"] = name.into();
        let created = bridge.post("bmc", body.clone()).await;
        assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
        assert_eq!(bmc_full_name(&bridge, &id_of(&created.body)).await, expected, "{body}");
        if body["name"]["givenName"] == "Grace" {
            assert_eq!(created.body["name"]["givenName"], "Grace");
            assert_eq!(created.body["name"]["familyName"], "Hopper");
        }
    }
}

#[tokio::test]
async fn a_displayed_name_wins_over_a_formatted_one() {
    let bridge = Setup::default().build().await;
    let id = insert(&bridge, "bmc", "ada");
    let display = json!({ "op": "replace", "path": "displayName", "value": "Displayed" });
    let formatted = json!({ "op": "replace", "path": "name.formatted", "value": "Formatted" });
    for operations in [json!([display, formatted]), json!([formatted, display])] {
        bridge.bmc.patch_record("User", &id, json!({ "Full Name": "Old Name" }));
        let answer = bridge.patch("bmc", &id, operations).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(bmc_full_name(&bridge, &id).await, "Displayed");
    }
    let answer = bridge.patch("bmc", &id, json!([formatted])).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(bmc_full_name(&bridge, &id).await, "Formatted");
}

#[tokio::test]
async fn parts_recompose_a_full_name_only_where_it_was_composed_of_them() {
    for (display, expected) in [(None, "Amazing Hopper"), (Some("Dr. Grace M. Hopper"), "Dr. Grace M. Hopper")] {
        for put in [true, false] {
            let bridge = Setup::default().build().await;
            let body = json!({ "userName": "grace", "displayName": display,
                "name": { "givenName": "Grace", "familyName": "Hopper" } });
            let created = bridge.post("bmc", body).await;
            assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
            let id = id_of(&created.body);
            let answer = if put {
                // Sent back as it was read, but for the part.
                let mut body = created.body.clone();
                body["name"]["givenName"] = "Amazing".into();
                bridge.put("bmc", &id, body).await
            } else {
                bridge.patch("bmc", &id, set("name.givenName", "Amazing")).await
            };
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            assert_eq!(answer.body["name"]["givenName"], "Amazing");
            assert_eq!(answer.body["name"]["familyName"], "Hopper");
            assert_eq!(bmc_full_name(&bridge, &id).await, expected, "put: {put}");
        }
    }
}

#[tokio::test]
async fn parts_are_guessed_from_a_full_name_that_the_vendor_made_and_replace_it_when_changed() {
    let bridge = Setup::default().build().await;
    let id = insert(&bridge, "bmc", "ada");
    let read = bridge.get("bmc", &format!("/Users/{id}")).await;
    assert_eq!(read.body["name"]["givenName"], "Ada Byron");
    assert_eq!(read.body["name"]["familyName"], "Lovelace");
    let answer = bridge.patch("bmc", &id, set("name", json!({ "familyName": "King" }))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(bmc_full_name(&bridge, &id).await, "Ada Byron King");
    let answer = bridge.patch("bmc", &id, json!([{ "op": "remove", "path": "displayName" }])).await;
    assert!(answer.status.is_client_error() || record(&bridge, "bmc", &id)["Full Name"] != Value::Null);
}

#[tokio::test]
async fn a_displayed_name_is_kept_on_ivanti_until_the_parts_of_a_composed_one_change() {
    let bridge = Setup::default().build().await;
    let id = insert(&bridge, "ivanti", "ada");
    let read = bridge.get("ivanti", &format!("/Users/{id}")).await;
    assert_eq!(read.body["displayName"], "Ada Lovelace", "composed");
    let answer = bridge.patch("ivanti", &id, set("name.givenName", "Augusta")).await;
    assert_eq!(answer.body["displayName"], "Augusta Lovelace");
    let answer = bridge.patch("ivanti", &id, set("displayName", "Countess")).await;
    assert_eq!(answer.body["displayName"], "Countess", "{}", answer.body);
    let answer = bridge.patch("ivanti", &id, set("name.givenName", "Ada")).await;
    assert_eq!(answer.body["displayName"], "Countess", "a wish of its own stays");
    assert_eq!(record(&bridge, "ivanti", &id)["FirstName"], "Ada");
}

#[tokio::test]
async fn a_create_on_ivanti_divides_a_whole_name() {
    let bridge = Setup::default().build().await;
    let email = json!([{ "value": "grace@example.com" }]);
    let body = json!({ "userName": "grace", "displayName": "Grace Brewster Hopper", "emails": email });
    let created = bridge.post("ivanti", body).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let native = record(&bridge, "ivanti", &id_of(&created.body));
    assert_eq!((&native["FirstName"], &native["LastName"]), (&json!("Grace Brewster"), &json!("Hopper")));
    assert_eq!(created.body["displayName"], "Grace Brewster Hopper");
    let created = bridge.post("ivanti", json!({ "userName": "eve@example.com" })).await;
    assert_eq!(created.status, StatusCode::CREATED, "a name that is an address serves for all: {}", created.body);
    assert_eq!(created.body["emails"][0]["value"], "eve@example.com");
    let refused = bridge.post("ivanti", json!({ "userName": "bob" })).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "Ivanti needs an e-mail: {}", refused.body);
    assert!(super::detail(&refused).contains("emails"), "{}", refused.body);
}
