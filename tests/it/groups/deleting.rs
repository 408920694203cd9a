//! DELETE of groups: what the bridge made goes, everything else is only let go of.

use http::StatusCode;
use serde_json::json;
use simulators::control::Fault;

use super::{
    TARGETS, assert_nothing_written, assert_refused, clear, entries, group, group_record, holders, id_of, inject,
    key_of, list_of, listed, members, op, patch_native, put_in, set_of, site, site_with, user, users, values, writes,
};
use crate::bridge::{Setup, TestBridge};

/// What is left of a group for SCIM.
async fn assert_gone(bridge: &TestBridge, target: &str, id: &str, name: &str) {
    assert_eq!(bridge.group(target, id).await.status, StatusCode::NOT_FOUND, "{target}");
    for operations in [json!([op("add", [""; 0])]), json!([{ "op": "remove", "path": "members" }])] {
        assert_eq!(bridge.patch_group(target, id, operations).await.status, StatusCode::NOT_FOUND, "{target}");
    }
    let put = bridge.put_group(target, id, json!({ "displayName": name })).await;
    assert_eq!(put.status, StatusCode::NOT_FOUND, "{target}");
    assert_eq!(bridge.delete_group(target, id).await.status, StatusCode::NOT_FOUND, "{target}: the second time");
    let found = bridge.find_groups(target, &format!("displayName eq \"{name}\""), "").await;
    assert_eq!(found.body["totalResults"], 0, "{target}: {}", found.body);
    let found = bridge.find_groups(target, &format!("id eq \"{id}\""), "").await;
    assert_eq!(found.body["totalResults"], 0, "{target}: {}", found.body);
    let every = bridge.get(target, "/Groups").await;
    assert!(!listed(&every).contains(&id.to_owned()), "{target}");
    assert_eq!(every.body["totalResults"], listed(&every).len(), "{target}");
}

async fn made(bridge: &TestBridge, target: &str, name: &str, members: &[String]) -> String {
    let made = bridge.make_group(target, json!({ "displayName": name, "members": values(members) })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{target}: {}", made.body);
    clear(bridge, target);
    id_of(&made.body)
}

#[tokio::test]
async fn a_group_that_the_bridge_made_is_emptied_first_and_then_removed() {
    for target in TARGETS {
        let bridge = site().build().await;
        let users = users(&bridge, target, 4);
        let other = group(&bridge, target, "Others");
        if target == "bmc" {
            patch_native(&bridge, target, &users[0], json!({ "Group List": "777;4242;" }));
        }
        let id = made(&bridge, target, "Engineers", &users[..3]).await;
        put_in(&bridge, target, &users[3], &other);
        let key = key_of(&bridge, target, &id);
        clear(&bridge, target);

        let deleted = bridge.delete_group(target, &id).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{target}: {}", deleted.body);
        assert!(group_record(&bridge, target, &id).is_none(), "{target}");
        assert_eq!(holders(&bridge, target, &key), set_of([""; 0]), "{target}: nobody holds its id any more");
        let writes = writes(&bridge, target);
        let (last, firsts) = writes.split_last().expect("writes");
        assert!(last.method == "DELETE" && !super::is_of_users(last), "{target}: {last:?}");
        assert!(firsts.iter().all(|write| write.method != "DELETE" && super::is_of_users(write)), "{target}");
        assert_eq!(firsts.len(), 3, "{target}");
        if target == "bmc" {
            assert_eq!(list_of(&bridge, target, &users[0]), "777;4242;", "ids that nobody knows stay");
        }
        assert_eq!(members(&bridge, target, &other), set_of(&users[3..]), "{target}");
        assert_gone(&bridge, target, &id, "Engineers").await;
        for user in &users {
            let groups = bridge.get(target, &format!("/Users/{user}")).await.body["groups"].clone();
            assert!(!groups.to_string().contains("Engineers"), "{target}: {groups}");
        }
    }
}

#[tokio::test]
async fn every_other_group_is_let_go_of_and_comes_back_by_its_name() {
    for target in TARGETS {
        for adopted in [false, true] {
            let bridge = site().build().await;
            let id = group(&bridge, target, "Engineers");
            let ada = user(&bridge, target, "ada");
            put_in(&bridge, target, &ada, &id);
            let body = json!({ "displayName": "Engineers" });
            if adopted {
                assert_eq!(bridge.make_group(target, body.clone()).await.status, StatusCode::CREATED, "{target}");
            }
            let (record, list) = (group_record(&bridge, target, &id), list_of(&bridge, target, &ada));
            clear(&bridge, target);
            let deleted = bridge.delete_group(target, &id).await;
            assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{target}: {}", deleted.body);
            assert_gone(&bridge, target, &id, "Engineers").await;
            assert_nothing_written(&bridge, target, "the vendor's own group");
            assert_eq!(
                (group_record(&bridge, target, &id), list_of(&bridge, target, &ada)),
                (record, list),
                "{target}"
            );

            let again = bridge.make_group(target, body.clone()).await;
            assert_eq!(
                (again.status, id_of(&again.body)),
                (StatusCode::CREATED, id.clone()),
                "{target}: {}",
                again.body
            );
            assert_eq!(super::shown(&again.body), set_of([&ada]), "{target}");
            assert_nothing_written(&bridge, target, "adopted again");
            assert_eq!(bridge.group(target, &id).await.status, StatusCode::OK, "{target}");
            assert_eq!(
                bridge.delete_group(target, &id).await.status,
                StatusCode::NO_CONTENT,
                "{target}: not made here"
            );
            assert!(group_record(&bridge, target, &id).is_some(), "{target}");
        }
    }
}

#[tokio::test]
async fn a_group_that_was_let_go_of_is_not_shown_with_its_users() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let ada = user(&bridge, target, "ada");
        put_in(&bridge, target, &ada, &id);
        bridge.delete_group(target, &id).await;
        let read = bridge.get(target, &format!("/Users/{ada}")).await;
        assert_eq!((read.status, read.body.get("groups")), (StatusCode::OK, None), "{target}: {}", read.body);
    }
}

#[tokio::test]
async fn who_made_a_group_is_known_after_a_restart() {
    for target in TARGETS {
        let first = site().build().await;
        let native = group(&first, target, "Painters");
        let made = made(&first, target, "Engineers", &[]).await;
        let gone = group(&first, target, "Gone");
        assert_eq!(first.delete_group(target, &gone).await.status, StatusCode::NO_CONTENT, "{target}");
        let (bmc, ivanti, store) = (first.bmc.clone(), first.ivanti.clone(), first.store.clone());
        let second = Setup { bmc, ivanti, store, ..Setup::default() }.build().await;
        assert_eq!(second.group(target, &gone).await.status, StatusCode::NOT_FOUND, "{target}");
        let again = second.make_group(target, json!({ "displayName": "ENGINEERS" })).await;
        assert_refused(&again, 409, "uniqueness", target);
        for (id, is_made) in [(made, true), (native, false)] {
            assert_eq!(second.delete_group(target, &id).await.status, StatusCode::NO_CONTENT, "{target}");
            assert_eq!(group_record(&second, target, &id).is_none(), is_made, "{target}");
        }
    }
}

#[tokio::test]
async fn an_unknown_group_cannot_be_deleted() {
    for target in TARGETS {
        let bridge = site().build().await;
        let ada = user(&bridge, target, "ada");
        for id in ["nobody-77", "000000000000777", ada.as_str(), "role:Analyst", "."] {
            if group_record(&bridge, target, id).is_some() {
                continue;
            }
            assert_eq!(bridge.delete_group(target, id).await.status, StatusCode::NOT_FOUND, "{target} {id}");
        }
        assert_nothing_written(&bridge, target, "there is no such group");
    }
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_fails_half_way_is_finished_by_a_repeat() {
    for target in TARGETS {
        let bridge = site().build().await;
        let users = users(&bridge, target, 6);
        let id = made(&bridge, target, "Engineers", &users).await;
        let key = key_of(&bridge, target, &id);
        let body = if target == "bmc" { simulators::bmc::error_body(7_777, None) } else { json!("out of order") };
        let write = if target == "bmc" { "PUT" } else { "PATCH" };
        inject(&bridge, target, Fault::status(500, &[], body).method(write).nth(3).times(2));
        let mut answer = bridge.delete_group(target, &id).await;
        for _ in 0..5 {
            if answer.status.is_success() {
                break;
            }
            let left = holders(&bridge, target, &key).is_empty();
            assert!(left || group_record(&bridge, target, &id).is_some(), "{target}: the group is the last to go");
            tokio::time::sleep(std::time::Duration::from_secs(120)).await;
            answer = bridge.delete_group(target, &id).await;
        }
        assert!([204, 404].contains(&answer.status.as_u16()), "{target}: {}", answer.body);
        assert!(group_record(&bridge, target, &id).is_none(), "{target}");
        assert_eq!(holders(&bridge, target, &key), set_of([""; 0]), "{target}");
        assert_gone(&bridge, target, &id, "Engineers").await;
    }
}

#[tokio::test]
async fn a_vendor_that_keeps_its_groups_is_not_said_to_have_deleted_one() {
    let bridge = site().build().await;
    let id = made(&bridge, "bmc", "Engineers", &[]).await;
    let mut options = bridge.bmc.options();
    options.delete_allowed = false;
    bridge.bmc.set_options(options);
    let answer = bridge.delete_group("bmc", &id).await;
    assert!(!answer.status.is_success(), "{}", answer.status);
    assert_eq!(bridge.group("bmc", &id).await.status, StatusCode::OK);
    assert!(group_record(&bridge, "bmc", &id).is_some());
}

#[tokio::test]
async fn a_group_with_a_protected_member_stays() {
    let bridge = site_with("protected = { accounts = [\"vip*\"] }").await;
    for target in TARGETS {
        let (ada, vip) = (user(&bridge, target, "ada"), user(&bridge, target, "vip-1"));
        let id = made(&bridge, target, "Engineers", std::slice::from_ref(&ada)).await;
        put_in(&bridge, target, &vip, &id);
        assert_refused(&bridge.delete_group(target, &id).await, 400, "mutability", target);
        assert_nothing_written(&bridge, target, "a protected account is never written");
        assert_eq!(members(&bridge, target, &id), set_of([&ada, &vip]), "{target}");
        assert!(entries(&bridge, target).len() < 20, "{target}");
    }
}
