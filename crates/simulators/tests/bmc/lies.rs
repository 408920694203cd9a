//! Answers that are false though polite.

use http::Method;
use serde_json::{Value, json};
use simulators::bmc::{BmcOptions, MalformedQ, Rights};
use simulators::control::{DataAnswers, ExpiredAnswer, KeyComparison, QueryAnswers};

use crate::world::{Answer, GROUPS, PEOPLE, USERS, World, encoded, with_token, world};

const ADMIN: &str = "000000000000001";

async fn with(options: BmcOptions) -> World {
    let world = world().await;
    world.fill(3);
    world.bmc.insert("Group", json!({"Group ID": 20000, "Group Name": "Desk"}));
    world.bmc.set_options(options);
    world
}

async fn logins(world: &World, q: &str) -> Vec<Value> {
    world.get(&format!("{USERS}?q={}&sort=1.asc", encoded(q))).await.column("Login Name")
}

fn nothing() -> Vec<Value> {
    Vec::new()
}

fn brief(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.text.as_str())
}

#[tokio::test]
async fn an_ignored_qualification_is_answered_by_everything_up_to_the_limit() {
    let world = with(BmcOptions { query_answers: QueryAnswers::Everything, ..BmcOptions::default() }).await;
    for q in ["'Login Name' = \"nobody\"", "'Login Name' = \"u001\"", "not even a qualification"] {
        assert_eq!(logins(&world, q).await, ["admin", "u001", "u002", "u003"], "{q}");
    }
    let two = format!("{USERS}?q={}&limit=2&offset=1", encoded("'Login Name' = \"nobody\""));
    assert_eq!(world.get(&two).await.column("Login Name"), ["u001", "u002"]);
    assert_eq!(world.get(&format!("{GROUPS}?q=x")).await.column("Group Name"), ["Desk"]);
}

#[tokio::test]
async fn a_well_formed_qualification_is_answered_by_nothing() {
    let world = with(BmcOptions { query_answers: QueryAnswers::Nothing, ..BmcOptions::default() }).await;
    assert_eq!(logins(&world, "'Login Name' = \"admin\"").await, nothing());
    assert_eq!(logins(&world, "'1' != $NULL$").await, nothing());
    assert_eq!(world.get(USERS).await.column("1").len(), 4, "no condition, no lie");
    assert_eq!(world.get(&format!("{USERS}/{ADMIN}")).await.status, 200);
    let options = BmcOptions { malformed_q: MalformedQ::Error, ..world.bmc.options() };
    world.bmc.set_options(options);
    assert_eq!(world.find("'Login Name' =").await.refusal(), (400, 142));
}

#[tokio::test]
async fn comparisons_of_keys_find_nothing_and_equality_still_does() {
    let after = format!("'1' > \"{ADMIN}\"");
    let both = "'Request ID' >= \"000000000000003\" OR 'Login Name' = \"admin\"";
    let negated = "NOT '1' < \"000000000000003\"";
    let same = format!("'1' = \"{ADMIN}\"");
    for (key_comparison, found) in [
        (KeyComparison::Obeyed, [vec!["u001", "u002", "u003"], vec!["admin", "u002", "u003"], vec!["u002", "u003"]]),
        (KeyComparison::NeverTrue, [vec![], vec!["admin"], vec![]]),
        (KeyComparison::Nothing, [vec![], vec![], vec![]]),
    ] {
        let world = with(BmcOptions { key_comparison, ..BmcOptions::default() }).await;
        for (q, found) in [after.as_str(), both, negated].into_iter().zip(found) {
            assert_eq!(logins(&world, q).await, found, "{key_comparison:?} {q}");
        }
        assert_eq!(logins(&world, &same).await, ["admin"]);
        assert_eq!(logins(&world, "'Group List' >= \"1\"").await, ["admin"]);
    }
}

#[tokio::test]
async fn an_ended_token_is_answered_politely_and_an_unknown_one_is_not() {
    let world = with(BmcOptions { expired_answer: ExpiredAnswer::EmptyList, ..BmcOptions::default() }).await;
    world.bmc.expire_sessions();
    assert_eq!(brief(&world.get(USERS).await), (200, r#"{"entries":[]}"#));
    assert_eq!(brief(&world.get(&format!("{USERS}/{ADMIN}")).await), (200, ""));
    assert_eq!(brief(&world.put(ADMIN, json!({"Site": "x"})).await), (200, ""));
    assert_eq!(world.stored(ADMIN, "Site"), Value::Null);
    assert_eq!(with_token(&world.bmc, "AR-JWT x.y.z", Method::GET, USERS).await.status, 401);
    world.bmc.set_options(BmcOptions { expired_answer: ExpiredAnswer::EmptyOk, ..BmcOptions::default() });
    assert_eq!(brief(&world.get(USERS).await), (200, ""));
    world.bmc.set_options(BmcOptions::default());
    assert_eq!(world.get(USERS).await.status, 401);
}

#[tokio::test]
async fn a_token_ends_by_time_and_by_logout_too() {
    let options = BmcOptions { expired_answer: ExpiredAnswer::EmptyOk, ..BmcOptions::default() };
    let world = with(options.clone()).await;
    world.bmc.control().clock().advance(std::time::Duration::from_secs(3600)).unwrap();
    assert_eq!(brief(&world.get(USERS).await), (200, ""));
    crate::world::login(&world.bmc, "admin", "secret").await;
    assert_eq!(brief(&world.get(USERS).await), (200, ""), "the next login sweeps it away");
    let world = with(options).await;
    assert_eq!(world.send(Method::POST, "/api/jwt/logout", None).await.status, 204);
    assert_eq!(brief(&world.get(USERS).await), (200, ""));
}

#[tokio::test]
async fn every_data_request_can_be_answered_by_an_empty_200() {
    let world = with(BmcOptions { data_answers: DataAnswers::EmptyOk, ..BmcOptions::default() }).await;
    for answer in [
        world.get(USERS).await,
        world.get(PEOPLE).await,
        world.get(&format!("{USERS}/{ADMIN}")).await,
        world.create("ghost", json!({})).await,
        world.put(ADMIN, json!({"Site": "x"})).await,
        world.delete(&format!("{USERS}/{ADMIN}")).await,
        with_token(&world.bmc, "AR-JWT x", Method::GET, USERS).await,
    ] {
        assert_eq!(brief(&answer), (200, ""));
    }
    assert_eq!((world.bmc.records("User").len(), world.stored(ADMIN, "Site")), (4, Value::Null));
    assert_eq!(crate::world::login(&world.bmc, "admin", "secret").await.status, 200);
    world.bmc.set_options(BmcOptions { data_answers: DataAnswers::EmptyList, ..BmcOptions::default() });
    assert_eq!(brief(&world.get(GROUPS).await), (200, r#"{"entries":[]}"#));
    assert_eq!(brief(&world.put(ADMIN, json!({"Site": "x"})).await), (200, ""));
}

#[tokio::test]
async fn without_rights_rows_of_every_form_look_missing_and_writes_are_refused() {
    let world = with(BmcOptions { rights: Rights::None, ..BmcOptions::default() }).await;
    let person = world.bmc.insert("CTM:People", json!({"First Name": "Ann"}));
    for (form, id) in [(USERS, ADMIN), (GROUPS, ADMIN), (PEOPLE, person.as_str())] {
        assert_eq!(world.get(form).await.column("1"), nothing(), "{form}");
        let [hidden, missing] = [id, "000000000000099"].map(|id| format!("{form}/{id}"));
        assert_eq!(world.get(&hidden).await.refusal(), world.get(&missing).await.refusal(), "{form}");
        assert_eq!(world.get(&hidden).await.refusal(), (404, 302));
        let body = json!({"values": {"Assigned To": "x"}}).to_string();
        assert_eq!(world.send(Method::PUT, &hidden, Some(&body)).await.refusal(), (500, 331));
        assert_eq!(world.delete(&hidden).await.refusal(), (500, 331));
        assert_eq!(world.post(form, json!({"Assigned To": "x"})).await.refusal(), (403, 353));
    }
    assert_eq!(world.stored(ADMIN, "Assigned To"), Value::Null);
}

#[tokio::test]
async fn with_its_own_row_alone_an_account_changes_that_one_and_can_create_in_the_dark() {
    let world = with(BmcOptions { rights: Rights::OwnRowOnly, ..BmcOptions::default() }).await;
    assert_eq!(world.put(ADMIN, json!({"Site": "x"})).await.status, 204);
    assert_eq!(world.put("000000000000002", json!({"Site": "x"})).await.refusal(), (500, 331));
    assert_eq!(world.get(&format!("{GROUPS}/{ADMIN}")).await.refusal(), (404, 302));
    assert_eq!(world.create("new", json!({})).await.status, 201);
    assert_eq!(world.create("u001", json!({})).await.refusal(), (500, 382));
    world.bmc.set_options(BmcOptions { login_name_unique: false, ..world.bmc.options() });
    assert_eq!(world.create("u001", json!({})).await.status, 201);
}

#[tokio::test]
async fn lies_are_told_over_http() {
    let world = with(BmcOptions::default()).await;
    let lies = r#"{"query_answers":"everything","key_comparison":"never_true","expired_answer":"empty_list"}"#;
    assert_eq!(world.send(Method::PATCH, "/_sim/options", Some(lies)).await.status, 200);
    assert_eq!(logins(&world, "'Login Name' = \"x\"").await.len(), 4);
    let lies = r#"{"data_answers":"empty_ok"}"#;
    assert_eq!(world.send(Method::PATCH, "/_sim/options", Some(lies)).await.status, 200);
    assert_eq!(brief(&world.get(USERS).await), (200, ""));
}
