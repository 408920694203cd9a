//! The demo tenant.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use simulators::control::Clock;
use simulators::ivanti::Ivanti;

use crate::support::Tenant;

fn clock() -> Clock {
    Clock::manual("2026-03-01T09:00:00Z".parse().unwrap())
}

#[tokio::test]
async fn the_demo_tenant_is_complete_and_its_references_hold() {
    let mut demo = Tenant { ivanti: Ivanti::demo(clock()), authorization: String::new() };
    let body = json!({ "UserName": "svc_scim", "Password": "demo-secret", "tenant": "tenant" });
    let token = demo.login(body).await.json()["SessionToken"].as_str().unwrap().to_owned();
    demo.authorization = format!("Bearer {token}");
    assert_eq!(demo.list("$filter=LoginID eq 'svc_scim'").await.column("Role"), "Admin");

    let all = demo.list("$top=1000&$orderby=RecId").await.json();
    let people = all["value"].as_array().unwrap();
    assert_eq!(people.len(), 252);
    let keys: Vec<&Value> = people.iter().map(|row| &row["RecId"]).collect();
    let teams = demo.ivanti.records("standarduserteams");
    let roles = demo.ivanti.records("frs_def_roles");
    for row in people {
        assert!(row["Manager"].is_null() || keys.contains(&&row["Manager"]), "{row}");
        assert!(row["Manager"] != row["RecId"]);
        assert!(row["Team"].is_null() || teams.iter().any(|team| team["RecId"] == row["Team"]), "{row}");
        assert!(roles.iter().any(|role| role["Name"] == row["Role"]), "{row}");
    }
    let inactive = people.iter().filter(|row| row["Status"] == "Inactive").count();
    assert!((5..50).contains(&inactive), "{inactive}");
    assert_eq!(people.iter().filter(|row| row["Manager"].is_null()).count(), 3);
}

#[tokio::test]
async fn the_demo_tenant_is_the_same_on_every_run() {
    assert_eq!(Ivanti::demo(clock()).records("employees"), Ivanti::demo(clock()).records("employees"));
}

#[tokio::test]
async fn every_login_can_be_looked_up_however_awkward() {
    let demo = Ivanti::demo(clock());
    let options = simulators::ivanti::IvantiOptions { api_key: Some("K".to_owned()), ..demo.options() };
    demo.set_options(options);
    let tenant = Tenant { ivanti: demo, authorization: "rest_api_key=K".to_owned() };
    for row in tenant.ivanti.records("employees") {
        let login = row["LoginID"].as_str().unwrap();
        let filter = format!("LoginID eq '{}'", login.replace('\'', "''"));
        let encoded = percent_encoding::utf8_percent_encode(&filter, percent_encoding::NON_ALPHANUMERIC);
        let path = format!("{}?$filter={encoded}", crate::support::EMPLOYEES);
        let request = Request::get(path).header("Authorization", &tenant.authorization).body(Body::empty()).unwrap();
        assert_eq!(tenant.send(request).await.column("RecId"), row["RecId"].as_str().unwrap(), "{login}");
    }
}
