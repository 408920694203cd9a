//! Whole PUT and PATCH bodies: what is refused, what is malformed, and that switching off wins.

use scim_core::schema::{ENTERPRISE_USER_URN, GROUP_URN, USER_URN};
use scim_core::{Change, ScimType, change};
use serde_json::{Value, json};

use crate::changes::{applied, patch, refused};
use crate::fixtures::{user, users};

#[test]
fn what_cannot_be_done_says_why() {
    for (operation, expected) in [
        (json!({ "op": "remove" }), ScimType::NoTarget),
        (json!({ "op": "add", "value": "x" }), ScimType::InvalidValue),
        (json!({ "op": "add", "path": "title" }), ScimType::InvalidValue),
        (json!({ "op": "add", "path": r#"emails[type eq "work"].value"# }), ScimType::InvalidValue),
        (json!({ "op": "replace", "path": "active", "value": "maybe" }), ScimType::InvalidValue),
        (json!({ "op": "replace", "path": "active", "value": null }), ScimType::InvalidValue),
        (json!({ "op": "remove", "path": "active" }), ScimType::InvalidValue),
        (json!({ "op": "replace", "path": "userName", "value": "" }), ScimType::InvalidValue),
        (json!({ "op": "remove", "path": "userName" }), ScimType::Mutability),
        (json!({ "op": "replace", "path": "id", "value": "X" }), ScimType::Mutability),
        (json!({ "op": "add", "path": "groups", "value": [{ "value": "G2" }] }), ScimType::Mutability),
        (json!({ "op": "remove", "path": r#"groups[value eq "G1"]"# }), ScimType::Mutability),
        (json!({ "op": "add", "path": "meta.created", "value": "2026-01-31T10:00:00Z" }), ScimType::Mutability),
        (json!({ "op": "add", "path": "shoeSize", "value": 43 }), ScimType::InvalidPath),
        (json!({ "op": "add", "path": "emails.shoeSize", "value": 43 }), ScimType::InvalidPath),
        (json!({ "op": "add", "path": r#"emails[type eq "work"].shoeSize"#, "value": 43 }), ScimType::InvalidPath),
        (json!({ "op": "add", "path": r#"emails[shoeSize eq "43"].value"#, "value": "x" }), ScimType::InvalidPath),
        (json!({ "op": "add", "path": "emails[type eq \"a\\u0000\"].value", "value": "x" }), ScimType::InvalidPath),
        (json!({ "op": "add", "path": r#"name[givenName eq "x"]"#, "value": "x" }), ScimType::InvalidPath),
        (json!({ "op": "add", "path": "/title", "value": "x" }), ScimType::InvalidPath),
        (json!({ "op": "add", "path": "emails[", "value": "x" }), ScimType::InvalidPath),
        (json!({ "op": "add", "path": "title", "value": "\u{0}" }), ScimType::InvalidValue),
        (json!({ "op": "add", "path": "name", "value": "Ada" }), ScimType::InvalidValue),
    ] {
        refused(json!([operation]), expected);
        let definition = users();
        let off = json!({ "op": "Replace", "path": "active", "value": "False" });
        for operations in [json!([off, operation]), json!([operation, off])] {
            let change = patch(&definition, &operations);
            assert!(change.off(), "off wins: {operations}");
            assert_eq!(change.refused.and_then(|error| error.scim_type), Some(expected), "{operations}");
        }
    }
}

#[test]
fn of_several_words_on_active_the_last_counts() {
    let check = |operations: Value, expected: Option<bool>| {
        let change = patch(&users(), &operations);
        assert_eq!((change.active, change.refused, change.edits), (expected, None, Vec::new()), "{operations}");
    };
    let word = |value: Value| json!({ "op": "replace", "path": "active", "value": value });
    check(json!([word(json!(false)), word(json!("True"))]), Some(true));
    check(json!([word(json!(true)), { "op": "add", "value": { "Active": [false] } }]), Some(false));
    check(json!([{ "op": "add", "path": format!("{USER_URN}:active"), "value": "false" }]), Some(false));
    check(json!([{ "op": "add", "value": { format!("{USER_URN}:active"): "FALSE" } }]), Some(false));
    check(json!([{ "op": "add", "path": "urn:example:no:User:tag", "value": 1 }]), None);
    check(
        json!([{ "op": "add", "path": "schemas", "value": [ENTERPRISE_USER_URN] }, { "op": "replace", "path": "", "value": {} }]),
        None,
    );
    assert!(patch(&users(), &json!([{ "op": "add", "value": {} }])).is_empty());
}

#[test]
fn a_malformed_message_is_an_error() {
    let off = json!({ "op": "replace", "path": "active", "value": false });
    for (body, status) in [
        (json!([]), 400),
        (json!({}), 400),
        (json!({ "Operations": [] }), 400),
        (json!({ "Operations": off }), 400),
        (json!({ "Operations": [off, "x"] }), 400),
        (json!({ "Operations": [off, { "op": "move", "path": "title" }] }), 400),
        (json!({ "Operations": [off, { "path": "title", "value": "x" }] }), 400),
        (json!({ "Operations": [off, { "op": "add", "path": 1, "value": "x" }] }), 400),
        (json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [off] }), 400),
        (json!({ "Operations": vec![off.clone(); change::OPERATIONS_MAX + 1] }), 413),
    ] {
        assert_eq!(Change::from_patch(&users(), &body).map_err(|error| error.status).unwrap_err(), status);
    }
    for schemas in [json!(null), json!([]), json!([USER_URN]), json!([change::PATCH_OP_URN.to_lowercase()])] {
        let body = json!({ "SCHEMAS": schemas, "operations": [{ "OP": "Replace", "Path": "active", "VALUE": false }] });
        assert!(Change::from_patch(&users(), &body).is_ok_and(|change| change.off()), "{body}");
    }
}

#[test]
fn put_names_what_is_to_change() {
    let definition = users();
    let check = |body: Value, expected: Value| {
        let change = Change::from_put(&definition, &body).expect("a body");
        assert!(change.echo);
        assert_eq!(applied(&definition, user(), &change), Ok(expected), "{body}");
    };
    let with = |edit: &dyn Fn(&mut Value)| {
        let mut expected = user();
        edit(&mut expected);
        expected
    };
    check(user(), user());
    check(json!({}), user());
    check(json!({ "id": "X", "groups": [], "meta": null, "shoeSize": 43, "active": null, "password": "" }), user());
    check(json!({ "name": { "givenName": "A" } }), with(&|user| user["name"]["givenName"] = json!("A")));
    check(
        json!({ "NAME": { "formatted": "" } }),
        with(&|user| user["name"] = json!({ "familyName": "Example", "givenName": "Ada" })),
    );
    check(json!({ "emails": [{ "value": "n@x" }] }), with(&|user| user["emails"] = json!([{ "value": "n@x" }])));
    for nothing in [json!(null), json!(""), json!([])] {
        check(
            json!({ "title": nothing, "emails": nothing, ENTERPRISE_USER_URN: nothing }),
            with(&|user| {
                for name in ["title", "emails", ENTERPRISE_USER_URN] {
                    user.as_object_mut().expect("an object").shift_remove(name);
                }
            }),
        );
    }
    check(json!({ ENTERPRISE_USER_URN: {} }), user());
    check(json!({ "department": "stray" }), user());
}

#[test]
fn a_put_that_cannot_be_done_still_switches_off() {
    for wrong in [
        json!({ "title": ["a", "b"] }),
        json!({ "userName": "" }),
        json!({ ENTERPRISE_USER_URN: "x" }),
        json!({ "emails": [{ "value": "\u{0}" }] }),
    ] {
        let mut body = wrong;
        body["active"] = json!("False");
        let change = Change::from_put(&users(), &body).expect("a body");
        assert!(
            change.off() && change.refused.is_some_and(|error| error.scim_type == Some(ScimType::InvalidValue)),
            "{body}"
        );
    }
    assert!(Change::from_put(&users(), &json!([])).is_err());
    assert!(Change::from_put(&users(), &json!({ "schemas": [GROUP_URN], "active": false })).is_err());
}
