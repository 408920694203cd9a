//! Login, logout, expiry, locks, header forms.

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use simulators::ivanti::{ExpiredAnswer, IvantiOptions, LoginReply, Logout, Preset, Scheme};

use crate::support::{EMPLOYEES, Tenant, people, tenant};

fn plain() -> IvantiOptions {
    IvantiOptions::default()
}

fn right() -> Value {
    json!({ "UserName": "svc_scim", "Password": "demo-secret", "tenant": "tenant" })
}

async fn get_with(tenant: &Tenant, header: &str, value: &str) -> u16 {
    tenant.send(Request::get(EMPLOYEES).header(header, value).body(Body::empty()).unwrap()).await.status.as_u16()
}

fn token(tenant: &Tenant) -> String {
    tenant.authorization.strip_prefix("Bearer ").unwrap().to_owned()
}

#[tokio::test]
async fn login_answers_an_object_by_default() {
    let tenant = tenant(plain()).await;
    let body = tenant.login(right()).await.json();
    assert_eq!(body["UserName"], "svc_scim");
    let parts: Vec<&str> = body["SessionToken"].as_str().unwrap().split('#').collect();
    assert_eq!((parts[0], parts[1].len(), parts[2]), ("tenant", 32, "2"));
    assert_eq!((tenant.ivanti.login_count(), tenant.ivanti.session_count()), (2, 2));
}

#[tokio::test]
async fn login_answers_a_bare_string_where_the_tenant_does() {
    let tenant = tenant(IvantiOptions { login_reply: LoginReply::BareString, ..plain() }).await;
    assert!(tenant.login(right()).await.json().as_str().unwrap().starts_with("tenant#"));
}

#[tokio::test]
async fn login_takes_any_letter_case_and_the_documented_names_with_a_role() {
    let tenant = tenant(plain()).await;
    for body in [
        json!({ "username": "svc_scim", "password": "demo-secret", "TENANT": "Tenant" }),
        json!({ "tenant": "tenant", "username": "SVC_SCIM", "password": "demo-secret", "role": "Admin" }),
    ] {
        assert_eq!(tenant.login(body).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn login_takes_a_form() {
    let tenant = tenant(plain()).await;
    let request = Request::post("/api/rest/authentication/login")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(Body::from("tenant=tenant&username=svc_scim&password=demo%2Dsecret&role=Admin"));
    assert_eq!(tenant.send(request.unwrap()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn wrong_credentials_tenant_or_role_are_400() {
    let tenant = tenant(plain()).await;
    for body in [
        json!({ "UserName": "svc_scim", "Password": "wrong", "tenant": "tenant" }),
        json!({ "UserName": "svc_scim", "Password": "DEMO-SECRET", "tenant": "tenant" }),
        json!({ "UserName": "nobody", "Password": "demo-secret", "tenant": "tenant" }),
        json!({ "UserName": "svc_scim", "Password": "demo-secret", "tenant": "other" }),
        json!({ "UserName": "svc_scim", "Password": "demo-secret" }),
        json!({ "UserName": "svc_scim", "Password": "demo-secret", "tenant": "tenant", "role": "Analyst" }),
        json!("nonsense"),
    ] {
        let reply = tenant.login(body).await;
        assert_eq!(reply.code(), (400, "ISM_4000".to_owned()));
        assert_eq!(reply.json()["help"], "");
        assert!(reply.json()["message"].is_array());
    }
}

#[tokio::test]
async fn five_bad_passwords_lock_the_account_for_five_minutes() {
    let tenant = tenant(plain()).await;
    let wrong = json!({ "UserName": "svc_scim", "Password": "wrong", "tenant": "tenant" });
    for _ in 0..5 {
        tenant.login(wrong.clone()).await;
    }
    assert_eq!(tenant.login(right()).await.code(), (400, "ISM_4000".to_owned()));
    assert_eq!(tenant.list("").await.status, StatusCode::OK, "open sessions go on");
    tenant.advance(5 * 60);
    assert_eq!(tenant.login(right()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn twenty_bad_passwords_lock_it_until_an_administrator_unlocks() {
    let tenant = tenant(plain()).await;
    let wrong = json!({ "UserName": "svc_scim", "Password": "wrong", "tenant": "tenant" });
    for _ in 0..20 {
        tenant.login(wrong.clone()).await;
    }
    tenant.advance(24 * 60 * 60);
    assert_eq!(tenant.login(right()).await.status, StatusCode::BAD_REQUEST);
    tenant.ivanti.unlock_account();
    assert_eq!(tenant.login(right()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_success_forgets_the_bad_passwords() {
    let tenant = tenant(plain()).await;
    let wrong = json!({ "UserName": "svc_scim", "Password": "wrong", "tenant": "tenant" });
    for _ in 0..3 {
        for _ in 0..4 {
            tenant.login(wrong.clone()).await;
        }
        assert_eq!(tenant.login(right()).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_account_of_an_inactive_employee_cannot_sign_in() {
    let documented = tenant(plain()).await;
    documented.ivanti.insert("employees", json!({ "LoginID": "svc_scim", "Status": "Inactive" }));
    assert_eq!(documented.login(right()).await.status, StatusCode::BAD_REQUEST);
    let stock = tenant(IvantiOptions { preset: Preset::Stock, ..plain() }).await;
    stock.ivanti.insert("employees", json!({ "LoginID": "svc_scim", "Disabled": true }));
    assert_eq!(stock.login(right()).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn logins_beyond_the_session_limit_are_refused_until_one_ends() {
    let tenant = tenant(IvantiOptions { sessions_max: Some(2), ..plain() }).await;
    assert_eq!(tenant.login(right()).await.status, StatusCode::OK);
    assert_eq!(tenant.login(right()).await.status, StatusCode::BAD_REQUEST);
    let reply = tenant.call("POST", "/api/rest/authentication/logout", None).await;
    assert_eq!((reply.status, reply.json()), (StatusCode::OK, json!({ "Message": "Logged out successfully" })));
    assert_eq!(tenant.login(right()).await.status, StatusCode::OK);
    tenant.advance(20 * 60);
    assert_eq!(tenant.login(right()).await.status, StatusCode::OK, "idle sessions do not count");
}

#[tokio::test]
async fn a_session_that_was_logged_out_is_unknown() {
    let tenant = tenant(plain()).await;
    tenant.call("POST", "/api/rest/authentication/logout", None).await;
    assert_eq!(tenant.list("").await.code(), (401, "ISM_4001".to_owned()));
    assert_eq!(tenant.call("POST", "/api/rest/authentication/logout", None).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_tenant_without_logout_answers_404_and_keeps_the_session() {
    let tenant = tenant(IvantiOptions { logout: Logout::NotFound, ..plain() }).await;
    let reply = tenant.call("POST", "/api/rest/authentication/logout", None).await;
    assert_eq!(reply.code(), (404, "ISM_4004".to_owned()));
    assert_eq!(tenant.list("").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_idle_session_expires_and_a_used_one_does_not() {
    let tenant = tenant(plain()).await;
    for _ in 0..3 {
        tenant.advance(19 * 60);
        assert_eq!(tenant.list("").await.status, StatusCode::OK);
    }
    tenant.advance(20 * 60);
    assert_eq!(tenant.list("").await.code(), (401, "ISM_4001".to_owned()));
    assert_eq!(tenant.ivanti.session_count(), 0);
}

#[tokio::test]
async fn an_expired_session_can_be_answered_by_an_empty_200_and_an_unknown_one_cannot() {
    let tenant = people(IvantiOptions { expired_answer: ExpiredAnswer::EmptyOk, ..plain() }).await;
    assert_eq!(tenant.ivanti.expire_sessions(), 1);
    let reply = tenant.list("").await;
    assert_eq!((reply.status, reply.text.as_str()), (StatusCode::OK, ""));
    assert_eq!(get_with(&tenant, "Authorization", "Bearer tenant#x#9").await, 401);
}

#[tokio::test]
async fn header_forms_follow_the_option() {
    for (scheme, bearer, raw, cookie) in
        [(Scheme::Bearer, 200, 401, 401), (Scheme::Raw, 401, 200, 401), (Scheme::Any, 200, 200, 200)]
    {
        let tenant = tenant(IvantiOptions { scheme, ..plain() }).await;
        let token = token(&tenant);
        assert_eq!(get_with(&tenant, "Authorization", &format!("Bearer {token}")).await, bearer, "{scheme:?}");
        assert_eq!(get_with(&tenant, "Authorization", &token).await, raw, "{scheme:?}");
        assert_eq!(get_with(&tenant, "Cookie", &format!("a=b; SID={token}")).await, cookie, "{scheme:?}");
        assert_eq!(get_with(&tenant, "X-Nothing", "").await, 401, "{scheme:?}");
    }
}

#[tokio::test]
async fn an_api_key_is_accepted_only_where_there_is_one() {
    let without = tenant(plain()).await;
    assert_eq!(get_with(&without, "Authorization", "rest_api_key=K").await, 401);
    let with = tenant(IvantiOptions { api_key: Some("K".to_owned()), ..plain() }).await;
    assert_eq!(get_with(&with, "Authorization", "rest_api_key=K").await, 200);
    assert_eq!(get_with(&with, "Authorization", "rest_api_key=L").await, 401);
    assert_eq!(get_with(&with, "Authorization", &with.authorization).await, 200);
    let entries = with.ivanti.control().journal().entries();
    let names: Vec<_> = entries.iter().map(|entry| entry.session.as_deref().unwrap_or("-")).collect();
    assert_eq!(names, ["-", "api-key", "api-key", "session-1"]);
}

#[tokio::test]
async fn a_session_without_a_role_reads_no_rows_and_gets_no_error() {
    let tenant = people(IvantiOptions { no_role: true, ..plain() }).await;
    assert_eq!(tenant.list("").await.json(), json!({ "value": [] }));
    assert_eq!(tenant.get(&format!("{EMPLOYEES}('A1')")).await.code(), (400, "ISM_4000".to_owned()));
    assert!(tenant.patch("A1", json!({ "Title": "x" })).await.message().contains("does not have rights"));
}

#[tokio::test]
async fn a_firewall_answers_everything_with_a_page() {
    let tenant = tenant(IvantiOptions { html: true, ..plain() }).await;
    for reply in [tenant.login(right()).await, tenant.list("").await] {
        assert_eq!(reply.status, StatusCode::OK);
        assert!(reply.content_type.starts_with("text/html") && reply.text.starts_with("<!DOCTYPE html>"));
    }
}

#[tokio::test]
async fn another_base_path_moves_every_route() {
    let tenant = people(IvantiOptions { base_path: "/HEAT".to_owned(), ..plain() }).await;
    assert_eq!(tenant.list("").await.status, StatusCode::UNAUTHORIZED, "the login of this test had no prefix");
    let request = Request::post("/HEAT/api/rest/authentication/login").body(Body::from(right().to_string())).unwrap();
    let token = tenant.send(request).await.json()["SessionToken"].as_str().unwrap().to_owned();
    let request = Request::get(format!("/HEAT{EMPLOYEES}")).header("Authorization", format!("Bearer {token}"));
    assert_eq!(tenant.send(request.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn login_is_a_post() {
    let tenant = tenant(plain()).await;
    assert_eq!(tenant.get("/api/rest/authentication/login").await.status, StatusCode::METHOD_NOT_ALLOWED);
}
