//! Creating, updating, deleting.

use std::collections::BTreeMap;

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use simulators::ivanti::{BadStatus, Clear, Duplicate, Ivanti, IvantiOptions, Preset, RecIdForm, UpdateReply};

use crate::support::{EMPLOYEES, people, tenant};

fn plain() -> IvantiOptions {
    IvantiOptions::default()
}

fn dee() -> Value {
    json!({ "LoginID": "dee", "FirstName": "Dee", "LastName": "Test", "Email": "dee@example.com" })
}

#[tokio::test]
async fn a_create_answers_the_whole_record_without_a_role() {
    let tenant = tenant(plain()).await;
    let reply = tenant.create(dee()).await;
    assert_eq!(reply.status, StatusCode::CREATED);
    let body = reply.json();
    let key = body["RecId"].as_str().unwrap();
    assert!(key.len() == 32 && key.chars().all(|c| c.is_ascii_digit() || ('A'..='F').contains(&c)), "{key}");
    assert_eq!((&body["Status"], &body["Role"]), (&json!("Active"), &Value::Null));
    assert_eq!((&body["CreatedBy"], &body["LastModBy"]), (&json!("svc_scim"), &json!("svc_scim")));
    assert_eq!(body["CreatedDateTime"], "2026-03-01T09:00:00Z");
    assert_eq!(tenant.get(&format!("{EMPLOYEES}('{key}')")).await.json(), body);
}

#[tokio::test]
async fn a_create_may_answer_200_and_make_guids() {
    let tenant = tenant(IvantiOptions { create_status: 200, rec_id: RecIdForm::Guid, ..plain() }).await;
    let reply = tenant.create(dee()).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.json()["RecId"].as_str().unwrap().split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
}

#[tokio::test]
async fn missing_fields_are_named_one_by_one_by_their_display_names() {
    let tenant = tenant(IvantiOptions { extra_required: vec!["Team".to_owned()], ..plain() }).await;
    let reply = tenant.create(json!({ "LastName": "", "Email": "x@example.com" })).await;
    assert_eq!(reply.code(), (400, "ISM_4000".to_owned()));
    let expected = ["Login ID", "First Name", "Last Name", "Team"].map(|name| format!("'{name}' is a required field"));
    assert_eq!(reply.json()["message"], json!(expected));
}

#[tokio::test]
async fn a_taken_login_is_a_conflict_in_any_letter_case() {
    for (duplicate, code) in [(Duplicate::Conflict409, 409), (Duplicate::BadRequest400, 400)] {
        let tenant = people(IvantiOptions { duplicate, ..plain() }).await;
        let mut body = dee();
        body["LoginID"] = json!("ANN");
        let reply = tenant.create(body).await;
        assert_eq!(reply.status.as_u16(), code);
        assert!(reply.message().contains("not unique"));
        assert_eq!(tenant.patch("B2", json!({ "LoginID": "Ann" })).await.status.as_u16(), code);
        assert_eq!(tenant.patch("A1", json!({ "LoginID": "Ann" })).await.status, StatusCode::OK);
        assert_eq!(tenant.patch("A1", json!({ "LoginID": "ann2" })).await.status, StatusCode::OK);
        assert_eq!(tenant.ivanti.records("employees").len(), 3);
    }
}

#[tokio::test]
async fn a_body_that_makes_no_sense_is_refused_and_nothing_changes() {
    let tenant = people(plain()).await;
    let before = tenant.ivanti.records("employees");
    for body in [
        json!({ "Title": "x", "Nonsense": "y" }),
        json!({ "Title": "x", "title": "y" }),
        json!({ "RecId": "A2", "Title": "x" }),
        json!({ "CreatedDateTime": "2026-01-01T00:00:00Z" }),
        json!({ "Title": 3 }),
        json!({ "Title": ["x"] }),
        json!({ "Title": "x".repeat(256) }),
        json!({ "LoginID": null }),
        json!({ "LastName": "" }),
        json!({ "Title": "x", "Status": "Terminated" }),
        json!({}),
        json!([]),
    ] {
        assert_eq!(tenant.patch("A1", body.clone()).await.code(), (400, "ISM_4000".to_owned()), "{body}");
    }
    assert!(tenant.patch("A1", json!({ "Nonsense": "y" })).await.message().contains("'Nonsense'"));
    assert_eq!(tenant.call("PATCH", &format!("{EMPLOYEES}('A1')"), None).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(tenant.ivanti.records("employees"), before);
    assert_eq!(tenant.patch("A1", json!({ "Title": "ü".repeat(255) })).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_stamps_the_record() {
    let tenant = people(plain()).await;
    tenant.advance(60);
    for method in ["PATCH", "PUT"] {
        let body = json!({ "Status": "Inactive", "Title": method });
        let reply = tenant.call(method, &format!("{EMPLOYEES}('A1')"), Some(body.clone())).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.json(), json!({ "RecId": "A1", "Status": "Inactive", "Title": method }));
        assert_eq!(tenant.stored("A1", "Title"), method);
        assert_eq!(tenant.stored("A1", "FirstName"), "ann");
    }
    assert_eq!(tenant.stored("A1", "LastModDateTime"), "2026-03-01T09:01:03Z");
    assert_eq!(tenant.stored("A1", "LastModBy"), "svc_scim");
    assert_eq!(tenant.stored("A1", "CreatedDateTime"), "2026-03-01T09:00:00Z");
}

#[tokio::test]
async fn the_stamp_of_a_client_does_not_count() {
    let tenant = people(plain()).await;
    let body = json!({ "Title": "x", "LastModBy": "me", "LastModDateTime": "2020-01-01T00:00:00Z" });
    assert_eq!(tenant.patch("A1", body).await.status, StatusCode::OK);
    assert_eq!(tenant.stored("A1", "LastModBy"), "svc_scim");
}

#[tokio::test]
async fn an_update_may_answer_the_record_or_nothing() {
    let tenant = people(IvantiOptions { update_reply: UpdateReply::Record, ..plain() }).await;
    assert_eq!(tenant.patch("A1", json!({ "Title": "x" })).await.json()["LoginID"], "ann");
    tenant.ivanti.set_options(IvantiOptions { update_reply: UpdateReply::NoContent, ..plain() });
    let reply = tenant.patch("A1", json!({ "Title": "y" })).await;
    assert_eq!((reply.status, reply.text.as_str()), (StatusCode::NO_CONTENT, ""));
}

#[tokio::test]
async fn null_clears_unless_the_field_is_configured_otherwise() {
    let tenant = people(plain()).await;
    tenant.patch("A1", json!({ "Title": null })).await;
    assert_eq!(tenant.stored("A1", "Title"), Value::Null);
    for options in [
        IvantiOptions { clear: Clear::Ignored, ..plain() },
        IvantiOptions { unclearable_fields: vec!["Title".to_owned()], ..plain() },
    ] {
        let tenant = people(options).await;
        let reply = tenant.patch("A1", json!({ "Title": null })).await;
        assert_eq!(reply.json(), json!({ "RecId": "A1", "Title": null }), "it looks as if it had worked");
        assert_eq!(tenant.stored("A1", "Title"), "Clerk");
    }
}

#[tokio::test]
async fn a_status_outside_the_list_can_be_stored_as_nothing_while_the_call_succeeds() {
    let tenant = people(IvantiOptions { bad_status: BadStatus::StoreNothing, ..plain() }).await;
    let reply = tenant.patch("A1", json!({ "Status": "Disabled" })).await;
    assert_eq!((reply.status, reply.json()), (StatusCode::OK, json!({ "RecId": "A1", "Status": "Disabled" })));
    assert_eq!(tenant.stored("A1", "Status"), "Active");
    tenant.patch("A1", json!({ "Status": "inactive" })).await;
    assert_eq!(tenant.stored("A1", "Status"), "Inactive");
    let status_values = vec!["Active".to_owned(), "Terminated".to_owned()];
    tenant.ivanti.set_options(IvantiOptions { status_values, ..plain() });
    assert_eq!(tenant.patch("A1", json!({ "Status": "Inactive" })).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(tenant.patch("A1", json!({ "Status": "Terminated" })).await.status, StatusCode::OK);
}

#[tokio::test]
async fn validated_text_outside_its_list_is_stored_as_nothing() {
    let list = BTreeMap::from([("Department".to_owned(), vec!["Sales".to_owned(), "IT".to_owned()])]);
    let documented = people(IvantiOptions { validated_fields: list.clone(), ..plain() }).await;
    assert_eq!(documented.patch("A1", json!({ "Department": "sales" })).await.status, StatusCode::OK);
    assert_eq!(documented.stored("A1", "Department"), "Sales");
    assert_eq!(documented.patch("A1", json!({ "Department": "Space" })).await.status, StatusCode::OK);
    assert_eq!(documented.stored("A1", "Department"), Value::Null);

    let stock = tenant(IvantiOptions { validated_fields: list, preset: Preset::Stock, ..plain() }).await;
    let key = stock.ivanti.insert("employees", json!({ "LoginID": "ann" }));
    let sales = Ivanti::validated_key("Department", "Sales");
    stock.patch(&key, json!({ "Department_Valid": sales })).await;
    assert_eq!(stock.stored(&key, "Department"), "Sales");
    stock.patch(&key, json!({ "Department": "IT" })).await;
    assert_eq!(stock.stored(&key, "Department_Valid"), Ivanti::validated_key("Department", "IT"));
    stock.patch(&key, json!({ "Department": null })).await;
    assert_eq!(stock.stored(&key, "Department_Valid"), Value::Null);
}

#[tokio::test]
async fn a_link_without_its_category_is_stored_as_nothing() {
    let tenant = tenant(IvantiOptions { preset: Preset::Stock, ..plain() }).await;
    let key = tenant.ivanti.insert("employees", json!({ "LoginID": "ann" }));
    for (body, stored) in [
        (json!({ "ManagerLink_RecID": "M1" }), Value::Null),
        (json!({ "ManagerLink_RecID": "M1", "ManagerLink_Category": "employee" }), Value::Null),
        (json!({ "ManagerLink_RecID": "M1", "ManagerLink_Category": "Employee" }), json!("M1")),
        (json!({ "ManagerLink_RecID": "M2" }), json!("M2")),
        (json!({ "ManagerLink_RecID": null }), Value::Null),
    ] {
        assert_eq!(tenant.patch(&key, body.clone()).await.status, StatusCode::OK);
        assert_eq!(tenant.stored(&key, "ManagerLink_RecID"), stored, "{body}");
        assert_eq!(tenant.stored(&key, "ManagerLink"), stored, "{body}");
    }
}

#[tokio::test]
async fn stock_fields_have_their_types() {
    let tenant = tenant(IvantiOptions { preset: Preset::Stock, ..plain() }).await;
    let key = tenant.ivanti.insert("employees", json!({ "LoginID": "ann" }));
    for body in
        [json!({ "Disabled": "true" }), json!({ "HiredDate": "2026-01-01" }), json!({ "LoginAttemptCount": "1" })]
    {
        assert_eq!(tenant.patch(&key, body.clone()).await.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let body = json!({ "Disabled": true, "HiredDate": "2026-01-01T02:00:00+02:00", "LoginAttemptCount": 1 });
    assert_eq!(tenant.patch(&key, body).await.status, StatusCode::OK);
    assert_eq!(tenant.stored(&key, "HiredDate"), "2026-01-01T00:00:00Z");
}

#[tokio::test]
async fn a_delete_is_final() {
    let tenant = people(plain()).await;
    let path = format!("{EMPLOYEES}('A1')");
    let reply = tenant.call("DELETE", &path, None).await;
    assert_eq!((reply.status, reply.text.as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(tenant.call("DELETE", &path, None).await.code(), (400, "ISM_4000".to_owned()));
    assert_eq!(tenant.patch("A1", json!({ "Title": "x" })).await.code(), (400, "ISM_4000".to_owned()));
    assert_eq!(tenant.ivanti.record("employees", "A1"), None);
}

#[tokio::test]
async fn a_role_without_write_rights_is_told_so_in_a_400() {
    let tenant = people(IvantiOptions { write: false, ..plain() }).await;
    let reply = tenant.patch("A1", json!({ "Title": "x" })).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(reply.message(), "Role Admin does not have rights to update object Employee#");
    assert!(tenant.create(dee()).await.message().contains("create object Employee#"));
    let deleted = tenant.call("DELETE", &format!("{EMPLOYEES}('A1')"), None).await;
    assert!(deleted.message().contains("delete object Employee#"));
    assert_eq!(tenant.list("").await.status, StatusCode::OK);
}

#[tokio::test]
async fn other_methods_are_not_allowed() {
    let tenant = people(plain()).await;
    for (method, path) in [("PATCH", EMPLOYEES.to_owned()), ("POST", format!("{EMPLOYEES}('A1')"))] {
        assert_eq!(tenant.call(method, &path, Some(dee())).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn teams_and_roles_are_records_too() {
    let tenant = tenant(plain()).await;
    let teams = "/api/odata/businessobject/standarduserteams";
    let reply = tenant.call("POST", teams, Some(json!({ "Team": "Desk", "TeamEmail": "desk@example.com" }))).await;
    assert_eq!(reply.status, StatusCode::CREATED);
    assert_eq!(reply.json().get("Status"), None);
    assert_eq!(
        tenant.call("POST", teams, Some(json!({ "TeamEmail": "x" }))).await.message(),
        "'Team' is a required field"
    );
    tenant.ivanti.insert("frs_def_roles", json!({ "Name": "Admin", "DisplayName": "Administrator" }));
    let roles = tenant.get("/api/odata/businessobject/frs_def_roles").await;
    assert_eq!(roles.column("DisplayName"), "Administrator");
}

#[tokio::test]
async fn the_control_routes_reach_records_and_options() {
    let tenant = people(plain()).await;
    let body = Body::from(json!({ "count": "exact", "missing": "not_found_404" }).to_string());
    let request = Request::patch("/_sim/options").header("Content-Type", "application/json").body(body).unwrap();
    assert_eq!(tenant.send(request).await.status, StatusCode::OK);
    assert_eq!(tenant.list("").await.json()["@odata.count"], 3);
    let bad = Body::from(json!({ "count": "sometimes" }).to_string());
    let request = Request::patch("/_sim/options").header("Content-Type", "application/json").body(bad).unwrap();
    assert_eq!(tenant.send(request).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(tenant.get("/_sim/records/employees/A1").await.json()["LoginID"], "ann");
    assert_eq!(tenant.get("/_sim/records/nonsenses").await.status, StatusCode::NOT_FOUND);
    let put = Request::put("/_sim/records/employees").header("Content-Type", "application/json");
    let reply = tenant.send(put.body(Body::from(r#"{"Nonsense":1}"#)).unwrap()).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
}
