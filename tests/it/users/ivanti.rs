//! What only Ivanti does: its ways to say nothing, conflicts, clearing, managers, roles, and its description of itself.

use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use simulators::control::{Clock, Fault};
use simulators::ivanti::{Clear, Duplicate, Empty, Ivanti, IvantiOptions, LoginReply, Missing, UpdateReply};

use super::{clear, detail, id_of, inject, insert, methods, new_user, off_beside, record, records, set};
use crate::bridge::{Setup, TestBridge, start};

const IVANTI: &str = "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User";
const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

async fn with(change: impl FnOnce(&mut IvantiOptions), keys: &str) -> TestBridge {
    let mut options = IvantiOptions::default();
    change(&mut options);
    let ivanti = Ivanti::new(options, Clock::manual(start()));
    Setup { ivanti, ivanti_keys: keys.to_owned(), ..Setup::default() }.build().await
}

#[tokio::test]
async fn every_way_to_say_no_rows_is_an_empty_list_and_lets_a_create_through() {
    for empty in [Empty::ValueArray, Empty::NoContent, Empty::EmptyBody, Empty::Sentinel, Empty::Rotate] {
        let bridge = with(|options| options.empty = empty, "").await;
        for _ in 0..4 {
            let found = bridge.filter("ivanti", "userName eq \"nobody\"").await;
            assert_eq!((found.status, &found.body["totalResults"]), (StatusCode::OK, &json!(0)), "{empty:?}");
            assert_eq!(found.body["Resources"], json!([]), "{empty:?}");
        }
        for name in ["a", "b", "c", "d", "e"] {
            let created = bridge.post("ivanti", new_user(name)).await;
            assert_eq!(created.status, StatusCode::CREATED, "{empty:?}: {}", created.body);
        }
        assert_eq!(records(&bridge, "ivanti").len(), 5, "{empty:?}");
    }
}

/// All that one user's id can be asked for.
async fn everything(bridge: &TestBridge, id: &str) -> Vec<StatusCode> {
    vec![
        bridge.get("ivanti", &format!("/Users/{id}")).await.status,
        bridge.patch("ivanti", id, set("title", "x")).await.status,
        bridge.patch("ivanti", id, off_beside(&[])).await.status,
        bridge.put("ivanti", id, json!({ "userName": "x" })).await.status,
        bridge.delete("ivanti", id).await.status,
    ]
}

#[tokio::test]
async fn a_missing_record_is_a_404_however_the_tenant_says_it() {
    for missing in [Missing::InvalidKey400, Missing::NotFound404] {
        let bridge = with(|options| options.missing = missing, "").await;
        let id = "0".repeat(32);
        let said = everything(&bridge, &id).await;
        let expected = match missing {
            Missing::InvalidKey400 => StatusCode::NOT_FOUND,
            // "ISM_4004" is also what a wrong object says.
            Missing::NotFound404 => StatusCode::INTERNAL_SERVER_ERROR,
        };
        assert_eq!(said, vec![expected; 5], "{missing:?}");
    }
}

#[tokio::test]
async fn a_404_without_the_vendors_code_is_settled_by_asking_for_the_record_in_a_list() {
    for (there, expected) in [(true, StatusCode::OK), (false, StatusCode::NOT_FOUND)] {
        let bridge = with(|_| {}, "").await;
        let id = if there { insert(&bridge, "ivanti", "ada") } else { "0".repeat(32) };
        inject(&bridge, "ivanti", Fault::status(404, &[], "not here").path_contains("('"));
        assert_eq!(bridge.get("ivanti", &format!("/Users/{id}")).await.status, expected);
    }
}

#[tokio::test]
async fn a_wrong_object_is_never_taken_for_a_missing_user() {
    let bridge = with(|_| {}, "").await;
    let id = insert(&bridge, "ivanti", "ada");
    let body =
        json!({ "code": "ISM_4004", "description": "Invalid Path", "message": ["Requested resource not found"] });
    inject(&bridge, "ivanti", Fault::status(404, &[], body).times(50));
    for status in everything(&bridge, &id).await {
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    }
    let lookup = bridge.filter("ivanti", "userName eq \"ada\"").await;
    assert_eq!(lookup.status, StatusCode::INTERNAL_SERVER_ERROR, "a lookup does not say that there is nobody");
    assert_eq!(bridge.post("ivanti", new_user("eve")).await.status, StatusCode::INTERNAL_SERVER_ERROR);
    clear(&bridge, "ivanti");
    assert_eq!(bridge.get("ivanti", &format!("/Users/{id}")).await.status, StatusCode::OK);
    assert_eq!(records(&bridge, "ivanti").len(), 1);
}

/// The lookup of a create sees nobody, as if the record had been made a moment later.
fn race(bridge: &TestBridge) {
    inject(bridge, "ivanti", Fault::status(200, &[], json!({ "value": [] })).method("GET"));
}

#[tokio::test]
async fn a_taken_name_is_refused_or_adopted_as_configured_also_when_it_was_taken_a_moment_ago() {
    for duplicate in [Duplicate::Conflict409, Duplicate::BadRequest400] {
        for (keys, adopts) in [("", false), ("on_conflict = \"adopt\"", true)] {
            for raced in [false, true] {
                let bridge = with(|options| options.duplicate = duplicate, keys).await;
                let id = insert(&bridge, "ivanti", "Grace");
                let before = record(&bridge, "ivanti", &id);
                if raced {
                    race(&bridge);
                }
                let mut body = new_user("grace");
                body["externalId"] = "E-1".into();
                body["nickName"] = "Amazing".into();
                let answer = bridge.post("ivanti", body).await;
                let what = format!("{duplicate:?} {keys} raced {raced}: {}", answer.body);
                assert_eq!(records(&bridge, "ivanti").len(), 1, "{what}");
                if adopts {
                    assert_eq!((answer.status, id_of(&answer.body)), (StatusCode::CREATED, id.clone()), "{what}");
                    let mut wanted = before;
                    for (field, value) in [
                        ("FirstName", "Grace"),
                        ("LastName", "Hopper"),
                        ("Email", "grace@example.com"),
                        ("LoginID", "grace"),
                    ] {
                        wanted.insert(field.to_owned(), value.into());
                    }
                    assert_eq!(record(&bridge, "ivanti", &id), wanted, "{what}");
                    assert_eq!(answer.body["externalId"], "E-1", "{what}");
                    assert_eq!(answer.body["nickName"], "Amazing", "{what}");
                    assert!(answer.headers.contains_key("location"), "{what}");
                } else {
                    assert_eq!(answer.status, StatusCode::CONFLICT, "{what}");
                    assert_eq!(answer.body["scimType"], "uniqueness", "{what}");
                    assert_eq!(record(&bridge, "ivanti", &id), before, "{what}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_deleted_user_is_not_adopted() {
    let bridge = with(|_| {}, "on_conflict = \"adopt\"").await;
    let id = insert(&bridge, "ivanti", "grace");
    assert_eq!(bridge.delete("ivanti", &id).await.status, StatusCode::NO_CONTENT);
    for raced in [false, true] {
        if raced {
            race(&bridge);
        }
        let answer = bridge.post("ivanti", new_user("GRACE")).await;
        assert_eq!((answer.status, &answer.body["scimType"]), (StatusCode::CONFLICT, &json!("uniqueness")));
        assert_eq!(record(&bridge, "ivanti", &id)["Status"], "Inactive");
    }
}

#[tokio::test]
async fn a_protected_account_is_not_adopted() {
    let bridge = with(|_| {}, "on_conflict = \"adopt\"\nprotected = { accounts = [\"root*\"] }").await;
    for name in ["rooty", "InternalServices", "svc_scim"] {
        let id = insert(&bridge, "ivanti", name);
        let before = record(&bridge, "ivanti", &id);
        let answer = bridge.post("ivanti", new_user(name)).await;
        assert!(answer.status.is_client_error(), "{name}: {}", answer.body);
        assert_eq!(record(&bridge, "ivanti", &id), before, "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_cleared_is_told_and_what_can_be_reads_back_as_absent() {
    let remove = json!([{ "op": "remove", "path": "phoneNumbers" }]);
    for clearing in [Clear::Allowed, Clear::Ignored] {
        let bridge = with(|options| options.clear = clearing, "").await;
        let id = insert(&bridge, "ivanti", "ada");
        let answer = bridge.patch("ivanti", &id, remove.clone()).await;
        if clearing == Clear::Allowed {
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            assert!(answer.body.get("phoneNumbers").is_none());
        } else {
            assert_eq!((answer.status, &answer.body["scimType"]), (StatusCode::BAD_REQUEST, &json!("invalidValue")));
            assert!(detail(&answer).contains("phoneNumbers"), "{}", answer.body);
        }
    }
}

#[tokio::test]
async fn text_outside_a_validation_list_is_told_and_not_called_stored() {
    let lists = [("Department".to_owned(), vec!["Engines".to_owned(), "Poetry".to_owned()])];
    let bridge = with(|options| options.validated_fields = lists.into_iter().collect(), "").await;
    let id = insert(&bridge, "ivanti", "ada");
    let path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    let answer = bridge.patch("ivanti", &id, set(path, "Poetry")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let answer = bridge.patch("ivanti", &id, set(path, "Juggling")).await;
    assert_eq!((answer.status, &answer.body["scimType"]), (StatusCode::BAD_REQUEST, &json!("invalidValue")));
    assert!(detail(&answer).contains("department"), "{}", answer.body);
}

#[tokio::test]
async fn every_answer_to_an_update_will_do() {
    for reply in [UpdateReply::ChangedOnly, UpdateReply::Record, UpdateReply::NoContent] {
        let bridge = with(|options| options.update_reply = reply, "").await;
        let id = insert(&bridge, "ivanti", "ada");
        let answer = bridge.patch("ivanti", &id, set("title", "Programmer")).await;
        assert_eq!((answer.status, &answer.body["title"]), (StatusCode::OK, &json!("Programmer")), "{reply:?}");
        assert_eq!(answer.body["userName"], "ada", "the whole user, {reply:?}");
        assert_eq!(bridge.patch("ivanti", &id, off_beside(&[])).await.body["active"], false, "{reply:?}");
    }
    for (create_status, login_reply) in [(200, LoginReply::BareString), (201, LoginReply::Object)] {
        let change = |options: &mut IvantiOptions| {
            options.create_status = create_status;
            options.login_reply = login_reply;
        };
        let bridge = with(change, "").await;
        assert_eq!(bridge.post("ivanti", new_user("grace")).await.status, StatusCode::CREATED);
    }
}

#[tokio::test]
async fn a_manager_is_set_and_cleared_in_every_form_that_entra_has() {
    let bridge = with(|_| {}, "").await;
    let id = insert(&bridge, "ivanti", "ada");
    let one = insert(&bridge, "ivanti", "charles");
    let other = insert(&bridge, "ivanti", "augustus");
    let setting = |form: usize, to: &str| match form {
        0 => set(MANAGER, to),
        1 => set(MANAGER, json!({ "value": to })),
        2 => set("manager", json!([{ "$ref": "https://x/Users/1", "value": to }])),
        3 => json!([{ "op": "Add", "path": MANAGER, "value": to }]),
        4 => json!([{ "op": "replace", "value": { (MANAGER): to } }]),
        _ => set(&format!("{MANAGER}.value"), to),
    };
    let clearing = [
        set(MANAGER, ""),
        set(MANAGER, Value::Null),
        json!([{ "op": "Remove", "path": MANAGER }]),
        json!([{ "op": "remove", "path": "manager" }]),
        set(MANAGER, json!({ "value": "" })),
        set("manager", ""),
    ];
    for (form, clear) in clearing.into_iter().enumerate() {
        for to in [&one, &other] {
            let answer = bridge.patch("ivanti", &id, setting(form, to)).await;
            assert_eq!(answer.status, StatusCode::OK, "form {form}: {}", answer.body);
            assert_eq!(record(&bridge, "ivanti", &id)["Manager"], to.as_str(), "form {form}");
            let enterprise = MANAGER.strip_suffix(":manager").expect("the attribute");
            assert_eq!(answer.body[enterprise]["manager"]["value"], to.as_str(), "form {form}");
        }
        let answer = bridge.patch("ivanti", &id, clear.clone()).await;
        assert_eq!(answer.status, StatusCode::OK, "{clear}: {}", answer.body);
        assert_eq!(record(&bridge, "ivanti", &id)["Manager"], Value::Null, "{clear}");
        assert!(!answer.body.to_string().contains("manager"), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_create_has_the_configured_role_and_team_or_says_that_it_has_none() {
    let keys = "create_defaults = { Role = \"SelfService\", Team = \"Service Desk\" }";
    for (keys, sent, role, team) in [
        (keys, None, json!("SelfService"), json!("Service Desk")),
        (keys, Some("Admin"), json!("Admin"), json!("Service Desk")),
        ("", Some("Admin"), json!("Admin"), Value::Null),
        ("", None, Value::Null, Value::Null),
    ] {
        let bridge = with(|_| {}, keys).await;
        let mut body = new_user("grace");
        if let Some(sent) = sent {
            body["roles"] = json!([{ "value": sent }]);
        }
        let created = bridge.post("ivanti", body).await;
        assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
        let native = record(&bridge, "ivanti", &id_of(&created.body));
        assert_eq!(native.get("Role").cloned().unwrap_or_default(), role);
        assert_eq!(native.get("Team").cloned().unwrap_or_default(), team);
        let note = created.body[IVANTI]["accessNote"].as_str();
        assert_eq!(note.is_some(), role.is_null(), "{}", created.body);
        assert_eq!(created.body["roles"][0]["value"], role);
    }
}

#[tokio::test]
async fn two_roles_are_refused_where_one_can_be_held() {
    let bridge = with(|_| {}, "").await;
    let id = insert(&bridge, "ivanti", "ada");
    let before = record(&bridge, "ivanti", &id);
    let two = json!([{ "value": "Admin" }, { "value": "SelfService" }]);
    let answer = bridge.patch("ivanti", &id, set("roles", two)).await;
    assert_eq!((answer.status, &answer.body["scimType"]), (StatusCode::BAD_REQUEST, &json!("invalidValue")));
    assert_eq!(record(&bridge, "ivanti", &id), before);
}

async fn readyz(bridge: &TestBridge) -> crate::bridge::Answer {
    let request = Request::builder().method(Method::GET).uri("/readyz").body(axum::body::Body::empty());
    bridge.send(request.expect("a request")).await
}

#[tokio::test]
async fn a_mapping_to_a_missing_field_is_told_by_readyz() {
    let bridge = with(|_| {}, "[targets.ivanti.attributes]\n\"nickName\" = \"Nick\"").await;
    let ready = readyz(&bridge).await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    let said = ready.body["targets"]["ivanti"].as_str().expect("a text");
    assert!(said.contains("'Nick'") && said.contains("nickName"), "{said}");
    assert_eq!(ready.body["targets"]["bmc"], "ready");
    let bridge = with(
        |options| options.extra_fields = vec!["Nick".to_owned()],
        "[targets.ivanti.attributes]\n\"nickName\" = \"Nick\"",
    )
    .await;
    assert_eq!(readyz(&bridge).await.status, StatusCode::OK);
    let mut body = new_user("grace");
    body["nickName"] = "Amazing".into();
    let created = bridge.post("ivanti", body).await;
    assert_eq!(record(&bridge, "ivanti", &id_of(&created.body))["Nick"], "Amazing");
}

#[tokio::test]
async fn a_stock_tenant_works_with_the_stock_preset() {
    let stock = |options: &mut IvantiOptions| options.preset = simulators::ivanti::Preset::Stock;
    let bridge = with(stock, "preset = \"stock\"").await;
    let created = bridge.post("ivanti", new_user("grace")).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let id = id_of(&created.body);
    let boss = id_of(&bridge.post("ivanti", new_user("boss")).await.body);
    clear(&bridge, "ivanti");
    let answer = bridge.patch("ivanti", &id, set(MANAGER, boss.as_str())).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(methods(&bridge, "ivanti"), ["GET", "PATCH", "GET"]);
    assert_eq!(record(&bridge, "ivanti", &id)["ManagerLink_RecID"], boss.as_str());
    let answer = bridge.patch("ivanti", &id, set(MANAGER, "")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(record(&bridge, "ivanti", &id)["ManagerLink_RecID"], Value::Null);
}
