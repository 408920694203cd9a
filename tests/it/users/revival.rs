//! Deleted users come back with nothing but the account, or not at all.

mod aside;
mod failures;

use http::StatusCode;
use scim_bridge::store::{Burial, ExternalIdUpdate, RecordKey, RecordUpdate};
use serde_json::{Value, json};
use simulators::control::Record;

use super::{
    TARGETS, clear, detail, entries, id_of, insert, new_user, off_beside, off_value, patch_native, record, records,
    set, written,
};
use crate::bridge::{Answer, Setup, TestBridge};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const BMC: &str = "urn:ietf:params:scim:schemas:extension:bmc:2.0:User";
const IVANTI: &str = "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User";

async fn with(keys: &str) -> TestBridge {
    let setup = Setup { bmc_keys: keys.to_owned(), ivanti_keys: keys.to_owned(), ..Setup::default() };
    let mut options = setup.bmc.options();
    options.login_name_writable = keys.contains("rename = \"allow\"");
    setup.bmc.set_options(options);
    setup.build().await
}

fn key(target: &str, id: &str) -> RecordKey {
    RecordKey::new(target, "User", id)
}

/// A vendor's user of every field, who got an externalId, a number and a nickname through SCIM and was then deleted.
async fn deleted(bridge: &TestBridge, target: &str, name: &str) -> String {
    let id = insert(bridge, target, name);
    for (path, value) in
        [("externalId", "E-1"), (&format!("{ENTERPRISE}:employeeNumber"), "701984"), ("nickName", "Countess")]
    {
        assert_eq!(bridge.patch(target, &id, set(path, value)).await.status, StatusCode::OK, "{target}");
    }
    assert_eq!(bridge.delete(target, &id).await.status, StatusCode::NO_CONTENT, "{target}");
    clear(bridge, target);
    id
}

/// The POST by which she comes back.
fn again(name: &str) -> Value {
    let mut body = new_user(name);
    body["externalId"] = "E-1".into();
    body
}

/// What a vendor's user becomes by [`again`].
fn revived(target: &str, before: &Record, name: &str) -> Record {
    let mut wanted = before.clone();
    let changes = match target {
        "bmc" => json!({ "Full Name": "Grace Hopper", "Email Address": "grace@example.com", "License Type": "Read",
            "Group List": null, "Application License": null, "Status": "Current" }),
        _ => json!({ "FirstName": "Grace", "LastName": "Hopper", "Email": "grace@example.com", "Role": null,
            "Team": null, "Status": "Active", "LoginID": name }),
    };
    for (field, value) in changes.as_object().expect("an object") {
        wanted.insert(field.clone(), value.clone());
    }
    wanted.remove("Password");
    wanted
}

/// A record without its password, and with null for access that is not there.
fn plain(bridge: &TestBridge, target: &str, id: &str) -> Record {
    let mut record = record(bridge, target, id);
    record.remove("Password");
    let access = if target == "bmc" { ["Group List", "Application License"] } else { ["Role", "Team"] };
    for field in access {
        record.entry(field).or_insert(Value::Null);
    }
    record
}

fn assert_conflict(answer: &Answer, what: &str) {
    assert_eq!((answer.status, &answer.body["scimType"]), (StatusCode::CONFLICT, &json!("uniqueness")), "{what}");
}

#[tokio::test]
async fn she_comes_back_with_nothing_but_the_account() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = deleted(&bridge, target, "ada").await;
        let before = record(&bridge, target, &id);
        let answer = bridge.post(target, again("ADA")).await;
        assert_eq!((answer.status, id_of(&answer.body)), (StatusCode::CREATED, id.clone()), "{}", answer.body);
        assert_eq!(plain(&bridge, target, &id), revived(target, &before, "ADA"), "{target}");
        if target == "bmc" {
            assert_ne!(record(&bridge, target, &id)["Password"], before["Password"], "a new password");
        }

        // First the access goes, which is read back; then the account is on, which is read back, too.
        let writes = written(&bridge, target);
        assert_eq!(writes.len(), 2, "{target}: {writes:?}");
        let cleared = if target == "bmc" { "Group List" } else { "Role" };
        assert_eq!((writes[0].get("Status"), writes[0].get(cleared)), (None, Some(&Value::Null)), "{target}");
        assert_eq!(writes[0].get("Password"), (target == "bmc").then_some(&json!("***")), "{target}");
        let on = if target == "bmc" { "Current" } else { "Active" };
        assert_eq!(writes[1], json!({ "Status": on }), "{target}");
        let kinds: Vec<bool> = entries(&bridge, target).iter().map(simulators::control::Entry::is_write).collect();
        assert_eq!(kinds, [false, false, true, false, false, true, false], "{target}");

        // What was kept before is gone, and what the answer says is what reading says.
        assert_eq!(answer.body["externalId"], "E-1", "{target}");
        assert_eq!(answer.body["active"], true, "{target}");
        assert!(
            answer.body.get("nickName").is_none()
                && answer.body.get(ENTERPRISE).is_none_or(|it| it.get("employeeNumber").is_none()),
            "{}",
            answer.body
        );
        let read = bridge.get(target, &format!("/Users/{id}")).await;
        assert_eq!((read.status, &read.body), (StatusCode::OK, &answer.body), "{target}");
        for filter in ["userName eq \"ada\"", "externalId eq \"E-1\"", &format!("id eq \"{id}\"")] {
            let found = bridge.filter(target, filter).await;
            assert_eq!(found.body["Resources"], json!([answer.body]), "{target} {filter}");
        }
        assert!(!bridge.store.is_buried(&key(target, &id)), "{target}");

        // She is a user like any other: she can be told twice, deleted again, and come back again.
        assert_conflict(&bridge.post(target, again("ada")).await, target);
        assert_eq!(bridge.delete(target, &id).await.status, StatusCode::NO_CONTENT, "{target}");
        assert_eq!(record(&bridge, target, &id)["Status"], off_value(target), "{target}");
        assert_eq!(bridge.get(target, &format!("/Users/{id}")).await.status, StatusCode::NOT_FOUND, "{target}");
        let once_more = bridge.post(target, again("ada")).await;
        assert_eq!((once_more.status, id_of(&once_more.body)), (StatusCode::CREATED, id), "{target}");
    }
}

#[tokio::test]
async fn an_employee_number_shows_who_she_is_wherever_it_is_held() {
    for target in TARGETS {
        let field = if target == "bmc" { "Region" } else { "Title" };
        let unmapped =
            if target == "bmc" { format!("\"{BMC}:region\" = false") } else { "\"title\" = false".to_owned() };
        let mapped = format!("attributes = {{ {unmapped}, \"{ENTERPRISE}:employeeNumber\" = \"{field}\" }}");
        for (kept, keys) in [(true, String::new()), (false, mapped)] {
            let setup = match target {
                "bmc" => Setup { bmc_keys: keys, ..Setup::default() },
                _ => Setup { ivanti_keys: keys, ..Setup::default() },
            };
            let bridge = setup.build().await;
            let id = deleted(&bridge, target, "ada").await;
            assert_eq!(record(&bridge, target, &id)[field] == "701984", !kept, "{target}");
            let mut body = new_user("ada");
            body[ENTERPRISE] = json!({ "employeeNumber": "701985" });
            let other = bridge.post(target, body.clone()).await;
            assert_conflict(&other, target);
            assert!(detail(&other).contains("'employeeNumber' is another one"), "{}", other.body);
            body[ENTERPRISE] = json!({ "employeeNumber": "701984" });
            body["externalId"] = "E-2".into();
            let answer = bridge.post(target, body).await;
            assert_eq!((answer.status, id_of(&answer.body)), (StatusCode::CREATED, id), "{target}: {}", answer.body);
            assert_eq!(answer.body[ENTERPRISE]["employeeNumber"], "701984", "{target}");
            assert_eq!(answer.body["externalId"], "E-2", "{target}");
        }
    }
}

#[tokio::test]
async fn somebody_else_of_her_name_is_a_conflict_that_says_what_differs() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = deleted(&bridge, target, "ada").await;
        let before = record(&bridge, target, &id);
        let mut blank = new_user("ada");
        blank["externalId"] = "  ".into();
        let mut other = again("ada");
        other["externalId"] = "e-1".into();
        for (body, says) in [
            (new_user("ada"), "'externalId' was not sent, and 'employeeNumber' was not sent"),
            (blank, "'externalId' was not sent"),
            (other, "'externalId' is another one"),
        ] {
            let answer = bridge.post(target, body).await;
            assert_conflict(&answer, target);
            for part in [says, "deleted", "administrator", id.as_str()] {
                assert!(detail(&answer).contains(part), "{target} {part}: {}", answer.body);
            }
        }
        assert_eq!(written(&bridge, target).len(), 0, "{target}");
        assert_eq!(record(&bridge, target, &id), before, "{target}");
        assert!(bridge.store.is_buried(&key(target, &id)), "{target}");
    }
}

/// A user whom the credential `by` gave the externalId "E-1", deleted in the store alone.
async fn buried(bridge: &TestBridge, target: &str, name: &str, by: &str) -> String {
    let id = insert(bridge, target, name);
    patch_native(bridge, target, &id, json!({ "Status": off_value(target) }));
    let external_id = ExternalIdUpdate::Set { credential: by.to_owned(), value: "E-1".to_owned() };
    let update = RecordUpdate { external_id, ..RecordUpdate::default() };
    bridge.store.put(&key(target, &id), update).await.expect("a free external id");
    let burial = Burial { user_name: name.to_owned(), at_ms: 1, credential: by.to_owned() };
    bridge.store.bury(&key(target, &id), burial).await.expect("a store in memory");
    id
}

#[tokio::test]
async fn the_external_id_of_another_client_shows_nothing() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = buried(&bridge, target, "ada", "somebody-else").await;
        let answer = bridge.post(target, again("ada")).await;
        assert_conflict(&answer, target);
        assert!(detail(&answer).contains("the deleted user has no 'externalId'"), "{target}: {}", answer.body);
        assert_eq!(record(&bridge, target, &id)["Status"], off_value(target), "{target}");
    }
}

#[tokio::test]
async fn a_protected_account_never_comes_back() {
    for target in TARGETS {
        for keys in ["on_recreate = \"revive\"", "on_recreate = \"new-record\"\nrename = \"allow\""] {
            let bridge = with(&format!("{keys}\nprotected = {{ accounts = [\"svc_*\"] }}")).await;
            let id = buried(&bridge, target, "svc_backup", &format!("{target}-writer")).await;
            let before = record(&bridge, target, &id);
            let answer = bridge.post(target, again("svc_backup")).await;
            assert_eq!(answer.body["scimType"], "mutability", "{target}: {}", answer.body);
            assert_eq!(record(&bridge, target, &id), before, "{target}");
            assert!(bridge.store.is_buried(&key(target, &id)), "{target}");
        }
    }
}

#[tokio::test]
async fn a_target_may_refuse_to_bring_anybody_back() {
    for target in TARGETS {
        let bridge = with("on_recreate = \"refuse\"").await;
        let id = deleted(&bridge, target, "ada").await;
        let before = record(&bridge, target, &id);
        let answer = bridge.post(target, again("ada")).await;
        assert_conflict(&answer, target);
        assert!(detail(&answer).contains("does not bring deleted users back"), "{target}: {}", answer.body);
        assert_eq!((written(&bridge, target).len(), record(&bridge, target, &id)), (0, before), "{target}");
    }
}

#[tokio::test]
async fn what_the_request_itself_asks_for_is_given() {
    for target in TARGETS {
        let bridge = with("").await;
        let id = deleted(&bridge, target, "ada").await;
        let mut body = again("ada");
        if target == "bmc" {
            body[BMC] = json!({ "licenseType": "Fixed" });
        } else {
            body["roles"] = json!([{ "value": "Analyst" }]);
            body[IVANTI] = json!({ "team": "Networks" });
        }
        let answer = bridge.post(target, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{target}: {}", answer.body);
        let native = plain(&bridge, target, &id);
        match target {
            "bmc" => assert_eq!((&native["License Type"], &native["Group List"]), (&json!("Fixed"), &Value::Null)),
            _ => assert_eq!((&native["Role"], &native["Team"]), (&json!("Analyst"), &json!("Networks"))),
        }
    }
}

#[tokio::test]
async fn what_nobody_asks_for_goes_back_to_the_defaults_of_a_create_and_the_rest_stays() {
    let bmc =
        "create_defaults = { \"License Type\" = \"Restricted Read\", \"Group List\" = \"20099;\", \"Site\" = \"HQ\" }";
    let ivanti = "create_defaults = { \"Role\" = \"SelfService2\", \"Location\" = \"HQ\" }";
    let setup = Setup { bmc_keys: bmc.to_owned(), ivanti_keys: ivanti.to_owned(), ..Setup::default() };
    let bridge = setup.build().await;
    for target in TARGETS {
        let id = deleted(&bridge, target, "ada@example.com").await;
        let mut wanted = plain(&bridge, target, &id);
        let body = json!({ "userName": "ada@example.com", "externalId": "E-1" });
        let answer = bridge.post(target, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{target}: {}", answer.body);
        let changes = match target {
            "bmc" => json!({ "License Type": "Restricted Read", "Group List": "20099;", "Site": "HQ",
                "Application License": null, "Status": "Current" }),
            _ => json!({ "Role": "SelfService2", "Team": null, "Location": "HQ", "Status": "Active" }),
        };
        wanted.extend(changes.as_object().expect("an object").clone());
        assert_eq!(plain(&bridge, target, &id), wanted, "{target}: names and address are not made up anew");
    }
}

#[tokio::test]
async fn a_password_follows_the_rules_of_a_create() {
    for (policy, sent, used) in [
        ("ignore", Some("Battery-Staple-2"), false),
        ("create-only", Some("Battery-Staple-2"), true),
        ("sync", Some("Battery-Staple-2"), true),
        ("sync", None, false),
    ] {
        let bridge = with_bmc(&format!("password = \"{policy}\"")).await;
        let id = deleted(&bridge, "bmc", "ada").await;
        let before = record(&bridge, "bmc", &id)["Password"].clone();
        let mut body = again("ada");
        body["password"] = sent.into();
        let answer = bridge.post("bmc", body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{policy}: {}", answer.body);
        let after = record(&bridge, "bmc", &id)["Password"].clone();
        assert_eq!(after == "Battery-Staple-2", used, "{policy}");
        assert_ne!(after, before, "{policy}");
        assert!(!answer.body.to_string().contains("assword"), "{policy}");
    }
}

async fn with_bmc(keys: &str) -> TestBridge {
    Setup { bmc_keys: keys.to_owned(), ..Setup::default() }.build().await
}

#[tokio::test]
async fn a_request_that_says_inactive_brings_her_back_switched_off() {
    for target in TARGETS {
        for on_natively in [false, true] {
            let bridge = Setup::default().build().await;
            let id = deleted(&bridge, target, "ada").await;
            let before = record(&bridge, target, &id);
            if on_natively {
                let on = if target == "bmc" { "Current" } else { "Active" };
                patch_native(&bridge, target, &id, json!({ "Status": on }));
            }
            let mut body = again("ada");
            body["active"] = false.into();
            let answer = bridge.post(target, body).await;
            assert_eq!(
                (answer.status, &answer.body["active"]),
                (StatusCode::CREATED, &json!(false)),
                "{}",
                answer.body
            );
            let mut wanted = revived(target, &before, "ada");
            wanted.insert("Status".to_owned(), off_value(target).into());
            assert_eq!(plain(&bridge, target, &id), wanted, "{target}");
            let on = bridge.patch(target, &id, set("active", true)).await;
            assert_eq!(on.status, StatusCode::OK, "{target}: {}", on.body);
            assert_eq!(bridge.patch(target, &id, off_beside(&[])).await.status, StatusCode::OK, "{target}");
        }
    }
}

#[tokio::test]
async fn a_state_that_only_the_vendor_lifts_is_refused_before_anything_is_written() {
    for (target, state) in [("bmc", "Expired"), ("ivanti", "Terminated")] {
        let setup = Setup::default();
        let mut options = setup.ivanti.options();
        options.status_values.push("Terminated".to_owned());
        setup.ivanti.set_options(options);
        let bridge = setup.build().await;
        let id = deleted(&bridge, target, "ada").await;
        patch_native(&bridge, target, &id, json!({ "Status": state }));
        let before = record(&bridge, target, &id);
        let answer = bridge.post(target, again("ada")).await;
        assert_eq!(
            (answer.status, &answer.body["scimType"]),
            (StatusCode::BAD_REQUEST, &json!("mutability")),
            "{target}"
        );
        assert!(detail(&answer).contains(state), "{}", answer.body);
        assert_eq!((written(&bridge, target).len(), record(&bridge, target, &id)), (0, before), "{target}");
        assert!(bridge.store.is_buried(&key(target, &id)), "{target}");
    }
}

#[tokio::test]
async fn nobody_comes_back_where_roles_are_out_of_reach() {
    for keys in ["preset = \"stock\"", "attributes = { roles = false }"] {
        let setup = Setup { ivanti_keys: keys.to_owned(), ..Setup::default() };
        let mut options = setup.ivanti.options();
        if keys.contains("stock") {
            options.preset = simulators::ivanti::Preset::Stock;
        }
        setup.ivanti.set_options(options);
        let bridge = setup.build().await;
        let created = bridge.post("ivanti", again("ada")).await;
        assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
        let id = id_of(&created.body);
        assert_eq!(bridge.delete("ivanti", &id).await.status, StatusCode::NO_CONTENT);
        clear(&bridge, "ivanti");
        let answer = bridge.post("ivanti", again("ada")).await;
        assert_conflict(&answer, keys);
        assert!(detail(&answer).contains("cannot take away its roles"), "{}", answer.body);
        assert_eq!(written(&bridge, "ivanti").len(), 0, "{keys}");
        assert_eq!(
            (records(&bridge, "ivanti").len(), &record(&bridge, "ivanti", &id)["Status"]),
            (1, &json!("Inactive"))
        );
    }
}
