//! Vendors that answer politely and falsely: nothing is made twice, nobody is shown as gone, no list is overwritten.

use http::StatusCode;
use serde_json::json;
use simulators::bmc::{BmcOptions, GroupInUse, GroupListRead, IntegerRead, Rights};
use simulators::control::{DataAnswers, ExpiredAnswer, QueryAnswers};
use simulators::ivanti::{IvantiOptions, Rights as IvantiRights};

use super::{
    assert_done, assert_nothing_written, clear, group, group_records, id_of, list_of, listed, members, op,
    patch_native, put_in, set_of, shown, site, user, users,
};
use crate::bridge::TestBridge;

/// What a vendor does, and the option for it.
type Lie<Options> = (&'static str, fn(&mut Options));

/// `Engineers` with two members, at a vendor that has answered truthfully so far.
async fn engineers(target: &str) -> (TestBridge, String, Vec<String>) {
    let bridge = site().build().await;
    let id = group(&bridge, target, "Engineers");
    let users = users(&bridge, target, 3);
    for user in &users[..2] {
        put_in(&bridge, target, user, &id);
    }
    clear(&bridge, target);
    (bridge, id, users)
}

/// What has to hold from now on, when the vendor no longer says what is there.
async fn assert_not_fooled(bridge: &TestBridge, target: &str, id: &str, users: &[String], case: &str) {
    let case = format!("{target} {case}");
    let count = group_records(bridge, target).len();
    let found = bridge.find_groups(target, "displayName eq \"Painters\"", "&excludedAttributes=members").await;
    assert_eq!(found.status, StatusCode::SERVICE_UNAVAILABLE, "{case}: no absence is proven: {}", found.body);
    let found = bridge.find_groups(target, "displayName eq \"Engineers\"", "&excludedAttributes=members").await;
    if found.status == StatusCode::OK {
        assert_eq!(listed(&found), [id], "{case}");
    }
    for name in ["Painters", "Engineers"] {
        let made = bridge.make_group(target, json!({ "displayName": name })).await;
        if made.status.is_success() {
            assert_eq!(id_of(&made.body), id, "{case}: adopted");
        } else {
            assert_eq!(made.status, StatusCode::SERVICE_UNAVAILABLE, "{case} {name}: {}", made.body);
        }
    }
    assert_eq!(group_records(bridge, target).len(), count, "{case}: nothing is made");
    let read = bridge.group(target, id).await;
    assert!(read.status != StatusCode::OK || shown(&read.body) == set_of(&users[..2]), "{case}: {}", read.body);
    let before: Vec<String> = users.iter().map(|user| list_of(bridge, target, user)).collect();
    let empty = bridge.patch_group(target, id, json!([{ "op": "remove", "path": "members" }])).await;
    if empty.status.is_success() {
        assert_eq!(members(bridge, target, id), set_of([""; 0]), "{case}: said to be empty");
    } else {
        let after: Vec<String> = users.iter().map(|user| list_of(bridge, target, user)).collect();
        assert_eq!(after, before, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn bmc_that_lies_is_not_believed() {
    let lies: [Lie<BmcOptions>; 6] = [
        ("no rights", |options| options.rights = Rights::None),
        ("its own row only", |options| options.rights = Rights::OwnRowOnly),
        ("queries that find nothing", |options| options.query_answers = QueryAnswers::Nothing),
        ("queries that find everything", |options| options.query_answers = QueryAnswers::Everything),
        ("empty answers", |options| options.data_answers = DataAnswers::EmptyOk),
        ("empty lists", |options| options.data_answers = DataAnswers::EmptyList),
    ];
    for (case, lie) in lies {
        let (bridge, id, users) = engineers("bmc").await;
        let mut options = bridge.bmc.options();
        lie(&mut options);
        bridge.bmc.set_options(options);
        assert_not_fooled(&bridge, "bmc", &id, &users, case).await;
    }
}

#[tokio::test(start_paused = true)]
async fn ivanti_that_lies_is_not_believed() {
    let lies: [Lie<IvantiOptions>; 6] = [
        ("no rights", |options| options.rights = IvantiRights::None),
        ("its own row only", |options| options.rights = IvantiRights::OwnRowOnly),
        ("queries that find nothing", |options| options.query_answers = QueryAnswers::Nothing),
        ("queries that find everything", |options| options.query_answers = QueryAnswers::Everything),
        ("empty answers", |options| options.data_answers = DataAnswers::EmptyOk),
        ("empty lists", |options| options.data_answers = DataAnswers::EmptyList),
    ];
    for (case, lie) in lies {
        let (bridge, id, users) = engineers("ivanti").await;
        let mut options = bridge.ivanti.options();
        lie(&mut options);
        bridge.ivanti.set_options(options);
        assert_not_fooled(&bridge, "ivanti", &id, &users, case).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_session_makes_no_group_vanish() {
    for answer in [ExpiredAnswer::Unauthorized, ExpiredAnswer::EmptyOk, ExpiredAnswer::EmptyList] {
        for target in super::TARGETS {
            let (bridge, id, users) = engineers(target).await;
            if target == "bmc" {
                let options = BmcOptions { expired_answer: answer, ..bridge.bmc.options() };
                bridge.bmc.set_options(options);
            } else {
                let options = IvantiOptions { expired_answer: answer, ..bridge.ivanti.options() };
                bridge.ivanti.set_options(options);
            }
            let expire =
                || if target == "bmc" { bridge.bmc.expire_sessions() } else { bridge.ivanti.expire_sessions() };
            let case = format!("{target} {answer:?}");
            expire();
            let found = bridge.find_groups(target, "displayName eq \"Engineers\"", "").await;
            let truth = found.status == StatusCode::SERVICE_UNAVAILABLE || listed(&found) == [id.as_str()];
            assert!(truth, "{case}: {} {}", found.status, found.body);
            expire();
            let read = bridge.group(target, &id).await;
            let truth = match read.status {
                StatusCode::OK => shown(&read.body) == set_of(&users[..2]),
                other => other == StatusCode::SERVICE_UNAVAILABLE,
            };
            assert!(truth, "{case}: {} {}", read.status, read.body);
            expire();
            let add = bridge.patch_group(target, &id, json!([op("add", [&users[2]])])).await;
            let holds = members(&bridge, target, &id).contains(&users[2]);
            assert!(!add.status.is_success() || holds, "{case}: said to be added");
            expire();
            let count = group_records(&bridge, target).len();
            let made = bridge.make_group(target, json!({ "displayName": "Engineers" })).await;
            assert_eq!(group_records(&bridge, target).len(), count, "{case}: {} {}", made.status, made.body);
        }
    }
}

/// The service account may not see Group List: a group is not empty, and a list is not `20001;`.
#[tokio::test(start_paused = true)]
async fn a_list_that_cannot_be_seen_is_no_empty_list() {
    let (bridge, id, users) = engineers("bmc").await;
    let mut options = bridge.bmc.options();
    options.hidden_fields = vec!["Group List".to_owned()];
    bridge.bmc.set_options(options);
    let read = bridge.group("bmc", &id).await;
    assert_ne!(read.status, StatusCode::OK, "{}", read.body);
    for user in &users {
        let read = bridge.get("bmc", &format!("/Users/{user}?excludedAttributes=groups")).await;
        assert_eq!(read.status, StatusCode::OK, "users without their groups are as ever: {}", read.body);
    }
    for operations in [
        json!([op("add", [&users[2]])]),
        json!([op("remove", [&users[0]])]),
        json!([{ "op": "remove", "path": "members" }]),
    ] {
        let answer = bridge.patch_group("bmc", &id, operations.clone()).await;
        assert!(!answer.status.is_success(), "{operations}: {}", answer.status);
    }
    assert_eq!(members(&bridge, "bmc", &id), set_of(&users[..2]));
}

#[tokio::test]
async fn a_list_is_read_and_written_in_whatever_form_the_server_has() {
    for (form, integers) in [
        (GroupListRead::Stored, IntegerRead::String),
        (GroupListRead::Unterminated, IntegerRead::String),
        (GroupListRead::Blanks, IntegerRead::String),
        (GroupListRead::Array, IntegerRead::String),
        (GroupListRead::Array, IntegerRead::Number),
    ] {
        let (bridge, id, users) = engineers("bmc").await;
        let mut options = bridge.bmc.options();
        (options.group_list_read, options.integer_read) = (form, integers);
        bridge.bmc.set_options(options);
        patch_native(&bridge, "bmc", &users[0], json!({ "Group List": "999;20001;5;" }));
        assert_eq!(shown(&bridge.group("bmc", &id).await.body), set_of(&users[..2]), "{form:?}");
        let read = bridge.get("bmc", &format!("/Users/{}", users[0])).await.body;
        assert_eq!(read["groups"][0]["value"], id.as_str(), "{form:?}: {read}");
        assert_done(&bridge.patch_group("bmc", &id, json!([op("remove", [&users[0]])])).await, "left");
        assert_eq!(super::keys_in(&list_of(&bridge, "bmc", &users[0])), ["999", "5"], "{form:?}");
        assert_done(&bridge.patch_group("bmc", &id, json!([op("add", [&users[0]])])).await, "joined");
        assert_eq!(super::keys_in(&list_of(&bridge, "bmc", &users[0])), ["999", "5", "20001"], "{form:?}");
        clear(&bridge, "bmc");
        assert_done(&bridge.patch_group("bmc", &id, json!([op("add", &users[..2])])).await, "again");
        assert_nothing_written(&bridge, "bmc", "the same in another form");
    }
}

/// A server that looks at every id refuses a list with one that is no group's. It is said so, and nothing is dropped.
#[tokio::test(start_paused = true)]
async fn a_list_that_the_server_refuses_is_kept() {
    let (bridge, id, users) = engineers("bmc").await;
    let mut options = bridge.bmc.options();
    options.group_list_checked = true;
    bridge.bmc.set_options(options);
    assert_done(&bridge.patch_group("bmc", &id, json!([op("add", [&users[2]])])).await, "a good list");
    patch_native(&bridge, "bmc", &users[2], json!({ "Group List": "999;" }));
    let answer = bridge.patch_group("bmc", &id, json!([op("add", [&users[2]])])).await;
    assert!(answer.status.is_client_error(), "{} {}", answer.status, answer.body);
    assert!(!answer.body["detail"].as_str().unwrap_or_default().is_empty(), "{}", answer.body);
    assert_eq!(list_of(&bridge, "bmc", &users[2]), "999;");
}

#[tokio::test]
async fn a_server_that_deletes_only_empty_groups_is_served_in_the_right_order() {
    let bridge = site().build().await;
    let mut options = bridge.bmc.options();
    options.group_in_use = GroupInUse::Refused;
    bridge.bmc.set_options(options);
    let ada = user(&bridge, "bmc", "ada");
    let body = json!({ "displayName": "Engineers", "members": [{ "value": ada }] });
    let id = id_of(&bridge.make_group("bmc", body).await.body);
    assert_eq!(bridge.delete_group("bmc", &id).await.status, StatusCode::NO_CONTENT);
    assert!(super::group_record(&bridge, "bmc", &id).is_none());
    assert_eq!(list_of(&bridge, "bmc", &ada), "");
}
