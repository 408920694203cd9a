//! Vendors whose forms have fewer fields, whose lists are arrays, or who leave out what is empty.

use http::StatusCode;
use serde_json::{Value, json};

use super::rewritten::{arerr, rewritten};
use crate::bridge::{Setup, TestBridge};
use crate::groups::{
    BMC_GROUP, TARGETS, assert_done, bmc_group, group, group_record, id_of, key_of, list_of, members, op, put_in,
    set_of, shown, site, user, users, values,
};
use crate::users::{new_user, patch_native};

/// BMC without these fields on a form: asking for one is ARERR 314.
fn without(setup: Setup, form: &'static str, fields: &'static [&'static str]) -> Setup {
    let ask = move |call: &str, body: &mut Value| {
        let named = |field: &&str| call.contains(*field) || body["values"].get(*field).is_some();
        (call.contains(&format!("/entry/{form}")) && fields.iter().any(named)).then(|| arerr(400, 314))
    };
    rewritten(setup, "bmc", ask, |_, _| ())
}

const OPTIONAL: [&[&str]; 4] =
    [&["Long Group Name"], &["Group Category"], &["Group Type"], &["Long Group Name", "Group Category", "Group Type"]];

#[tokio::test(start_paused = true)]
async fn a_group_form_with_fewer_fields_is_served() {
    for fields in OPTIONAL {
        let bridge = without(site(), "Group", fields).build().await;
        let id = group(&bridge, "bmc", "Engineers");
        let people = users(&bridge, "bmc", 2);
        put_in(&bridge, "bmc", &people[0], &id);
        let read = bridge.group("bmc", &id).await;
        assert_eq!(
            (read.status, shown(&read.body)),
            (StatusCode::OK, set_of(&people[..1])),
            "{fields:?}: {}",
            read.body
        );
        assert_eq!(read.body[BMC_GROUP].get("longName").is_some(), !fields.contains(&"Long Group Name"), "{fields:?}");
        assert_eq!(read.body[BMC_GROUP].get("category").is_some(), !fields.contains(&"Group Category"), "{fields:?}");
        assert_done(&bridge.patch_group("bmc", &id, json!([op("add", [&people[1]])])).await, "add");
        assert_done(&bridge.patch_group("bmc", &id, json!([op("remove", [&people[0]])])).await, "remove");
        assert_eq!(members(&bridge, "bmc", &id), set_of(&people[1..]), "{fields:?}");
        let found = bridge.find_groups("bmc", "displayName eq \"Engineers\"", "").await;
        assert_eq!(crate::groups::listed(&found), [id.as_str()], "{fields:?}");
        let made = bridge.make_group("bmc", json!({ "displayName": "Painters", "members": values(&people) })).await;
        assert_eq!(made.status, StatusCode::CREATED, "{fields:?}: {}", made.body);
        let made = id_of(&made.body);
        assert_eq!(members(&bridge, "bmc", &made), set_of(&people), "{fields:?}");
        let rename = json!([{ "op": "replace", "path": "displayName", "value": "Sculptors" }]);
        assert_done(&bridge.patch_group("bmc", &made, rename).await, "rename");
        assert_eq!(group_record(&bridge, "bmc", &made).expect("there")["Group Name"], "Sculptors", "{fields:?}");
        assert_eq!(bridge.delete_group("bmc", &made).await.status, StatusCode::NO_CONTENT, "{fields:?}");
        let read = bridge.get("bmc", &format!("/Users/{}", people[1])).await;
        assert_eq!(read.body["groups"][0]["value"], id.as_str(), "{fields:?}: {}", read.body);
    }
}

/// What says that nobody can be put into a group must not be lost with a field beside it.
#[tokio::test(start_paused = true)]
async fn computed_groups_stay_closed_where_another_field_is_missing() {
    let bridge = without(site(), "Group", &["Long Group Name"]).build().await;
    let id = bmc_group(&bridge, 20_500, "Computed ones", "Computed");
    let ada = user(&bridge, "bmc", "ada");
    let add = bridge.patch_group("bmc", &id, json!([op("add", [&ada])])).await;
    assert_eq!(add.status, StatusCode::BAD_REQUEST, "{}", add.body);
    assert_eq!(list_of(&bridge, "bmc", &ada), "");
}

#[tokio::test(start_paused = true)]
async fn users_come_back_where_there_are_no_licence_fields() {
    for fields in
        [&["Application License"][..], &["Full Text License Type"], &["Application License", "Full Text License Type"]]
    {
        let bridge = without(site(), "User", fields).build().await;
        let mut body = new_user("ada");
        body["externalId"] = "E-1".into();
        let made = bridge.post("bmc", body.clone()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{fields:?}: {}", made.body);
        let id = id_of(&made.body);
        patch_native(&bridge, "bmc", &id, json!({ "Group List": "1;", "License Type": "Fixed" }));
        if !fields.contains(&"Application License") {
            patch_native(&bridge, "bmc", &id, json!({ "Application License": "BMC:Incident:Fixed" }));
        }
        assert_eq!(bridge.delete("bmc", &id).await.status, StatusCode::NO_CONTENT, "{fields:?}");
        let again = bridge.post("bmc", body).await;
        assert_eq!((again.status, id_of(&again.body)), (StatusCode::CREATED, id.clone()), "{fields:?}: {}", again.body);
        let record = crate::users::record(&bridge, "bmc", &id);
        let there = |field: &str| record.get(field).filter(|value| !value.is_null()).cloned();
        assert_eq!((there("Group List"), there("Application License")), (None, None), "{fields:?}");
        assert_eq!(there("License Type"), Some(json!("Read")), "{fields:?}");
    }
}

/// BMC as the vendor guide's table has it: Group List is an array, empty where there is no group, and nothing else is
/// taken in its place.
fn with_arrays(setup: Setup, numbers: bool) -> Setup {
    let ask = |call: &str, body: &mut Value| {
        if !call.contains("/entry/User") {
            return None;
        }
        let list = body.get_mut("values")?.get_mut("Group List")?;
        match list.as_array() {
            None if list.is_null() => None,
            Some(ids) => {
                let id = |id: &Value| id.as_str().map_or_else(|| id.to_string(), str::to_owned) + ";";
                let text: String = ids.iter().map(id).collect();
                *list = if text.is_empty() { Value::Null } else { text.into() };
                None
            }
            None => Some(arerr(400, 306)),
        }
    };
    let array = move |values: &mut Value| {
        let Some(values) = values.as_object_mut() else { return };
        let text = values.get("Group List").and_then(Value::as_str).unwrap_or_default().to_owned();
        let ids = text.split(';').filter(|id| !id.is_empty());
        let id = |id: &str| if numbers { json!(id.parse::<i64>().expect("a number")) } else { json!(id) };
        let list: Value = ids.map(id).collect();
        values.insert("Group List".to_owned(), if list.is_array() { list } else { json!([]) });
    };
    let answer = move |call: &str, body: &mut Value| {
        if !call.contains("/entry/User") || !call.starts_with("GET") {
            return;
        }
        if let Some(entries) = body.get_mut("entries").and_then(Value::as_array_mut) {
            for entry in entries.iter_mut() {
                array(&mut entry["values"]);
            }
        } else if let Some(values) = body.get_mut("values") {
            array(values);
        }
    };
    rewritten(setup, "bmc", ask, answer)
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_an_array_is_one_when_it_is_empty() {
    for numbers in [false, true] {
        let bridge = with_arrays(site(), numbers).build().await;
        let id = group(&bridge, "bmc", "Engineers");
        let ada = user(&bridge, "bmc", "ada");
        assert_done(&bridge.patch_group("bmc", &id, json!([op("add", [&ada])])).await, "the first one");
        assert_eq!(list_of(&bridge, "bmc", &ada), "20001;");
        patch_native(&bridge, "bmc", &ada, json!({ "Group List": "5;20001;" }));
        assert_done(&bridge.patch_group("bmc", &id, json!([op("remove", [&ada])])).await, "one of two");
        assert_eq!(list_of(&bridge, "bmc", &ada), "5;");
        assert_done(&bridge.patch_group("bmc", &id, json!([op("add", [&ada])])).await, "another one");
        patch_native(&bridge, "bmc", &ada, json!({ "Group List": "20001;" }));
        assert_done(&bridge.patch_group("bmc", &id, json!([op("remove", [&ada])])).await, "the last one");
        assert_eq!(list_of(&bridge, "bmc", &ada), "");
    }
}

fn omit_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members.values_mut().for_each(omit_nulls);
        }
        Value::Array(elements) => elements.iter_mut().for_each(omit_nulls),
        _ => {}
    }
}

/// The first membership of all, where an empty field is left out of the answers.
#[tokio::test(start_paused = true)]
async fn the_first_member_joins_where_empty_fields_are_left_out() {
    for target in TARGETS {
        let bridge = rewritten(site(), target, |_, _| None, |_, body| omit_nulls(body)).build().await;
        if target == "bmc" {
            for record in bridge.bmc.records("User") {
                let id = record["Request ID"].as_str().expect("an id");
                patch_native(&bridge, "bmc", id, json!({ "Group List": null }));
            }
        }
        let id = group(&bridge, target, "Engineers");
        let ada = user(&bridge, target, "ada");
        let read = bridge.group(target, &id).await;
        assert_eq!((read.status, shown(&read.body)), (StatusCode::OK, set_of([""; 0])), "{target}: {}", read.body);
        assert_done(&bridge.patch_group(target, &id, json!([op("add", [&ada])])).await, target);
        assert_eq!(key_of(&bridge, target, &id), list_of(&bridge, target, &ada).trim_end_matches(';'), "{target}");
        assert_done(&bridge.patch_group(target, &id, json!([op("remove", [&ada])])).await, target);
        assert_eq!(list_of(&bridge, target, &ada), "", "{target}");
    }
}

/// Who asks for one member is not told "no" where the list cannot be seen.
#[tokio::test(start_paused = true)]
async fn nobody_is_said_to_be_no_member_where_lists_are_hidden() {
    let bridge = site().build().await;
    let id = group(&bridge, "bmc", "Engineers");
    let ada = user(&bridge, "bmc", "ada");
    put_in(&bridge, "bmc", &ada, &id);
    let mut options = bridge.bmc.options();
    options.hidden_fields = vec!["Group List".to_owned()];
    bridge.bmc.set_options(options);
    let filter = format!("id eq \"{id}\" and members eq \"{ada}\"");
    let found = bridge.find_groups("bmc", &filter, "&excludedAttributes=members").await;
    assert_ne!(found.status, StatusCode::OK, "{}", found.body);
}

/// A database that does not tell é from e.
#[tokio::test(start_paused = true)]
async fn a_name_beside_one_with_an_accent_is_found() {
    fn accents(bridge: &TestBridge) -> (String, String) {
        (group(bridge, "bmc", "Painters"), group(bridge, "bmc", "Café"))
    }
    let ask = |_: &str, _: &mut Value| None;
    let answer = |call: &str, body: &mut Value| {
        // Whoever asks for "Cafe" gets "Café" as well.
        if call.contains("/entry/Group") && call.contains("\"Cafe\"") {
            let row = json!({ "values": { "Request ID": "000000000000777", "Group ID": "777", "Group Name": "Café" } });
            if let Some(entries) = body["entries"].as_array_mut() {
                entries.push(row);
            }
        }
    };
    let bridge = rewritten(site(), "bmc", ask, answer).build().await;
    accents(&bridge);
    let found = bridge.find_groups("bmc", "displayName eq \"Cafe\"", "").await;
    assert_eq!((found.status, &found.body["totalResults"]), (StatusCode::OK, &json!(0)), "{}", found.body);
}
