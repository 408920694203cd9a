//! PATCH operations on the elements of multi-valued attributes.

use scim_core::ScimType;
use serde_json::{Value, json};

use crate::changes::{applied, check, patch, refused, unchanged};
use crate::fixtures::{group, groups};

#[expect(clippy::needless_pass_by_value, reason = "the tables read better")]
fn members(operations: Value, expected: &[&str]) {
    let definition = groups();
    let after = applied(&definition, group(), &patch(&definition, &operations)).expect("it can be done");
    let ids: Vec<&str> =
        after["members"].as_array().into_iter().flatten().filter_map(|member| member["value"].as_str()).collect();
    assert_eq!(ids, expected, "{operations}");
}

#[test]
fn a_value_path_selects_or_creates() {
    let emails = |ops: Value, expected: Value| check(ops, "/emails", expected);
    let work = json!({ "value": "ada@example.com", "type": "work", "primary": true });
    let home = json!({ "value": "ada@home.example", "type": "home" });
    for op in ["add", "Replace"] {
        emails(
            json!([{ "op": op, "path": r#"emails[type eq "WORK"].VALUE"#, "value": "n@x" }]),
            json!([{ "value": "n@x", "type": "work", "primary": true }, home]),
        );
        emails(
            json!([{ "op": op, "path": r#"emails[type eq "other"].value"#, "value": "o@x" }]),
            json!([work, home, { "type": "other", "value": "o@x" }]),
        );
        emails(json!([{ "op": op, "path": r#"emails[type eq "work"].value"#, "value": "" }]), json!([home]));
        emails(
            json!([{ "op": op, "path": r#"emails[type eq "other" and primary eq "True"].value"#, "value": "o@x" }]),
            json!([{ "value": "ada@example.com", "type": "work", "primary": false }, home, { "type": "other", "primary": true, "value": "o@x" }]),
        );
        emails(
            json!([{ "op": op, "path": r#"emails[type eq "home"].primary"#, "value": "true" }]),
            json!([{ "value": "ada@example.com", "type": "work", "primary": false }, { "value": "ada@home.example", "type": "home", "primary": true }]),
        );
        for path in [
            r#"emails[value co "nobody"].value"#,
            r#"emails[value eq "n@x"].display"#,
            r#"emails[type ne "work" and type ne "home"].value"#,
            r#"emails[type eq "a" and type eq "b"].value"#,
            r#"emails[type eq "a" or type eq "b"].value"#,
        ] {
            refused(json!([{ "op": op, "path": path, "value": "n@x" }]), ScimType::NoTarget);
        }
    }
    check(
        json!([{ "op": "Add", "path": r#"phoneNumbers[type eq "mobile"].value"#, "value": "1" }, { "op": "Add", "path": r#"phoneNumbers[type eq "mobile"].display"#, "value": "One" }]),
        "/phoneNumbers",
        json!([{ "type": "mobile", "value": "1", "display": "One" }]),
    );
    check(
        json!([{ "op": "add", "path": "phoneNumbers.value", "value": "1" }]),
        "/phoneNumbers",
        json!([{ "value": "1" }]),
    );
    emails(json!([{ "op": "remove", "path": r#"emails[type eq "work"]"# }]), json!([home]));
    emails(json!([{ "op": "remove", "path": r#"emails[type eq "work"].value"# }]), json!([home]));
    emails(
        json!([{ "op": "remove", "path": r#"emails[type eq "work"].primary"# }]),
        json!([{ "value": "ada@example.com", "type": "work" }, home]),
    );
    unchanged(
        json!([{ "op": "remove", "path": r#"emails[type eq "other"]"# }, { "op": "remove", "path": r#"emails[value co "x"].display"# }]),
    );
}

#[test]
fn a_selected_element_is_replaced_whole() {
    let home = json!({ "value": "ada@home.example", "type": "home" });
    let emails = |ops: Value, expected: Value| check(ops, "/emails", expected);
    emails(
        json!([{ "op": "replace", "path": r#"emails[type eq "work"]"#, "value": { "value": "n@x" } }]),
        json!([{ "type": "work", "value": "n@x" }, home]),
    );
    emails(
        json!([{ "op": "replace", "path": r#"emails[type eq "work"]"#, "value": [{ "value": "n@x", "type": "other" }] }]),
        json!([{ "type": "other", "value": "n@x" }, home]),
    );
    emails(
        json!([{ "op": "replace", "path": r#"emails[value eq "ADA@example.com"]"#, "value": { "type": "other" } }]),
        json!([{ "value": "ada@example.com", "type": "other" }, home]),
    );
    emails(json!([{ "op": "replace", "path": "emails[value pr]", "value": "n@x" }]), json!([{ "value": "n@x" }]));
    emails(json!([{ "op": "replace", "path": r#"emails[type eq "work"]"#, "value": home }]), json!([home]));
    emails(json!([{ "op": "replace", "path": r#"emails[type eq "work"]"#, "value": null }]), json!([home]));
    emails(
        json!([{ "op": "add", "path": r#"emails[type eq "home"]"#, "value": { "display": "H" } }]),
        json!([{ "value": "ada@example.com", "type": "work", "primary": true }, { "value": "ada@home.example", "type": "home", "display": "H" }]),
    );
}

#[test]
fn adding_beside_the_same_type_is_one_more() {
    check(
        json!([{ "op": "add", "path": "emails", "value": [{ "type": "work", "value": "n@x", "primary": true }] }]),
        "/emails",
        json!([{ "value": "ada@example.com", "type": "work", "primary": false }, { "value": "ada@home.example", "type": "home" }, { "type": "work", "value": "n@x", "primary": true }]),
    );
    unchanged(json!([{ "op": "add", "path": "emails", "value": { "value": "ADA@example.com" } }]));
    unchanged(json!([{ "op": "add", "value": { "emails": ["ada@home.example"], "roles": ["user"] } }]));
    check(
        json!([{ "op": "remove", "path": "emails", "value": [{ "value": "ada@example.com", "type": "home" }, "ada@home.example"] }]),
        "/emails/1",
        json!(null),
    );
    check(
        json!([{ "op": "remove", "path": "addresses", "value": [{ "type": "WORK" }] }]),
        "/addresses",
        json!([{ "type": "other", "locality": "Rome" }]),
    );
    unchanged(json!([{ "op": "add", "path": "addresses", "value": { "type": "other", "locality": "rome" } }]));
}

#[test]
fn memberships_follow_the_value_alone() {
    members(
        json!([{ "op": "add", "path": "members", "value": [{ "value": "U1", "$ref": null }, { "value": "U4" }, { "value": "U4", "type": "User" }] }]),
        &["U1", "U2", "U3", "U4"],
    );
    members(json!([{ "op": "add", "path": "members", "value": "U4" }]), &["U1", "U2", "U3", "U4"]);
    members(
        json!([{ "op": "add", "value": { "members": [{ "$ref": "https://x/Users/U4" }] } }]),
        &["U1", "U2", "U3", "U4"],
    );
    members(
        json!([{ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": "U1" }, { "value": "U3", "type": "User" }] }]),
        &["U2"],
    );
    members(json!([{ "op": "remove", "path": "members", "value": "U2" }]), &["U1", "U3"]);
    members(json!([{ "op": "remove", "path": "members", "value": null }]), &[]);
    members(json!([{ "op": "remove", "path": "members" }]), &[]);
    for nothing in [
        json!([]),
        json!([{}]),
        json!([{ "value": null }]),
        json!([{ "value": "", "type": "User" }]),
        json!({ "value": "" }),
        json!([""]),
    ] {
        members(json!([{ "op": "remove", "path": "members", "value": nothing }]), &["U1", "U2", "U3"]);
    }
    members(
        json!([{ "op": "remove", "path": r#"members[value eq "U2"]"# }, { "op": "remove", "path": r#"members[value eq "u1"]"# }]),
        &["U1", "U3"],
    );
    members(json!([{ "op": "remove", "path": r#"members[value eq "U1" or value eq "U2"]"# }]), &["U3"]);
    members(json!([{ "op": "replace", "path": "members", "value": [{ "value": "U9" }, { "value": "U9" }] }]), &["U9"]);
    members(json!([{ "op": "replace", "value": { "id": "G1", "displayName": "E" } }]), &["U1", "U2", "U3"]);
    members(json!([{ "op": "replace", "value": { "members": [] } }]), &[]);
}
