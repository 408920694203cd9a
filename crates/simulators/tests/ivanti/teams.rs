//! Teams and roles, and the people in them.

use http::StatusCode;
use serde_json::{Value, json};
use simulators::ivanti::odata::Dialect;
use simulators::ivanti::{BadReference, Duplicate, IvantiOptions, Preset};

use crate::support::{Reply, Tenant, people, tenant};

const TEAMS: &str = "/api/odata/businessobject/standarduserteams";
const ROLES: &str = "/api/odata/businessobject/frs_def_roles";

fn plain() -> IvantiOptions {
    IvantiOptions::default()
}

async fn find(tenant: &Tenant, set: &str, query: &str) -> Reply {
    tenant.get(&format!("{set}?{}", query.replace(' ', "%20"))).await
}

/// ann, bob and Cyd with two teams and two roles.
async fn company(options: IvantiOptions) -> Tenant {
    let tenant = people(options).await;
    for (key, team) in [("T1", "Service Desk"), ("T2", "Field")] {
        let address = format!("{}@example.com", key.to_lowercase());
        tenant.ivanti.insert("standarduserteams", json!({ "RecId": key, "Team": team, "TeamEmail": address }));
    }
    for (key, name, shown) in [("R1", "SelfService", "Self Service"), ("R2", "Admin", "Administrator")] {
        tenant.ivanti.insert("frs_def_roles", json!({ "RecId": key, "Name": name, "DisplayName": shown }));
    }
    tenant
}

#[tokio::test]
async fn a_team_is_made_found_changed_and_removed() {
    let tenant = tenant(plain()).await;
    let made = tenant.call("POST", TEAMS, Some(json!({ "Team": "Night Desk", "TeamEmail": "n@example.com" }))).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let key = made.json()["RecId"].as_str().unwrap().to_owned();
    let one = format!("{TEAMS}('{key}')");
    assert_eq!(tenant.get(&one).await.json()["Team"], "Night Desk");
    let list = find(&tenant, TEAMS, "$filter=Team eq 'night desk'&$select=RecId,Team").await;
    assert_eq!(list.json(), json!({ "value": [{ "RecId": key, "Team": "Night Desk" }] }));
    assert_eq!(tenant.call("PATCH", &one, Some(json!({ "Team": "Late Desk" }))).await.status, StatusCode::OK);
    assert_eq!(tenant.ivanti.record("standarduserteams", &key).unwrap()["Team"], "Late Desk");
    assert_eq!(tenant.call("DELETE", &one, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(tenant.get(&one).await.code(), (400, "ISM_4000".to_owned()));
}

#[tokio::test]
async fn names_of_teams_and_roles_are_required_and_unique() {
    for (duplicate, status) in [(Duplicate::Conflict409, 409), (Duplicate::BadRequest400, 400)] {
        let tenant = company(IvantiOptions { duplicate, ..plain() }).await;
        for (set, name, taken, key) in [(TEAMS, "Team", "FIELD", "T1"), (ROLES, "Name", "admin", "R1")] {
            let refused = tenant.call("POST", set, Some(json!({ name: taken }))).await;
            assert_eq!(refused.status.as_u16(), status);
            assert!(refused.message().contains("not unique"), "{}", refused.text);
            let one = format!("{set}('{key}')");
            assert_eq!(tenant.call("PATCH", &one, Some(json!({ name: taken }))).await.status.as_u16(), status);
            let nameless = tenant.call("POST", set, Some(json!({ "Description": "x" }))).await;
            assert!(nameless.message().contains("is a required field"), "{}", nameless.text);
        }
    }
}

#[tokio::test]
async fn filters_over_teams_and_roles_obey_the_dialect() {
    let tenant = company(plain()).await;
    assert_eq!(find(&tenant, TEAMS, "$filter=startswith(Team,'F')&$orderby=RecId").await.column("RecId"), "T1 T2");
    assert_eq!(find(&tenant, TEAMS, "$filter=TeamEmail eq 't2@example.com'").await.column("Team"), "Field");
    assert_eq!(find(&tenant, ROLES, "$filter=DisplayName eq 'Administrator'").await.column("Name"), "Admin");
    assert_eq!(find(&tenant, TEAMS, "$filter=LoginID eq 'x'").await.status, StatusCode::BAD_REQUEST);
    tenant.ivanti.set_options(IvantiOptions { filter_dialect: Dialect::Standard, ..plain() });
    assert_eq!(find(&tenant, TEAMS, "$filter=startswith(Team,'F')").await.column("RecId"), "T2");
}

#[tokio::test]
async fn teams_and_roles_are_described() {
    let tenant = tenant(plain()).await;
    for (set, name) in [("standarduserteams", "Team"), ("frs_def_roles", "DisplayName")] {
        let text = tenant.get(&format!("/api/odata/businessobject/{set}/$metadata")).await.text;
        let entity = set.strip_suffix('s').unwrap();
        assert!(text.contains(&format!(r#"<EntityType Name="{entity}"><Key><PropertyRef Name="RecId" /></Key>"#)));
        assert!(text.contains(&format!(r#"<Property Name="{name}" Type="Edm.String""#)), "{text}");
    }
}

#[tokio::test]
async fn an_unknown_team_or_role_is_stored_or_refused_or_lost() {
    for (field, known, unknown) in [("Team", "T1", "Service Desk"), ("Role", "self service", "Nobody")] {
        let set = async |bad_reference, value: &str| {
            let tenant = company(IvantiOptions { bad_reference, ..plain() }).await;
            let reply = tenant.patch("A1", json!({ field: value })).await;
            (reply.status.as_u16(), tenant.stored("A1", field))
        };
        assert_eq!(set(BadReference::Stored, unknown).await, (200, json!(unknown)));
        assert_eq!(set(BadReference::Reject, unknown).await, (400, Value::Null));
        assert_eq!(set(BadReference::StoreNothing, unknown).await, (200, Value::Null));
        for bad_reference in [BadReference::Stored, BadReference::Reject, BadReference::StoreNothing] {
            assert_eq!(set(bad_reference, known).await, (200, json!(known)));
        }
    }
}

#[tokio::test]
async fn a_stock_tenant_keeps_the_name_of_the_team_and_its_key_in_step() {
    let tenant = company(IvantiOptions { preset: Preset::Stock, ..plain() }).await;
    let pair = || (tenant.stored("A1", "Team"), tenant.stored("A1", "Team_Valid"));
    for (body, team, key) in [
        (json!({ "Team": "service desk" }), json!("Service Desk"), json!("T1")),
        (json!({ "Team_Valid": "T2" }), json!("Field"), json!("T2")),
        (json!({ "Team": "Service Desk", "Team_Valid": "T2" }), json!("Service Desk"), json!("T1")),
        (json!({ "Team": "Nobody" }), json!("Nobody"), Value::Null),
        (json!({ "Team": "Field" }), json!("Field"), json!("T2")),
        (json!({ "Team": null }), Value::Null, Value::Null),
    ] {
        assert_eq!(tenant.patch("A1", body.clone()).await.status, StatusCode::OK);
        assert_eq!(pair(), (team, key), "{body}");
    }
    tenant.patch("A1", json!({ "Team": "Field" })).await;
    let options = IvantiOptions { preset: Preset::Stock, bad_reference: BadReference::Reject, ..plain() };
    tenant.ivanti.set_options(options);
    assert_eq!(tenant.patch("A1", json!({ "Team": "Nobody" })).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(tenant.patch("A1", json!({ "Team_Valid": "T9" })).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(pair(), (json!("Field"), json!("T2")));
    let options = IvantiOptions { bad_reference: BadReference::StoreNothing, ..tenant.ivanti.options() };
    tenant.ivanti.set_options(options);
    assert_eq!(tenant.patch("A1", json!({ "Team": "Nobody" })).await.status, StatusCode::OK);
    assert_eq!(pair(), (Value::Null, Value::Null));
}

#[tokio::test]
async fn a_removed_team_leaves_its_key_behind() {
    let tenant = company(plain()).await;
    tenant.patch("A1", json!({ "Team": "T1" })).await;
    assert_eq!(tenant.call("DELETE", &format!("{TEAMS}('T1')"), None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(tenant.stored("A1", "Team"), "T1");
}
