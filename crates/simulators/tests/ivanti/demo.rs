//! The demo tenant.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use simulators::control::Clock;
use simulators::ivanti::{Ivanti, IvantiOptions};

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
    for team in &teams {
        let members = people.iter().filter(|row| row["Team"] == team["RecId"]).count();
        assert!((3..30).contains(&members), "{} has {members}", team["Team"]);
    }
    for role in &roles {
        assert!(people.iter().any(|row| row["Role"] == role["Name"]), "{role:?}");
    }
    assert!(people.iter().filter(|row| row["Team"].is_null()).count() > 30);
    let inactive = people.iter().filter(|row| row["Status"] == "Inactive").count();
    assert!((5..50).contains(&inactive), "{inactive}");
    assert_eq!(people.iter().filter(|row| row["Manager"].is_null()).count(), 3);
}

#[tokio::test]
async fn the_demo_tenant_is_the_same_on_every_run() {
    assert_eq!(Ivanti::demo(clock()).records("employees"), Ivanti::demo(clock()).records("employees"));
}

#[test]
fn twenty_thousand_employees_are_there_at_once() {
    let ivanti = Ivanti::new(IvantiOptions::default(), clock());
    let desk = ivanti.insert("standarduserteams", json!({ "Team": "Desk" }));
    let keys = ivanti.populate(20_000, &[("Desk", 2), ("Field", 19_997)]);
    let team = |key: &str| ivanti.record("employees", key).unwrap().get("Team").cloned();
    assert_eq!((keys.len(), ivanti.records("standarduserteams").len()), (20_000, 2));
    assert_eq!((team(&keys[1]), team(&keys[19_999])), (Some(json!(desk)), None));
    let field = team(&keys[2]).unwrap();
    let members = ivanti.records("employees").iter().filter(|row| row.get("Team") == Some(&field)).count();
    assert_eq!(members, 19_997);
    let more = ivanti.populate(1, &[]);
    assert_eq!(ivanti.record("employees", &more[0]).unwrap()["LoginID"], "user020001");
}

#[test]
fn employees_in_bulk_have_the_fields_of_the_preset() {
    let options = IvantiOptions { preset: simulators::ivanti::Preset::Stock, ..IvantiOptions::default() };
    let ivanti = Ivanti::new(options, clock());
    let keys = ivanti.populate(1, &[("Desk", 1)]);
    let person = ivanti.record("employees", &keys[0]).unwrap();
    assert_eq!((&person["Team"], &person["PrimaryEmail"]), (&json!("Desk"), &json!("user000001@calbro.example")));
    assert_eq!(person["Team_Valid"], ivanti.records("standarduserteams")[0]["RecId"]);
}

#[tokio::test]
async fn every_login_can_be_looked_up_however_awkward() {
    let demo = Ivanti::demo(clock());
    let options = IvantiOptions { api_key: Some("K".to_owned()), ..demo.options() };
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
