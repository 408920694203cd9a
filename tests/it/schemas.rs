//! `/Schemas` says what a target does.

use serde_json::Value;

use crate::bridge::Setup;

fn attribute<'a>(schemas: &'a Value, urn: &str, name: &str) -> Option<&'a Value> {
    let named = |list: &'a Value, key: &str, wanted: &str| list.as_array()?.iter().find(|it| it[key] == wanted);
    named(&named(&schemas["Resources"], "id", urn)?["attributes"], "name", name)
}

#[tokio::test]
async fn schemas_follow_the_targets_mapping() {
    const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
    const BMC: &str = "urn:ietf:params:scim:schemas:extension:bmc:2.0:User";
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
        let licenses = &attribute(&bmc, BMC, "licenseType").expect("shown")["canonicalValues"];
        assert_eq!(licenses.as_array().map(Vec::len), Some(4));
    }
}
