//! Sessions: one login, however odd the vendor and however impatient the clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use scim_bridge::service::{Endpoint, Readiness, Service};
use scim_core::Projection;
use serde_json::json;

use super::vendor::{BASE, Vendor, answer, caller, service, token};

fn is_login(request: &http::Request<bytes::Bytes>) -> bool {
    request.uri().path().ends_with("/login")
}

fn jwt(claims: &str) -> String {
    format!("{}.{}.c2ln", base64url(r#"{"alg":"HS256","typ":"JWT"}"#), base64url(claims))
}

fn base64url(text: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        out.extend((0..=chunk.len()).map(|place| char::from(LETTERS[bits >> (18 - 6 * place) & 63])));
    }
    out
}

#[tokio::test]
async fn a_token_of_any_lifetime_is_used() {
    for claims in [
        r#"{"exp":18000000000000000000,"iat":1}"#,
        r#"{"exp":1e300,"iat":1}"#,
        r#"{"exp":-5,"iat":1}"#,
        r#"{"exp":1.5,"iat":1.5}"#,
        r#"{"exp":"soon","iat":null}"#,
        r#"{"exp":1760000000000,"iat":1760000000}"#,
    ] {
        let body = jwt(claims);
        let vendor = Vendor::new(move |request| {
            if is_login(request) {
                return answer(200, &body);
            }
            answer(200, json!({ "values": { "Request ID": "1", "Login Name": "ada", "Status": "Current" } }))
        });
        let service = service("bmc-ar", "", &vendor);
        for _ in 0..3 {
            let found = service.get(&caller(), Endpoint::Users, BASE, "1", &Projection::all()).await;
            found.unwrap_or_else(|failure| panic!("{claims}: {failure:?}"));
        }
        assert_eq!(vendor.logins.load(Ordering::SeqCst), 1, "{claims}");
    }
}

#[tokio::test]
async fn a_login_page_in_the_place_of_data_costs_one_login() {
    let signed_in = Arc::new(AtomicBool::new(false));
    let state = signed_in.clone();
    let vendor = Vendor::new(move |request| {
        if is_login(request) {
            state.store(true, Ordering::SeqCst);
            return token(request);
        }
        if !state.load(Ordering::SeqCst) {
            return answer(200, "<!DOCTYPE html><html>Sign in</html>");
        }
        answer(200, json!({ "RecId": "r1", "LoginID": "ada", "Status": "Active" }))
    });
    let service = service("ivanti", "", &vendor);
    service.get(&caller(), Endpoint::Users, BASE, "r1", &Projection::all()).await.expect("a user");
    signed_in.store(false, Ordering::SeqCst);
    service.get(&caller(), Endpoint::Users, BASE, "r1", &Projection::all()).await.expect("a user in a new session");
    assert_eq!(vendor.logins.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_vendor_that_rejects_fresh_sessions_is_not_stormed_with_logins() {
    let vendor = Vendor::new(|request| if is_login(request) { token(request) } else { answer(401, "") });
    let service = service("ivanti", "", &vendor);
    for _ in 0..20 {
        let failed =
            service.get(&caller(), Endpoint::Users, BASE, "r1", &Projection::all()).await.expect_err("refused");
        assert_eq!(failed.error.status, 503);
    }
    let logins = vendor.logins.load(Ordering::SeqCst);
    assert!(logins <= 3, "{logins} logins");
    assert!(matches!(service.readiness(), Readiness::Probing));
}

#[tokio::test]
async fn an_expired_session_costs_a_hundred_requests_one_login() {
    let valid = Arc::new(AtomicUsize::new(1));
    let (made, current) = (AtomicUsize::new(0), valid.clone());
    let vendor = Vendor::new(move |request| {
        if is_login(request) {
            let number = made.fetch_add(1, Ordering::SeqCst) + 1;
            return answer(200, json!({ "SessionToken": format!("token{number}") }));
        }
        let wanted = format!("Bearer token{}", current.load(Ordering::SeqCst));
        if request.headers()["authorization"] != wanted.as_str() {
            return answer(401, r#"{"code":"ISM_4001"}"#);
        }
        answer(200, json!({ "RecId": "r1", "LoginID": "ada", "Status": "Active" }))
    });
    let service = service("ivanti", "", &vendor);
    service.get(&caller(), Endpoint::Users, BASE, "r1", &Projection::all()).await.expect("a user");
    for round in 2..=4 {
        valid.store(round, Ordering::SeqCst);
        let tasks: Vec<_> = (0..100)
            .map(|_| {
                let service = service.clone();
                tokio::spawn(
                    async move { service.get(&caller(), Endpoint::Users, BASE, "r1", &Projection::all()).await },
                )
            })
            .collect();
        for task in tasks {
            task.await.expect("no panic").expect("a user");
        }
        assert_eq!(vendor.logins.load(Ordering::SeqCst), round);
    }
}

#[tokio::test(start_paused = true)]
async fn clients_that_go_away_during_a_login_do_not_start_another_one() {
    let vendor = Vendor::slow_to_log_in(Duration::from_secs(5), |request| {
        if is_login(request) { answer(400, r#"{"code":"ISM_4000"}"#) } else { answer(401, "") }
    });
    let service = service("ivanti", "", &vendor);
    for _ in 0..20 {
        let (caller, show) = (caller(), Projection::all());
        let impatient = service.get(&caller, Endpoint::Users, BASE, "r1", &show);
        drop(tokio::time::timeout(Duration::from_millis(50), impatient).await);
    }
    let failed = service.get(&caller(), Endpoint::Users, BASE, "r1", &Projection::all()).await.expect_err("refused");
    assert_eq!(failed.error.status, 503);
    assert_eq!(vendor.logins.load(Ordering::SeqCst), 1, "five refused logins lock the service account");
}

#[tokio::test(start_paused = true)]
async fn a_target_that_answers_again_becomes_ready_without_a_request() {
    let down = Arc::new(AtomicBool::new(false));
    let state = down.clone();
    let vendor = Vendor::new(move |request| match (is_login(request), state.load(Ordering::SeqCst)) {
        (_, true) => answer(503, ""),
        (true, false) => token(request),
        (false, false) => answer(200, json!({ "entries": [] })),
    });
    let service = service("bmc-ar", "allow_empty = true", &vendor);
    tokio::spawn(service.clone().watch());
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(service.readiness(), Readiness::Ready);
    down.store(true, Ordering::SeqCst);
    service.get(&caller(), Endpoint::Users, BASE, "1", &Projection::all()).await.expect_err("the vendor is down");
    assert!(matches!(service.readiness(), Readiness::Unavailable(_)));
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert!(matches!(service.readiness(), Readiness::Unavailable(_)));
    down.store(false, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(service.readiness(), Readiness::Ready);
}
