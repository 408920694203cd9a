//! One session for all requests.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use futures_util::future::join_all;
use http::{Method, Request, StatusCode};
use scim_bridge::service::Service;
use serde_json::json;
use simulators::bmc::{Bmc, BmcOptions, SERVICE_PASSWORD};
use simulators::control::{Clock, Fault};

use crate::bridge::{Answer, Setup, TestBridge, start};
use crate::users::{TARGETS, clear, control, entries, id_of, inject, insert, new_user, off_beside, record, set};

fn logins(bridge: &TestBridge, target: &str) -> u64 {
    if target == "bmc" { bridge.bmc.login_count() } else { bridge.ivanti.login_count() }
}

/// Logins that were tried since the journal was cleared.
fn tried(bridge: &TestBridge, target: &str) -> usize {
    entries(bridge, target).iter().filter(|entry| entry.path.ends_with("/login")).count()
}

fn expire(bridge: &TestBridge, target: &str) -> usize {
    if target == "bmc" { bridge.bmc.expire_sessions() } else { bridge.ivanti.expire_sessions() }
}

fn live(bridge: &TestBridge, target: &str) -> usize {
    if target == "bmc" { bridge.bmc.session_count() } else { bridge.ivanti.session_count() }
}

async fn readyz(bridge: &TestBridge) -> Answer {
    let request = Request::builder().method(Method::GET).uri("/readyz").body(Body::empty());
    bridge.send(request.expect("a request")).await
}

/// Requests of every kind at once, each of whose native calls takes a moment.
async fn at_once(bridge: &Arc<TestBridge>, target: &str, count: usize) -> Vec<Answer> {
    inject(bridge, target, Fault::slow(10).times(100_000));
    let ids: Vec<String> = (0..4).map(|number| insert(bridge, target, &format!("user{number}"))).collect();
    let requests = (0..count).map(|number| {
        let (bridge, target, id) = (bridge.clone(), target.to_owned(), ids[number % ids.len()].clone());
        tokio::spawn(async move {
            match number % 5 {
                0 => bridge.get(&target, &format!("/Users/{id}")).await,
                1 => bridge.filter(&target, "userName eq \"user1\"").await,
                2 => bridge.patch(&target, &id, set("timezone", format!("Zone/{number}"))).await,
                3 => bridge.post(&target, new_user(&format!("new{number}"))).await,
                _ => bridge.patch(&target, &id, off_beside(&[])).await,
            }
        })
    });
    join_all(requests).await.into_iter().map(|answer| answer.expect("no panic")).collect()
}

#[tokio::test(start_paused = true)]
async fn a_hundred_requests_at_once_share_one_login() {
    for target in TARGETS {
        let bridge = Arc::new(Setup::default().build().await);
        for answer in at_once(&bridge, target, 100).await {
            assert!(answer.status.is_success(), "{target}: {}", answer.body);
        }
        assert_eq!((logins(&bridge, target), live(&bridge, target)), (1, 1), "{target}");
        let mut sessions: Vec<_> = entries(&bridge, target).into_iter().map(|entry| entry.session).collect();
        sessions.dedup();
        assert_eq!(sessions.len(), 1, "{target}: {sessions:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_session_costs_one_login_and_no_request() {
    for target in TARGETS {
        let bridge = Arc::new(Setup::default().build().await);
        assert_eq!(expire(&bridge, target), 1);
        for answer in at_once(&bridge, target, 50).await {
            assert!(answer.status.is_success(), "{target}: {}", answer.body);
        }
        assert_eq!((logins(&bridge, target), live(&bridge, target)), (2, 1), "{target}");
    }
}

#[tokio::test]
async fn a_write_in_an_expired_session_is_carried_out_once() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        inject(&bridge, target, Fault::status(401, &[], json!(null)).method("POST").path_contains("mploye"));
        inject(&bridge, target, Fault::status(401, &[], json!(null)).method("POST").path_contains("/entry/"));
        let created = bridge.post(target, new_user("grace")).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
        assert_eq!(logins(&bridge, target), 2, "{target}");
    }
}

/// Makes the service account's password wrong, or right again.
fn set_password(bridge: &TestBridge, target: &str, right: bool) {
    if target == "bmc" {
        let password = if right { SERVICE_PASSWORD } else { "changed by somebody" };
        assert!(bridge.bmc.patch_record("User", "000000000000001", json!({ "Password": password })));
    } else {
        let mut options = bridge.ivanti.options();
        options.password = if right { "demo-secret".to_owned() } else { "changed by somebody".to_owned() };
        bridge.ivanti.set_options(options);
    }
}

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_login_is_tried_once_and_then_at_growing_pauses() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = insert(&bridge, target, "ada");
        assert_eq!(readyz(&bridge).await.status, StatusCode::OK, "{target}");
        set_password(&bridge, target, false);
        expire(&bridge, target);
        clear(&bridge, target);
        let mut expected = 0;
        for pause in [0, 60, 120, 240] {
            // Nothing is tried until the pause is over.
            pass(pause.max(1) - 1).await;
            for _ in 0..5 {
                let refused = bridge.get(target, &format!("/Users/{id}")).await;
                assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: {}", refused.body);
                assert!(refused.headers.contains_key("retry-after"), "{target}");
                assert!(!refused.body.to_string().contains("svc"), "{target}: {}", refused.body);
            }
            if pause == 0 {
                expected = 1;
            }
            assert_eq!(tried(&bridge, target), expected, "{target} before {pause} s");
            if pause > 0 {
                pass(2).await;
                bridge.get(target, &format!("/Users/{id}")).await;
                bridge.get(target, &format!("/Users/{id}")).await;
                expected += 1;
                assert_eq!(tried(&bridge, target), expected, "{target} after {pause} s");
            }
            let ready = readyz(&bridge).await;
            assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE, "{target}");
            let said = ready.body["targets"][target].as_str().expect("a text");
            assert!(said.contains("login"), "{target}: {said}");
        }
        set_password(&bridge, target, true);
        bridge.ivanti.unlock_account();
        pass(500).await;
        assert_eq!(bridge.get(target, &format!("/Users/{id}")).await.status, StatusCode::OK, "{target}");
        assert_eq!(readyz(&bridge).await.status, StatusCode::OK, "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_at_the_start_is_told_and_does_not_lock_the_account() {
    for target in TARGETS {
        let setup = Setup::default();
        setup.bmc.patch_record("User", "000000000000001", json!({ "Password": "other" }));
        let mut options = setup.ivanti.options();
        options.password = "other".to_owned();
        setup.ivanti.set_options(options);
        let bridge = setup.build().await;
        assert_eq!(readyz(&bridge).await.status, StatusCode::SERVICE_UNAVAILABLE, "{target}");
        clear(&bridge, target);
        for _ in 0..600 {
            pass(1).await;
            tokio::task::yield_now().await;
            bridge.get(target, "/Users").await;
        }
        assert!((1..=4).contains(&tried(&bridge, target)), "{target}: {}", tried(&bridge, target));
        set_password(&bridge, target, true);
        bridge.ivanti.unlock_account();
        for _ in 0..3_600 {
            pass(1).await;
            tokio::task::yield_now().await;
        }
        assert_eq!(bridge.get(target, "/Users").await.status, StatusCode::OK, "{target}");
        let ready = readyz(&bridge).await;
        assert_eq!(ready.body["targets"][target], "ready", "{target}: probed again by itself");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_ahead_of_its_end_and_the_old_one_given_back() {
    let bridge = Setup::default().build().await;
    let clock = control(&bridge, "bmc").clock().clone();
    let id = insert(&bridge, "bmc", "ada");
    let path = format!("/Users/{id}");
    for seconds in [3_500_u64, 45] {
        pass(seconds).await;
        clock.advance(Duration::from_secs(seconds));
        assert_eq!(bridge.get("bmc", &path).await.status, StatusCode::OK);
    }
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    assert_eq!(bridge.bmc.login_count(), 2, "renewed in the last minute of its hour");
    for _ in 0..5 {
        assert_eq!(bridge.get("bmc", &path).await.status, StatusCode::OK);
    }
    assert_eq!(bridge.bmc.login_count(), 2);
    assert!(entries(&bridge, "bmc").iter().all(|entry| entry.status != 401), "no request was refused");
    for _ in 0..30 {
        pass(1).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(bridge.bmc.session_count(), 1, "the old one was logged out");
}

#[tokio::test(start_paused = true)]
async fn a_renewal_does_not_stand_in_the_way_of_the_next_login() {
    let bridge = Setup::default().build().await;
    let clock = control(&bridge, "bmc").clock().clone();
    let id = insert(&bridge, "bmc", "ada");
    let path = format!("/Users/{id}");
    pass(3_545).await;
    clock.advance(Duration::from_secs(3_545));
    assert_eq!(bridge.get("bmc", &path).await.status, StatusCode::OK);
    while bridge.bmc.login_count() < 2 {
        tokio::task::yield_now().await;
    }
    bridge.bmc.expire_sessions();
    let began = tokio::time::Instant::now();
    assert_eq!(bridge.get("bmc", &path).await.status, StatusCode::OK);
    assert!(began.elapsed() < Duration::from_secs(1), "waited {:?}", began.elapsed());
    assert_eq!(bridge.bmc.login_count(), 3);
}

#[tokio::test]
async fn closing_ends_the_session_at_the_vendor() {
    let bridge = Setup::default().build().await;
    for target in TARGETS {
        assert_eq!(live(&bridge, target), 1, "{target}");
        bridge.services[target].close().await;
        assert_eq!(live(&bridge, target), 0, "{target}");
    }
}

#[tokio::test]
async fn a_guest_is_no_service_account() {
    let bmc = Bmc::new(BmcOptions { guests: true, ..BmcOptions::default() }, Clock::manual(start()));
    let id = bmc.insert("User", json!({ "Login Name": "ada", "Full Name": "Ada", "License Type": "Read" }));
    let bridge = Setup { bmc, ..Setup::default() }.build().await;
    let ready = readyz(&bridge).await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE, "{}", ready.body);
    for answer in [
        bridge.get("bmc", &format!("/Users/{id}")).await,
        bridge.filter("bmc", "userName eq \"ada\"").await,
        bridge.post("bmc", json!({ "userName": "eve" })).await,
    ] {
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.body);
    }
    assert!(!entries(&bridge, "bmc").iter().any(|entry| entry.path.contains("/entry/")), "nothing is asked as a guest");
}

#[tokio::test]
async fn a_token_is_used_with_and_without_its_prefix() {
    for token_prefix in [true, false] {
        let setup = Setup::default();
        setup.bmc.set_options(BmcOptions { token_prefix, ..setup.bmc.options() });
        let bridge = setup.build().await;
        let created = bridge.post("bmc", new_user("grace")).await;
        assert_eq!(created.status, StatusCode::CREATED, "{token_prefix}: {}", created.body);
        assert_eq!(record(&bridge, "bmc", &id_of(&created.body))["Login Name"], "grace");
        let schemes: Vec<_> = entries(&bridge, "bmc").into_iter().filter_map(|entry| entry.authorization).collect();
        assert!(schemes.iter().all(|scheme| scheme == "AR-JWT"), "{schemes:?}");
    }
}
