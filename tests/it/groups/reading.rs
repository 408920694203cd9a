//! What groups and users show of each other, however the vendor wrote it down.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    BMC_GROUP, GROUP, TARGETS, assert_done, assert_nothing_written, bmc_group, clear, group, list_of, members, op,
    patch_native, put_in, set_of, shown, site, user, users,
};

const BASE: &str = "https://bridge.example.com/scim/v2";

#[tokio::test]
async fn a_group_shows_all_that_the_rfc_asks_for() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let ada = user(&bridge, target, "Ada@example.com");
        put_in(&bridge, target, &ada, &id);
        let read = bridge.group(target, &id).await;
        assert_eq!(read.status, StatusCode::OK, "{target}: {}", read.body);
        assert_eq!(read.headers["content-type"], "application/scim+json", "{target}");
        let body = read.body;
        assert!(body["schemas"].as_array().expect("a list").contains(&json!(GROUP)), "{target}: {body}");
        assert_eq!((&body["id"], &body["displayName"]), (&json!(id), &json!("Engineers")), "{target}");
        assert_eq!(body["meta"]["resourceType"], "Group", "{target}");
        assert_eq!(body["meta"]["location"], format!("{BASE}/Groups/{id}"), "{target}");
        let member = json!({ "value": ada, "$ref": format!("{BASE}/Users/{ada}"), "type": "User",
            "display": "Ada@example.com" });
        assert_eq!(body["members"], json!([member]), "{target}");
        let found = bridge.find_groups(target, &format!("id eq \"{id}\""), "").await;
        assert_eq!(found.body["Resources"], json!([body]), "{target}: lists show the same");
    }
}

#[tokio::test]
async fn a_group_of_bmc_shows_what_the_form_holds() {
    let bridge = site().build().await;
    let id = bmc_group(&bridge, 20_001, "Engineers", "Regular");
    let body = bridge.group("bmc", &id).await.body;
    assert!(body["schemas"].as_array().expect("a list").contains(&json!(BMC_GROUP)), "{body}");
    let held = json!({ "groupId": "20001", "longName": "All of Engineers", "category": "Regular", "type": "Change" });
    assert_eq!(body[BMC_GROUP], held);
    for (integers, id) in [(simulators::bmc::IntegerRead::Number, &id), (simulators::bmc::IntegerRead::String, &id)] {
        let mut options = bridge.bmc.options();
        options.integer_read = integers;
        bridge.bmc.set_options(options);
        assert_eq!(bridge.group("bmc", id).await.body[BMC_GROUP]["groupId"], "20001", "{integers:?}");
    }
}

#[tokio::test]
async fn an_empty_group_has_no_members_and_is_no_error() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let read = bridge.group(target, &id).await;
        assert_eq!((read.status, shown(&read.body)), (StatusCode::OK, set_of([""; 0])), "{target}");
    }
}

#[tokio::test]
async fn a_user_shows_the_groups_it_is_in() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let ada = user(&bridge, target, "ada");
        let alone = bridge.get(target, &format!("/Users/{ada}")).await;
        assert_eq!(alone.body.get("groups"), None, "{target}: {}", alone.body);
        put_in(&bridge, target, &ada, &id);
        let element = json!({ "value": id, "$ref": format!("{BASE}/Groups/{id}"), "display": "Engineers",
            "type": "direct" });
        let read = bridge.get(target, &format!("/Users/{ada}")).await;
        assert_eq!(read.body["groups"], json!([element]), "{target}");
        let found = bridge.filter(target, "userName eq \"ada\"").await;
        assert_eq!(found.body["Resources"][0]["groups"], json!([element]), "{target}");
        let changed = bridge.patch(target, &ada, crate::users::set("title", "Countess")).await;
        assert_eq!(changed.body["groups"], json!([element]), "{target}: {}", changed.body);
        let without = bridge.get(target, &format!("/Users/{ada}?excludedAttributes=groups")).await;
        assert_eq!(without.body.get("groups"), None, "{target}");
    }
}

#[tokio::test]
async fn a_group_that_the_bridge_made_is_at_once_shown_with_its_users() {
    for target in TARGETS {
        let bridge = site().build().await;
        let ada = user(&bridge, target, "ada");
        bridge.get(target, &format!("/Users/{ada}")).await;
        let body = json!({ "displayName": "Engineers", "members": [{ "value": ada }] });
        let made = bridge.make_group(target, body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{target}: {}", made.body);
        let read = bridge.get(target, &format!("/Users/{ada}")).await;
        assert_eq!(read.body["groups"][0]["display"], "Engineers", "{target}: {}", read.body);
    }
}

#[tokio::test]
async fn a_user_changes_no_groups_of_its_own() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let ada = user(&bridge, target, "ada");
        clear(&bridge, target);
        for op in ["add", "replace"] {
            let operations = json!([{ "op": op, "path": "groups", "value": [{ "value": id }] }]);
            let answer = bridge.patch(target, &ada, operations).await;
            super::assert_refused(&answer, 400, "mutability", target);
        }
        assert_nothing_written(&bridge, target, "groups are readOnly");
        let mut body = crate::users::new_user("grace");
        body["groups"] = json!([{ "value": id, "display": "Engineers" }]);
        let created = bridge.post(target, body).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: ignored in a create: {}", created.body);
        assert_eq!(members(&bridge, target, &id), set_of([""; 0]), "{target}");
    }
}

#[tokio::test]
async fn lists_are_read_however_they_are_separated() {
    let bridge = site().build().await;
    let ids: Vec<String> = (0..3).map(|number| group(&bridge, "bmc", &format!("G{number}"))).collect();
    for list in [
        "20001;20002;20003;",
        "20001;20002;20003",
        ";20001;20002;20003;",
        "20001; 20002; 20003;",
        "20001 20002 20003",
        "20001,20002,20003",
        ";;20003;20002;;20001;",
        "20001;20001;20002;20003;20002;",
    ] {
        let ada = user(&bridge, "bmc", &format!("ada {list}"));
        patch_native(&bridge, "bmc", &ada, json!({ "Group List": list }));
        for id in &ids {
            let read = bridge.group("bmc", id).await.body;
            assert!(shown(&read).contains(&ada), "{list:?}: {read}");
        }
        let read = bridge.get("bmc", &format!("/Users/{ada}")).await.body;
        let groups = read["groups"].as_array().expect("a list").iter();
        assert_eq!(set_of(groups.map(|group| group["value"].as_str().expect("an id"))), set_of(&ids), "{list:?}");
    }
}

/// `20001` is in `120001;`, `200010;` and so on as a text, and in no other way.
#[tokio::test]
async fn a_part_of_another_id_is_no_membership() {
    let bridge = site().build().await;
    let id = bmc_group(&bridge, 42, "Answers", "Regular");
    let inside = ["42;", "1;42;", "42;1;", "1;42;2;", "142;42;"];
    let outside = ["142;", "421;", "1;142;", "1;421;", "4;2;", "20042;", "042x;", ""];
    let add = |list: &str| {
        let ada = user(&bridge, "bmc", &format!("ada{list}"));
        patch_native(&bridge, "bmc", &ada, json!({ "Group List": list }));
        ada
    };
    let members: Vec<String> = inside.iter().map(|list| add(list)).collect();
    let others: Vec<String> = outside.iter().map(|list| add(list)).collect();
    let read = bridge.group("bmc", &id).await.body;
    assert_eq!(shown(&read), set_of(&members));
    assert_done(&bridge.patch_group("bmc", &id, json!([{ "op": "remove", "path": "members" }])).await, "empty");
    let left = |ids: &[String]| ids.iter().map(|id| list_of(&bridge, "bmc", id)).collect::<Vec<_>>();
    assert_eq!(left(&others), outside);
    assert_eq!(left(&members), ["", "1;", "1;", "1;2;", "142;"]);
}

#[tokio::test]
async fn ids_that_nobody_knows_stay_in_their_order() {
    let bridge = site().build().await;
    let id = group(&bridge, "bmc", "Engineers");
    let ada = user(&bridge, "bmc", "ada");
    for (before, added, removed) in [
        ("999;5;1000000001;", "999;5;1000000001;20001;", "999;5;1000000001;"),
        ("999 5 20001 7", "999 5 20001 7", "999;5;7;"),
        ("999,20001,5", "999,20001,5", "999;5;"),
        ("20001;999;20001;5;", "20001;999;20001;5;", "999;5;"),
        ("999;5", "999;5;20001;", "999;5;"),
        ("", "20001;", ""),
        ("20001", "20001", ""),
    ] {
        patch_native(&bridge, "bmc", &ada, json!({ "Group List": before }));
        clear(&bridge, "bmc");
        assert_done(&bridge.patch_group("bmc", &id, json!([op("add", [&ada])])).await, before);
        assert_eq!(list_of(&bridge, "bmc", &ada), added, "{before:?} and the group");
        if before == added {
            assert_nothing_written(&bridge, "bmc", before);
        }
        assert_done(&bridge.patch_group("bmc", &id, json!([op("remove", [&ada])])).await, before);
        assert_eq!(list_of(&bridge, "bmc", &ada), removed, "{before:?} without the group");
    }
}

#[tokio::test]
async fn a_list_is_all_that_is_written() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let ada = user(&bridge, target, "ada");
        let mut expected = super::record(&bridge, target, &ada);
        clear(&bridge, target);
        assert_done(&bridge.patch_group(target, &id, json!([op("add", [&ada])])).await, target);
        let field = if target == "bmc" { "Group List" } else { "Team" };
        let written = crate::users::written(&bridge, target);
        assert_eq!(written.len(), 1, "{target}");
        assert_eq!(written[0].as_object().expect("fields").keys().collect::<Vec<_>>(), [field], "{target}");
        expected.insert(field.to_owned(), written[0][field].clone());
        assert_eq!(super::record(&bridge, target, &ada), expected, "{target}");
    }
}

#[tokio::test]
async fn two_rows_of_one_group_id_share_their_members() {
    let bridge = site().build().await;
    let ids = [bmc_group(&bridge, 20_001, "Engineers", "Regular"), bmc_group(&bridge, 20_001, "Alias", "Regular")];
    let users = users(&bridge, "bmc", 2);
    put_in(&bridge, "bmc", &users[0], &ids[0]);
    for id in &ids {
        assert_eq!(shown(&bridge.group("bmc", id).await.body), set_of(&users[..1]));
    }
    for id in &ids {
        assert_done(&bridge.patch_group("bmc", id, json!([op("add", [&users[1]])])).await, "one id, once");
        assert_eq!(list_of(&bridge, "bmc", &users[1]), "20001;");
        assert_eq!(shown(&bridge.group("bmc", id).await.body), set_of(&users));
    }
    let groups = bridge.get("bmc", &format!("/Users/{}", users[0])).await.body["groups"].clone();
    let shown = groups.as_array().expect("a list").iter().map(|group| group["value"].as_str().expect("an id"));
    assert!(set_of(shown).is_subset(&set_of(&ids)), "{groups}");
}

#[tokio::test]
async fn ids_of_users_are_no_ids_of_groups() {
    for target in TARGETS {
        let bridge = site().build().await;
        let users = users(&bridge, target, 9);
        let last = users.last().expect("some");
        assert!(super::group_record(&bridge, target, last).is_none());
        assert_eq!(bridge.group(target, last).await.status, StatusCode::NOT_FOUND, "{target}");
        let team = group(&bridge, target, "Engineers");
        assert_eq!(bridge.group(target, &team.to_lowercase().replace('0', "o")).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_documents_tell_of_groups() {
    for target in TARGETS {
        let bridge = site().build().await;
        let types = bridge.get(target, "/ResourceTypes").await.body;
        let of_group = |it: &&Value| it["name"] == "Group";
        let group = types["Resources"].as_array().expect("a list").iter().find(of_group).expect("Group").clone();
        assert_eq!((&group["endpoint"], &group["schema"]), (&json!("/Groups"), &json!(GROUP)), "{target}");
        assert_eq!(bridge.get(target, "/ResourceTypes/Group").await.body["name"], "Group", "{target}");
        let schemas = bridge.get(target, "/Schemas").await.body;
        let ids = set_of(schemas["Resources"].as_array().expect("a list").iter().map(super::id_of));
        assert!(ids.contains(GROUP), "{target}: {ids:?}");
        assert_eq!(ids.contains(BMC_GROUP), target == "bmc", "{target}: {ids:?}");
        let listed = group["schemaExtensions"].to_string().contains(BMC_GROUP);
        assert_eq!(listed, target == "bmc", "{target}: {group}");
        let schema = bridge.get(target, &format!("/Schemas/{GROUP}")).await.body;
        let names = schema["attributes"].as_array().expect("a list").iter();
        let names = set_of(names.map(|attribute| attribute["name"].as_str().expect("a name")));
        assert!(names.is_superset(&set_of(["displayName", "members"])), "{target}: {names:?}");
    }
}
