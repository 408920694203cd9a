//! What is read from values and bodies, and what is refused.

use scim_core::resource::{Coerced, coerce};
use scim_core::schema::{ENTERPRISE_USER_URN, GROUP_URN, USER_URN};
use scim_core::{Resource, ScimType};
use serde_json::{Value, json};

use crate::fixtures::{EXAMPLE_URN, groups, resource, user, users};

#[expect(clippy::needless_pass_by_value, reason = "the tables read better")]
fn check(path: &str, sent: Value, expected: Value) {
    let definition = users();
    let id = definition.attribute(path).expect("a path of the fixture");
    assert_eq!(coerce(&definition, id, &sent), Ok(Coerced::Value(expected.clone())), "{path} from {sent}");
    assert_eq!(coerce(&definition, id, &expected), Ok(Coerced::Value(expected)), "{path}: once is enough");
}

#[expect(clippy::needless_pass_by_value, reason = "the tables read better")]
fn unset(path: &str, sent: Value) {
    let definition = users();
    let id = definition.attribute(path).expect("a path of the fixture");
    assert_eq!(coerce(&definition, id, &sent), Ok(Coerced::Unset), "{path} from {sent}");
}

#[expect(clippy::needless_pass_by_value, reason = "the tables read better")]
fn refused(path: &str, sent: Value) {
    let definition = users();
    let id = definition.attribute(path).expect("a path of the fixture");
    let error = coerce(&definition, id, &sent).expect_err(&format!("{path} from {sent}"));
    assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidValue)));
}

#[test]
fn nothing_unsets_whatever_the_type() {
    let definition = users();
    for &root in definition.roots() {
        for id in definition.family(root).iter() {
            for sent in [json!(null), json!(""), json!([]), json!({}), json!([null]), json!([""])] {
                unset(&definition.path(id), sent);
            }
        }
    }
    unset("name", json!({ "givenName": "", "familyName": null }));
    unset("emails", json!([{ "type": "work", "value": "" }, { "type": "home", "primary": true }]));
    unset("addresses", json!([{ "type": "work", "locality": null }]));
}

#[test]
fn words_become_booleans() {
    for (sent, expected) in [("True", true), ("False", false), ("true", true), ("FALSE", false)] {
        check("active", json!(sent), json!(expected));
        check("active", json!([sent]), json!(expected));
    }
    check("active", json!([false]), json!(false));
    for sent in [json!("yes"), json!("1"), json!(1), json!(0), json!([true, false]), json!({ "value": true })] {
        refused("active", sent);
    }
    check("emails", json!([{ "value": "a", "primary": "True" }]), json!([{ "value": "a", "primary": true }]));
    refused("emails", json!([{ "value": "a", "primary": "perhaps" }]));
}

#[test]
fn scalars_come_to_their_type() {
    check("title", json!(["Dr."]), json!("Dr."));
    check("title", json!(7), json!("7"));
    check("title", json!(true), json!("true"));
    check("name.givenName", json!(["Ada"]), json!("Ada"));
    check("name", json!({ "GIVENNAME": ["Ada"], "shoeSize": 43 }), json!({ "givenName": "Ada" }));
    check("badge", json!("42"), json!(42));
    check("rate", json!("0.25"), json!(0.25));
    check("hired", json!("2026-01-31T10:00:00.0000000Z"), json!("2026-01-31T10:00:00.0000000Z"));
    check("tags", json!("x"), json!(["x"]));
    check("tags", json!(["x", "X", "y", "x"]), json!(["x", "y"]));
    for sent in [json!(1.5), json!("4 2"), json!(true), json!([1, 2])] {
        refused("badge", sent);
    }
    for sent in [json!("NaN"), json!("inf"), json!("x"), json!(true)] {
        refused("rate", sent);
    }
    refused("hired", json!("yesterday"));
    refused("hired", json!(1_700_000_000));
    refused("title", json!(["a", "b"]));
    refused("title", json!({ "value": "a" }));
    refused("name", json!("Ada"));
    refused("emails", json!(true));
    refused("emails", json!([[{ "value": "a" }]]));
}

#[test]
fn control_characters_are_refused() {
    for text in ["a\u{0}b", "\u{7}", "\u{1b}[0m", "\u{85}"] {
        refused("userName", json!(text));
        refused("emails", json!([{ "value": text }]));
        refused("password", json!(text));
        let error = Resource::read(&users(), &json!({ "userName": text })).expect_err("it is refused");
        assert_eq!((error.status, error.detail.contains('\u{0}')), (400, false));
    }
    check(
        "addresses",
        json!([{ "formatted": "1 Main St\r\n\tOslo" }]),
        json!([{ "formatted": "1 Main St\r\n\tOslo" }]),
    );
}

#[test]
fn manager_is_a_value_in_any_shape() {
    for sent in [
        json!("U9"),
        json!({ "value": "U9" }),
        json!([{ "value": "U9" }]),
        json!([{ "$ref": "https://example.com/Users/U7", "value": "U9" }]),
        json!({ "value": "U9", "displayName": "Hal", "$ref": null }),
        json!({ "$ref": "https://example.com/v2/Users/U9/" }),
        json!(["U9"]),
    ] {
        check("manager", sent, json!({ "value": "U9" }));
    }
    unset("manager", json!({ "value": "", "$ref": "../Users/U1" }));
    unset("manager", json!({ "displayName": "Hal" }));
    refused("manager", json!(["U8", "U9"]));
}

#[test]
fn a_members_uri_follows_from_its_value() {
    let definition = groups();
    let members = definition.attribute("members").expect("groups have members");
    for (sent, expected) in [
        (json!([{ "value": "U1", "$ref": "https://example.com/Users/U2" }]), json!([{ "value": "U1" }])),
        (
            json!([{ "$ref": "https://example.com/Users/U2", "type": "User" }]),
            json!([{ "type": "User", "value": "U2" }]),
        ),
    ] {
        assert_eq!(coerce(&definition, members, &sent), Ok(Coerced::Value(expected)), "{sent}");
    }
}

#[test]
fn roles_are_stored_as_sent() {
    let text = r#"{"id":"1","value":"Admin","displayName":"Admin"}"#;
    check("roles", json!([{ "value": text }]), json!([{ "value": text }]));
    check("roles", json!([{ "value": "A", "displayName": "A role" }]), json!([{ "value": "A" }]));
    check("roles", json!("Admin"), json!([{ "value": "Admin" }]));
    check("roles", json!(["A", { "value": "B" }, 3]), json!([{ "value": "A" }, { "value": "B" }, { "value": "3" }]));
}

#[test]
fn the_last_primary_stays_and_twice_is_once() {
    check(
        "emails",
        json!([{ "value": "a", "primary": true }, { "value": "b", "primary": "True" }, { "value": "c" }]),
        json!([{ "value": "a", "primary": false }, { "value": "b", "primary": true }, { "value": "c" }]),
    );
    check(
        "emails",
        json!([{ "value": "A", "type": "work" }, { "value": "a", "type": "home" }, { "value": "a", "display": "x" }]),
        json!([{ "value": "A", "type": "work", "display": "x" }, { "value": "a", "type": "home" }]),
    );
    let definition = groups();
    let members = definition.attribute("members").expect("a path");
    let sent = json!([{ "value": "U1", "display": null }, { "value": "u1" }, { "value": "U1", "type": "User" }]);
    let expected = json!([{ "value": "U1", "type": "User" }, { "value": "u1" }]);
    assert_eq!(coerce(&definition, members, &sent), Ok(Coerced::Value(expected)), "ids are exact");
}

#[test]
fn a_body_is_read_leniently() {
    let check = |body: Value, expected: Value| {
        assert_eq!(Resource::read(&users(), &body).map(Resource::into_json), Ok(expected), "{body}");
    };
    let ada = json!({ "userName": "Ada@Example.com" });
    check(json!({ "USERNAME": "Ada@Example.com" }), ada.clone());
    check(
        json!({ "schemas": [], "id": "X", "meta": { "version": 1 }, "groups": [{ "value": "G" }], "userName": "Ada@Example.com" }),
        ada.clone(),
    );
    check(
        json!({ "schemas": null, "userName": "Ada@Example.com", "department": null, "manager": null, "shoeSize": 43 }),
        ada.clone(),
    );
    check(json!({ "userName": "Ada@Example.com", "urn:example:unknown:User": { "tag": "\u{0}" } }), ada.clone());
    check(
        json!({ "userName": "Ada@Example.com", ENTERPRISE_USER_URN: null, EXAMPLE_URN: { "stamp": "x" } }),
        ada.clone(),
    );
    check(json!({ "userName": "Ada@Example.com", ENTERPRISE_USER_URN: { "department": "" } }), ada);
    check(
        json!({ "userName": "a", "urn:scim:schemas:extension:enterprise:1.0": { "Department": "X" }, "password": "p" }),
        json!({ "userName": "a", ENTERPRISE_USER_URN: { "department": "X" }, "password": "p" }),
    );
}

#[test]
fn a_body_that_cannot_be_meant_is_refused() {
    let check = |body: Value, expected: ScimType| {
        let error = Resource::read(&users(), &body).expect_err("it is refused");
        assert_eq!((error.status, error.scim_type), (400, Some(expected)), "{body}");
    };
    check(json!([]), ScimType::InvalidSyntax);
    check(json!("x"), ScimType::InvalidSyntax);
    check(json!({ "schemas": [GROUP_URN], "userName": "a" }), ScimType::InvalidSyntax);
    check(json!({}), ScimType::InvalidValue);
    check(json!({ "userName": "" }), ScimType::InvalidValue);
    check(json!({ "userName": "a", ENTERPRISE_USER_URN: "x" }), ScimType::InvalidValue);
}

#[test]
fn finish_orders_and_names_the_schemas() {
    let definition = users();
    let mut scrambled = resource(json!({
        EXAMPLE_URN: { "tags": ["x"], "badge": 1 }, "emails": [{ "value": "a" }], "unknown": 1, "userName": "a",
        ENTERPRISE_USER_URN: {}, "id": "U1", "meta": { "resourceType": "User" }
    }));
    scrambled.finish(&definition);
    let printed = scrambled.clone().into_json().to_string();
    let expected = json!({
        "schemas": [USER_URN, EXAMPLE_URN], "id": "U1", "meta": { "resourceType": "User" }, "userName": "a",
        "emails": [{ "value": "a" }], EXAMPLE_URN: { "badge": 1, "tags": ["x"] }
    });
    assert_eq!(printed, expected.to_string());
    scrambled.finish(&definition);
    assert_eq!(printed, scrambled.into_json().to_string(), "once is enough");
}

#[test]
fn set_get_and_remove_go_together() {
    let definition = users();
    let mut resource = resource(user());
    let id = |path| definition.attribute(path).expect("a path");
    resource.set(&definition, id("manager.value"), json!("U9"));
    assert_eq!(resource.text(&definition, id("manager.value")), Some("U9"));
    resource.set(&definition, id("emails.value"), json!("lost"));
    assert_eq!(resource.get(&definition, id("emails")), user().get("emails"), "a part of a list has no place");
    assert_eq!(resource.get(&definition, id("emails.value")), None);
    for part in ["manager.value", "manager.$ref", "manager.displayName", "department"] {
        assert!(resource.remove(&definition, id(part)).is_some());
    }
    assert!(!resource.as_map().contains_key(ENTERPRISE_USER_URN), "an empty block goes");
    resource.set(&definition, id("password"), json!("secret"));
    assert!(!format!("{resource:?}").contains("secret"));
}
