//! Creating, changing, deleting.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use simulators::bmc::qualification::{Collation, Database};
use simulators::bmc::{BmcOptions, Location, error_body};
use simulators::control::Fault;

use crate::world::{GROUPS, PEOPLE, USERS, account, login, with_token, world, world_with};

const ADMIN: &str = "000000000000001";

#[tokio::test]
async fn a_created_entry_is_told_in_the_location_alone() {
    let world = world().await;
    let answer = world.create("jsmith", json!({"Status": "Current"})).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (201, ""));
    assert_eq!(answer.location(), "/api/arsys/v1/entry/User/000000000000002");
    assert_eq!(world.get(answer.location()).await.json()["values"]["Login Name"], "jsmith");
}

#[tokio::test]
async fn a_location_can_be_absolute_or_relative_or_missing() {
    let world = world().await;
    for (location, expected) in [
        (Location::Absolute, "http://ars.example:8008/api/arsys/v1/entry/User/000000000000002"),
        (Location::Relative, "User/000000000000003"),
    ] {
        world.bmc.set_options(BmcOptions { location, ..BmcOptions::default() });
        assert_eq!(world.create(expected, json!({})).await.location(), expected);
    }
    world.bmc.set_options(BmcOptions { location: Location::Missing, ..BmcOptions::default() });
    let answer = world.create("third", json!({})).await;
    assert_eq!((answer.status.as_u16(), answer.headers.contains_key("location")), (204, false));
    assert_eq!(world.bmc.records("User").len(), 4);
}

#[tokio::test]
async fn a_create_can_ask_for_values_in_the_answer() {
    let world = world().await;
    let path = format!("{USERS}?fields=values(Request%20ID,Status)");
    let values = json!({"Login Name": "a", "Full Name": "A", "Password": "p", "License Type": 0});
    let answer = world.post(&path, values).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json()["values"], json!({"Request ID": "000000000000002", "Status": "Current"}));
    assert!(answer.location().ends_with("/000000000000002"));
}

#[tokio::test]
async fn missing_required_fields_are_307_and_named() {
    let world = world().await;
    for field in ["Login Name", "Full Name", "Password", "License Type"] {
        let answer = world.create("x", json!({ field: null })).await;
        assert_eq!(answer.refusal(), (500, 307));
        assert_eq!(answer.json()[0]["messageAppendedText"], field);
    }
    let answer = world.post(USERS, json!({"Login Name": "", "Full Name": null})).await;
    assert_eq!(answer.json()[0]["messageAppendedText"], "Full Name, Login Name, Password, License Type");
    assert_eq!(world.post(GROUPS, json!({"Group Name": "Desk"})).await.refusal(), (500, 307));
    assert_eq!(world.post(PEOPLE, json!({"First Name": "Ann"})).await.refusal(), (500, 307));
    assert_eq!(world.bmc.records("User").len(), 1);
}

#[tokio::test]
async fn a_login_name_that_is_taken_is_382_as_the_collation_sees_it() {
    let world = world().await;
    assert_eq!(world.create("jdoe", json!({})).await.status, 201);
    let answer = world.create("JDOE", json!({})).await;
    assert_eq!(answer.refusal(), (500, 382));
    assert_eq!(answer.json()[0]["messageAppendedText"], "User : 000000000000002 : 101");
    world.bmc.set_options(BmcOptions { duplicate_number: 8780, ..BmcOptions::default() });
    assert_eq!(world.create("jdoe", json!({})).await.refusal(), (500, 8780));
    world.bmc.set_options(BmcOptions { collation: Collation::Exact, ..BmcOptions::default() });
    assert_eq!(world.create("JDOE", json!({})).await.status, 201);
}

#[tokio::test]
async fn the_login_name_system_is_refused() {
    assert_eq!(world().await.create("System", json!({})).await.refusal(), (500, 306));
}

#[tokio::test]
async fn status_is_current_when_omitted_and_system_fields_are_kept_by_the_server() {
    let world = world().await;
    world.create("jdoe", json!({})).await;
    let id = "000000000000002";
    assert_eq!(world.stored(id, "Status"), "Current");
    assert_eq!(world.stored(id, "Creator"), "admin");
    assert_eq!(world.stored(id, "Modified Date"), "2014-12-03T22:53:37.000+0000");
    world.bmc.control().clock().advance(Duration::from_secs(5));
    assert_eq!(world.put(id, json!({"Status": "Disabled"})).await.status, 204);
    assert_eq!(world.stored(id, "Create Date"), "2014-12-03T22:53:37.000+0000");
    assert_eq!(world.stored(id, "Modified Date"), "2014-12-03T22:53:42.000+0000");
    assert_eq!(world.stored(id, "Last Modified By"), "admin");
    assert_eq!(
        world.stored(id, "Status History")["Disabled"],
        json!({"user": "admin", "timestamp": "2014-12-03T22:53:42.000+0000"})
    );
}

#[tokio::test]
async fn a_put_changes_the_given_fields_only_and_null_clears() {
    let world = world().await;
    world.create("jdoe", json!({"Email Address": "j@x.example", "Department": "Ops"})).await;
    let id = "000000000000002";
    let answer = world.put(id, json!({"Department": "Dev"})).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    assert_eq!(
        (world.stored(id, "Department"), world.stored(id, "Email Address")),
        (json!("Dev"), json!("j@x.example"))
    );
    assert_eq!(world.put(id, json!({"Email Address": null})).await.status, 204);
    assert_eq!(world.stored(id, "Email Address"), Value::Null);
    for field in ["Full Name", "Password", "License Type"] {
        assert_eq!(world.put(id, json!({ field: null })).await.refusal(), (500, 326), "{field}");
    }
    assert_eq!(world.put("000000000000099", json!({"Department": "x"})).await.refusal(), (404, 302));
}

#[tokio::test]
async fn a_put_is_all_or_nothing() {
    let world = world().await;
    assert_eq!(world.put(ADMIN, json!({"Department": "Dev", "Status": "Gone"})).await.refusal(), (500, 306));
    assert_eq!(world.stored(ADMIN, "Department"), Value::Null);
}

#[tokio::test]
async fn the_login_name_is_read_only_unless_the_option_says_otherwise() {
    let world = world().await;
    world.create("jdoe", json!({})).await;
    let id = "000000000000002";
    assert_eq!(world.put(id, json!({"Login Name": "jroe"})).await.refusal(), (500, 330));
    assert_eq!(world.put(id, json!({"Login Name": "jdoe", "Site": "x"})).await.status, 204);
    world.bmc.set_options(BmcOptions { login_name_writable: true, ..BmcOptions::default() });
    assert_eq!(world.put(id, json!({"Login Name": "ADMIN"})).await.refusal(), (500, 382));
    assert_eq!(world.put(id, json!({"Login Name": "JDoe"})).await.status, 204);
    assert_eq!(world.put(id, json!({"Login Name": null})).await.refusal(), (500, 326));
    assert_eq!(world.stored(id, "Login Name"), "JDoe");
}

#[tokio::test]
async fn system_fields_can_never_be_written() {
    let world = world().await;
    for field in ["Request ID", "1", "Create Date", "Modified Date", "Creator", "Computed Grp List"] {
        assert_eq!(world.put(ADMIN, json!({ field: "x" })).await.refusal(), (500, 330), "{field}");
    }
    assert_eq!(world.create("x", json!({"Request ID": "000000000000009"})).await.refusal(), (500, 332));
}

#[tokio::test]
async fn values_beyond_a_fields_limits_are_306_and_unknown_fields_314() {
    let world = world().await;
    let long = |length: usize| "ä".repeat(length);
    for (field, max) in [("Full Name", 254), ("Password", 30), ("Email Address", 255), ("Department", 254)] {
        assert_eq!(world.put(ADMIN, json!({ field: long(max) })).await.status, 204, "{field}");
        assert_eq!(world.put(ADMIN, json!({ field: long(max + 1) })).await.refusal(), (500, 306), "{field}");
    }
    assert_eq!(world.create(&long(254), json!({})).await.status, 201);
    assert_eq!(world.create(&long(255), json!({})).await.refusal(), (500, 306));
    assert_eq!(world.put(ADMIN, json!({"Group List": "20000;".repeat(667)})).await.refusal(), (500, 397));
    assert_eq!(world.put(ADMIN, json!({"Nickname": "x"})).await.refusal(), (500, 314));
    world.bmc.set_options(BmcOptions { missing_fields: vec!["Site".to_owned()], ..BmcOptions::default() });
    assert_eq!(world.put(ADMIN, json!({"Site": "x"})).await.refusal(), (500, 314));
}

#[tokio::test]
async fn selections_take_a_label_or_an_index_and_nothing_else() {
    let world = world().await;
    for (written, kept) in [(json!("Expired"), "Expired"), (json!(2), "Disabled"), (json!(3), "Locked-Out")] {
        assert_eq!(world.put(ADMIN, json!({"Status": written})).await.status, 204);
        assert_eq!(world.get(&format!("{USERS}/{ADMIN}")).await.json()["values"]["Status"], kept);
    }
    for bad in [json!("disabled"), json!(4), json!(-1), json!("")] {
        assert_eq!(world.put(ADMIN, json!({"Status": bad})).await.refusal(), (500, 306), "{bad}");
    }
    assert_eq!(world.put(ADMIN, json!({"License Type": "Restricted Read"})).await.status, 204);
    assert_eq!(world.put(ADMIN, json!({"License Type": "Bundled"})).await.refusal(), (500, 306));
}

#[tokio::test]
async fn bodies_and_values_of_the_wrong_shape_are_refused() {
    let world = world().await;
    for body in ["", "{", "[]", r#"{"Login Name":"x"}"#, r#"{"values":[]}"#] {
        assert_eq!(world.send(Method::POST, USERS, Some(body)).await.refusal(), (400, 310), "{body}");
    }
    assert_eq!(world.put(ADMIN, json!({"Group List": ["1", "20000"]})).await.refusal(), (400, 310));
    assert_eq!(world.put(ADMIN, json!({"Full Name": true})).await.refusal(), (400, 310));
    assert_eq!(world.put(ADMIN, json!({"Full Name": 5})).await.refusal(), (500, 310));
}

#[tokio::test]
async fn one_fixed_licence_too_many_is_9090() {
    let world = world_with(BmcOptions { fixed_licenses: Some(2), ..BmcOptions::default() }).await;
    assert_eq!(world.create("second", json!({"License Type": "Fixed"})).await.status, 201);
    assert_eq!(world.create("third", json!({"License Type": 1})).await.refusal(), (500, 9090));
    assert_eq!(world.create("third", json!({"License Type": "Floating"})).await.status, 201);
    let (second, third) = ("000000000000002", "000000000000003");
    assert_eq!(world.put(third, json!({"License Type": "Fixed"})).await.refusal(), (500, 9090));
    assert_eq!(world.put(second, json!({"License Type": "Fixed"})).await.status, 204);
    assert_eq!(world.put(second, json!({"License Type": "Read"})).await.status, 204);
    assert_eq!(world.put(third, json!({"License Type": "Fixed"})).await.status, 204);
}

#[tokio::test]
async fn a_group_list_is_kept_to_the_letter_and_checked_where_the_option_says_so() {
    let world = world().await;
    let write = async |list: &str| world.put(ADMIN, json!({"Group List": list})).await;
    assert_eq!(write("20001;1;777").await.status, 204);
    assert_eq!(world.stored(ADMIN, "Group List"), "20001;1;777");
    assert_eq!(write("20001,1").await.refusal(), (500, 335));
    world.bmc.insert("Group", json!({"Group ID": 20001, "Group Name": "Desk"}));
    world.bmc.insert("Group", json!({"Group ID": 60001, "Group Name": "Mine", "Group Category": "Dynamic"}));
    world.bmc.set_options(BmcOptions { group_list_checked: true, ..BmcOptions::default() });
    assert_eq!(write("1;20001;").await.status, 204);
    assert_eq!(write("1;777;").await.refusal(), (500, 318));
    assert_eq!(write("1;60001;").await.refusal(), (500, 336));
    world.bmc.set_options(BmcOptions { group_list_needs_admin: true, ..BmcOptions::default() });
    assert_eq!(write("1;").await.status, 204);
    world.bmc.patch_record("User", ADMIN, json!({"License Type": "Read"}));
    assert_eq!(write("1;20001;").await.refusal(), (403, 353));
}

#[tokio::test]
async fn a_delete_is_204_once_and_then_404() {
    let world = world().await;
    world.fill(1);
    let one = format!("{USERS}/000000000000002");
    assert_eq!(world.delete(&one).await.status, 204);
    assert_eq!(world.delete(&one).await.refusal(), (404, 302));
    assert_eq!(world.create("next", json!({})).await.location(), "/api/arsys/v1/entry/User/000000000000003");
    world.bmc.set_options(BmcOptions { delete_allowed: false, ..BmcOptions::default() });
    assert_eq!(world.delete(&format!("{USERS}/000000000000003")).await.refusal(), (500, 3225));
}

#[tokio::test]
async fn an_account_without_the_right_to_write_is_refused() {
    let world = world_with(BmcOptions { write: false, ..BmcOptions::default() }).await;
    assert_eq!(world.create("x", json!({})).await.refusal(), (403, 353));
    assert_eq!(world.put(ADMIN, json!({"Site": "x"})).await.refusal(), (500, 330));
    assert_eq!(world.delete(&format!("{USERS}/{ADMIN}")).await.refusal(), (403, 353));
    assert_eq!(world.get(USERS).await.status, 200);
}

#[tokio::test]
async fn disabling_an_account_stops_logins_but_not_its_sessions() {
    let world = world().await;
    let id = account(&world.bmc, "clerk", "");
    let token = login(&world.bmc, "clerk", "secret").await.text;
    world.put(&id, json!({"Status": "Disabled"})).await;
    assert_eq!(login(&world.bmc, "clerk", "secret").await.status, 401);
    assert_eq!(with_token(&world.bmc, &token, Method::GET, USERS).await.status, 200);
}

#[tokio::test]
async fn an_empty_text_is_null_on_oracle() {
    let world = world().await;
    world.put(ADMIN, json!({"Site": ""})).await;
    assert_eq!(world.stored(ADMIN, "Site"), "");
    world.bmc.set_options(BmcOptions { database: Database::Oracle, ..BmcOptions::default() });
    world.put(ADMIN, json!({"Site": ""})).await;
    assert_eq!(world.stored(ADMIN, "Site"), Value::Null);
    assert_eq!(world.put(ADMIN, json!({"Full Name": ""})).await.refusal(), (500, 326));
}

#[tokio::test]
async fn a_timeout_that_committed_can_be_injected() {
    let world = world().await;
    let timeout = Fault::status(500, &[], error_body(92, None)).method("POST").after();
    world.bmc.control().inject(timeout);
    assert_eq!(world.create("jdoe", json!({})).await.refusal(), (500, 92));
    assert_eq!(world.create("jdoe", json!({})).await.refusal(), (500, 382));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_creates_of_one_login_name_make_one_entry() {
    let world = Arc::new(world().await);
    let attempts: Vec<_> = (0..16)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.create("jdoe", json!({})).await.status })
        })
        .collect();
    let mut created = 0;
    for attempt in attempts {
        created += usize::from(attempt.await.unwrap() == 201);
    }
    assert_eq!((created, world.bmc.records("User").len()), (1, 2));
}

#[tokio::test]
async fn foreign_writers_work_through_the_control_routes() {
    let world = world().await;
    let put = world.send(Method::PUT, "/_sim/records/User", Some(r#"{"Login Name":"ghost","Status":1}"#)).await;
    assert_eq!(put.json(), json!({"key": "000000000000002"}));
    let path = "/_sim/records/User/000000000000002";
    assert_eq!(world.send(Method::PATCH, path, Some(r#"{"Login Name":"admin"}"#)).await.status, 204);
    assert_eq!(world.find("'Login Name' = \"admin\"").await.column("Status"), ["Current", "Expired"]);
    assert_eq!(world.delete(path).await.status, 204);
    assert_eq!(world.get("/_sim/records/Nothing").await.status, 404);
    assert_eq!(world.send(Method::PUT, "/_sim/records/Nothing", Some("{}")).await.status, 400);
}

#[tokio::test]
async fn options_can_be_changed_over_http() {
    let world = world().await;
    let patch = async |body: &str| world.send(Method::PATCH, "/_sim/options", Some(body)).await;
    let changed = patch(r#"{"malformed_q":"error","database":"oracle","fixed_licenses":3}"#).await;
    assert_eq!(changed.status, 200);
    let options = world.get("/_sim/options").await.json();
    assert_eq!((&options["malformed_q"], &options["database"]), (&json!("error"), &json!("oracle")));
    assert_eq!((&options["max_entries"], &options["location"]), (&json!(2000), &json!("path_only")));
    assert_eq!(patch(r#"{"no_such_option":1}"#).await.status, 400);
    assert_eq!(world.bmc.options().fixed_licenses, Some(3));
}
