//! PATCH operations on single values, extensions and whole resources.

use scim_core::schema::{ENTERPRISE_USER_URN, USER_URN};
use scim_core::{Change, Definition, ScimType, change};
use serde_json::{Value, json};

use crate::fixtures::{EXAMPLE_URN, resource, user, users};

pub(crate) fn patch(definition: &Definition, operations: &Value) -> Change {
    let body = json!({ "schemas": [change::PATCH_OP_URN], "Operations": operations });
    Change::from_patch(definition, &body).unwrap_or_else(|error| panic!("{operations}: {error}"))
}

pub(crate) fn applied(definition: &Definition, before: Value, change: &Change) -> Result<Value, Option<ScimType>> {
    if let Some(refused) = &change.refused {
        return Err(refused.scim_type);
    }
    let before = resource(before);
    let after = change::apply(definition, &before, &change.edits).map_err(|error| error.scim_type)?;
    let again = change::apply(definition, &after, &change.edits);
    if change.edits.iter().all(|edit| edit.select.is_none()) {
        assert_eq!(again.as_ref(), Ok(&after), "a repeat is harmless");
    }
    Ok(after.into_json())
}

/// One attribute of the fixture's user after the operations.
#[expect(clippy::needless_pass_by_value, reason = "the tables read better")]
pub(crate) fn check(operations: Value, pointer: &str, expected: Value) {
    let definition = users();
    let after = applied(&definition, user(), &patch(&definition, &operations));
    let after = after.unwrap_or_else(|error| panic!("{operations}: {error:?}"));
    assert_eq!(after.pointer(pointer).unwrap_or(&Value::Null), &expected, "{operations}");
}

#[expect(clippy::needless_pass_by_value, reason = "the tables read better")]
pub(crate) fn unchanged(operations: Value) {
    let definition = users();
    assert_eq!(applied(&definition, user(), &patch(&definition, &operations)), Ok(user()), "{operations}");
}

#[expect(clippy::needless_pass_by_value, reason = "the tables read better")]
pub(crate) fn refused(operations: Value, expected: ScimType) {
    let definition = users();
    assert_eq!(applied(&definition, user(), &patch(&definition, &operations)), Err(Some(expected)), "{operations}");
}

#[test]
fn one_attribute_is_set_and_unset() {
    check(json!([{ "op": "add", "path": "title", "value": "Dr." }]), "/title", json!("Dr."));
    check(json!([{ "op": "REPLACE", "path": "TITLE", "value": ["Dr."] }]), "/title", json!("Dr."));
    check(json!([{ "op": "Replace", "path": format!("{USER_URN}:title"), "value": "Dr." }]), "/title", json!("Dr."));
    check(json!([{ "op": "replace", "path": "name.givenName", "value": "A" }]), "/name/givenName", json!("A"));
    check(
        json!([{ "op": "replace", "path": "name", "value": { "givenName": "A" } }]),
        "/name/familyName",
        json!("Example"),
    );
    check(json!([{ "op": "add", "path": "name", "value": { "givenName": null } }]), "/name/givenName", json!(null));
    check(json!([{ "op": "replace", "path": "name", "value": {} }]), "/name", json!(null));
    check(json!([{ "op": "remove", "path": "name.familyName" }]), "/name/familyName", json!(null));
    check(json!([{ "op": "remove", "path": "name", "value": { "givenName": "Ada" } }]), "/name", json!(null));
    for nothing in [json!(""), json!(null), json!([]), json!({})] {
        check(json!([{ "op": "Replace", "path": "title", "value": nothing }]), "/title", json!(null));
        check(json!([{ "op": "Add", "path": "title", "value": nothing }]), "/title", json!(null));
        check(json!([{ "op": "replace", "path": "emails", "value": nothing }]), "/emails", json!(null));
        unchanged(json!([{ "op": "add", "path": "emails", "value": nothing }]));
    }
    unchanged(json!([{ "op": "add", "path": "name", "value": {} }]));
    unchanged(json!([{ "op": "remove", "path": "nickName" }, { "op": "remove", "path": "name.middleName" }]));
    check(json!([{ "op": "add", "path": "tags", "value": "A" }]), &format!("/{EXAMPLE_URN}/tags"), json!(["a", "B"]));
    check(
        json!([{ "op": "add", "path": "tags", "value": ["c"] }]),
        &format!("/{EXAMPLE_URN}/tags"),
        json!(["a", "B", "c"]),
    );
    check(json!([{ "op": "remove", "path": "tags", "value": ["b"] }]), &format!("/{EXAMPLE_URN}/tags"), json!(["a"]));
}

#[test]
fn a_changed_manager_leaves_nothing_of_the_former() {
    let manager = format!("{ENTERPRISE_USER_URN}:manager");
    let pointer = format!("/{manager}").replace(":User:manager", ":User/manager");
    for (path, value) in [
        (manager.as_str(), json!("U9")),
        ("manager", json!([{ "$ref": "x/U7", "value": "U9" }])),
        ("manager", json!({ "value": "U9", "displayName": "Hal" })),
        ("manager.value", json!("U9")),
        ("manager", json!({ "$ref": "https://x/Users/U9" })),
    ] {
        check(json!([{ "op": "Replace", "path": path, "value": value }]), &pointer, json!({ "value": "U9" }));
    }
    for value in
        [json!(""), json!(null), json!([]), json!({}), json!({ "value": "" }), json!({ "value": null, "$ref": "x/U8" })]
    {
        check(json!([{ "op": "Replace", "path": manager, "value": value }]), &pointer, json!(null));
    }
    check(json!([{ "op": "Remove", "path": "manager.value" }]), &pointer, json!(null));
    unchanged(json!([{ "op": "Add", "path": manager, "value": { "value": "U8", "displayName": "Other" } }]));
    refused(json!([{ "op": "replace", "path": "manager.displayName", "value": "Hal" }]), ScimType::Mutability);
}

#[test]
fn keys_of_a_pathless_value_are_paths() {
    let definition = users();
    let value = json!({
        "id": "X", "schemas": [USER_URN], "meta": {}, "groups": [], "shoeSize": 43, "not a path": 1, "urn:example:no:User:tag": 1,
        "name.givenName": "A", "DISPLAYNAME": "D", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:department": "X",
        r#"emails[type eq "home"].value"#: "h@x", "manager.value": "U9", EXAMPLE_URN: { "badge": "1", "stamp": "x" },
        "active": "False", "password": "p"
    });
    let change = patch(&definition, &json!([{ "op": "replace", "value": [value] }]));
    assert_eq!((change.active, change.password.as_ref().map(|password| password.0.as_str())), (Some(false), Some("p")));
    assert!(!format!("{change:?}").contains("\"p\""));
    let mut expected = user();
    expected["name"]["givenName"] = json!("A");
    expected["displayName"] = json!("D");
    expected["emails"][1]["value"] = json!("h@x");
    expected[ENTERPRISE_USER_URN] = json!({ "department": "X", "manager": { "value": "U9" } });
    expected[EXAMPLE_URN]["badge"] = json!(1);
    assert_eq!(applied(&definition, user(), &change), Ok(expected));
}

#[test]
fn an_extension_is_set_and_unset_as_one() {
    let pointer = format!("/{ENTERPRISE_USER_URN}");
    let block = json!({ "department": "X", "manager": null, "shoeSize": 43 });
    check(
        json!([{ "op": "add", "path": ENTERPRISE_USER_URN, "value": block }]),
        &pointer,
        json!({ "department": "X" }),
    );
    check(
        json!([{ "op": "replace", "value": { ENTERPRISE_USER_URN: block } }]),
        &pointer,
        json!({ "department": "X" }),
    );
    check(json!([{ "op": "remove", "path": ENTERPRISE_USER_URN }]), &pointer, json!(null));
    check(json!([{ "op": "replace", "path": ENTERPRISE_USER_URN, "value": null }]), &pointer, json!(null));
    check(json!([{ "op": "replace", "value": { ENTERPRISE_USER_URN: null } }]), &pointer, json!(null));
    unchanged(json!([{ "op": "add", "value": { ENTERPRISE_USER_URN: null } }]));
    check(json!([{ "op": "remove", "path": EXAMPLE_URN }]), &format!("/{EXAMPLE_URN}"), json!(null));
    check(json!([{ "op": "add", "path": USER_URN, "value": { "title": "Dr." } }]), "/title", json!("Dr."));
    refused(json!([{ "op": "remove", "path": USER_URN }]), ScimType::NoTarget);
    refused(json!([{ "op": "add", "path": ENTERPRISE_USER_URN, "value": 1 }]), ScimType::InvalidValue);
}

#[test]
fn named_says_what_is_touched() {
    let definition = users();
    let check = |operations: Value, expected: &[&str]| {
        let named = patch(&definition, &operations).named(&definition);
        let paths: Vec<String> = named.iter().map(|id| definition.path(id)).collect();
        assert_eq!(paths, expected, "{operations}");
    };
    check(json!([{ "op": "add", "path": "title", "value": "x" }]), &["title"]);
    check(json!([{ "op": "add", "path": "name", "value": { "givenName": "x" } }]), &["name", "name.givenName"]);
    check(
        json!([{ "op": "add", "path": r#"emails[type eq "work"].value"#, "value": "x" }]),
        &["emails", "emails.value"],
    );
    check(
        json!([{ "op": "remove", "path": "emails" }]),
        &["emails", "emails.value", "emails.display", "emails.type", "emails.primary"],
    );
}
