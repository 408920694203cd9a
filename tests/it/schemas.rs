//! `/Schemas` says what a target does.

use http::StatusCode;
use serde_json::{Value, json};

use crate::bridge::Setup;

fn attribute<'a>(schemas: &'a Value, urn: &str, name: &str) -> Option<&'a Value> {
    let named = |list: &'a Value, key: &str, wanted: &str| list.as_array()?.iter().find(|it| it[key] == wanted);
    named(&named(&schemas["Resources"], "id", urn)?["attributes"], "name", name)
}

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const BMC: &str = "urn:ietf:params:scim:schemas:extension:bmc:2.0:User";

#[tokio::test]
async fn schemas_follow_the_targets_mapping() {
    let keys = "[targets.bmc.attributes]\n\"roles\" = \"Assignee Groups\"\n".to_owned();
    for (mapped, keys) in [(false, String::new()), (true, keys)] {
        let bridge = Setup { bmc_keys: keys, ..Setup::default() }.build().await;
        let bmc = bridge.get("bmc", "/Schemas").await.body;
        let ivanti = bridge.get("ivanti", "/Schemas").await.body;
        assert_eq!(attribute(&bmc, USER, "roles").is_some(), mapped, "what is always refused is not offered");
        assert!(attribute(&bmc, USER, "entitlements").is_none());
        assert!(attribute(&ivanti, USER, "roles").is_some());
        assert_eq!(attribute(&bmc, USER, "userName").expect("shown")["mutability"], "immutable");
        assert_eq!(attribute(&ivanti, USER, "userName").expect("shown")["mutability"], "readWrite");
        for (target, schemas) in [("bmc", &bmc), ("ivanti", &ivanti)] {
            for name in ["active", "displayName", "name", "emails"] {
                let required = &attribute(schemas, USER, name).expect("shown")["required"];
                assert_eq!(*required, target == "ivanti" || name != "emails", "{target} {name}");
            }
        }
        let licenses = &attribute(&bmc, BMC, "licenseType").expect("shown")["canonicalValues"];
        assert_eq!(licenses.as_array().map(Vec::len), Some(4));
    }
}

/// RFC 7643 section 8.7.1 has a member's URI for clients to send; what is offered is what is accepted, and that is users.
#[tokio::test]
async fn members_are_users_by_id_or_by_uri() {
    let bridge = Setup::default().build().await;
    for target in ["bmc", "ivanti"] {
        let schemas = bridge.get(target, "/Schemas").await.body;
        let members = attribute(&schemas, "urn:ietf:params:scim:schemas:core:2.0:Group", "members").expect("shown");
        let part = |name: &str| members["subAttributes"].as_array()?.iter().find(|it| it["name"] == name).cloned();
        let (reference, kind) = (part("$ref").expect("shown"), part("type").expect("shown"));
        assert_eq!(reference["mutability"], "immutable");
        assert_eq!((&reference["referenceTypes"], &kind["canonicalValues"]), (&json!(["User"]), &json!(["User"])));
    }
}

#[tokio::test]
async fn what_is_required_but_found_by_the_bridge_may_be_left_out_and_unset() {
    let bridge = Setup::default().build().await;
    for target in ["bmc", "ivanti"] {
        let made = bridge.post(target, json!({ "userName": "ada@example.com" })).await;
        assert_eq!(made.status, StatusCode::CREATED, "{target}: {}", made.body);
        let id = made.body["id"].as_str().expect("an id").to_owned();
        let put = bridge.put(target, &id, json!({ "userName": "ada@example.com", "displayName": "" })).await;
        assert_eq!(put.status, StatusCode::OK, "{target}: {}", put.body);
        assert!(put.body["displayName"].is_string(), "{target}: {}", put.body);
    }
}

#[tokio::test]
async fn a_licence_that_is_unset_goes_back_to_the_one_of_a_create() {
    let bridge = Setup::default().build().await;
    let body = json!({ "userName": "ada", "displayName": "Ada", (BMC): { "licenseType": "Floating" } });
    let made = bridge.post("bmc", body).await;
    let id = made.body["id"].as_str().expect("an id").to_owned();
    assert_eq!(bridge.bmc.record("User", &id).expect("made")["License Type"], "Floating");
    let unset = json!([{ "op": "remove", "path": format!("{BMC}:licenseType") }]);
    let answer = bridge.patch("bmc", &id, unset).await;
    assert_eq!(answer.body[BMC]["licenseType"], "Read", "{}", answer.body);
    assert_eq!(bridge.bmc.record("User", &id).expect("there")["License Type"], "Read");
}
