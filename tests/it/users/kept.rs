//! What the bridge keeps because a vendor cannot: external ids, further values, and attributes without a field.

use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use super::{TARGETS, id_of, insert, new_user, patch_native, record, set};
use crate::bridge::{Answer, Setup, TestBridge};

#[tokio::test]
async fn an_external_id_is_kept_exactly_found_and_unique() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let exact = " Ünïque/ID \"1\" ";
        let mut body = new_user("grace");
        body["externalId"] = exact.into();
        let created = bridge.post(target, body).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
        assert_eq!(created.body["externalId"], exact);
        let id = id_of(&created.body);
        let read = bridge.get(target, &format!("/Users/{id}")).await;
        assert_eq!(read.body["externalId"], exact, "{target}");
        let quoted = serde_json::to_string(exact).expect("a string");
        let found = bridge.filter(target, &format!("externalId eq {quoted}")).await;
        assert_eq!(
            (&found.body["totalResults"], &found.body["Resources"][0]["id"]),
            (&json!(1), &json!(id)),
            "{target}"
        );
        let found = bridge.filter(target, &format!("externalId eq {}", quoted.to_lowercase())).await;
        assert_eq!(found.body["totalResults"], 0, "{target}: compared exactly");

        let mut body = new_user("eve");
        body["externalId"] = exact.into();
        let taken = bridge.post(target, body).await;
        assert_eq!((taken.status, &taken.body["scimType"]), (StatusCode::CONFLICT, &json!("uniqueness")), "{target}");
        let other = insert(&bridge, target, "bob");
        let taken = bridge.patch(target, &other, set("externalId", exact)).await;
        assert_eq!(taken.status, StatusCode::CONFLICT, "{target}: {}", taken.body);
        let again = bridge.patch(target, &id, set("externalId", exact)).await;
        assert_eq!(again.status, StatusCode::OK, "{target}: its own is no conflict");
        let moved = bridge.patch(target, &id, set("externalId", "E-2")).await;
        assert_eq!(moved.body["externalId"], "E-2", "{target}");
        let free = bridge.patch(target, &other, set("externalId", exact)).await;
        assert_eq!((free.status, &free.body["externalId"]), (StatusCode::OK, &json!(exact)), "{target}");
        let gone = bridge.patch(target, &id, json!([{ "op": "remove", "path": "externalId" }])).await;
        assert!(gone.body.get("externalId").is_none(), "{target}: {}", gone.body);
        let put = bridge.put(target, &id, json!({ "userName": "grace", "externalId": "E-3" })).await;
        assert_eq!(put.body["externalId"], "E-3", "{target}");
        let put = bridge.put(target, &id, json!({ "userName": "grace" })).await;
        assert_eq!(put.body["externalId"], "E-3", "{target}: what a PUT does not name stays");
    }
}

#[tokio::test]
async fn an_external_id_is_free_again_when_its_record_is_gone() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = insert(&bridge, target, "ada");
        bridge.patch(target, &id, set("externalId", "E-1")).await;
        match target {
            "bmc" => bridge.bmc.remove("User", &id),
            _ => bridge.ivanti.remove("employees", &id),
        };
        let mut body = new_user("grace");
        body["externalId"] = "E-1".into();
        let created = bridge.post(target, body).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
        let deleted = bridge.delete(target, &id_of(&created.body)).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT);
        let mut body = new_user("hopper");
        body["externalId"] = "E-1".into();
        assert_eq!(bridge.post(target, body).await.status, StatusCode::CREATED, "{target}: free after a DELETE too");
    }
}

/// A read with another credential of the same target.
async fn as_reader(bridge: &TestBridge, path: &str) -> Answer {
    let request = Request::builder()
        .method(Method::GET)
        .uri(format!("/scim/v2{path}"))
        .header("authorization", "Bearer bmc-reader-0123456789")
        .body(axum::body::Body::empty());
    bridge.send(request.expect("a request")).await
}

#[tokio::test]
async fn an_external_id_belongs_to_the_credential_and_the_target() {
    let bridge = Setup::default().build().await;
    let mut ids = Vec::new();
    for target in TARGETS {
        let mut body = new_user("grace");
        body["externalId"] = "E-1".into();
        let created = bridge.post(target, body).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
        ids.push(id_of(&created.body));
    }
    let read = as_reader(&bridge, &format!("/Users/{}", ids[0])).await;
    assert_eq!((read.status, read.body.get("externalId")), (StatusCode::OK, None));
    let found = as_reader(&bridge, "/Users?filter=externalId%20eq%20%22E-1%22").await;
    assert_eq!(found.body["totalResults"], 0);
    let listed = as_reader(&bridge, "/Users").await;
    assert!(!listed.body.to_string().contains("E-1"), "{}", listed.body);
}

/// What Entra sends of phones, e-mails and addresses.
fn rich(name: &str) -> Value {
    let mut body = new_user(name);
    body["nickName"] = "Amazing".into();
    body["emails"] = json!([{ "value": "grace@home.example", "type": "home" },
        { "value": "grace@example.com", "type": "work", "primary": true }]);
    body["phoneNumbers"] = json!([{ "value": "1", "type": "work" }, { "value": "2", "type": "mobile" },
        { "value": "3", "type": "fax" }]);
    body["addresses"] = json!([{ "type": "work", "streetAddress": "1 Main St", "locality": "Oslo", "country": "NO" }]);
    body
}

#[tokio::test]
async fn further_values_are_kept_by_type_and_survive_native_changes() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let created = bridge.post(target, rich("grace")).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
        let id = id_of(&created.body);
        let sent = rich("grace");
        let names = ["emails", "phoneNumbers", "addresses", "nickName"];
        for name in names {
            assert_eq!(created.body[name], sent[name], "{target}");
        }
        let (email, phone) = if target == "bmc" { ("Email Address", "Phone Number") } else { ("Email", "Phone") };
        let native = record(&bridge, target, &id);
        assert_eq!((&native[email], &native[phone]), (&json!("grace@example.com"), &json!("1")), "{target}");

        // The vendor's own people change what they can see.
        patch_native(&bridge, target, &id, json!({ email: "new@example.com", "Department": "Navy" }));
        let read = bridge.get(target, &format!("/Users/{id}")).await;
        let mut wanted = sent.clone();
        wanted["emails"][1]["value"] = "new@example.com".into();
        for name in names {
            assert_eq!(read.body[name], wanted[name], "{target}: {name}");
        }
        let found = bridge.filter(target, "emails[type eq \"home\"].value eq \"grace@home.example\"").await;
        assert_eq!(found.body["totalResults"], 1, "{target}: {}", found.body);
        let found = bridge.filter(target, "emails[type eq \"work\"].value eq \"new@example.com\"").await;
        assert_eq!(found.body["totalResults"], 1, "{target}: {}", found.body);
        let found = bridge.filter(target, "emails.value eq \"grace@example.com\"").await;
        assert_eq!(found.body["totalResults"], 0, "{target}: the old one is gone");

        // A change of one kept value leaves the others.
        let answer = bridge.patch(target, &id, set("phoneNumbers[type eq \"mobile\"].value", "22")).await;
        assert_eq!(answer.status, StatusCode::OK, "{target}: {}", answer.body);
        wanted["phoneNumbers"][1]["value"] = "22".into();
        for name in names {
            assert_eq!(answer.body[name], wanted[name], "{target}: {name}");
        }
        assert_eq!(record(&bridge, target, &id)[phone], "1", "{target}");
        let answer = bridge.patch(target, &id, set("phoneNumbers[type eq \"work\"].value", "11")).await;
        assert_eq!(answer.body["phoneNumbers"][0]["value"], "11", "{target}");
        assert_eq!(record(&bridge, target, &id)[phone], "11", "{target}");

        // Emptied at the vendor: the native element is gone, the others stay.
        patch_native(&bridge, target, &id, json!({ phone: null }));
        let read = bridge.get(target, &format!("/Users/{id}")).await;
        let left = json!([{ "value": "22", "type": "mobile" }, { "value": "3", "type": "fax" }]);
        assert_eq!(read.body["phoneNumbers"], left, "{target}");
    }
}

#[tokio::test]
async fn kept_attributes_can_be_cleared_and_replaced() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = id_of(&bridge.post(target, rich("grace")).await.body);
        let operations = json!([{ "op": "remove", "path": "addresses" }, { "op": "replace", "path": "nickName", "value": "" },
            { "op": "remove", "path": "phoneNumbers[type eq \"fax\"]" },
            { "op": "remove", "path": "emails[type eq \"home\"]" }]);
        let answer = bridge.patch(target, &id, operations).await;
        assert_eq!(answer.status, StatusCode::OK, "{target}: {}", answer.body);
        for read in [answer, bridge.get(target, &format!("/Users/{id}")).await] {
            assert!(read.body.get("addresses").is_none() && read.body.get("nickName").is_none(), "{}", read.body);
            assert_eq!(read.body["emails"], json!([{ "value": "grace@example.com", "type": "work", "primary": true }]));
            assert_eq!(read.body["phoneNumbers"].as_array().map(Vec::len), Some(2), "{}", read.body);
        }
    }
}

#[tokio::test]
async fn unmapped_attributes_can_be_ignored_instead() {
    for target in TARGETS {
        let keys = "unmapped = \"ignore\"".to_owned();
        let bridge = Setup { bmc_keys: keys.clone(), ivanti_keys: keys, ..Setup::default() }.build().await;
        let created = bridge.post(target, rich("grace")).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
        let read = bridge.get(target, &format!("/Users/{}", id_of(&created.body))).await;
        for body in [&created.body, &read.body] {
            assert!(body.get("nickName").is_none() && body.get("addresses").is_none(), "{target}: {body}");
            let one = json!([{ "value": "grace@example.com", "type": "work", "primary": true }]);
            assert_eq!(body["emails"], one, "{target}");
        }
    }
}

#[tokio::test]
async fn what_bears_access_is_never_kept() {
    let bridge = Setup::default().build().await;
    let id = insert(&bridge, "bmc", "ada");
    let before = record(&bridge, "bmc", &id);
    for (target, attribute) in [("bmc", "roles"), ("bmc", "entitlements"), ("ivanti", "entitlements")] {
        let mut body = new_user("grace");
        body[attribute] = json!([{ "value": "Admin" }]);
        let refused = bridge.post(target, body).await;
        assert_eq!((refused.status, &refused.body["scimType"]), (StatusCode::BAD_REQUEST, &json!("invalidValue")));
        assert!(super::detail(&refused).contains(attribute), "{}", refused.body);
        if target == "bmc" {
            let refused = bridge.patch("bmc", &id, set(attribute, json!([{ "value": "Admin" }]))).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        }
    }
    assert_eq!(record(&bridge, "bmc", &id), before);
    let mut body = new_user("grace");
    body["roles"] = json!([]);
    assert_eq!(bridge.post("bmc", body).await.status, StatusCode::CREATED, "no role is no access");
}

#[tokio::test]
async fn what_was_said_of_a_value_goes_with_the_value() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let mut body = new_user("grace");
        let email = json!({ "value": "grace@example.com", "display": "Grace", "type": "work", "primary": true });
        body["emails"] = json!([email]);
        if target == "ivanti" {
            body["roles"] = json!([{ "value": "SelfService", "display": "Self service" }]);
        }
        let created = bridge.post(target, body.clone()).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
        let id = id_of(&created.body);
        let path = format!("/Users/{id}");
        let read = bridge.get(target, &path).await;
        assert_eq!(read.body["emails"], body["emails"], "{target}: as it was sent");
        assert_eq!(read.body["roles"], body["roles"], "{target}: as it was sent");
        match target {
            "bmc" => patch_native(&bridge, target, &id, json!({ "Email Address": "new@example.com" })),
            _ => patch_native(&bridge, target, &id, json!({ "Email": "new@example.com", "Role": "Admin" })),
        }
        let read = bridge.get(target, &path).await;
        let changed = json!([{ "value": "new@example.com", "type": "work", "primary": true }]);
        assert_eq!(read.body["emails"], changed, "{target}: the old name is not the new value's");
        if target == "ivanti" {
            assert_eq!(read.body["roles"][0]["value"], "Admin");
            assert_eq!(read.body["roles"][0].get("display"), None, "{}", read.body);
        }
        super::clear(&bridge, target);
        assert_eq!(bridge.put(target, &id, read.body.clone()).await.body, read.body, "{target}");
        assert_eq!(super::written(&bridge, target), Vec::<Value>::new(), "{target}");
    }
}

#[tokio::test]
async fn an_external_id_may_live_in_a_field_of_the_vendor() {
    let bridge = Setup {
        bmc_keys: "[targets.bmc.attributes]\nexternalId = \"Assigned To\"\nnickName = \"Application License\""
            .to_owned(),
        ..Setup::default()
    };
    let bridge = bridge.build().await;
    let mut body = new_user("grace");
    body["externalId"] = "E-1".into();
    let created = bridge.post("bmc", body.clone()).await;
    assert_eq!((created.status, &created.body["externalId"]), (StatusCode::CREATED, &json!("E-1")), "{}", created.body);
    let id = id_of(&created.body);
    assert_eq!(record(&bridge, "bmc", &id)["Assigned To"], "E-1");
    let found = bridge.filter("bmc", "externalId eq \"E-1\"").await;
    assert_eq!((&found.body["totalResults"], &found.body["Resources"][0]["id"]), (&json!(1), &json!(id)));
    let answer = bridge.patch("bmc", &id, set("externalId", "E-2")).await;
    assert_eq!((answer.status, &answer.body["externalId"]), (StatusCode::OK, &json!("E-2")));
    assert_eq!(record(&bridge, "bmc", &id)["Assigned To"], "E-2");
    let answer = bridge.patch("bmc", &id, set("nickName", "Amazing")).await;
    assert_eq!(answer.body["nickName"], "Amazing");
    assert_eq!(record(&bridge, "bmc", &id)["Application License"], "Amazing");
}
