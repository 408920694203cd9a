//! Ivanti's teams and roles: an employee has one of each.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    assert_done, assert_nothing_written, assert_refused, clear, group, group_records, id_of, listed, members, op,
    patch_native, put_in, record, set_of, shown, site, user, users, values,
};
use crate::bridge::{Setup, TestBridge};

/// A bridge that serves teams and the roles `Analyst` and `Self Service`.
async fn both(others: &str) -> TestBridge {
    let keys = format!("groups = {{ kinds = [\"team\", \"role\"], roles = [\"Analyst\", \"Self Service\"]{others} }}");
    Setup { ivanti_keys: keys, ..site() }.build().await
}

fn role_of(bridge: &TestBridge, user: &str) -> Value {
    record(bridge, "ivanti", user)["Role"].clone()
}

/// The id of a group by its name.
async fn find(bridge: &TestBridge, name: &str) -> String {
    let found = bridge.find_groups("ivanti", &format!("displayName eq \"{name}\""), "").await;
    let ids = listed(&found);
    assert_eq!(ids.len(), 1, "{name}: {}", found.body);
    ids[0].clone()
}

#[tokio::test]
async fn teams_and_roles_are_listed_together() {
    let bridge = both("").await;
    let team = group(&bridge, "ivanti", "Engineers");
    let every = bridge.get("ivanti", "/Groups").await;
    let ids = listed(&every);
    assert_eq!(ids.len(), group_records(&bridge, "ivanti").len() + 2, "{}", every.body);
    assert!(ids.contains(&team) && ids.contains(&"role:Analyst".to_owned()), "{ids:?}");
    assert_eq!(every.body["totalResults"], ids.len());
    let self_service = find(&bridge, "Self Service").await;
    assert!(self_service.starts_with("role:") && ids.contains(&self_service), "{self_service}");
    for (id, name) in [("role:Analyst", "Analyst"), (&self_service, "Self Service")] {
        let read = bridge.group("ivanti", id).await;
        assert_eq!((read.status, &read.body["displayName"]), (StatusCode::OK, &json!(name)), "{}", read.body);
        assert_eq!(read.body["id"], id);
        let location = read.body["meta"]["location"].as_str().expect("a location").to_owned();
        let path = location.strip_prefix("https://bridge.example.com/scim/v2").expect("below the base");
        assert_eq!(bridge.get("ivanti", path).await.body, read.body, "{path}");
    }
    let mut seen = Vec::new();
    while seen.len() < ids.len() {
        let page = listed(&bridge.get("ivanti", &format!("/Groups?startIndex={}&count=1", seen.len() + 1)).await);
        assert_eq!(page.len(), 1, "after {}", seen.len());
        seen.extend(page);
    }
    assert_eq!(set_of(&seen), set_of(&ids));
    for unknown in ["role:Owner", "role:", "Analyst", "role:analyst ", &format!("role:{team}")] {
        assert_eq!(bridge.group("ivanti", unknown).await.status, StatusCode::NOT_FOUND, "{unknown}");
    }
}

#[tokio::test]
async fn the_first_kind_has_no_prefix() {
    let keys = "groups = { kinds = [\"role\"], roles = [\"Analyst\"] }".to_owned();
    let bridge = Setup { ivanti_keys: keys, ..site() }.build().await;
    let team = group(&bridge, "ivanti", "Engineers");
    let ada = user(&bridge, "ivanti", "ada");
    put_in(&bridge, "ivanti", &ada, &team);
    assert_eq!(listed(&bridge.get("ivanti", "/Groups").await), ["Analyst"]);
    assert_eq!(bridge.group("ivanti", &team).await.status, StatusCode::NOT_FOUND, "teams are not served");
    assert_done(&bridge.patch_group("ivanti", "Analyst", json!([op("add", [&ada])])).await, "a role");
    assert_eq!((role_of(&bridge, &ada), members(&bridge, "ivanti", &team)), (json!("Analyst"), set_of([&ada])));
    let read = bridge.get("ivanti", &format!("/Users/{ada}")).await;
    assert_eq!(read.body["groups"].as_array().map(Vec::len), Some(1), "{}", read.body);
    assert_eq!(read.body["groups"][0]["value"], "Analyst");
}

#[tokio::test]
async fn only_the_configured_kinds_are_served() {
    let bridge = site().build().await;
    let ada = user(&bridge, "ivanti", "ada");
    patch_native(&bridge, "ivanti", &ada, json!({ "Role": "Analyst" }));
    assert_eq!(listed(&bridge.get("ivanti", "/Groups").await).len(), group_records(&bridge, "ivanti").len());
    assert_eq!(bridge.group("ivanti", "role:Analyst").await.status, StatusCode::NOT_FOUND);
    assert_eq!(bridge.get("ivanti", &format!("/Users/{ada}")).await.body.get("groups"), None);
}

#[tokio::test]
async fn a_role_is_joined_left_and_shown() {
    let bridge = both("").await;
    let team = group(&bridge, "ivanti", "Engineers");
    let users = users(&bridge, "ivanti", 3);
    patch_native(&bridge, "ivanti", &users[2], json!({ "Role": "Owner" }));
    put_in(&bridge, "ivanti", &users[0], &team);
    clear(&bridge, "ivanti");
    assert_done(&bridge.patch_group("ivanti", "role:Analyst", json!([op("add", &users[..2])])).await, "joined");
    assert_eq!((role_of(&bridge, &users[0]), role_of(&bridge, &users[1])), (json!("Analyst"), json!("Analyst")));
    assert_eq!(members(&bridge, "ivanti", &team), set_of(&users[..1]), "a role and a team go together");
    assert_eq!(shown(&bridge.group("ivanti", "role:Analyst").await.body), set_of(&users[..2]));
    let read = bridge.get("ivanti", &format!("/Users/{}", users[0])).await.body;
    let groups = read["groups"].as_array().expect("a list").iter();
    let groups = set_of(groups.map(|group| group["value"].as_str().expect("an id")));
    assert_eq!(groups, set_of([team.as_str(), "role:Analyst"]), "{read}");
    let found = bridge.filter("ivanti", "groups.value eq \"role:Analyst\"").await;
    assert_eq!(set_of(listed(&found)), set_of(&users[..2]));

    clear(&bridge, "ivanti");
    let operations = json!([op("remove", [&users[0], &users[2]])]);
    assert_done(&bridge.patch_group("ivanti", "role:Analyst", operations).await, "left");
    let left = role_of(&bridge, &users[0]);
    assert!(left.is_null() || left == "", "{left}");
    assert_eq!(role_of(&bridge, &users[2]), "Owner", "another role is not taken away");
    assert_eq!(super::writes(&bridge, "ivanti").len(), 1);
    let unlisted = bridge.get("ivanti", &format!("/Users/{}", users[2])).await.body;
    assert_eq!(unlisted.get("groups"), None, "a role that is not configured is no group: {unlisted}");
}

/// One who is in another team, or has another role.
async fn second(bridge: &TestBridge) -> Vec<(String, String, String)> {
    let (first, other) = (group(bridge, "ivanti", "Engineers"), group(bridge, "ivanti", "Painters"));
    let (ada, bob) = (user(bridge, "ivanti", "ada"), user(bridge, "ivanti", "bob"));
    put_in(bridge, "ivanti", &ada, &first);
    patch_native(bridge, "ivanti", &bob, json!({ "Role": "Analyst" }));
    let role = find(bridge, "Self Service").await;
    clear(bridge, "ivanti");
    vec![(ada, other, "Team".to_owned()), (bob, role, "Role".to_owned())]
}

#[tokio::test]
async fn a_second_team_or_role_is_refused_unless_configured() {
    for others in ["", ", join = \"refuse\""] {
        let bridge = both(others).await;
        let free = user(&bridge, "ivanti", "free");
        for (member, id, field) in second(&bridge).await {
            let before = record(&bridge, "ivanti", &member)[&field].clone();
            for operations in [
                json!([op("add", [&free, &member])]),
                json!([{ "op": "replace", "path": "members", "value": values([&member]) }]),
            ] {
                let answer = bridge.patch_group("ivanti", &id, operations).await;
                assert_refused(&answer, 400, "mutability", &field);
                let detail = answer.body["detail"].as_str().expect("a detail").to_lowercase();
                assert!(detail.contains(&field.to_lowercase()), "it says what stands in the way: {detail}");
            }
            assert_nothing_written(&bridge, "ivanti", "nobody is moved");
            assert_eq!(record(&bridge, "ivanti", &member)[&field], before);
        }
    }
}

#[tokio::test]
async fn a_second_team_or_role_replaces_the_first_where_configured() {
    let bridge = both(", join = \"move\"").await;
    for (member, id, field) in second(&bridge).await {
        assert_done(&bridge.patch_group("ivanti", &id, json!([op("add", [&member])])).await, &field);
        let held = record(&bridge, "ivanti", &member)[&field].clone();
        let expected = if field == "Team" { json!(id) } else { json!("Self Service") };
        assert_eq!(held, expected);
        assert_eq!(shown(&bridge.group("ivanti", &id).await.body), set_of([&member]));
        let groups = bridge.get("ivanti", &format!("/Users/{member}")).await.body["groups"].clone();
        assert_eq!(groups.as_array().map(Vec::len), Some(1), "{groups}");
    }
    let engineers = find(&bridge, "Engineers").await;
    assert_eq!(members(&bridge, "ivanti", &engineers), set_of([""; 0]), "left by joining another");
}

/// What one client does to move somebody: out of the first, then into the second; and the other way round with `move`.
#[tokio::test]
async fn leaving_after_the_move_takes_nothing_away() {
    let bridge = both(", join = \"move\"").await;
    let (first, other) = (group(&bridge, "ivanti", "Engineers"), group(&bridge, "ivanti", "Painters"));
    let ada = user(&bridge, "ivanti", "ada");
    put_in(&bridge, "ivanti", &ada, &first);
    assert_done(&bridge.patch_group("ivanti", &other, json!([op("add", [&ada])])).await, "moved");
    assert_done(&bridge.patch_group("ivanti", &first, json!([op("remove", [&ada])])).await, "not in it any more");
    assert_eq!(members(&bridge, "ivanti", &other), set_of([&ada]));

    let bridge = both("").await;
    let (first, other) = (group(&bridge, "ivanti", "Engineers"), group(&bridge, "ivanti", "Painters"));
    let ada = user(&bridge, "ivanti", "ada");
    put_in(&bridge, "ivanti", &ada, &first);
    assert_done(&bridge.patch_group("ivanti", &first, json!([op("remove", [&ada])])).await, "left");
    assert_done(&bridge.patch_group("ivanti", &other, json!([op("add", [&ada])])).await, "joined");
    assert_eq!(members(&bridge, "ivanti", &other), set_of([&ada]));
}

#[tokio::test]
async fn roles_are_adopted_and_never_made_renamed_or_deleted() {
    let bridge = both("").await;
    let ada = user(&bridge, "ivanti", "ada");
    patch_native(&bridge, "ivanti", &ada, json!({ "Role": "Analyst" }));
    let adopted = bridge.make_group("ivanti", json!({ "displayName": "analyst" })).await;
    assert_eq!((adopted.status, id_of(&adopted.body)), (StatusCode::CREATED, "role:Analyst".to_owned()));
    assert_eq!(shown(&adopted.body), set_of([&ada]));
    let again = bridge.make_group("ivanti", json!({ "displayName": "Analyst" })).await;
    assert_refused(&again, 409, "uniqueness", "linked already");
    let rename = json!([{ "op": "replace", "path": "displayName", "value": "Expert" }]);
    assert_refused(&bridge.patch_group("ivanti", "role:Analyst", rename).await, 400, "mutability", "a rename");
    assert_eq!(bridge.delete_group("ivanti", "role:Analyst").await.status, StatusCode::NO_CONTENT);
    assert_eq!(bridge.group("ivanti", "role:Analyst").await.status, StatusCode::NOT_FOUND);
    assert_eq!(role_of(&bridge, &ada), "Analyst");
    assert_nothing_written(&bridge, "ivanti", "roles are configured");
    let again = bridge.make_group("ivanti", json!({ "displayName": "Analyst" })).await;
    assert_eq!((again.status, id_of(&again.body)), (StatusCode::CREATED, "role:Analyst".to_owned()));

    let keys = "groups = { kinds = [\"role\"], roles = [\"Analyst\"] }".to_owned();
    let bridge = Setup { ivanti_keys: keys, ..site() }.build().await;
    let made = bridge.make_group("ivanti", json!({ "displayName": "Engineers" })).await;
    assert_eq!(made.status, StatusCode::BAD_REQUEST, "there is no way to make a role: {}", made.body);
    assert_nothing_written(&bridge, "ivanti", "a role");
}

#[tokio::test]
async fn a_role_that_shares_its_name_with_a_team_says_that_it_is_a_role() {
    let bridge = both("").await;
    let team = group(&bridge, "ivanti", "Analyst");
    for (name, id) in
        [("Analyst", team.as_str()), ("Analyst (role)", "role:Analyst"), ("ANALYST (ROLE)", "role:Analyst")]
    {
        assert_eq!(find(&bridge, name).await, id, "{name}");
    }
    assert_eq!(bridge.group("ivanti", "role:Analyst").await.body["displayName"], "Analyst (role)");
    assert_eq!(bridge.group("ivanti", &team).await.body["displayName"], "Analyst");
    let adopted = bridge.make_group("ivanti", json!({ "displayName": "Analyst (role)" })).await;
    assert_eq!((adopted.status, id_of(&adopted.body)), (StatusCode::CREATED, "role:Analyst".to_owned()));
    let same = json!([{ "op": "replace", "value": { "id": "role:Analyst", "displayName": "Analyst (role)" } }]);
    assert_done(&bridge.patch_group("ivanti", "role:Analyst", same).await, "its own name");
    assert_nothing_written(&bridge, "ivanti", "names");
}

#[tokio::test]
async fn a_team_with_members_that_the_bridge_made_is_emptied_before_it_goes() {
    let bridge = both("").await;
    let users = users(&bridge, "ivanti", 2);
    let body = json!({ "displayName": "Engineers", "members": values(&users) });
    let id = id_of(&bridge.make_group("ivanti", body).await.body);
    patch_native(&bridge, "ivanti", &users[0], json!({ "Role": "Analyst" }));
    assert_eq!(bridge.delete_group("ivanti", &id).await.status, StatusCode::NO_CONTENT);
    for user in &users {
        let team = record(&bridge, "ivanti", user)["Team"].clone();
        assert!(team.is_null() || team == "", "{team}");
    }
    assert_eq!(role_of(&bridge, &users[0]), "Analyst");
}

/// A vendor that says yes to an emptied field and keeps it.
#[tokio::test]
async fn a_team_that_cannot_be_left_is_not_said_to_have_been() {
    let bridge = both("").await;
    let mut options = bridge.ivanti.options();
    options.unclearable_fields = vec!["Team".to_owned()];
    bridge.ivanti.set_options(options);
    let id = group(&bridge, "ivanti", "Engineers");
    let ada = user(&bridge, "ivanti", "ada");
    put_in(&bridge, "ivanti", &ada, &id);
    let answer = bridge.patch_group("ivanti", &id, json!([op("remove", [&ada])])).await;
    let left = members(&bridge, "ivanti", &id).is_empty();
    assert!(left || !answer.status.is_success(), "{}: still in it", answer.status);
}
