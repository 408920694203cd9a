//! What clients ask of groups, looked at in the vendor's records and in the journal of its calls.
//!
//! BMC keeps memberships in each user's `Group List`, Ivanti in each employee's `Team` (and `Role`), so what a group's
//! members are is always counted here over the users' records.

mod big;
mod calls;
mod clients;
mod deleting;
mod foreign;
mod lies;
mod lists;
mod making;
mod meddler;
mod model;
mod reading;
mod refused;
mod renaming;
mod replays;
mod slow;
mod teams;
mod together;

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use simulators::control::{Entry, Record};

use crate::bridge::{Answer, Setup, TestBridge};
pub(crate) use crate::users::{TARGETS, clear, control, entries, id_of, inject, patch_native, record};

pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub(crate) const BMC_GROUP: &str = "urn:ietf:params:scim:schemas:extension:bmc:2.0:Group";

/// A site as it is found: BMC's own groups, a team, and somebody on each side by whom the bridge can look around.
pub(crate) fn site() -> Setup {
    let setup = Setup::default();
    for (number, name, category) in [(0, "Public", "Dynamic"), (1, "Administrator", "Regular")] {
        let fields = json!({ "Group ID": number, "Group Name": name, "Group Category": category });
        setup.bmc.insert("Group", fields);
    }
    setup.ivanti.insert("standarduserteams", json!({ "Team": "Service Desk", "Description": "First line" }));
    let somebody =
        json!({ "LoginID": "charles", "FirstName": "Charles", "LastName": "Babbage", "Email": "c@b.example" });
    setup.ivanti.insert("employees", somebody);
    setup
}

/// A site with these lines in the configuration of both targets.
pub(crate) async fn site_with(keys: &str) -> TestBridge {
    Setup { bmc_keys: keys.to_owned(), ivanti_keys: keys.to_owned(), ..site() }.build().await
}

/// A group that the vendor's own people made: on BMC a Regular one with the next Group ID above 20,000.
pub(crate) fn group(bridge: &TestBridge, target: &str, name: &str) -> String {
    if target == "bmc" {
        let numbers = bridge.bmc.records("Group").into_iter().filter_map(|record| record["Group ID"].as_i64());
        let number = numbers.filter(|number| *number < 59_000).max().unwrap_or_default().max(20_000) + 1;
        return bmc_group(bridge, number, name, "Regular");
    }
    bridge.ivanti.insert("standarduserteams", json!({ "Team": name, "Description": "Made by hand" }))
}

/// A row of BMC's Group form.
pub(crate) fn bmc_group(bridge: &TestBridge, number: i64, name: &str, category: &str) -> String {
    let fields = json!({ "Group ID": number, "Group Name": name, "Long Group Name": format!("All of {name}"),
        "Group Type": "Change", "Group Category": category });
    bridge.bmc.insert("Group", fields)
}

/// Somebody in no group.
pub(crate) fn user(bridge: &TestBridge, target: &str, name: &str) -> String {
    let none = if target == "bmc" { json!({ "Group List": null }) } else { json!({ "Team": null, "Role": null }) };
    crate::users::insert_with(bridge, target, name, none)
}

/// So many of them: `u0`, `u1`, ….
pub(crate) fn users(bridge: &TestBridge, target: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| user(bridge, target, &format!("u{number}"))).collect()
}

/// The native record of a group; none when there is no such group.
pub(crate) fn group_record(bridge: &TestBridge, target: &str, id: &str) -> Option<Record> {
    match target {
        "bmc" => bridge.bmc.record("Group", id),
        _ => bridge.ivanti.record("standarduserteams", id),
    }
}

/// All native groups.
pub(crate) fn group_records(bridge: &TestBridge, target: &str) -> Vec<Record> {
    match target {
        "bmc" => bridge.bmc.records("Group"),
        _ => bridge.ivanti.records("standarduserteams"),
    }
}

/// The native name of a group.
pub(crate) fn native_name(bridge: &TestBridge, target: &str, id: &str) -> Value {
    let record = group_record(bridge, target, id).unwrap_or_else(|| panic!("{target} has no group {id}"));
    record[if target == "bmc" { "Group Name" } else { "Team" }].clone()
}

/// What a user's record holds for a membership: the Group ID, or the team's `RecId`.
pub(crate) fn key_of(bridge: &TestBridge, target: &str, group: &str) -> String {
    if target != "bmc" {
        return group.to_owned();
    }
    let record = bridge.bmc.record("Group", group).unwrap_or_else(|| panic!("no group {group}"));
    record["Group ID"].as_i64().expect("a number").to_string()
}

/// The native value that a user's memberships are kept in, as text.
pub(crate) fn list_of(bridge: &TestBridge, target: &str, user: &str) -> String {
    let field = if target == "bmc" { "Group List" } else { "Team" };
    record(bridge, target, user)[field].as_str().unwrap_or_default().to_owned()
}

/// The keys in such a value, in their order, however they are separated.
pub(crate) fn keys_in(list: &str) -> Vec<String> {
    let separated = list.split(|letter: char| !letter.is_ascii_alphanumeric());
    separated.filter(|key| !key.is_empty()).map(str::to_owned).collect()
}

/// Makes somebody a member as the vendor's own people do.
pub(crate) fn put_in(bridge: &TestBridge, target: &str, user: &str, group: &str) {
    let key = key_of(bridge, target, group);
    if target == "bmc" {
        let list = list_of(bridge, target, user) + &key + ";";
        return patch_native(bridge, target, user, json!({ "Group List": list }));
    }
    patch_native(bridge, target, user, json!({ "Team": key }));
}

/// Who is in a group by the users' own records.
pub(crate) fn members(bridge: &TestBridge, target: &str, group: &str) -> BTreeSet<String> {
    holders(bridge, target, &key_of(bridge, target, group))
}

/// Whose records hold this key.
pub(crate) fn holders(bridge: &TestBridge, target: &str, key: &str) -> BTreeSet<String> {
    let (records, id, field) = match target {
        "bmc" => (bridge.bmc.records("User"), "Request ID", "Group List"),
        _ => (bridge.ivanti.records("employees"), "RecId", "Team"),
    };
    let holds = |record: &Record| {
        let list = record.get(field).and_then(Value::as_str).unwrap_or_default();
        keys_in(list).iter().any(|held| held == key)
    };
    let found = records.iter().filter(|record| holds(record));
    found.map(|record| record[id].as_str().expect("an id").to_owned()).collect()
}

pub(crate) fn set_of<S: AsRef<str>>(ids: impl IntoIterator<Item = S>) -> BTreeSet<String> {
    ids.into_iter().map(|id| id.as_ref().to_owned()).collect()
}

/// The members that an answer shows; none twice.
pub(crate) fn shown(body: &Value) -> BTreeSet<String> {
    let list = body["members"].as_array().cloned().unwrap_or_default();
    let ids = set_of(list.iter().map(|member| member["value"].as_str().expect("an id")));
    assert_eq!(ids.len(), list.len(), "each member once: {body}");
    ids
}

/// The native writes since the journal was cleared.
pub(crate) fn writes(bridge: &TestBridge, target: &str) -> Vec<Entry> {
    entries(bridge, target).into_iter().filter(Entry::is_write).collect()
}

/// Whether a native call concerns users rather than groups.
pub(crate) fn is_of_users(entry: &Entry) -> bool {
    entry.path.contains("/entry/User") || entry.path.contains("/employees")
}

/// How many native calls concerned users, and how many did not.
pub(crate) fn counts(bridge: &TestBridge, target: &str) -> (usize, usize) {
    let entries = entries(bridge, target);
    let of_users = entries.iter().filter(|entry| is_of_users(entry)).count();
    (of_users, entries.len() - of_users)
}

pub(crate) fn assert_nothing_written(bridge: &TestBridge, target: &str, case: &str) {
    let writes: Vec<_> = writes(bridge, target).into_iter().map(|entry| (entry.path, entry.body)).collect();
    assert_eq!(writes, [], "{target} {case}: nothing is written");
}

/// A refusal as the RFC has it.
pub(crate) fn assert_refused(answer: &Answer, status: u16, scim_type: &str, case: &str) {
    let body = &answer.body;
    assert_eq!((answer.status.as_u16(), &body["scimType"]), (status, &json!(scim_type)), "{case}: {body}");
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]), "{case}");
    assert!(body["detail"].as_str().is_some_and(|text| !text.is_empty()), "{case}: {body}");
}

/// What every change of a group answers: 204 without a body.
pub(crate) fn assert_done(answer: &Answer, case: &str) {
    assert_eq!((answer.status, &answer.body), (StatusCode::NO_CONTENT, &Value::Null), "{case}");
}

/// `[{"value": id}, …]`
pub(crate) fn values<S: AsRef<str>>(ids: impl IntoIterator<Item = S>) -> Value {
    ids.into_iter().map(|id| json!({ "value": id.as_ref() })).collect()
}

/// One operation on the members of a group.
pub(crate) fn op<S: AsRef<str>>(op: &str, ids: impl IntoIterator<Item = S>) -> Value {
    json!({ "op": op, "path": "members", "value": values(ids) })
}

/// A segment of a path.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

impl TestBridge {
    /// A group with all its members.
    pub(crate) async fn group(&self, target: &str, id: &str) -> Answer {
        self.get(target, &format!("/Groups/{}", encoded(id))).await
    }

    pub(crate) async fn make_group(&self, target: &str, body: Value) -> Answer {
        self.call(target, Method::POST, "/Groups", Some(body)).await
    }

    pub(crate) async fn patch_group(&self, target: &str, id: &str, operations: Value) -> Answer {
        let schemas = json!(["urn:ietf:params:scim:api:messages:2.0:PatchOp"]);
        let body = json!({ "schemas": schemas, "Operations": operations });
        self.call(target, Method::PATCH, &format!("/Groups/{}", encoded(id)), Some(body)).await
    }

    pub(crate) async fn put_group(&self, target: &str, id: &str, body: Value) -> Answer {
        self.call(target, Method::PUT, &format!("/Groups/{}", encoded(id)), Some(body)).await
    }

    pub(crate) async fn delete_group(&self, target: &str, id: &str) -> Answer {
        self.call(target, Method::DELETE, &format!("/Groups/{}", encoded(id)), None).await
    }

    /// `GET /Groups?filter=…` with further parameters, such as `&count=2`.
    pub(crate) async fn find_groups(&self, target: &str, filter: &str, others: &str) -> Answer {
        self.get(target, &format!("/Groups?filter={}{others}", encoded(filter))).await
    }
}

/// The ids in a list, in its order.
pub(crate) fn listed(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body["Resources"].as_array().expect("a list").iter().map(id_of).collect()
}
