//! Which native fields a change touches: those that differ and no other.

use http::StatusCode;
use serde_json::{Value, json};
use simulators::ivanti::{Ivanti, IvantiOptions};

use super::{TARGETS, clear, insert, record, set, written};
use crate::bridge::{Setup, TestBridge, start};

/// Ivanti with fields that a site added, which the bridge does not map.
async fn bridge() -> TestBridge {
    let options =
        IvantiOptions { extra_fields: vec!["Building".to_owned(), "CostCentre".to_owned()], ..Default::default() };
    let ivanti = Ivanti::new(options, simulators::control::Clock::manual(start()));
    let keys = "rename = \"allow\"".to_owned();
    let setup = Setup { ivanti, bmc_keys: keys.clone(), ivanti_keys: keys, ..Setup::default() };
    let mut options = setup.bmc.options();
    options.login_name_writable = true;
    setup.bmc.set_options(options);
    setup.build().await
}

fn whole_user(bridge: &TestBridge, target: &str) -> String {
    let id = insert(bridge, target, "ada");
    if target == "ivanti" {
        let manager = insert(bridge, target, "charles");
        super::patch_native(
            bridge,
            target,
            &id,
            json!({ "Building": "North", "CostCentre": "4711", "Manager": manager }),
        );
    }
    clear(bridge, target);
    id
}

/// Sends a change and compares the whole record and the write's body.
async fn changes(target: &str, put: bool, body: Value, expected: Value) {
    let bridge = bridge().await;
    let id = whole_user(&bridge, target);
    let mut wanted = record(&bridge, target, &id);
    let answer =
        if put { bridge.put(target, &id, body.clone()).await } else { bridge.patch(target, &id, body.clone()).await };
    assert_eq!(answer.status, StatusCode::OK, "{target} {body}: {}", answer.body);
    wanted.extend(expected.as_object().expect("fields").clone());
    assert_eq!(Value::from(record(&bridge, target, &id)), Value::from(wanted), "{target} {body}");
    assert_eq!(written(&bridge, target), [expected], "{target} {body}: only what differs is written");
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[tokio::test]
async fn a_patch_writes_the_fields_that_it_changes_and_leaves_all_others() {
    let work = "phoneNumbers[type eq \"work\"].value";
    let department = format!("{ENTERPRISE}:department");
    for target in TARGETS {
        let [name, email, phone] = match target {
            "bmc" => ["Login Name", "Email Address", "Phone Number"],
            _ => ["LoginID", "Email", "Phone"],
        };
        changes(target, false, set(&department, "Poetry"), json!({ "Department": "Poetry" })).await;
        changes(target, false, set(work, "5"), json!({ phone: "5" })).await;
        changes(target, false, set("emails[type eq \"work\"].value", "a@b.example"), json!({ email: "a@b.example" }))
            .await;
        changes(target, false, set("userName", "ada.king"), json!({ name: "ada.king" })).await;
        changes(target, false, json!([{ "op": "remove", "path": "phoneNumbers" }]), json!({ phone: null })).await;
        changes(target, false, set(&department, ""), json!({ "Department": null })).await;
        let both = json!([{ "op": "replace", "value": { "active": true, "emails": [{ "value": "x@y.example" }],
            (department.as_str()): "Engines", "nickName": "Countess" } }]);
        changes(target, false, both, json!({ email: "x@y.example" })).await;
    }
    changes("ivanti", false, set("title", "Programmer"), json!({ "Title": "Programmer" })).await;
    changes("ivanti", false, set("name.givenName", "Augusta"), json!({ "FirstName": "Augusta" })).await;
    changes("ivanti", false, set("roles", json!([{ "value": "Admin" }])), json!({ "Role": "Admin" })).await;
    changes("bmc", false, set("displayName", "Ada King"), json!({ "Full Name": "Ada King" })).await;
    changes("bmc", false, set("timezone", "UTC"), json!({ "Time Zone": "UTC" })).await;
    let license = "urn:ietf:params:scim:schemas:extension:bmc:2.0:User:licenseType";
    changes("bmc", false, set(license, "Fixed"), json!({ "License Type": "Fixed" })).await;
}

#[tokio::test]
async fn a_put_leaves_what_it_does_not_name() {
    for target in TARGETS {
        let email = if target == "bmc" { "Email Address" } else { "Email" };
        let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada", "active": true,
            "emails": [{ "value": "new@example.com", "type": "work", "primary": true }] });
        changes(target, true, body, json!({ email: "new@example.com" })).await;
        let body = json!({ "userName": "ada", (ENTERPRISE): { "department": "Poetry" }, "groups": [], "title": null,
            "meta": { "resourceType": "User" }, "id": "whatever" });
        let expected = match target {
            "bmc" => json!({ "Department": "Poetry" }),
            _ => json!({ "Department": "Poetry", "Title": null }),
        };
        changes(target, true, body, expected).await;
    }
}

#[tokio::test]
async fn a_put_of_what_was_read_with_one_change_writes_that_change() {
    for target in TARGETS {
        let bridge = bridge().await;
        let id = whole_user(&bridge, target);
        let mut wanted = record(&bridge, target, &id);
        let mut body = bridge.get(target, &format!("/Users/{id}")).await.body;
        body[ENTERPRISE]["department"] = "Poetry".into();
        let answer = bridge.put(target, &id, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{target}: {}", answer.body);
        wanted.insert("Department".to_owned(), "Poetry".into());
        assert_eq!(record(&bridge, target, &id), wanted, "{target}");
        assert_eq!(written(&bridge, target), [json!({ "Department": "Poetry" })], "{target}");
    }
}

#[tokio::test]
async fn a_disable_touches_the_status_and_nothing_else() {
    for target in TARGETS {
        let bridge = bridge().await;
        let id = whole_user(&bridge, target);
        let mut wanted = record(&bridge, target, &id);
        let mut body = bridge.get(target, &format!("/Users/{id}")).await.body;
        body["active"] = false.into();
        let answer = bridge.put(target, &id, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{target}: {}", answer.body);
        wanted.insert("Status".to_owned(), super::off_value(target).into());
        assert_eq!(record(&bridge, target, &id), wanted, "{target}");
        assert_eq!(written(&bridge, target), [json!({ "Status": super::off_value(target) })], "{target}");
    }
}

#[tokio::test]
async fn a_disable_beside_other_changes_is_written_first_and_by_itself() {
    for target in TARGETS {
        let bridge = bridge().await;
        let id = whole_user(&bridge, target);
        let mut wanted = record(&bridge, target, &id);
        let path = format!("{ENTERPRISE}:department");
        let others = [json!({ "op": "replace", "path": path, "value": "Poetry" })];
        let answer = bridge.patch(target, &id, super::off_beside(&others)).await;
        assert_eq!(answer.status, StatusCode::OK, "{target}: {}", answer.body);
        wanted.insert("Status".to_owned(), super::off_value(target).into());
        wanted.insert("Department".to_owned(), "Poetry".into());
        assert_eq!(record(&bridge, target, &id), wanted, "{target}");
        let status = json!({ "Status": super::off_value(target) });
        assert_eq!(written(&bridge, target), [status, json!({ "Department": "Poetry" })], "{target}");
    }
}
