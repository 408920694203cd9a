//! The Group form, the forms of a Group List, and what the server tells about fields.

use http::Method;
use serde_json::{Value, json};
use simulators::bmc::{BmcOptions, GroupInUse, GroupListRead, IntegerRead};

use crate::world::{Answer, GROUPS, USERS, World, encoded, world, world_with};

const ADMIN: &str = "000000000000001";

async fn make(world: &World, id: impl Into<Value>, name: &str, more: Value) -> Answer {
    let mut values = json!({ "Group ID": id.into(), "Group Name": name });
    values.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    world.post(GROUPS, values).await
}

async fn change(world: &World, id: &str, values: Value) -> Answer {
    let body = json!({ "values": values }).to_string();
    world.send(Method::PUT, &format!("{GROUPS}/{id}"), Some(&body)).await
}

#[tokio::test]
async fn a_group_is_made_renamed_and_removed() {
    let world = world().await;
    let made =
        make(&world, 20_500, "Night Desk", json!({"Long Group Name": "Desk at night", "Group Type": "Change"})).await;
    assert_eq!((made.status.as_u16(), made.text.as_str()), (201, ""));
    assert_eq!(made.location(), "/api/arsys/v1/entry/Group/000000000000001");
    let values = world.get(made.location()).await.json()["values"].clone();
    assert_eq!((&values["Group ID"], &values["Group Category"]), (&json!("20500"), &json!("Regular")));
    assert_eq!((&values["Group Type"], &values["Long Group Name"]), (&json!("Change"), &json!("Desk at night")));
    assert_eq!(change(&world, ADMIN, json!({"Group Name": "Late Desk"})).await.status, 204);
    let found = world.get(&format!("{GROUPS}?q={}", encoded("'Group ID' = 20500"))).await;
    assert_eq!(found.column("Group Name"), ["Late Desk"]);
    assert_eq!(world.delete(made.location()).await.status, 204);
    assert_eq!(world.delete(made.location()).await.refusal(), (404, 302));
}

#[tokio::test]
async fn ids_and_names_of_groups_are_required_and_unique() {
    let world = world().await;
    assert_eq!(make(&world, "20500", "Night Desk", json!({})).await.status, 201);
    assert_eq!(make(&world, 20_501, "Day Desk", json!({})).await.status, 201);
    let same_id = make(&world, 20_500, "Other", json!({})).await;
    assert_eq!(same_id.refusal(), (500, 382));
    assert_eq!(same_id.json()[0]["messageAppendedText"], "Group : 000000000000001 : 106");
    let same_name = make(&world, 20_502, "night desk", json!({})).await;
    assert_eq!(same_name.refusal(), (500, 382));
    assert_eq!(same_name.json()[0]["messageAppendedText"], "Group : 000000000000001 : 105");
    for values in
        [json!({"Group Name": "x"}), json!({"Group ID": 20_600}), json!({"Group ID": 20_600, "Group Name": ""})]
    {
        assert_eq!(world.post(GROUPS, values).await.refusal(), (500, 307));
    }
    assert_eq!(change(&world, ADMIN, json!({"Group Name": "Day Desk"})).await.refusal(), (500, 382));
    assert_eq!(change(&world, ADMIN, json!({"Group ID": 20_501})).await.refusal(), (500, 382));
    assert_eq!(change(&world, ADMIN, json!({"Group Name": "NIGHT DESK", "Group ID": 20_500})).await.status, 204);
    for (field, empty) in [("Group Name", json!("")), ("Group Name", Value::Null), ("Group ID", Value::Null)] {
        assert_eq!(change(&world, ADMIN, json!({ field: empty })).await.refusal(), (500, 326), "{field}");
    }
    world.bmc.set_options(BmcOptions { group_id_unique: false, ..BmcOptions::default() });
    assert_eq!(make(&world, 20_500, "Alias", json!({})).await.status, 201);
}

#[tokio::test]
async fn the_servers_own_ids_cannot_be_taken() {
    let world = world().await;
    for id in [json!(10), json!(5), json!(0), json!(-1), json!("1")] {
        assert_eq!(make(&world, id.clone(), "Mine", json!({})).await.refusal(), (500, 306), "{id}");
    }
    assert_eq!(make(&world, 11, "Mine", json!({})).await.status, 201);
    assert_eq!(change(&world, ADMIN, json!({"Group ID": 7})).await.refusal(), (500, 306));
    let own = world.bmc.insert("Group", json!({"Group ID": 1, "Group Name": "Administrators"}));
    assert_eq!(change(&world, &own, json!({"Group ID": "1", "Long Group Name": "All"})).await.status, 204);
}

#[tokio::test]
async fn a_group_name_has_thirty_characters_at_most() {
    let world = world().await;
    assert_eq!(make(&world, 20_500, &"ü".repeat(30), json!({})).await.status, 201);
    assert_eq!(make(&world, 20_501, &"u".repeat(31), json!({})).await.refusal(), (500, 306));
    assert_eq!(change(&world, ADMIN, json!({"Group Name": "u".repeat(31)})).await.refusal(), (500, 306));
    assert_eq!(change(&world, ADMIN, json!({"Long Group Name": "u".repeat(254)})).await.status, 204);
}

#[tokio::test]
async fn types_and_categories_are_selections_with_numbers_of_their_own() {
    let world = world().await;
    for (id, kind) in [(20_500, json!("None")), (20_501, json!("View")), (20_502, json!(2))] {
        assert_eq!(make(&world, id, &format!("G{id}"), json!({ "Group Type": kind })).await.status, 201);
    }
    assert_eq!(make(&world, 20_510, "G", json!({"Group Type": "All"})).await.refusal(), (500, 613));
    assert_eq!(make(&world, 20_510, "G", json!({"Group Category": "Static"})).await.refusal(), (500, 616));
    assert_eq!(make(&world, 20_510, "G", json!({"Group Category": "Dynamic"})).await.refusal(), (500, 616));
    assert_eq!(make(&world, 60_001, "G", json!({})).await.refusal(), (500, 616));
    assert_eq!(make(&world, 60_001, "G", json!({"Group Category": 1})).await.status, 201);
    assert_eq!(make(&world, 20_510, "C", json!({"Group Category": "Computed"})).await.refusal(), (500, 619));
    let computed = json!({"Group Category": "Computed", "Computed Group Definition": "20500 OR 20501"});
    assert_eq!(make(&world, 20_510, "C", computed).await.status, 201);
    let required = vec!["Group Type".to_owned()];
    world.bmc.set_options(BmcOptions { group_required: required, ..BmcOptions::default() });
    assert_eq!(make(&world, 20_511, "D", json!({})).await.refusal(), (500, 307));
}

#[tokio::test]
async fn a_removed_group_leaves_its_id_behind_unless_the_site_refuses() {
    let world = world_with(BmcOptions { group_in_use: GroupInUse::Refused, ..BmcOptions::default() }).await;
    make(&world, 20_500, "Night Desk", json!({})).await;
    let one = format!("{GROUPS}/{ADMIN}");
    world.put(ADMIN, json!({"Group List": "1;120500;20500"})).await;
    assert_eq!(world.delete(&one).await.refusal(), (500, 10_000));
    world.bmc.set_options(BmcOptions::default());
    assert_eq!(world.delete(&one).await.status, 204);
    assert_eq!(world.stored(ADMIN, "Group List"), "1;120500;20500");
}

#[tokio::test]
async fn groups_are_for_administrators_where_the_option_says_so() {
    let world = world_with(BmcOptions { group_list_needs_admin: true, ..BmcOptions::default() }).await;
    assert_eq!(make(&world, 20_500, "Night Desk", json!({})).await.status, 201);
    world.bmc.patch_record("User", ADMIN, json!({"License Type": "Read"}));
    assert_eq!(make(&world, 20_501, "Day Desk", json!({})).await.refusal(), (403, 353));
    assert_eq!(change(&world, ADMIN, json!({"Group Name": "x"})).await.refusal(), (403, 353));
    assert_eq!(world.delete(&format!("{GROUPS}/{ADMIN}")).await.refusal(), (403, 353));
}

#[tokio::test]
async fn implicit_dynamic_and_computed_groups_cannot_be_assigned_where_lists_are_checked() {
    let world = world_with(BmcOptions { group_list_checked: true, ..BmcOptions::default() }).await;
    for (id, category) in [(3, "Regular"), (5, "Regular"), (60_000, "Dynamic"), (20_100, "Computed")] {
        world.bmc.insert("Group", json!({"Group ID": id, "Group Name": id.to_string(), "Group Category": category}));
    }
    let write = async |list: &str| world.put(ADMIN, json!({ "Group List": list })).await;
    for list in ["1;3;", "1;60000;", "1;20100;"] {
        assert_eq!(write(list).await.refusal(), (500, 336), "{list}");
    }
    assert_eq!(write("1;9999;").await.refusal(), (500, 318));
    assert_eq!(write("1;5;").await.status, 204);
}

#[tokio::test]
async fn a_group_list_is_read_in_the_form_of_the_site() {
    let world = world().await;
    for (group_list_read, integer_read, shown) in [
        (GroupListRead::Stored, IntegerRead::String, json!("1;20023;")),
        (GroupListRead::Unterminated, IntegerRead::String, json!("1;20023")),
        (GroupListRead::Blanks, IntegerRead::String, json!("1; 20023;")),
        (GroupListRead::Array, IntegerRead::String, json!(["1", "20023"])),
        (GroupListRead::Array, IntegerRead::Number, json!([1, 20023])),
    ] {
        world.bmc.set_options(BmcOptions { group_list_read, integer_read, ..BmcOptions::default() });
        let written = if shown.is_array() { shown.clone() } else { json!("1;20023;") };
        assert_eq!(world.put(ADMIN, json!({ "Group List": written })).await.status, 204);
        assert_eq!(world.stored(ADMIN, "Group List"), "1;20023;");
        assert_eq!(world.get(USERS).await.column("Group List")[0], shown);
        assert_eq!(world.get(&format!("{USERS}/{ADMIN}")).await.json()["values"]["Group List"], shown);
        assert_eq!(world.find("'104' LIKE \"%;20023;%\"").await.column("1").len(), 1, "kept as ever");
    }
    world.put(ADMIN, json!({"Group List": []})).await;
    assert_eq!(world.get(USERS).await.column("Group List"), [json!([])]);
    let long: Vec<_> = (0..667).map(|n| 20_000 + n).collect();
    assert_eq!(world.put(ADMIN, json!({ "Group List": long })).await.refusal(), (500, 397));
    assert_eq!(world.put(ADMIN, json!({"Group List": [["1"]]})).await.refusal(), (400, 310));
    assert_eq!(world.put(ADMIN, json!({"Full Name": ["x"]})).await.refusal(), (400, 310));
}

#[tokio::test]
async fn a_group_list_has_four_thousand_characters_at_most() {
    let world = world().await;
    let list = format!("{}1;", "2000000;".repeat(499));
    assert_eq!(list.len(), 3994);
    assert_eq!(world.put(ADMIN, json!({ "Group List": format!("{list}20000;") })).await.status, 204);
    assert_eq!(world.put(ADMIN, json!({ "Group List": format!("{list}200000;") })).await.refusal(), (500, 397));
}

#[tokio::test]
async fn fields_that_the_account_may_not_see_are_silently_left_out() {
    let hidden_fields = vec!["Group List".to_owned()];
    let world = world_with(BmcOptions { hidden_fields, ..BmcOptions::default() }).await;
    let list = world.get(&format!("{USERS}?fields=values(Login%20Name,Group%20List)")).await.json();
    assert_eq!(list["entries"][0]["values"], json!({"Login Name": "admin"}));
    assert!(world.get(&format!("{USERS}/{ADMIN}")).await.json()["values"].get("Group List").is_none());
    assert_eq!(world.find("'Group List' LIKE \"1%\"").await.column("1"), Vec::<Value>::new());
    assert_eq!(world.put(ADMIN, json!({"Group List": "1;5;"})).await.refusal(), (500, 333));
    assert_eq!(world.stored(ADMIN, "Group List"), "1;");
}

#[tokio::test]
async fn the_server_describes_the_fields_of_every_form() {
    let world = world().await;
    for form in ["User", "Group", "CTM%3APeople"] {
        let fields = world.get(&format!("/api/arsys/v1/fields/{form}")).await.json();
        assert!(fields.as_array().unwrap().iter().all(|field| field["id"].is_u64() && field["name"].is_string()));
        let schema = world.send(Method::OPTIONS, &format!("/api/arsys/v1/entry/{form}"), None).await.json();
        assert_eq!(schema["fields"], fields);
    }
    let name = world.get("/api/arsys/v1.0/fields/Group/105").await.json();
    assert_eq!((&name["name"], &name["datatype"]), (&json!("Group Name"), &json!("CHAR")));
    assert_eq!((&name["limit"]["max_length"], &name["field_option"]), (&json!(30), &json!("REQUIRED")));
    let both = world.get("/api/arsys/v1/fields/Group/106,120").await.json();
    assert_eq!((&both[0]["datatype"], &both[1]["limit"]["values"][2]), (&json!("INTEGER"), &json!("Computed")));
    assert_eq!(world.get("/api/arsys/v1/fields/Group/4711").await.refusal(), (500, 314));
    assert_eq!(world.get("/api/arsys/v1/fields/Nothing").await.refusal(), (404, 303));
}
