//! Rows about the operations of a PATCH.

use http::StatusCode;
use serde_json::{Value, json};

use super::{ENTERPRISE, TARGETS, USER, ada, assert_error, clear, of_type, off_value, patched, record, written};

#[tokio::test]
async fn row_08_entra_disables_beside_an_extension_that_nobody_has() {
    let unknown = "urn:ietf:params:scim:schemas:extension:AcmeExt:2.0:User:tag";
    for target in TARGETS {
        let off = json!({ "op": "Replace", "path": "active", "value": "False" });
        let tag = json!({ "op": "Add", "path": unknown, "value": "blue" });
        let name = json!({ "op": "Add", "path": "nickName", "value": "Babs" });
        for operations in [json!([off, tag, name]), json!([tag, name, off])] {
            let (bridge, id) = ada(target).await;
            let answer = bridge.patch(target, &id, operations).await;
            assert_eq!((answer.status, &answer.body["active"]), (StatusCode::OK, &json!(false)), "{target}");
            assert_eq!(answer.body["nickName"], "Babs", "{target}: the rest is applied");
            assert_eq!(record(&bridge, target, &id)["Status"], off_value(target), "{target}");
        }
    }
}

#[tokio::test]
async fn row_09_entra_writes_names_and_operations_in_any_letter_case() {
    for target in TARGETS {
        let after = patched(
            target,
            json!([
                { "op": "Replace", "path": "NICKNAME", "value": "Babs" },
                { "op": "ADD", "path": "phoneNumbers[Type eq \"mobile\"].Value", "value": "555" },
                { "op": "aDD", "path": "EMAILS[type eq \"home\"].VALUE", "value": "home@example.com" },
            ]),
        )
        .await;
        assert_eq!(after["nickName"], "Babs", "{target}");
        assert_eq!(of_type(&after, "phoneNumbers", "mobile")["value"], "555", "{target}");
        assert_eq!(of_type(&after, "emails", "home")["value"], "home@example.com", "{target}");
        let (bridge, id) = ada(target).await;
        bridge.patch(target, &id, json!([{ "op": "Add", "path": "nickName", "value": "Babs" }])).await;
        let gone = bridge.patch(target, &id, json!([{ "op": "REMOVE", "path": "nickname" }])).await;
        assert_eq!((gone.status, gone.body.get("nickName")), (StatusCode::OK, None), "{target}");
    }
}

#[tokio::test]
async fn row_11_entra_and_okta_disable_by_one_and_the_same_native_write() {
    for target in TARGETS {
        let spellings = [
            json!([{ "op": "Add", "path": "active", "value": "False" }]),
            json!([{ "op": "Replace", "path": "active", "value": "False" }]),
            json!([{ "op": "replace", "path": "active", "value": [false] }]),
            json!([{ "op": "replace", "value": { "active": false } }]),
            json!([{ "op": "add", "value": { "active": "false" } }]),
            json!({ "schemas": [USER], "userName": "ada@example.com", "active": false }),
        ];
        let mut writes = Vec::new();
        for spelling in spellings {
            let (bridge, id) = ada(target).await;
            clear(&bridge, target);
            let answer = match &spelling {
                Value::Array(_) => bridge.patch(target, &id, spelling.clone()).await,
                body => bridge.put(target, &id, body.clone()).await,
            };
            assert_eq!((answer.status, &answer.body["active"]), (StatusCode::OK, &json!(false)), "{target} {spelling}");
            writes.push(written(&bridge, target));
        }
        assert_eq!(writes[0].len(), 1, "{target}: {writes:?}");
        assert!(writes.iter().all(|write| *write == writes[0]), "{target}: {writes:?}");
    }
}

#[tokio::test]
async fn row_12_entra_writes_paths_as_keys() {
    for target in TARGETS {
        for op in ["add", "replace"] {
            let value = json!({ "nickName": "Babs", "name.middleName": "Jane",
                format!("{ENTERPRISE}:employeeNumber"): "77", format!("{USER}:userType"): "Employee",
                "phoneNumbers[type eq \"mobile\"].value": "555" });
            let after = patched(target, json!([{ "op": op, "value": value }])).await;
            assert_eq!((&after["nickName"], &after["userType"]), (&json!("Babs"), &json!("Employee")), "{target}");
            assert_eq!(after["name"]["middleName"], "Jane", "{target}");
            assert_eq!(after[ENTERPRISE]["employeeNumber"], "77", "{target}");
            assert_eq!(of_type(&after, "phoneNumbers", "mobile")["value"], "555", "{target}");
        }
    }
}

#[tokio::test]
async fn row_13_authentik_repeats_what_is_read_only() {
    for target in TARGETS {
        let (bridge, id) = ada(target).await;
        for own in [id.as_str(), "another"] {
            let value = json!({ "schemas": [USER], "id": own, "meta": { "resourceType": "User" }, "groups": [],
                "nickName": own });
            let answer = bridge.patch(target, &id, json!([{ "op": "replace", "value": value }])).await;
            assert_eq!((answer.status, &answer.body["id"]), (StatusCode::OK, &json!(id)), "{target}: {}", answer.body);
            assert_eq!(answer.body["nickName"], own, "{target}");
        }
    }
}

#[tokio::test]
async fn row_15_entra_writes_to_an_element_that_is_not_there() {
    for target in TARGETS {
        for op in ["Add", "Replace"] {
            let path = "phoneNumbers[type eq \"mobile\"].value";
            let after = patched(target, json!([{ "op": op, "path": path, "value": "555" }])).await;
            assert_eq!(of_type(&after, "phoneNumbers", "mobile")["value"], "555", "{target} {op}: {after}");
            assert_eq!(of_type(&after, "phoneNumbers", "work")["value"], "+44 20 7946 0001", "{target}: others stay");
        }
    }
}

#[tokio::test]
async fn row_16_entra_makes_one_address_by_several_operations() {
    for target in TARGETS {
        let parts = ["formatted", "streetAddress", "locality", "region", "postalCode", "country"];
        let set =
            |part: &str| json!({ "op": "Add", "path": format!("addresses[type eq \"work\"].{part}"), "value": part });
        let after = patched(target, parts.iter().map(|part| set(part)).collect()).await;
        let addresses = after["addresses"].as_array().expect("a list");
        assert_eq!(addresses.len(), 1, "{target}: {after}");
        assert!(parts.iter().all(|part| addresses[0][*part] == *part), "{target}: {after}");
    }
}

#[tokio::test]
async fn row_17_entra_changes_one_part_of_one_element() {
    for target in TARGETS {
        let (bridge, id) = ada(target).await;
        let address = |kind: &str| json!({ "type": kind, "streetAddress": "1 Main St", "locality": "Bergen" });
        let both = json!([{ "op": "add", "path": "addresses", "value": [address("work"), address("home")] }]);
        assert_eq!(bridge.patch(target, &id, both).await.status, StatusCode::OK, "{target}");
        let path = "addresses[type eq \"work\"].locality";
        let after = bridge.patch(target, &id, json!([{ "op": "Replace", "path": path, "value": "Oslo" }])).await.body;
        let mut moved = address("work");
        moved["locality"] = json!("Oslo");
        assert_eq!(of_type(&after, "addresses", "work"), &moved, "{target}");
        assert_eq!(of_type(&after, "addresses", "home"), &address("home"), "{target}");
    }
}

#[tokio::test]
async fn row_18_entra_is_told_when_a_filter_selects_nothing() {
    for target in TARGETS {
        let (bridge, id) = ada(target).await;
        for path in ["emails[value co \"nobody\"].value", "emails[value eq \"nobody@example.com\"].type"] {
            for op in ["Add", "Replace"] {
                let answer = bridge.patch(target, &id, json!([{ "op": op, "path": path, "value": "x" }])).await;
                assert_error(&answer, 400, Some("noTarget"), target);
            }
        }
    }
}
