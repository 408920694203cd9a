//! Login, logout, tokens, lock-out, guests.

use std::time::Duration;

use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};
use simulators::bmc::BmcOptions;

use crate::world::{USERS, account, bare, login, login_with, send, with_token, world};

#[tokio::test]
async fn the_token_comes_as_plain_text_with_the_scheme_in_front() {
    let bmc = bare(BmcOptions::default());
    account(&bmc, "admin", "1;");
    let answer = login(&bmc, "admin", "secret").await;
    assert_eq!(answer.status, 200);
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    let token = answer.text.strip_prefix("AR-JWT ").unwrap();
    assert!(token.starts_with("eyJ") && token.split('.').count() == 3, "{token}");
    assert_eq!(with_token(&bmc, &format!("AR-JWT {token}"), Method::GET, USERS).await.status, 200);
    assert_eq!((bmc.session_count(), bmc.login_count()), (1, 1));

    bmc.set_options(BmcOptions { token_prefix: false, ..BmcOptions::default() });
    assert!(login(&bmc, "admin", "secret").await.text.starts_with("eyJ"));
}

#[tokio::test]
async fn only_a_form_logs_in() {
    let bmc = bare(BmcOptions::default());
    account(&bmc, "admin", "1;");
    let request = Request::post("/api/jwt/login").header("content-type", "application/json");
    let body = json!({"username": "admin", "password": "secret"}).to_string();
    assert_eq!(send(&bmc, request.body(Body::from(body)).unwrap()).await.status, 415);
    assert_eq!(login_with(&bmc, "username=admin").await.refusal(), (401, 623));
    assert_eq!(login_with(&bmc, "").await.refusal(), (401, 623));
}

#[tokio::test]
async fn an_auth_string_is_wanted_where_one_is_set() {
    let bmc = bare(BmcOptions { auth_string: Some("CORP".to_owned()), ..BmcOptions::default() });
    account(&bmc, "admin", "1;");
    assert_eq!(login(&bmc, "admin", "secret").await.refusal(), (401, 623));
    assert_eq!(login_with(&bmc, "username=admin&password=secret&authString=CORP").await.status, 200);
}

#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_another_letter_case_are_623() {
    let bmc = bare(BmcOptions::default());
    account(&bmc, "admin", "1;");
    for (user, password) in [("admin", "wrong"), ("nobody", "secret"), ("Admin", "secret"), ("admin", "")] {
        let answer = login(&bmc, user, password).await;
        assert_eq!(answer.refusal(), (401, 623), "{user}");
        assert_eq!(answer.json()[0]["messageAppendedText"], user);
    }
    assert_eq!((bmc.session_count(), bmc.login_count()), (0, 0));
}

#[tokio::test]
async fn too_many_wrong_passwords_lock_the_account_until_its_password_is_reset() {
    let world = world().await;
    let id = account(&world.bmc, "clerk", "");
    for _ in 0..5 {
        assert_eq!(login(&world.bmc, "clerk", "wrong").await.refusal(), (401, 623));
    }
    assert_eq!(login(&world.bmc, "clerk", "secret").await.refusal(), (401, 624));
    assert_eq!(world.put(&id, json!({"Password": "fresh"})).await.status, 204);
    assert_eq!(login(&world.bmc, "clerk", "fresh").await.status, 200);
}

#[tokio::test]
async fn a_good_login_starts_the_count_of_wrong_ones_anew() {
    let bmc = bare(BmcOptions { lockout_after: 2, ..BmcOptions::default() });
    account(&bmc, "clerk", "");
    for password in ["wrong", "secret", "wrong", "secret"] {
        assert_eq!(login(&bmc, "clerk", password).await.status == 200, password == "secret");
    }
}

#[tokio::test]
async fn a_status_other_than_current_keeps_an_account_out_unless_the_option_says_otherwise() {
    let bmc = bare(BmcOptions::default());
    let id = account(&bmc, "clerk", "");
    for (status, number) in [("Disabled", 623), ("Expired", 623), ("Locked-Out", 624)] {
        bmc.patch_record("User", &id, json!({"Status": status}));
        assert_eq!(login(&bmc, "clerk", "secret").await.refusal(), (401, number), "{status}");
    }
    bmc.set_options(BmcOptions { status_blocks_login: false, ..BmcOptions::default() });
    bmc.patch_record("User", &id, json!({"Status": "Disabled"}));
    assert_eq!(login(&bmc, "clerk", "secret").await.status, 200);
}

#[tokio::test]
async fn a_token_lives_for_a_fixed_time_however_active_it_is() {
    let bmc = bare(BmcOptions { token_lifetime_s: 60, ..BmcOptions::default() });
    account(&bmc, "admin", "1;");
    let token = login(&bmc, "admin", "secret").await.text;
    for _ in 0..2 {
        assert_eq!(with_token(&bmc, &token, Method::GET, USERS).await.status, 200);
        bmc.control().clock().advance(Duration::from_secs(30));
    }
    let answer = with_token(&bmc, &token, Method::GET, USERS).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (401, ""));
    assert_eq!(bmc.session_count(), 0);

    bmc.set_options(BmcOptions { token_error_body: true, ..BmcOptions::default() });
    assert_eq!(with_token(&bmc, &token, Method::GET, USERS).await.refusal(), (401, 623));
}

#[tokio::test]
async fn without_a_good_token_every_verb_is_401() {
    let world = world().await;
    for token in ["AR-JWT nonsense", "Bearer x", "eyJ", "AR-JWT AR-JWT x"] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let answer = with_token(&world.bmc, token, method, &format!("{USERS}/000000000000001")).await;
            assert_eq!(answer.status, 401, "{token}");
        }
        assert_eq!(with_token(&world.bmc, token, Method::POST, USERS).await.status, 401);
    }
    world.bmc.expire_sessions();
    assert_eq!(world.get(USERS).await.status, 401);
}

#[tokio::test]
async fn logout_ends_the_session_and_is_204() {
    let bmc = bare(BmcOptions::default());
    account(&bmc, "admin", "1;");
    let token = login(&bmc, "admin", "secret").await.text;
    assert_eq!(with_token(&bmc, &token, Method::POST, "/api/jwt/logout").await.status, 204);
    assert_eq!(with_token(&bmc, &token, Method::GET, USERS).await.status, 401);
    assert_eq!(with_token(&bmc, &token, Method::POST, "/api/jwt/logout").await.status, 401);
}

#[tokio::test]
async fn an_unknown_name_may_become_a_guest_who_reads_and_writes_nothing() {
    let bmc = bare(BmcOptions { guests: true, ..BmcOptions::default() });
    account(&bmc, "admin", "1;");
    let answer = login(&bmc, "nobody", "whatever").await;
    assert_eq!(answer.status, 200);
    let messages: Value = serde_json::from_str(answer.headers["x-ar-messages"].to_str().unwrap()).unwrap();
    assert_eq!((&messages[0]["messageNumber"], &messages[0]["messageType"]), (&json!(59), &json!("WARNING")));

    let list = with_token(&bmc, &answer.text, Method::GET, USERS).await;
    assert_eq!((list.status.as_u16(), &list.json()["entries"]), (200, &json!([])));
    let one = format!("{USERS}/000000000000001");
    assert_eq!(with_token(&bmc, &answer.text, Method::GET, &one).await.refusal(), (404, 302));
    assert_eq!(with_token(&bmc, &answer.text, Method::DELETE, &one).await.refusal(), (403, 353));
    assert_eq!(login(&bmc, "admin", "wrong").await.refusal(), (401, 623));
    assert!(!login(&bmc, "admin", "secret").await.headers.contains_key("x-ar-messages"));
}

#[tokio::test]
async fn a_second_session_is_refused_to_all_but_administrators() {
    let bmc = bare(BmcOptions { single_session: true, ..BmcOptions::default() });
    account(&bmc, "clerk", "20000;");
    account(&bmc, "admin", "20000;1;");
    let unlicensed = account(&bmc, "unlicensed", "1;");
    bmc.patch_record("User", &unlicensed, json!({"License Type": "Read"}));
    for user in ["clerk", "admin", "unlicensed"] {
        assert_eq!(login(&bmc, user, "secret").await.status, 200);
    }
    assert_eq!(login(&bmc, "clerk", "secret").await.refusal(), (500, 9093));
    assert_eq!(login(&bmc, "unlicensed", "secret").await.refusal(), (500, 9093));
    assert_eq!(login(&bmc, "admin", "secret").await.status, 200);
    bmc.control().clock().advance(Duration::from_hours(1));
    assert_eq!(login(&bmc, "clerk", "secret").await.status, 200);
}

#[tokio::test]
async fn the_server_may_have_room_for_so_many_sessions_only() {
    let bmc = bare(BmcOptions { sessions_max: Some(1), ..BmcOptions::default() });
    account(&bmc, "admin", "1;");
    assert_eq!(login(&bmc, "admin", "secret").await.status, 200);
    assert_eq!(login(&bmc, "admin", "secret").await.refusal(), (500, 30));
    bmc.expire_sessions();
    assert_eq!(login(&bmc, "admin", "secret").await.status, 200);
}

#[tokio::test]
async fn the_journal_names_sessions_and_hides_tokens_and_passwords() {
    let bmc = bare(BmcOptions::default());
    account(&bmc, "admin", "1;");
    let token = login(&bmc, "admin", "secret").await.text;
    with_token(&bmc, &token, Method::GET, USERS).await;
    let entries = bmc.control().journal().entries();
    assert_eq!(entries[0].body, Some(json!("username=admin&password=***")));
    assert_eq!(entries[1].session.as_deref(), Some("admin#1"));
    assert_eq!(entries[1].authorization.as_deref(), Some("AR-JWT"));
    assert!(!serde_json::to_string(&entries).unwrap().contains("eyJ"));
}
