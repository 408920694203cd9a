//! `attributes` and `excludedAttributes` (RFC 7644 section 3.9).

use scim_core::Projection;
use scim_core::schema::{ENTERPRISE_USER_URN, USER_URN};
use serde_json::{Value, json};

use crate::fixtures::{EXAMPLE_URN, resource, user, users};

fn shown(attributes: Option<&str>, excluded: &str) -> Value {
    let definition = users();
    let mut resource = resource(user());
    let id = |path| definition.attribute(path).expect("a path");
    resource.set(&definition, id("password"), json!("secret"));
    resource.set(&definition, id("note"), json!("on request"));
    resource.finish(&definition);
    let projection = Projection::new(&definition, attributes.map(|names| names.split(',')), excluded.split(','));
    projection.apply(&definition, &mut resource);
    for (root, value) in resource.present(&definition) {
        assert!(projection.shown(&definition).contains(root), "{value}");
    }
    resource.into_json()
}

/// What is shown when these are asked for, besides `schemas` and `id`.
#[expect(clippy::needless_pass_by_value, reason = "the tables read better")]
fn only(attributes: &str, expected: Value) {
    let mut got = shown(Some(attributes), "");
    let object = got.as_object_mut().expect("an object");
    assert!(object.shift_remove("schemas").is_some_and(|urns| urns.as_array().is_some_and(|urns| urns.len() == 3)));
    assert_eq!(object.shift_remove("id"), Some(json!("U1")));
    assert_eq!(got, expected, "{attributes}");
}

#[test]
fn what_is_asked_for_is_shown() {
    only("userName", json!({ "userName": "Ada@example.com" }));
    only(" USERNAME ,", json!({ "userName": "Ada@example.com" }));
    only(&format!("{USER_URN}:userName"), json!({ "userName": "Ada@example.com" }));
    only("name.givenName", json!({ "name": { "givenName": "Ada" } }));
    only(&format!("{USER_URN}:name.givenName,title"), json!({ "name": { "givenName": "Ada" }, "title": "Countess" }));
    only("emails.value", json!({ "emails": [{ "value": "ada@example.com" }, { "value": "ada@home.example" }] }));
    only("addresses.streetAddress", json!({ "addresses": [{ "streetAddress": "1 Main St" }] }));
    only("addresses.country", json!({}));
    only(&format!("{ENTERPRISE_USER_URN}:department"), json!({ ENTERPRISE_USER_URN: { "department": "Research" } }));
    only("department", json!({ ENTERPRISE_USER_URN: { "department": "Research" } }));
    only("manager.value", json!({ ENTERPRISE_USER_URN: { "manager": { "value": "U8" } } }));
    only(ENTERPRISE_USER_URN, json!({ ENTERPRISE_USER_URN: user()[ENTERPRISE_USER_URN] }));
    only(&format!("{EXAMPLE_URN}:note"), json!({ EXAMPLE_URN: { "note": "on request" } }));
    only("id", json!({}));
    only("shoeSize", json!({}));
    only("password", json!({}));
    only("meta.created", json!({ "meta": { "created": "2026-01-31T10:00:00Z" } }));
}

#[test]
fn a_urn_with_a_version_at_its_end_names_its_block() {
    let got = shown(Some(EXAMPLE_URN), "");
    assert_eq!(got[EXAMPLE_URN]["note"], "on request");
    assert_eq!(got.as_object().expect("an object").len(), 3);
    assert!(shown(None, EXAMPLE_URN).get(EXAMPLE_URN).is_none());
}

#[test]
fn what_is_excluded_is_hidden() {
    let all = shown(None, "");
    assert!(all.get("password").is_none() && all[EXAMPLE_URN].get("note").is_none());
    for blank in [Some(""), Some(" , "), None] {
        assert_eq!(shown(blank, ""), all, "blanks ask for nothing in particular");
    }
    assert_eq!(shown(None, "id,schemas,shoeSize, "), all);
    assert!(shown(None, "EMAILS").get("emails").is_none());
    assert!(shown(None, &format!("{USER_URN}:emails")).get("emails").is_none());
    assert!(shown(None, ENTERPRISE_USER_URN).get(ENTERPRISE_USER_URN).is_none());
    assert_eq!(shown(None, "manager")[ENTERPRISE_USER_URN], json!({ "department": "Research" }));
    assert_eq!(shown(None, "name.formatted")["name"], json!({ "familyName": "Example", "givenName": "Ada" }));
    assert_eq!(shown(None, "roles.value")["roles"], json!([{ "primary": true }]));
    assert!(shown(None, "name.formatted,name.familyName,name.givenName").get("name").is_none());
    assert_eq!(shown(Some("name,title"), "name.formatted,title")["name"]["givenName"], "Ada");
    let bare = shown(None, USER_URN);
    assert!(bare.get("userName").is_none() && bare["id"] == "U1" && bare.get(ENTERPRISE_USER_URN).is_some());
}
