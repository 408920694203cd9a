//! What PUT and PATCH ask of a group's members (idp-clients reference, section 12, rows 14 and 22 to 29).

use std::collections::BTreeMap;

use scim_core::change::{MEMBERS_MAX, Members};
use scim_core::{Change, Definition, Filter, ResourceType, ScimType};
use serde_json::{Value, json};

use crate::changes::patch;

fn groups() -> Definition {
    Definition::new(ResourceType::group(Vec::new()))
}

fn taken(mut change: Change) -> Result<Members, Option<ScimType>> {
    let definition = groups();
    if let Some(refused) = change.refused {
        return Err(refused.scim_type);
    }
    let members = definition.attribute("members").expect("groups have members");
    change.take_members(&definition, members).map_err(|error| error.scim_type)
}

#[expect(clippy::unnecessary_wraps, reason = "the tables hold refusals beside them")]
fn delta(wishes: &[(&str, bool)]) -> Result<Members, Option<ScimType>> {
    let wishes: BTreeMap<String, bool> = wishes.iter().map(|(id, wanted)| ((*id).to_owned(), *wanted)).collect();
    Ok(Members::Delta(wishes))
}

#[expect(clippy::unnecessary_wraps, reason = "the tables hold refusals beside them")]
fn exactly(ids: &[&str]) -> Result<Members, Option<ScimType>> {
    Ok(Members::Exactly(ids.iter().map(|&id| id.to_owned()).collect()))
}

#[test]
fn operations_on_members_come_to_one_wish() {
    let add = |value: Value| json!({ "op": "Add", "path": "members", "value": value });
    let remove = |value: Value| json!({ "op": "Remove", "path": "members", "value": value });
    let select = |filter: &str| json!({ "op": "remove", "path": format!("members[{filter}]") });
    for (operations, expected) in [
        (
            json!([add(json!([{ "$ref": null, "value": "1" }, { "value": "2", "display": null }]))]),
            delta(&[("1", true), ("2", true)]),
        ),
        (json!([add(json!([{ "value": "1" }, { "value": "1" }]))]), delta(&[("1", true)])),
        (json!([add(json!({ "value": "1" }))]), delta(&[("1", true)])),
        (json!([add(json!("1"))]), delta(&[("1", true)])),
        (json!([add(json!([]))]), Ok(Members::Untouched)),
        (json!([remove(json!([{ "$ref": null, "value": "1" }]))]), delta(&[("1", false)])),
        (json!([remove(json!([]))]), Ok(Members::Untouched)),
        (json!([remove(json!([{ "value": null }]))]), Ok(Members::Untouched)),
        (json!([{ "op": "remove", "path": "members" }]), exactly(&[])),
        (json!([{ "op": "remove", "path": "members", "value": null }]), exactly(&[])),
        (json!([select("value eq \"1\"")]), delta(&[("1", false)])),
        (json!([select("value eq \"1\" or value eq \"2\"")]), delta(&[("1", false), ("2", false)])),
        (json!([select("type eq \"User\" and value eq \"1\"")]), delta(&[("1", false)])),
        (json!([select("value eq \"1\""), add(json!([{ "value": "1" }]))]), delta(&[("1", true)])),
        (json!([add(json!([{ "value": "1" }])), select("value eq \"1\"")]), delta(&[("1", false)])),
        (json!([{ "op": "replace", "path": "members", "value": [{ "value": "1" }] }]), exactly(&["1"])),
        (json!([{ "op": "replace", "path": "members", "value": [] }]), exactly(&[])),
        (json!([{ "op": "replace", "value": { "members": [], "id": "G", "displayName": "x" } }]), exactly(&[])),
        (json!([{ "op": "replace", "value": { "id": "G", "displayName": "x" } }]), Ok(Members::Untouched)),
        (json!([{ "op": "remove", "path": "members" }, add(json!([{ "value": "2" }]))]), exactly(&["2"])),
        (
            json!([{ "op": "replace", "path": "members", "value": [{ "value": "1" }, { "value": "2" }] },
                select("value eq \"1\""), add(json!([{ "value": "2" }, { "value": "3" }]))]),
            exactly(&["2", "3"]),
        ),
        (json!([add(json!([{ "value": "1", "type": "user" }]))]), delta(&[("1", true)])),
        (json!([add(json!([{ "value": "1", "type": "Group" }]))]), Err(Some(ScimType::InvalidValue))),
        (json!([add(json!([{ "display": "ada" }]))]), Err(Some(ScimType::InvalidValue))),
        (
            json!([{ "op": "replace", "path": "members", "value": [{ "value": null }] }]),
            Err(Some(ScimType::InvalidValue)),
        ),
        (json!([select("display eq \"Ada\"")]), Err(Some(ScimType::InvalidPath))),
        (json!([select("not (value eq \"1\")")]), Err(Some(ScimType::InvalidPath))),
        (json!([select("value sw \"1\"")]), Err(Some(ScimType::InvalidPath))),
        (json!([select("type eq \"User\"")]), Err(Some(ScimType::InvalidPath))),
        (
            json!([{ "op": "replace", "path": "members[value eq \"1\"].value", "value": "2" }]),
            Err(Some(ScimType::Mutability)),
        ),
    ] {
        assert_eq!(taken(patch(&groups(), &operations)), expected, "{operations}");
    }
}

#[test]
fn a_put_that_names_members_means_all_of_them_and_one_that_does_not_leaves_them() {
    for (body, expected) in [
        (
            json!({ "displayName": "x", "members": [{ "value": "1", "display": null }, { "value": "1" }] }),
            exactly(&["1"]),
        ),
        (json!({ "displayName": "x", "members": [] }), exactly(&[])),
        (json!({ "displayName": "x" }), Ok(Members::Untouched)),
    ] {
        let change = Change::from_put(&groups(), &body).expect("a readable body");
        assert_eq!(taken(change), expected, "{body}");
    }
}

#[test]
fn what_is_not_about_members_stays_in_the_change() {
    let operations = json!([
        { "op": "replace", "value": { "displayName": "New", "externalId": "e", "members": [{ "value": "1" }] } },
    ]);
    let definition = groups();
    let mut change = patch(&definition, &operations);
    let members = definition.attribute("members").expect("groups have members");
    change.take_members(&definition, members).expect("members");
    let left: Vec<String> = change.edits.iter().map(|edit| definition.path(edit.attribute)).collect();
    assert_eq!(left, ["displayName", "externalId"]);
}

#[test]
fn too_many_members_are_refused() {
    let list: Vec<Value> = (0..=MEMBERS_MAX).map(|id| json!({ "value": id.to_string() })).collect();
    let operations = json!([{ "op": "add", "path": "members", "value": list }]);
    let mut change = patch(&groups(), &operations);
    let members = groups().attribute("members").expect("groups have members");
    let refused = change.take_members(&groups(), members).expect_err("one too many");
    assert_eq!(refused.status, 413);
}

#[test]
fn a_filter_on_members_says_whose_membership_it_needs() {
    let definition = groups();
    let value = definition.attribute("members.value").expect("members have values");
    for (filter, expected) in [
        ("displayName eq \"x\"", Some(vec![])),
        ("id eq \"G\" and members eq \"1\"", Some(vec!["1"])),
        ("members.value eq \"1\" or not (members[value eq \"2\"])", Some(vec!["1", "2"])),
        ("members pr", None),
        ("members.value ne \"1\"", None),
        ("members[value sw \"1\"]", None),
        ("members[value eq \"1\" and type eq \"User\"]", None),
    ] {
        let parsed = Filter::parse(&definition, filter).expect(filter);
        assert_eq!(parsed.asked_texts(&definition, value), expected, "{filter}");
    }
}
