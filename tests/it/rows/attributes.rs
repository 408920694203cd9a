//! Rows about attributes and their values, whatever the verb.

use http::StatusCode;
use serde_json::{Value, json};

use super::{ENTERPRISE, TARGETS, USER, ada, assert_error, clear, new_user, patched, record, records, set, written};
use crate::bridge::Setup;

#[tokio::test]
async fn row_05_onelogin_entra_and_authentik_name_other_schemas() {
    let adscim = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/User";
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let spellings = [
            json!(["urn:scim:schemas:core:2.0"]),
            json!(["urn:scim:schemas:core:1.0"]),
            json!([USER, adscim]),
            json!([]),
            json!(null),
        ];
        for (number, schemas) in spellings.into_iter().enumerate() {
            let mut body = new_user(&format!("grace{number}"));
            body["schemas"] = schemas;
            let created = bridge.post(target, body.clone()).await;
            assert_eq!(created.status, StatusCode::CREATED, "{target}: {body}: {}", created.body);
            assert_eq!(created.body["schemas"][0], USER, "{target}: {body}");
            let id = super::id_of(&created.body);
            assert_eq!(bridge.put(target, &id, body.clone()).await.status, StatusCode::OK, "{target}: {body}");
        }
        let mut body = new_user("hal");
        body["schemas"] = json!(["urn:ietf:params:scim:schemas:core:2.0:Group"]);
        assert_error(&bridge.post(target, body).await, 400, Some("invalidSyntax"), target);
    }
}

#[tokio::test]
async fn row_06_okta_and_entra_unset_in_three_ways() {
    for target in TARGETS {
        for nothing in [json!(null), json!(""), json!([])] {
            let (bridge, id) = ada(target).await;
            let mut body = new_user("grace");
            for name in ["nickName", "locale", "addresses", "department", "manager"] {
                body[name] = nothing.clone();
            }
            body[ENTERPRISE] = json!({ "department": nothing, "manager": nothing });
            let created = bridge.post(target, body).await;
            assert_eq!(created.status, StatusCode::CREATED, "{target} {nothing}: {}", created.body);
            assert!(created.body.get("nickName").is_none() && created.body.get("addresses").is_none());
            for put in [false, true] {
                let full = json!([{ "op": "add", "value": { "nickName": "x", "userType": "y" } }]);
                assert_eq!(bridge.patch(target, &id, full).await.body["nickName"], "x", "{target}");
                let answer = if put {
                    let body = json!({ "schemas": [USER], "userName": "ada@example.com", "nickName": nothing });
                    bridge.put(target, &id, body).await
                } else {
                    bridge.patch(target, &id, set("nickName", nothing.clone())).await
                };
                assert_eq!(answer.status, StatusCode::OK, "{target} {nothing}: {}", answer.body);
                assert_eq!((answer.body.get("nickName"), &answer.body["userType"]), (None, &json!("y")), "{target}");
            }
        }
    }
}

#[tokio::test]
async fn row_07_entra_sends_attributes_that_nobody_has() {
    for target in TARGETS {
        let (bridge, id) = ada(target).await;
        let unknown = json!({ "shoeSize": 43, "department": "stray",
            "urn:ietf:params:scim:schemas:extension:AcmeExt:2.0:User": { "tag": "blue" } });
        let mut body = new_user("grace");
        body.as_object_mut().expect("an object").extend(unknown.as_object().expect("an object").clone());
        let created = bridge.post(target, body.clone()).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
        body["userName"] = json!("ada@example.com");
        let put = bridge.put(target, &id, body).await;
        assert_eq!(put.status, StatusCode::OK, "{target}: {}", put.body);
        for answer in [created, put] {
            assert!(answer.body.get("shoeSize").is_none() && !answer.body.to_string().contains("AcmeExt"), "{target}");
        }
    }
}

#[tokio::test]
async fn row_10_entra_and_keycloak_write_booleans_as_words() {
    for target in TARGETS {
        for (word, active) in [("False", false), ("false", false), ("True", true), ("true", true)] {
            assert_eq!(patched(target, set("active", word)).await["active"], active, "{target} {word}");
        }
        let (bridge, id) = ada(target).await;
        assert_error(&bridge.patch(target, &id, set("active", "off")).await, 400, Some("invalidValue"), target);
        for filter in [r#"emails[primary eq "True"] or active eq "True""#, r#"active eq "true""#] {
            let found = bridge.filter(target, filter).await;
            assert!(found.body["totalResults"].as_u64() > Some(0), "{target} {filter}: {}", found.body);
        }
        let found = bridge.filter(target, r#"active eq "perhaps""#).await;
        assert_error(&found, 400, Some("invalidFilter"), target);
    }
}

#[tokio::test]
async fn row_19_entra_names_attributes_in_full() {
    for target in TARGETS {
        let after = patched(
            target,
            json!([
                { "op": "Replace", "path": format!("{ENTERPRISE}:employeeNumber"), "value": "77" },
                { "op": "Replace", "path": format!("{USER}:nickName"), "value": "Babs" },
                { "op": "Add", "path": format!("{USER}:name.middleName"), "value": "Jane" },
                { "op": "Add", "path": format!("{ENTERPRISE}:manager.value"), "value": "U9" },
            ]),
        )
        .await;
        assert_eq!((&after["nickName"], &after["name"]["middleName"]), (&json!("Babs"), &json!("Jane")), "{target}");
        let block = &after[ENTERPRISE];
        assert_eq!((&block["employeeNumber"], &block["manager"]["value"]), (&json!("77"), &json!("U9")), "{target}");
    }
}

#[tokio::test]
async fn row_20_entra_sends_managers_in_every_shape() {
    let full = format!("{ENTERPRISE}:manager");
    for target in TARGETS {
        for (path, value) in [
            (full.as_str(), json!("U9")),
            (full.as_str(), json!({ "value": "U9" })),
            (full.as_str(), json!({ "value": "U9", "displayName": "Hal" })),
            ("manager", json!([{ "$ref": "https://example.com/Users/U9", "value": "U9" }])),
            ("manager", json!("U9")),
        ] {
            let (bridge, id) = ada(target).await;
            let done = bridge.patch(target, &id, json!([{ "op": "Add", "path": path, "value": value }])).await;
            assert_eq!(done.body[ENTERPRISE]["manager"]["value"], "U9", "{target} {value}: {}", done.body);
            for gone in [
                json!([{ "op": "Replace", "path": path, "value": "" }]),
                json!([{ "op": "Replace", "path": path, "value": null }]),
                json!([{ "op": "Remove", "path": path }]),
            ] {
                bridge.patch(target, &id, json!([{ "op": "Add", "path": path, "value": value }])).await;
                let done = bridge.patch(target, &id, gone.clone()).await;
                assert_eq!(done.status, StatusCode::OK, "{target} {gone}: {}", done.body);
                assert_eq!(done.body[ENTERPRISE].get("manager"), None, "{target} {gone}");
            }
        }
    }
}

#[tokio::test]
async fn row_21_entra_sends_roles_as_json_text() {
    let text = r#"{"id":"1","value":"SelfService","displayName":"SelfService"}"#;
    let values = [
        json!([{ "value": text }]),
        json!([{ "value": "SelfService", "displayName": "SelfService" }]),
        json!(["SelfService"]),
    ];
    for target in TARGETS {
        for value in &values {
            for op in ["Add", "Replace"] {
                let (bridge, id) = ada(target).await;
                let before = record(&bridge, target, &id);
                let done = bridge.patch(target, &id, json!([{ "op": op, "path": "roles", "value": value }])).await;
                let case = format!("{target} {op} {value}: {}", done.body);
                // Roles grant access: where there is no field for one, it is refused and never kept.
                match done.status {
                    StatusCode::OK => assert_eq!(done.body["roles"][0]["value"], "SelfService", "{case}"),
                    status => {
                        assert_eq!(
                            (status, &done.body["scimType"]),
                            (StatusCode::BAD_REQUEST, &json!("invalidValue")),
                            "{case}"
                        );
                        assert_eq!(record(&bridge, target, &id), before, "{case}");
                    }
                }
            }
        }
    }
    let (bridge, id) = ada("ivanti").await;
    let role = json!([{ "op": "Replace", "path": "roles[primary eq \"True\"].value", "value": "SelfService" }]);
    assert!(!bridge.patch("ivanti", &id, role).await.status.is_server_error());
}

#[tokio::test]
async fn row_31_sailpoint_replaces_one_part_of_a_name() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = super::id_of(&bridge.post(target, new_user("grace")).await.body);
        let part = json!([{ "op": "replace", "path": "name", "value": { "givenName": "Joan" } }]);
        let after = bridge.patch(target, &id, part).await.body;
        assert_eq!((&after["name"]["givenName"], &after["name"]["familyName"]), (&json!("Joan"), &json!("Hopper")));
    }
}

#[tokio::test]
async fn row_32_okta_sends_a_placeholder_for_a_password() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let mut body = new_user("grace");
        body["password"] = json!("1mz050nq-placeholder");
        let created = bridge.post(target, body.clone()).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
        let id = super::id_of(&created.body);
        let patch = json!([{ "op": "replace", "value": { "password": "1mz050nq-placeholder" } }]);
        let answers = [created, bridge.put(target, &id, body).await, bridge.patch(target, &id, patch).await];
        for answer in answers {
            assert!(answer.status.is_success(), "{target}: {}", answer.body);
            assert!(!answer.body.to_string().contains("assword") && !answer.body.to_string().contains("1mz050nq"));
        }
        let native = format!("{:?}", records(&bridge, target));
        assert!(!native.contains("1mz050nq"), "{target}: it is stored nowhere unless the target says so");
    }
}

#[tokio::test]
async fn row_46_ping_marks_two_values_as_primary() {
    let emails = json!([{ "value": "a@example.com", "type": "work", "primary": true },
        { "value": "b@example.com", "type": "home", "primary": true }]);
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let mut body = new_user("grace");
        body["emails"] = emails.clone();
        let created = bridge.post(target, body).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
        let primary: Vec<&Value> = created.body["emails"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(|email| email["primary"] == true)
            .collect();
        assert_eq!(primary.len(), 1, "{target}: {}", created.body);
        assert_eq!(primary[0]["value"], "b@example.com", "{target}: the last one");
    }
}

#[tokio::test]
async fn row_47_entra_gets_all_operations_or_none() {
    for target in TARGETS {
        let (bridge, id) = ada(target).await;
        let before = (record(&bridge, target, &id), bridge.get(target, &format!("/Users/{id}")).await.body);
        clear(&bridge, target);
        let bad = json!({ "op": "Replace", "path": "shoeSize", "value": "43" });
        let good = json!({ "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "new@example.com" });
        for operations in [json!([good, bad]), json!([bad, good])] {
            let answer = bridge.patch(target, &id, operations).await;
            assert_error(&answer, 400, Some("invalidPath"), target);
            assert_eq!(written(&bridge, target), Vec::<Value>::new(), "{target}");
        }
        let after = (record(&bridge, target, &id), bridge.get(target, &format!("/Users/{id}")).await.body);
        assert_eq!(after, before, "{target}");
    }
}
