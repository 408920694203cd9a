//! `If-Match` and `If-None-Match` on users.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{ask, patch, version_of};
use crate::bridge::{Answer, Setup, TestBridge};
use crate::users::{TARGETS, clear, entries, id_of, insert, methods, new_user, off_beside, record, records, set};

async fn ada(target: &str) -> (TestBridge, String, String, String) {
    let bridge = Setup::default().build().await;
    let id = insert(&bridge, target, "ada");
    let path = format!("/Users/{id}");
    let version = version_of(&bridge.get(target, &path).await);
    clear(&bridge, target);
    (bridge, id, path, version)
}

fn assert_failed(answer: &Answer, case: &str) {
    assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED, "{case}: {}", answer.body);
    assert_eq!(answer.body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]), "{case}");
    assert_eq!(answer.body["status"], "412", "{case}");
}

#[tokio::test]
async fn a_read_of_what_the_client_has_is_304_without_a_body() {
    for target in TARGETS {
        let (bridge, _, path, version) = ada(target).await;
        let strong = version.trim_start_matches("W/").to_owned();
        let list = format!("\"x\", {version}");
        for tag in [version.as_str(), &strong, &list, "*"] {
            let answer = ask(&bridge, target, Method::GET, &path, &[("if-none-match", tag)], None).await;
            assert_eq!((answer.status, &answer.body), (StatusCode::NOT_MODIFIED, &Value::Null), "{target} {tag}");
            assert_eq!(answer.headers["etag"], version, "{target} {tag}");
            assert!(answer.headers.contains_key("x-request-id"));
        }
        // What is no list of tags is nothing that the client could have.
        for tag in ["W/\"other\"", "nonsense", "", "\"open"] {
            let answer = ask(&bridge, target, Method::GET, &path, &[("if-none-match", tag)], None).await;
            assert_eq!((answer.status, version_of(&answer)), (StatusCode::OK, version.clone()), "{target} {tag}");
        }
        let missing = ask(&bridge, target, Method::GET, "/Users/none", &[("if-none-match", "*")], None).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{target}");
        let hidden = format!("{path}?attributes=userName");
        let hidden = ask(&bridge, target, Method::GET, &hidden, &[("if-none-match", &version)], None).await;
        assert_eq!(hidden.status, StatusCode::OK, "{target}: what has no version is like none");
    }
}

#[tokio::test]
async fn a_write_for_another_version_changes_nothing() {
    for target in TARGETS {
        let (bridge, id, path, _) = ada(target).await;
        let before = record(&bridge, target, &id);
        for (method, body) in [
            (Method::PATCH, Some(patch(&set("displayName", "Somebody")))),
            // Not even the account is switched off: the client itself made it conditional.
            (Method::PATCH, Some(patch(&off_beside(&[])))),
            (Method::PUT, Some(new_user("ada"))),
            (Method::DELETE, None),
        ] {
            let headers = [("if-match", "W/\"old\", \"older\"")];
            let answer = ask(&bridge, target, method.clone(), &path, &headers, body).await;
            assert_failed(&answer, &format!("{target} {method}"));
            assert_eq!(record(&bridge, target, &id), before, "{target} {method}");
        }
        assert!(entries(&bridge, target).iter().all(|entry| !entry.is_write()), "{target}");
        assert_eq!(bridge.get(target, &path).await.status, StatusCode::OK, "{target}: nothing is gone");
    }
}

#[tokio::test]
async fn a_write_for_this_version_is_done_and_the_next_one_needs_the_next_version() {
    for target in TARGETS {
        let (bridge, _, path, version) = ada(target).await;
        let body = || Some(patch(&set("displayName", "Ada King")));
        let list = format!("\"x\", {version}");
        let changed = ask(&bridge, target, Method::PATCH, &path, &[("if-match", &list)], body()).await;
        assert_eq!(changed.status, StatusCode::OK, "{target}: {}", changed.body);
        let next = version_of(&changed);
        assert_ne!(next, version, "{target}");
        let outdated = ask(&bridge, target, Method::PATCH, &path, &[("if-match", &version)], body()).await;
        assert_failed(&outdated, target);
        let mut whole = bridge.get(target, &path).await.body;
        whole["displayName"] = "Ada Lovelace".into();
        let put = ask(&bridge, target, Method::PUT, &path, &[("if-match", &next)], Some(whole)).await;
        assert_eq!(put.status, StatusCode::OK, "{target}: {}", put.body);
        let any = ask(&bridge, target, Method::PATCH, &path, &[("if-match", "*")], body()).await;
        assert_eq!(any.status, StatusCode::OK, "{target}");
        let held = version_of(&any);
        let gone = ask(&bridge, target, Method::DELETE, &path, &[("if-match", &held)], None).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{target}: {}", gone.body);
        let again = ask(&bridge, target, Method::DELETE, &path, &[("if-match", &held)], None).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND, "{target}");
    }
}

#[tokio::test]
async fn a_condition_that_cannot_be_read_is_refused_before_anything_is_asked() {
    for target in TARGETS {
        let (bridge, _, path, version) = ada(target).await;
        let bare = version.trim_start_matches("W/").trim_matches('"').to_owned();
        for tag in [bare.as_str(), "", "W/", "\"open", "\"a\" \"b\"", "*, \"a\""] {
            let body = Some(patch(&set("active", false)));
            let answer = ask(&bridge, target, Method::PATCH, &path, &[("if-match", tag)], body).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{target} {tag}: {}", answer.body);
            assert_eq!(answer.body["status"], "400");
        }
        assert_eq!(methods(&bridge, target), Vec::<String>::new(), "{target}");
    }
}

#[tokio::test]
async fn a_create_takes_no_notice_of_conditions() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let headers = [("if-none-match", "*"), ("if-match", "nonsense")];
        let made = ask(&bridge, target, Method::POST, "/Users", &headers, Some(new_user("grace"))).await;
        assert_eq!(made.status, StatusCode::CREATED, "{target}: {}", made.body);
        assert_eq!(records(&bridge, target).iter().filter(|it| id_in(it) == id_of(&made.body)).count(), 1, "{target}");
    }
}

fn id_in(record: &simulators::control::Record) -> String {
    let id = record.get("Request ID").or_else(|| record.get("RecId"));
    id.and_then(Value::as_str).expect("a key").to_owned()
}

#[tokio::test]
async fn of_two_writes_for_one_version_one_is_done() {
    for target in TARGETS {
        let (bridge, _, path, version) = ada(target).await;
        let write = |name: &'static str| {
            let (bridge, path, version) = (&bridge, &path, &version);
            async move {
                let body = Some(patch(&set("displayName", name)));
                ask(bridge, target, Method::PATCH, path, &[("if-match", version)], body).await.status.as_u16()
            }
        };
        let (one, other) = tokio::join!(write("Ada King"), write("Ada Byron"));
        let mut statuses = [one, other];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{target}");
    }
}
