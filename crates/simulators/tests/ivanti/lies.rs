//! Answers that are false though polite.

use http::StatusCode;
use serde_json::{Value, json};
use simulators::control::{DataAnswers, ExpiredAnswer, KeyComparison, Matcher, QueryAnswers};
use simulators::ivanti::odata::Dialect;
use simulators::ivanti::{Duplicate, Ivanti, IvantiOptions, Rights};

use crate::support::{EMPLOYEES, Reply, people};

const TEAMS: &str = "/api/odata/businessobject/standarduserteams";
const ROLES: &str = "/api/odata/businessobject/frs_def_roles";

fn plain() -> IvantiOptions {
    IvantiOptions::default()
}

fn brief(reply: &Reply) -> (u16, &str) {
    (reply.status.as_u16(), reply.text.as_str())
}

#[tokio::test]
async fn an_ignored_filter_is_answered_by_everything_up_to_the_limit() {
    let tenant = people(IvantiOptions { query_answers: QueryAnswers::Everything, ..plain() }).await;
    for filter in ["LoginID eq 'nobody'", "LoginID eq 'ann'", "Nonsense eq"] {
        assert_eq!(tenant.list(&format!("$orderby=RecId&$filter={filter}")).await.column("RecId"), "A1 B2 C3");
    }
    let page = tenant.list("$orderby=RecId&$filter=LoginID eq 'nobody'&$top=1&$skip=1").await;
    assert_eq!(page.column("RecId"), "B2");
}

#[tokio::test]
async fn a_well_formed_filter_is_answered_by_nothing() {
    let tenant = people(IvantiOptions { query_answers: QueryAnswers::Nothing, ..plain() }).await;
    assert_eq!(brief(&tenant.list("$filter=LoginID eq 'ann'").await), (200, r#"{"value":[]}"#));
    assert_eq!(tenant.list("$orderby=RecId").await.column("RecId"), "A1 B2 C3");
    assert_eq!(tenant.list("$filter=LoginID eq").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(tenant.get(&format!("{EMPLOYEES}('A1')")).await.json()["LoginID"], "ann");
}

#[tokio::test]
async fn comparisons_of_keys_find_nothing_and_equality_still_does() {
    for filter_dialect in [Dialect::Measured, Dialect::Standard] {
        for (key_comparison, found) in [
            (KeyComparison::Obeyed, ["B2 C3", "A1 C3", "B2"]),
            (KeyComparison::NeverTrue, ["", "A1", ""]),
            (KeyComparison::Nothing, ["", "", ""]),
        ] {
            let tenant = people(IvantiOptions { filter_dialect, key_comparison, ..plain() }).await;
            let filters = ["RecId gt 'A1'", "RecId ge 'C3' or LoginID eq 'ann'", "RecId gt 'A1' and RecId le 'B2'"];
            for (filter, found) in filters.into_iter().zip(found) {
                let list = tenant.list(&format!("$orderby=RecId&$filter={filter}")).await;
                assert_eq!(list.column("RecId"), found, "{filter_dialect:?} {key_comparison:?} {filter}");
            }
            assert_eq!(tenant.list("$filter=RecId eq 'A1'").await.column("LoginID"), "ann");
        }
    }
}

#[tokio::test]
async fn an_expired_session_can_be_answered_by_an_empty_list() {
    let tenant = people(IvantiOptions { expired_answer: ExpiredAnswer::EmptyList, ..plain() }).await;
    tenant.ivanti.expire_sessions();
    assert_eq!(brief(&tenant.list("").await), (200, r#"{"value":[]}"#));
    assert_eq!(brief(&tenant.get(&format!("{EMPLOYEES}('A1')")).await), (200, ""));
    assert_eq!(brief(&tenant.patch("A1", json!({ "Title": "x" })).await), (200, ""));
    assert_eq!(tenant.stored("A1", "Title"), "Clerk");
}

#[tokio::test]
async fn every_data_request_can_be_answered_by_an_empty_200() {
    let tenant = people(IvantiOptions { data_answers: DataAnswers::EmptyOk, ..plain() }).await;
    let ghost = json!({ "LoginID": "ghost", "FirstName": "G", "LastName": "H", "Email": "g@example.com" });
    for reply in [
        tenant.list("").await,
        tenant.get(TEAMS).await,
        tenant.get(&format!("{EMPLOYEES}('A1')")).await,
        tenant.create(ghost).await,
        tenant.patch("A1", json!({ "Title": "x" })).await,
        tenant.call("DELETE", &format!("{EMPLOYEES}('A1')"), None).await,
    ] {
        assert_eq!(brief(&reply), (200, ""));
    }
    assert_eq!((tenant.ivanti.records("employees").len(), tenant.stored("A1", "Title")), (3, json!("Clerk")));
    assert!(tenant.get("/api/odata/businessobject/employees/$metadata").await.text.contains("LoginID"));
    tenant.ivanti.set_options(IvantiOptions { data_answers: DataAnswers::EmptyList, ..plain() });
    assert_eq!(brief(&tenant.list("").await), (200, r#"{"value":[]}"#));
    assert_eq!(brief(&tenant.patch("A1", json!({ "Title": "x" })).await), (200, ""));
}

#[tokio::test]
async fn without_rights_or_a_role_every_object_is_empty_and_writes_are_told_so() {
    for options in [IvantiOptions { rights: Rights::None, ..plain() }, IvantiOptions { no_role: true, ..plain() }] {
        let tenant = people(options).await;
        tenant.ivanti.insert("standarduserteams", json!({ "RecId": "T1", "Team": "Desk" }));
        tenant.ivanti.insert("frs_def_roles", json!({ "RecId": "R1", "Name": "Admin" }));
        for (set, key) in [(EMPLOYEES, "A1"), (TEAMS, "T1"), (ROLES, "R1")] {
            assert_eq!(tenant.get(set).await.json(), json!({ "value": [] }), "{set}");
            let [hidden, missing] = [key, "Z9"].map(|key| format!("{set}('{key}')"));
            let [hidden, missing] = [tenant.get(&hidden).await, tenant.get(&missing).await];
            assert_eq!((hidden.status, hidden.text.replace(key, "Z9")), (missing.status, missing.text), "{set}");
            for (method, path) in [("POST", set.to_owned()), ("PATCH", format!("{set}('{key}')"))] {
                let reply = tenant.call(method, &path, Some(json!({ "Description": "x" }))).await;
                assert_eq!(reply.status, StatusCode::BAD_REQUEST);
                assert!(reply.message().contains("does not have rights to"), "{}", reply.text);
            }
        }
    }
}

#[tokio::test]
async fn a_tenant_may_take_one_login_twice() {
    let tenant = people(IvantiOptions { duplicate: Duplicate::Allowed, ..plain() }).await;
    let second = json!({ "LoginID": "ann", "FirstName": "A", "LastName": "B", "Email": "a@example.com" });
    assert_eq!(tenant.create(second).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn somebody_else_may_move_a_person_between_write_and_verification() {
    let tenant = people(plain()).await;
    let moved = |ivanti: &Ivanti| {
        ivanti.edit("employees", "A1", |person| {
            let team = person.get("Team").and_then(Value::as_str).unwrap_or_default();
            let team = format!("{team}+");
            person.insert("Team".to_owned(), json!(team));
        });
    };
    tenant.ivanti.control().hooks().after(Matcher::new().method("PATCH").path_contains("('A1')"), moved);
    assert_eq!(tenant.patch("A1", json!({ "Team": "T1" })).await.status, StatusCode::OK);
    assert_eq!(tenant.stored("A1", "Team"), "T1+");
    assert_eq!(tenant.stored("A1", "LastModBy"), "InternalServices");
}

#[tokio::test]
async fn lies_are_told_over_http() {
    let tenant = people(plain()).await;
    let lies = json!({
        "query_answers": "nothing", "key_comparison": "nothing", "expired_answer": "empty_list", "duplicate": "allowed",
    });
    assert_eq!(tenant.call("PATCH", "/_sim/options", Some(lies)).await.status, StatusCode::OK);
    assert_eq!(tenant.list("$filter=LoginID eq 'ann'").await.json(), json!({ "value": [] }));
}
