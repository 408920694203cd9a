//! What a vendor's "not found" means when a group is worked on, and what it does not.

use http::StatusCode;
use serde_json::json;
use simulators::control::{Fault, Matcher};

use crate::bridge::Setup;
use crate::groups::{
    TARGETS, assert_done, bmc_group, clear, control, group, id_of, listed, members, native_name, op, put_in, set_of,
    shown, site, user, users,
};

/// What a vendor answers to a write that the service account may not make, although the record is there.
fn missing(target: &str) -> Fault {
    match target {
        "bmc" => {
            let error =
                json!([{ "messageType": "ERROR", "messageNumber": 302, "messageText": "Entry does not exist" }]);
            Fault::status(404, &[], error).method("PUT").always()
        }
        _ => Fault::status(404, &[], json!({ "code": "ISM_4004", "message": "not found" })).method("PATCH").always(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_finds_nobody_there_is_no_removal() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let people = users(&bridge, target, 2);
        put_in(&bridge, target, &people[0], &id);
        control(&bridge, target).inject(missing(target));
        for operation in [op("remove", &people[..1]), op("add", &people[1..])] {
            let answer = bridge.patch_group(target, &id, json!([operation])).await;
            assert!(answer.status.is_server_error(), "{target} {operation}: {} {}", answer.status, answer.body);
        }
        assert_eq!(members(&bridge, target, &id), set_of(&people[..1]), "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_that_cannot_be_renamed_is_not_gone() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = id_of(&bridge.make_group(target, json!({ "displayName": "Engineers" })).await.body);
        control(&bridge, target).inject(missing(target));
        let rename = json!([{ "op": "replace", "path": "displayName", "value": "Painters" }]);
        let answer = bridge.patch_group(target, &id, rename).await;
        assert!(answer.status.is_server_error(), "{target}: {} {}", answer.status, answer.body);
        assert_eq!(native_name(&bridge, target, &id), "Engineers", "{target}");
    }
}

/// A 404 would say that the group is gone, and clients would make it again.
#[tokio::test(start_paused = true)]
async fn a_user_who_vanishes_before_the_turn_is_an_unknown_member() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let ada = user(&bridge, target, "ada");
        let gone = ada.clone();
        // The second look at her is the one right before she is written.
        let hooks = control(&bridge, target).hooks();
        if target == "bmc" {
            let matcher = Matcher::new().method("GET").path_contains("/entry/User/").nth(2);
            hooks.before::<simulators::bmc::Bmc>(matcher, move |bmc| {
                bmc.remove("User", &gone);
            });
        } else {
            let matcher = Matcher::new().method("GET").path_contains("/employees(").nth(2);
            hooks.before::<simulators::ivanti::Ivanti>(matcher, move |ivanti| {
                ivanti.remove("employees", &gone);
            });
        }
        let answer = bridge.patch_group(target, &id, json!([op("add", [&ada])])).await;
        assert_eq!(
            (answer.status, &answer.body["scimType"]),
            (StatusCode::BAD_REQUEST, &json!("invalidValue")),
            "{target}: {}",
            answer.body
        );
    }
}

/// Groups come and go while they are read.
#[tokio::test(start_paused = true)]
async fn a_group_that_goes_while_all_are_read_takes_no_other_along() {
    let setup = Setup { bmc_keys: "page_size = 10".to_owned(), ivanti_keys: "page_size = 10".to_owned(), ..site() };
    let bridge = setup.build().await;
    let ids: Vec<String> = (0..35).map(|number| group(&bridge, "bmc", &format!("G{number:02}"))).collect();
    let gone = ids[7].clone();
    let matcher = Matcher::new().method("GET").path_contains("/entry/Group").query_contains("Request ID").nth(2);
    // Whatever row a page ends with: one after the other is deleted as soon as the next page is asked for.
    bridge.bmc.control().hooks().before::<simulators::bmc::Bmc>(matcher, move |bmc| {
        bmc.remove("Group", &gone);
    });
    let answer = bridge.get("bmc", "/Groups?count=100&excludedAttributes=members").await;
    let found = listed(&answer);
    assert!(ids.iter().filter(|id| **id != ids[7]).all(|id| found.contains(id)), "{}", answer.body);
}

/// Roles are listed by the operator: they do not hang on whether there are teams.
#[tokio::test(start_paused = true)]
async fn roles_are_served_where_there_are_no_teams_yet() {
    let keys = "allow_empty = true\ngroups = { kinds = [\"team\", \"role\"], roles = [\"Analyst\"] }";
    let setup = Setup { ivanti_keys: keys.to_owned(), ..Setup::default() };
    let somebody = json!({ "LoginID": "charles", "FirstName": "C", "LastName": "B", "Email": "c@b.example" });
    setup.ivanti.insert("employees", somebody);
    let bridge = setup.build().await;
    let answer = bridge.get("ivanti", "/Groups").await;
    assert_eq!(listed(&answer), ["role:Analyst"], "{}", answer.body);
    let ada = user(&bridge, "ivanti", "ada");
    assert_done(&bridge.patch_group("ivanti", "role:Analyst", json!([op("add", [&ada])])).await, "joins");
    assert_eq!(crate::users::record(&bridge, "ivanti", &ada)["Role"], "Analyst");
    let made = bridge.make_group("ivanti", json!({ "displayName": "First team" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
}

/// A user in 500 groups, each of which is left and joined in a few calls that do not grow.
#[tokio::test(start_paused = true)]
async fn a_user_in_five_hundred_groups_is_shown_and_changed_in_few_calls() {
    let bridge = site().build().await;
    let ids: Vec<String> = (0..500).map(|n| bmc_group(&bridge, 20_001 + n, &format!("G{n:03}"), "Regular")).collect();
    let ada = user(&bridge, "bmc", "ada");
    let list: String = (0..500).flat_map(|number| [(20_001 + number).to_string(), ";".to_owned()]).collect();
    crate::users::patch_native(&bridge, "bmc", &ada, json!({ "Group List": list }));
    let read = bridge.get("bmc", &format!("/Users/{ada}")).await;
    assert_eq!(read.body["groups"].as_array().map(Vec::len), Some(500));
    for id in ids.iter().step_by(100) {
        clear(&bridge, "bmc");
        assert_done(&bridge.patch_group("bmc", id, json!([op("remove", [&ada])])).await, "left");
        let calls = crate::groups::entries(&bridge, "bmc").len();
        assert!(calls <= 6, "{calls} calls");
        assert_eq!(shown(&bridge.group("bmc", id).await.body), set_of([""; 0]));
    }
    assert_eq!(crate::groups::keys_in(&crate::groups::list_of(&bridge, "bmc", &ada)).len(), 495);
}
