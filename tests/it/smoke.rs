//! A user's life on both targets, looked at in the vendor's records.

use http::StatusCode;
use serde_json::json;

use crate::bridge::Setup;

#[tokio::test]
async fn a_users_life_on_both_targets() {
    let bridge = Setup::demo().build().await;
    for target in ["bmc", "ivanti"] {
        let created = bridge
            .post(
                target,
                json!({ "userName": "grace.hopper@example.com", "name": { "givenName": "Grace", "familyName": "Hopper" },
                    "emails": [{ "value": "grace@example.com", "type": "work", "primary": true }], "active": true }),
            )
            .await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {:?}", created.body);
        let id = created.body["id"].as_str().expect("an id").to_owned();
        let found = bridge.filter(target, r#"userName eq "GRACE.hopper@example.com""#).await;
        assert_eq!(found.body["totalResults"], 1, "{target}: {:?}", found.body);
        let patched = bridge.patch(target, &id, json!([{ "op": "Replace", "path": "active", "value": "False" }])).await;
        assert_eq!(patched.status, StatusCode::OK, "{target}: {:?}", patched.body);
        assert_eq!(patched.body["active"], false);
        let status = match target {
            "bmc" => bridge.bmc.record("User", &id).expect("a record")["Status"].clone(),
            _ => bridge.ivanti.record("employees", &id).expect("a record")["Status"].clone(),
        };
        assert_eq!(status, if target == "bmc" { "Disabled" } else { "Inactive" });
        let deleted = bridge.delete(target, &id).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{target}: {:?}", deleted.body);
        let gone = bridge.get(target, &format!("/Users/{id}")).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
        let again = bridge.post(target, json!({ "userName": "Grace.Hopper@example.com", "displayName": "G H" })).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{target}: {:?}", again.body);
    }
}
