//! Names and numbers that mean two things: nobody is shown in, put into or taken out of another group than was meant.

use http::StatusCode;
use serde_json::{Value, json};

use crate::bridge::{Setup, TestBridge};
use crate::groups::{
    assert_done, assert_nothing_written, assert_refused, bmc_group, clear, group, group_record, group_records, id_of,
    list_of, op, set_of, shown, site, site_with, user, values,
};
use crate::users::{new_user, patch_native, record};

#[tokio::test(start_paused = true)]
async fn a_group_that_is_called_like_a_number_is_not_the_group_of_that_number() {
    let bridge = site().build().await;
    let one = bmc_group(&bridge, 20_001, "1", "Regular");
    let (admin, ada) = (user(&bridge, "bmc", "admin"), user(&bridge, "bmc", "ada"));
    patch_native(&bridge, "bmc", &admin, json!({ "Group List": "1;" }));
    assert_eq!(shown(&bridge.group("bmc", &one).await.body), set_of([""; 0]));
    let read = bridge.get("bmc", &format!("/Users/{admin}")).await.body;
    assert_eq!(read["groups"][0]["display"], "Administrator", "{read}");
    assert_eq!(read["groups"].as_array().map(Vec::len), Some(1), "{read}");
    assert_done(&bridge.patch_group("bmc", &one, json!([op("remove", [&admin])])).await, "is not in it");
    assert_eq!(list_of(&bridge, "bmc", &admin), "1;");
    assert_done(&bridge.patch_group("bmc", &one, json!([op("add", [&admin, &ada])])).await, "joins it");
    assert_eq!(list_of(&bridge, "bmc", &admin), "1;20001;");
    assert_eq!(list_of(&bridge, "bmc", &ada), "20001;");
    assert_done(&bridge.patch_group("bmc", &one, json!([{ "op": "remove", "path": "members" }])).await, "empty");
    assert_eq!((list_of(&bridge, "bmc", &admin), list_of(&bridge, "bmc", &ada)), ("1;".into(), String::new()));
}

/// Two rows may carry one number: what protects one of them protects both.
#[tokio::test(start_paused = true)]
async fn a_protected_group_is_not_granted_by_another_row_of_its_number() {
    let setup = Setup { bmc_keys: "protected = { groups = [\"Administrator\"] }".to_owned(), ..site() };
    let mut options = setup.bmc.options();
    options.group_id_unique = false;
    setup.bmc.set_options(options);
    let bridge = setup.build().await;
    let alias = bmc_group(&bridge, 1, "Everyday helpers", "Regular");
    let ada = user(&bridge, "bmc", "ada");
    clear(&bridge, "bmc");
    let add = bridge.patch_group("bmc", &alias, json!([op("add", [&ada])])).await;
    assert_refused(&add, 400, "mutability", "the number is the administrators'");
    let put = json!({ "displayName": "Everyday helpers", "members": values([&ada]) });
    assert_refused(&bridge.put_group("bmc", &alias, put.clone()).await, 400, "mutability", "PUT");
    assert_refused(&bridge.make_group("bmc", put).await, 400, "mutability", "POST");
    assert_nothing_written(&bridge, "bmc", "protected");
}

const ROLES: &str = "groups = { kinds = [\"team\", \"role\"], roles = [\"Analyst\", \"Boss\"] }\n\
                     protected = { groups = [\"Boss\", \"Rulers\"] }";
const IVANTI: &str = "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User";

async fn ivanti() -> (TestBridge, String) {
    let setup = Setup { ivanti_keys: ROLES.to_owned(), ..site() };
    let rulers = setup.ivanti.insert("standarduserteams", json!({ "Team": "Rulers", "Description": "d" }));
    (setup.build().await, rulers)
}

/// The first request of all: nobody has looked at the teams yet.
#[tokio::test(start_paused = true)]
async fn a_protected_team_is_not_granted_by_its_key() {
    let (bridge, rulers) = ivanti().await;
    let mut body = new_user("ada");
    body[IVANTI] = json!({ "team": rulers });
    let made = bridge.post("ivanti", body).await;
    assert_eq!(made.status, StatusCode::BAD_REQUEST, "{}", made.body);

    let (bridge, rulers) = ivanti().await;
    let bob = user(&bridge, "ivanti", "bob");
    let set = json!([{ "op": "add", "path": format!("{IVANTI}:team"), "value": rulers }]);
    let changed = bridge.patch("ivanti", &bob, set).await;
    assert_eq!(changed.status, StatusCode::BAD_REQUEST, "{}", changed.body);
    assert_eq!(list_of(&bridge, "ivanti", &bob), "");
}

#[tokio::test(start_paused = true)]
async fn a_revival_grants_nothing_that_is_protected() {
    for asked in ["role", "team"] {
        let (bridge, rulers) = ivanti().await;
        let mut body = new_user("ada");
        body["externalId"] = "E-1".into();
        let id = id_of(&bridge.post("ivanti", body.clone()).await.body);
        assert_eq!(bridge.delete("ivanti", &id).await.status, StatusCode::NO_CONTENT);
        if asked == "role" {
            body["roles"] = json!([{ "value": "Boss" }]);
        } else {
            body[IVANTI] = json!({ "team": rulers });
        }
        let again = bridge.post("ivanti", body).await;
        assert_eq!(again.status, StatusCode::BAD_REQUEST, "{asked}: {}", again.body);
        let record = record(&bridge, "ivanti", &id);
        let empty = |field: &str| record.get(field).is_none_or(Value::is_null);
        assert!(empty("Role") && empty("Team"), "{asked}: {record:?}");
        assert_eq!(record["Status"], "Inactive", "{asked}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_of_our_own_gets_the_letter_case_that_was_asked_for() {
    for target in crate::groups::TARGETS {
        let bridge = site().build().await;
        let id = id_of(&bridge.make_group(target, json!({ "displayName": "engineers" })).await.body);
        let rename = json!([{ "op": "replace", "path": "displayName", "value": "Engineers" }]);
        assert_done(&bridge.patch_group(target, &id, rename.clone()).await, target);
        assert_eq!(crate::groups::native_name(&bridge, target, &id), "Engineers", "{target}");
        let theirs = group(&bridge, target, "PAINTERS");
        let rename = json!([{ "op": "replace", "path": "displayName", "value": "Painters" }]);
        assert_done(&bridge.patch_group(target, &theirs, rename).await, "the same name to the client");
        assert_eq!(crate::groups::native_name(&bridge, target, &theirs), "PAINTERS", "{target}");
    }
}

/// Everything is looked at before a group is made.
#[tokio::test(start_paused = true)]
async fn no_group_is_made_for_members_who_may_not_join() {
    for target in crate::groups::TARGETS {
        let bridge = site_with("protected = { accounts = [\"vip*\"] }").await;
        let ada = user(&bridge, target, "ada");
        let mut refused = vec![user(&bridge, target, "vip1")];
        if target == "ivanti" {
            let other = group(&bridge, target, "Painters");
            crate::groups::put_in(&bridge, target, &ada, &other);
            refused.push(ada.clone());
        }
        let count = group_records(&bridge, target).len();
        for member in refused {
            let body = json!({ "displayName": "Engineers", "members": values([&member]) });
            let made = bridge.make_group(target, body).await;
            assert_eq!(made.status, StatusCode::BAD_REQUEST, "{target}: {}", made.body);
            assert_eq!(group_records(&bridge, target).len(), count, "{target}");
        }
    }
}

/// A group is ours from the moment it is made, whatever becomes of the rest of the request.
#[tokio::test(start_paused = true)]
async fn a_group_whose_post_broke_off_is_still_ours() {
    for target in crate::groups::TARGETS {
        let bridge = site().build().await;
        let ada = user(&bridge, target, "ada");
        let users = if target == "bmc" { "/entry/User" } else { "/employees" };
        // From the moment the group is there, nothing is said of users.
        let matcher = simulators::control::Matcher::new().method("POST");
        let arm = {
            let control = crate::users::control(&bridge, target).clone();
            move || {
                let fault = simulators::control::Fault::status(503, &[], json!("busy"));
                control.inject(fault.path_contains(users).always());
            }
        };
        let hooks = crate::users::control(&bridge, target).hooks();
        if target == "bmc" {
            hooks.after::<simulators::bmc::Bmc>(matcher, move |_| arm());
        } else {
            hooks.after::<simulators::ivanti::Ivanti>(matcher, move |_| arm());
        }
        let body = json!({ "displayName": "Engineers", "members": values([&ada]) });
        let first = bridge.make_group(target, body.clone()).await;
        assert_eq!(first.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: {}", first.body);
        clear(&bridge, target);
        let again = bridge.make_group(target, body).await;
        assert_eq!(again.status, StatusCode::CREATED, "{target}: {}", again.body);
        let id = id_of(&again.body);
        assert_eq!(bridge.delete_group(target, &id).await.status, StatusCode::NO_CONTENT, "{target}");
        assert!(group_record(&bridge, target, &id).is_none(), "{target}: what the bridge made goes");
    }
}
