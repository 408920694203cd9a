//! What clients ask of users, looked at in the vendor's records and in the journal of its calls.

mod bad_input;
mod calls;
mod codecs;
mod fields;
mod gone;
mod ivanti;
mod kept;
mod names;
mod off;
mod passwords;
mod replays;
mod revival;
mod status;
mod together;

use serde_json::{Value, json};
use simulators::control::{Control, Entry, Fault, Record};

use crate::bridge::{BYSTANDER, TestBridge};

/// Every target; what holds for one holds for the other unless a test says why not.
pub(crate) const TARGETS: [&str; 2] = ["bmc", "ivanti"];

/// What a vendor stamps by itself.
const STAMPS: [&str; 5] = ["Modified Date", "Last Modified By", "Status History", "LastModDateTime", "LastModBy"];

pub(crate) fn control<'a>(bridge: &'a TestBridge, target: &str) -> &'a Control {
    if target == "bmc" { bridge.bmc.control() } else { bridge.ivanti.control() }
}

pub(crate) fn inject(bridge: &TestBridge, target: &str, fault: Fault) {
    control(bridge, target).inject(fault);
}

/// A native record but for the vendor's own stamps.
pub(crate) fn record(bridge: &TestBridge, target: &str, id: &str) -> Record {
    let found = match target {
        "bmc" => bridge.bmc.record("User", id),
        _ => bridge.ivanti.record("employees", id),
    };
    let mut record = found.unwrap_or_else(|| panic!("{target} has no record {id}"));
    record.retain(|name, _| !STAMPS.contains(&name.as_str()));
    record
}

/// All native records but for the bystander's, and for the vendor's own stamps.
pub(crate) fn records(bridge: &TestBridge, target: &str) -> Vec<Record> {
    let mut records = match target {
        "bmc" => bridge.bmc.records("User"),
        _ => bridge.ivanti.records("employees"),
    };
    records.retain(|record| ["Login Name", "LoginID"].iter().all(|name| record.get(*name) != Some(&BYSTANDER.into())));
    for record in &mut records {
        record.retain(|name, _| !STAMPS.contains(&name.as_str()));
    }
    records
}

pub(crate) fn entries(bridge: &TestBridge, target: &str) -> Vec<Entry> {
    control(bridge, target).journal().entries()
}

/// The methods of the native calls since the journal was cleared.
pub(crate) fn methods(bridge: &TestBridge, target: &str) -> Vec<String> {
    entries(bridge, target).into_iter().map(|entry| entry.method).collect()
}

/// The fields of every native write since the journal was cleared.
pub(crate) fn written(bridge: &TestBridge, target: &str) -> Vec<Value> {
    let writes = entries(bridge, target).into_iter().filter(Entry::is_write);
    let bodies = writes.map(|entry| entry.body.unwrap_or_default());
    bodies.map(|body| if target == "bmc" { body["values"].clone() } else { body }).collect()
}

pub(crate) fn clear(bridge: &TestBridge, target: &str) {
    control(bridge, target).journal().clear();
    control(bridge, target).clear_faults();
}

/// The native name of the status field's value for an account that is off.
pub(crate) fn off_value(target: &str) -> &'static str {
    if target == "bmc" { "Disabled" } else { "Inactive" }
}

/// A user put in by the vendor's own people, with every field that the vendor has.
pub(crate) fn insert(bridge: &TestBridge, target: &str, name: &str) -> String {
    match target {
        "bmc" => bridge.bmc.insert("User", bmc_fields(name)),
        _ => bridge.ivanti.insert("employees", ivanti_fields(name)),
    }
}

pub(crate) fn insert_with(bridge: &TestBridge, target: &str, name: &str, others: Value) -> String {
    let id = insert(bridge, target, name);
    patch_native(bridge, target, &id, others);
    id
}

pub(crate) fn patch_native(bridge: &TestBridge, target: &str, id: &str, fields: Value) {
    let found = match target {
        "bmc" => bridge.bmc.patch_record("User", id, fields),
        _ => bridge.ivanti.patch_record("employees", id, fields),
    };
    assert!(found, "{target} has no record {id}");
}

fn bmc_fields(name: &str) -> Value {
    json!({ "Login Name": name, "Full Name": "Ada Byron Lovelace", "Password": "Analytical#1",
        "Email Address": "ada@example.com", "License Type": "Floating", "Full Text License Type": "Read",
        "Status": "Current", "Group List": "20001;20002;", "Default Notify Mechanism": "E-mail",
        "Assigned To": "Charles", "Application License": "BMC:Asset Mgmt User Fixed",
        "Phone Number": "+44 20 7946 0001", "Department": "Engines", "Organization": "Calbro", "Region": "EMEA",
        "Site": "London", "Locale": "en-GB", "Time Zone": "Europe/London" })
}

fn ivanti_fields(name: &str) -> Value {
    json!({ "LoginID": name, "FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@example.com",
        "Phone": "+44 20 7946 0001", "Department": "Engines", "Title": "Countess", "Status": "Active",
        "Role": "SelfService", "Team": "Service Desk", "Location": "London" })
}

/// The id in an answer.
pub(crate) fn id_of(body: &Value) -> String {
    body["id"].as_str().unwrap_or_else(|| panic!("no id in {body}")).to_owned()
}

/// The body of a create that both targets take.
pub(crate) fn new_user(name: &str) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name,
        "name": { "givenName": "Grace", "familyName": "Hopper" },
        "emails": [{ "value": "grace@example.com", "type": "work", "primary": true }], "active": true })
}

/// One `Replace` of one path.
pub(crate) fn set(path: &str, value: impl Into<Value>) -> Value {
    json!([{ "op": "Replace", "path": path, "value": value.into() }])
}

/// What Entra sends to disable, followed by other operations.
pub(crate) fn off_beside(others: &[Value]) -> Value {
    let mut operations = vec![json!({ "op": "Replace", "path": "active", "value": "False" })];
    operations.extend_from_slice(others);
    Value::Array(operations)
}

pub(crate) fn detail(answer: &crate::bridge::Answer) -> &str {
    answer.body["detail"].as_str().unwrap_or_default()
}
