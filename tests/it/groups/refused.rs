//! Members that cannot be added or removed: nothing is written, for nobody in the request.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    TARGETS, assert_done, assert_nothing_written, assert_refused, bmc_group, clear, group, list_of, members, op,
    patch_native, put_in, set_of, shown, site, site_with, user, users, values,
};
use crate::bridge::TestBridge;

/// Every way to make or unmake a member.
fn changes(inside: &str, outside: &str) -> Vec<Value> {
    vec![
        json!([op("add", [outside])]),
        json!([op("remove", [inside])]),
        json!([{ "op": "remove", "path": format!("members[value eq \"{inside}\"]") }]),
        json!([{ "op": "remove", "path": "members" }]),
        json!([{ "op": "replace", "path": "members", "value": values([outside]) }]),
        json!([{ "op": "replace", "value": { "members": [] } }]),
    ]
}

async fn assert_unchangeable(bridge: &TestBridge, id: &str, inside: &str, outside: &str, case: &str) {
    let before = members(bridge, "bmc", id);
    for operations in changes(inside, outside) {
        let answer = bridge.patch_group("bmc", id, operations.clone()).await;
        assert_refused(&answer, 400, "mutability", &format!("{case} {operations}"));
    }
    let name = super::native_name(bridge, "bmc", id);
    let put = bridge.put_group("bmc", id, json!({ "displayName": name, "members": values([outside]) })).await;
    assert_refused(&put, 400, "mutability", case);
    assert_nothing_written(bridge, "bmc", case);
    assert_eq!(members(bridge, "bmc", id), before, "{case}");
}

#[tokio::test]
async fn implicit_dynamic_and_computed_groups_are_shown_and_have_no_members_to_change() {
    for (number, category) in [
        (0, "Regular"),
        (3, "Regular"),
        (4, "Regular"),
        (7, "Regular"),
        (60_000, "Regular"),
        (60_999, "Dynamic"),
        (30_001, "Dynamic"),
        (30_002, "Computed"),
    ] {
        let bridge = crate::bridge::Setup::default().build().await;
        let id = bmc_group(&bridge, number, "Special", category);
        let (inside, outside) = (user(&bridge, "bmc", "inside"), user(&bridge, "bmc", "outside"));
        put_in(&bridge, "bmc", &inside, &id);
        let case = format!("{number} {category}");
        let read = bridge.group("bmc", &id).await;
        assert_eq!((read.status, &read.body["displayName"]), (StatusCode::OK, &json!("Special")), "{case}");
        assert_eq!(read.body[super::BMC_GROUP]["category"], category, "{case}: {}", read.body);
        assert_eq!(read.body[super::BMC_GROUP]["groupId"], number.to_string(), "{case}");
        assert_unchangeable(&bridge, &id, &inside, &outside, &case).await;
    }
}

#[tokio::test]
async fn groups_beside_the_reserved_ranges_are_ordinary() {
    for number in [1, 2, 5, 8, 59_999, 61_000, 1_000_000_001] {
        let bridge = crate::bridge::Setup::default().build().await;
        let id = bmc_group(&bridge, number, "Ordinary", "Regular");
        let ada = user(&bridge, "bmc", "ada");
        assert_done(&bridge.patch_group("bmc", &id, json!([op("add", [&ada])])).await, &number.to_string());
        assert_eq!(list_of(&bridge, "bmc", &ada), format!("{number};"));
        assert_done(&bridge.patch_group("bmc", &id, json!([op("remove", [&ada])])).await, &number.to_string());
        assert_eq!(list_of(&bridge, "bmc", &ada), "", "{number}");
    }
}

/// A Group List keeps the ids of such groups while others come and go.
#[tokio::test]
async fn ids_of_implicit_groups_stay_in_a_list() {
    let bridge = site().build().await;
    bmc_group(&bridge, 60_001, "Dynamic one", "Dynamic");
    let id = group(&bridge, "bmc", "Engineers");
    let ada = user(&bridge, "bmc", "ada");
    patch_native(&bridge, "bmc", &ada, json!({ "Group List": "0;60001;1;" }));
    assert_done(&bridge.patch_group("bmc", &id, json!([op("add", [&ada])])).await, "add");
    assert_eq!(list_of(&bridge, "bmc", &ada), "0;60001;1;20001;");
    assert_done(&bridge.patch_group("bmc", &id, json!([{ "op": "remove", "path": "members" }])).await, "empty");
    assert_eq!(list_of(&bridge, "bmc", &ada), "0;60001;1;");
}

#[tokio::test]
async fn a_protected_group_is_never_granted_but_can_be_taken_away() {
    let bridge = site_with("protected = { groups = [\"1\", \"20001\"] }").await;
    let first = bridge.bmc.records("Group").into_iter().find(|record| record["Group ID"] == 1).expect("a group");
    let administrators = first["Request ID"].as_str().expect("an id").to_owned();
    for id in [administrators, group(&bridge, "bmc", "Engineers")] {
        let (inside, outside) = (user(&bridge, "bmc", &format!("in{id}")), user(&bridge, "bmc", &format!("out{id}")));
        put_in(&bridge, "bmc", &inside, &id);
        let before = members(&bridge, "bmc", &id);
        clear(&bridge, "bmc");
        let mut both = before.clone();
        both.insert(outside.clone());
        for operations in [
            json!([op("add", [&outside])]),
            json!([op("remove", [&inside]), op("add", [&outside])]),
            json!([{ "op": "replace", "path": "members", "value": values(&both) }]),
        ] {
            let answer = bridge.patch_group("bmc", &id, operations.clone()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{operations}: {}", answer.body);
        }
        assert_nothing_written(&bridge, "bmc", "protected");
        assert_eq!(members(&bridge, "bmc", &id), before);
        assert_done(&bridge.patch_group("bmc", &id, json!([op("add", [&inside])])).await, "who is in stays in");
        assert_nothing_written(&bridge, "bmc", "protected");
        assert_done(&bridge.patch_group("bmc", &id, json!([op("remove", [&inside])])).await, "removed");
        assert!(!members(&bridge, "bmc", &id).contains(&inside));
    }
    let made = bridge.make_group("bmc", json!({ "displayName": "Administrator", "members": [] })).await;
    assert_eq!(made.status, StatusCode::CREATED, "adopting grants nothing: {}", made.body);
    let ada = user(&bridge, "bmc", "ada");
    bridge.delete_group("bmc", &super::id_of(&made.body)).await;
    let body = json!({ "displayName": "Administrator", "members": values([&ada]) });
    let refused = bridge.make_group("bmc", body).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.body);
    assert_eq!(list_of(&bridge, "bmc", &ada), "");
}

#[tokio::test]
async fn protected_accounts_and_the_service_account_are_never_added_or_removed() {
    let bridge = site_with("protected = { accounts = [\"vip*\"] }").await;
    for target in TARGETS {
        let service = match target {
            "bmc" => bridge.bmc.records("User")[0]["Request ID"].as_str().expect("an id").to_owned(),
            _ => user(&bridge, target, "svc_scim"),
        };
        for (number, protected) in [service, user(&bridge, target, "VIP-1")].into_iter().enumerate() {
            let id = group(&bridge, target, &format!("Engineers {number}"));
            let ada = user(&bridge, target, &format!("ada{number}"));
            clear(&bridge, target);
            let add = bridge.patch_group(target, &id, json!([op("add", [&ada, &protected])])).await;
            assert_refused(&add, 400, "mutability", target);
            assert_nothing_written(&bridge, target, "nobody is added");

            put_in(&bridge, target, &protected, &id);
            put_in(&bridge, target, &ada, &id);
            assert_eq!(shown(&bridge.group(target, &id).await.body), set_of([&ada, &protected]), "{target}: shown");
            for operations in [
                json!([op("remove", [&ada, &protected])]),
                json!([{ "op": "remove", "path": "members" }]),
                json!([{ "op": "replace", "path": "members", "value": values([&ada]) }]),
            ] {
                assert_refused(&bridge.patch_group(target, &id, operations).await, 400, "mutability", target);
            }
            assert_nothing_written(&bridge, target, "nobody is removed");
            let stays = json!([{ "op": "replace", "path": "members", "value": values([&protected]) }]);
            assert_done(&bridge.patch_group(target, &id, stays).await, "who is protected is in already");
            assert_eq!(members(&bridge, target, &id), set_of([&protected]), "{target}");
        }
    }
}

#[tokio::test]
async fn an_unknown_member_is_named_and_nobody_is_added() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let users = users(&bridge, target, 3);
        put_in(&bridge, target, &users[0], &id);
        clear(&bridge, target);
        for unknown in ["nobody-77", "000000000000777", &users[1].to_lowercase().replace('0', "o"), "U 1/2", "role:x"] {
            for operations in [
                json!([op("add", [&users[1], unknown])]),
                json!([op("remove", [&users[0]]), op("add", [unknown])]),
                json!([{ "op": "replace", "path": "members", "value": values([unknown, &users[1]]) }]),
                json!([{ "op": "replace", "value": { "members": values([unknown]) } }]),
            ] {
                let answer = bridge.patch_group(target, &id, operations.clone()).await;
                assert_refused(&answer, 400, "invalidValue", &format!("{target} {operations}"));
                let detail = answer.body["detail"].as_str().expect("a detail");
                assert!(detail.contains(unknown), "{target}: {detail}");
            }
            let put = json!({ "displayName": "Engineers", "members": values([unknown]) });
            assert_refused(&bridge.put_group(target, &id, put).await, 400, "invalidValue", target);
            assert_done(&bridge.patch_group(target, &id, json!([op("remove", [unknown])])).await, "not in anyway");
        }
        assert_nothing_written(&bridge, target, "somebody is unknown");
        assert_eq!(members(&bridge, target, &id), set_of(&users[..1]), "{target}");
    }
}

#[tokio::test]
async fn a_deleted_user_is_an_unknown_member() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let users = users(&bridge, target, 2);
        put_in(&bridge, target, &users[0], &id);
        for user in &users {
            assert_eq!(bridge.delete(target, user).await.status, StatusCode::NO_CONTENT, "{target}");
        }
        clear(&bridge, target);
        assert_eq!(shown(&bridge.group(target, &id).await.body), set_of([""; 0]), "{target}: not shown");
        let add = bridge.patch_group(target, &id, json!([op("add", [&users[1]])])).await;
        assert_refused(&add, 400, "invalidValue", target);
        assert_nothing_written(&bridge, target, "an account that is off gets nothing");
    }
}

#[tokio::test]
async fn groups_are_no_members() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let other = group(&bridge, target, "Painters");
        let ada = user(&bridge, target, "ada");
        for member in [json!({ "value": ada, "type": "Group" }), json!({ "value": other, "type": "group" })] {
            for op in ["add", "replace"] {
                let operations = json!([{ "op": op, "path": "members", "value": [member] }]);
                assert_refused(&bridge.patch_group(target, &id, operations).await, 400, "invalidValue", target);
            }
            let put = json!({ "displayName": "Engineers", "members": [member] });
            assert_refused(&bridge.put_group(target, &id, put).await, 400, "invalidValue", target);
        }
        assert_nothing_written(&bridge, target, "nested groups");
    }
}

#[tokio::test]
async fn a_group_list_has_at_most_four_thousand_characters() {
    let bridge = site().build().await;
    let id = group(&bridge, "bmc", "Engineers");
    let (ada, full) = (user(&bridge, "bmc", "ada"), user(&bridge, "bmc", "full"));
    // So many ids of six characters each, and one more.
    let list = |count: i64, last: &str| {
        let ids = (0..count).map(|number| (30_000 + number).to_string() + ";");
        ids.collect::<String>() + last
    };
    for (held, fits) in [(list(665, "100;"), true), (list(665, "1000;"), false), (list(666, ""), false)] {
        assert!(held.len() <= 4_000);
        patch_native(&bridge, "bmc", &full, json!({ "Group List": held }));
        patch_native(&bridge, "bmc", &ada, json!({ "Group List": null }));
        clear(&bridge, "bmc");
        let answer = bridge.patch_group("bmc", &id, json!([op("add", [&ada, &full])])).await;
        if fits {
            assert_done(&answer, "4,000 characters");
            assert_eq!(list_of(&bridge, "bmc", &full), format!("{held}20001;"));
            assert_eq!(list_of(&bridge, "bmc", &full).len(), 4_000);
        } else {
            assert_refused(&answer, 400, "invalidValue", "more than 4,000");
            assert_nothing_written(&bridge, "bmc", "all are looked at first");
            assert_eq!(list_of(&bridge, "bmc", &full), held);
        }
    }
}

#[tokio::test]
async fn odd_requests_are_refused_without_a_trace() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let ada = user(&bridge, target, "ada");
        for operations in [
            json!([]),
            json!([{ "op": "move", "path": "members", "value": values([&ada]) }]),
            json!([op("add", [&ada]), { "op": "add", "path": "members[", "value": [] }]),
            json!([op("add", [&ada]), { "op": "replace", "path": "colour", "value": "red" }]),
            json!([op("add", [&ada]), { "op": "remove" }]),
            json!([{ "op": "add", "path": "members", "value": [{ "display": "ada" }] }]),
            json!([{ "op": "add", "path": "members", "value": [{ "value": 7 }] }]),
            json!([{ "op": "add", "path": "members", "value": [[]] }]),
        ] {
            let answer = bridge.patch_group(target, &id, operations.clone()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{target} {operations}: {}", answer.body);
        }
        assert_nothing_written(&bridge, target, "all or nothing");
        assert_eq!(list_of(&bridge, target, &ada), "", "{target}");
        let unknown = bridge.patch_group(target, "nobody-77", json!([op("add", [&ada])])).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{target}");
    }
}

#[tokio::test]
async fn a_credential_that_may_read_changes_no_group() {
    let bridge = site().build().await;
    let id = group(&bridge, "bmc", "Engineers");
    for (method, path) in [("POST", "/Groups".to_owned()), ("DELETE", format!("/Groups/{id}"))] {
        let request = http::Request::builder().method(method).uri(format!("/scim/v2{path}"));
        let request = request.header("authorization", "Bearer bmc-reader-0123456789");
        let request = request.header("content-type", "application/scim+json");
        let body = axum::body::Body::from(json!({ "displayName": "Painters" }).to_string());
        let answer = bridge.send(request.body(body).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method}");
    }
    assert_nothing_written(&bridge, "bmc", "read only");
}

/// A role is a role, whether it is served as a group or asked for as an attribute of a user.
#[tokio::test]
async fn a_protected_role_is_given_to_nobody_by_any_way() {
    for kinds in ["[]", "[\"team\"]", "[\"team\", \"role\"]"] {
        let keys = format!(
            "groups = {{ kinds = {kinds}, roles = [\"Admin\", \"Analyst\"] }}\nprotected = {{ groups = [\"admin\"] }}"
        );
        let bridge = crate::bridge::Setup { ivanti_keys: keys, ..super::site() }.build().await;
        let ada = user(&bridge, "ivanti", "ada");
        for (role, expected) in [("Admin", StatusCode::BAD_REQUEST), ("Analyst", StatusCode::OK)] {
            let wish = json!([{ "op": "replace", "path": "roles", "value": [{ "value": role }] }]);
            let answer = bridge.patch("ivanti", &ada, wish).await;
            assert_eq!(answer.status, expected, "{kinds} {role}: {}", answer.body);
        }
        assert_eq!(bridge.ivanti.record("employees", &ada).expect("ada")["Role"], "Analyst", "{kinds}");
        let new = json!({ "userName": "bob", "name": { "givenName": "B", "familyName": "B" },
            "emails": [{ "value": "b@b.example" }], "roles": [{ "value": "ADMIN" }] });
        assert_eq!(bridge.post("ivanti", new).await.status, StatusCode::BAD_REQUEST, "{kinds}");
        assert!(bridge.ivanti.records("employees").iter().all(|record| record["LoginID"] != "bob"), "{kinds}");
    }
}
