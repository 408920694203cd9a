//! Answers that are lost, late or senseless, before and after the vendor has done what was asked.

use http::StatusCode;
use serde_json::{Value, json};
use simulators::bmc::error_body;
use simulators::control::Fault;

use crate::bridge::{Answer, Setup, TestBridge};
use crate::users::{
    TARGETS, clear, entries, id_of, inject, insert, new_user, off_beside, off_value, record, records, set,
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Create,
    Update,
    Disable,
    Delete,
}

const ACTS: [Act; 4] = [Act::Create, Act::Update, Act::Disable, Act::Delete];
const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

impl Act {
    fn method(self, target: &str, on_delete: &str) -> &'static str {
        match (self, target, on_delete) {
            (Self::Create, ..) => "POST",
            (Self::Delete, _, "delete") => "DELETE",
            (_, "bmc", _) => "PUT",
            _ => "PATCH",
        }
    }

    async fn send(self, bridge: &TestBridge, target: &str, id: &str) -> Answer {
        match self {
            Self::Create => bridge.post(target, new_user("grace")).await,
            Self::Update => bridge.patch(target, id, set(DEPARTMENT, "Poetry")).await,
            Self::Disable => bridge.patch(target, id, off_beside(&[])).await,
            Self::Delete => bridge.delete(target, id).await,
        }
    }

    /// Whether the vendor holds what was asked for.
    fn is_done(self, bridge: &TestBridge, target: &str, id: &str, on_delete: &str) -> bool {
        let name = if target == "bmc" { "Login Name" } else { "LoginID" };
        let there = |login: &str| records(bridge, target).iter().filter(|record| record[name] == login).count();
        match self {
            Self::Create => there("grace") == 1,
            Self::Update => record(bridge, target, id)["Department"] == "Poetry",
            Self::Delete if on_delete == "delete" => there("ada") == 0,
            Self::Disable | Self::Delete => record(bridge, target, id)["Status"] == off_value(target),
        }
    }
}

/// Everything that an answer can be turned into.
fn faults(target: &str) -> Vec<(String, Fault)> {
    let mut faults = vec![
        ("reset".to_owned(), Fault::reset()),
        ("half a body".to_owned(), Fault::half_body()),
        ("too late".to_owned(), Fault::slow(60_000)),
        ("a page".to_owned(), Fault::status(200, &[("content-type", "text/html")], "<html>Log in</html>")),
    ];
    for status in [500, 502, 503, 504] {
        faults.push((format!("{status}"), Fault::status(status, &[], Value::Null)));
    }
    faults.push(("503 soon".to_owned(), Fault::status(503, &[("retry-after", "1")], "busy")));
    faults.push(("429 soon".to_owned(), Fault::status(429, &[("retry-after", "1")], Value::Null)));
    faults.push(("429 late".to_owned(), Fault::status(429, &[("retry-after", "77")], Value::Null)));
    if target == "bmc" {
        faults.push(("ARERR 92".to_owned(), Fault::status(500, &[], error_body(92, None))));
    }
    faults
}

/// One request met by a fault, and its repetitions.
async fn lost(target: &str, act: Act, on_delete: &str, what: &str, fault: Fault) {
    let keys = format!("on_delete = \"{on_delete}\"");
    let bridge = Setup { bmc_keys: keys.clone(), ivanti_keys: keys, ..Setup::default() }.build().await;
    let id = insert(&bridge, target, "ada");
    let before = records(&bridge, target).len();
    clear(&bridge, target);
    inject(&bridge, target, fault.method(act.method(target, on_delete)));
    let first = act.send(&bridge, target, &id).await;
    let case = format!("{target} {act:?} ({on_delete}) {what}: {} {}", first.status, first.body);
    let done = act.is_done(&bridge, target, &id, on_delete);
    assert!(!first.status.is_success() || done, "told as done and is not: {case}");
    if !first.status.is_success() {
        assert!(matches!(first.status.as_u16(), 500 | 503), "{case}");
        if first.status == StatusCode::SERVICE_UNAVAILABLE {
            assert!(first.headers.contains_key("retry-after"), "{case}");
        }
        assert!(first.body["detail"].as_str().is_some_and(|text| !text.contains("html")), "{case}");
    }
    if act == Act::Create {
        assert!(records(&bridge, target).len() <= before + 1, "created twice: {case}");
        let posts: Vec<_> = entries(&bridge, target).into_iter().map(|it| (it.method, it.vendor_status)).collect();
        for pair in posts.windows(2) {
            let applied = pair[0].1.is_some_and(|status| (200..300).contains(&status));
            assert!(!(applied && pair[0].0 == "POST" && pair[1].0 == "POST"), "repeated without a look: {case}");
        }
    }
    clear(&bridge, target);
    // Past every pause.
    tokio::time::advance(std::time::Duration::from_secs(120)).await;
    let again = act.send(&bridge, target, &id).await;
    let case = format!("{case}; again: {} {}", again.status, again.body);
    match act {
        Act::Create if done => assert_eq!(again.status, StatusCode::CONFLICT, "{case}"),
        Act::Create => assert_eq!(again.status, StatusCode::CREATED, "{case}"),
        Act::Update | Act::Disable => assert_eq!(again.status, StatusCode::OK, "{case}"),
        Act::Delete if first.status.is_success() => assert_eq!(again.status, StatusCode::NOT_FOUND, "{case}"),
        Act::Delete => assert!(matches!(again.status.as_u16(), 204 | 404), "{case}"),
    }
    assert!(act.is_done(&bridge, target, &id, on_delete), "{case}");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_never_told_as_done_and_its_repetition_is_harmless() {
    for target in TARGETS {
        for act in ACTS {
            let ways: &[&str] = if act == Act::Delete { &["disable", "delete"] } else { &["disable"] };
            for on_delete in ways {
                for (what, fault) in faults(target) {
                    for times in [1, 50] {
                        lost(target, act, on_delete, &format!("{what} before, {times}"), fault.clone().times(times))
                            .await;
                        // A limiter stands in front of the work.
                        if what.starts_with("429") {
                            continue;
                        }
                        let after = fault.clone().times(times).after();
                        lost(target, act, on_delete, &format!("{what} after, {times}"), after).await;
                    }
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_that_was_carried_out_is_found_and_told_as_created() {
    for target in TARGETS {
        for (what, fault) in [
            ("reset", Fault::reset().after()),
            ("half a body", Fault::half_body()),
            ("too late", Fault::slow(60_000).after()),
            ("502", Fault::status(502, &[], Value::Null).after()),
            ("503", Fault::status(503, &[], Value::Null).after()),
            ("504", Fault::status(504, &[], "timed out").after()),
            ("a page", Fault::status(200, &[], "<html></html>").after()),
            ("no content", Fault::status(204, &[], Value::Null).after()),
        ] {
            let bridge = Setup::default().build().await;
            inject(&bridge, target, fault.method("POST"));
            let mut body = new_user("grace");
            body["externalId"] = "E-1".into();
            let created = bridge.post(target, body).await;
            assert_eq!(created.status, StatusCode::CREATED, "{target} {what}: {}", created.body);
            assert_eq!(created.body["externalId"], "E-1", "{target} {what}");
            let native = record(&bridge, target, &id_of(&created.body));
            let name = if target == "bmc" { "Login Name" } else { "LoginID" };
            assert_eq!(native[name], "grace", "{target} {what}");
            let posts = entries(&bridge, target).iter().filter(|entry| entry.method == "POST").count();
            assert_eq!(posts, 1, "{target} {what}: looked up and not sent again");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_short_pause_is_waited_for_and_a_long_one_is_passed_on() {
    for target in TARGETS {
        for status in [429, 503] {
            let bridge = Setup::default().build().await;
            let id = insert(&bridge, target, "ada");
            let path = format!("/Users/{id}");
            inject(&bridge, target, Fault::status(status, &[("retry-after", "2")], Value::Null));
            let began = tokio::time::Instant::now();
            assert_eq!(bridge.get(target, &path).await.status, StatusCode::OK, "{target} {status}");
            assert!((2..4).contains(&began.elapsed().as_secs()), "{target} {status}: {:?}", began.elapsed());
            inject(&bridge, target, Fault::status(status, &[("retry-after", "77")], Value::Null));
            let answer = bridge.get(target, &path).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{target} {status}: {}", answer.body);
            assert_eq!(answer.headers["retry-after"], "77", "{target} {status}");
            inject(&bridge, target, Fault::status(status, &[], Value::Null).times(50));
            let answer = bridge.get(target, &path).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{target} {status}: {}", answer.body);
            assert!(answer.headers.contains_key("retry-after"), "{target} {status}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_that_fails_is_never_an_absence() {
    for target in TARGETS {
        for (what, fault) in faults(target) {
            let bridge = Setup::default().build().await;
            let id = insert(&bridge, target, "ada");
            inject(&bridge, target, fault.times(200).method("GET"));
            for answer in [
                bridge.get(target, &format!("/Users/{id}")).await,
                bridge.filter(target, "userName eq \"ada\"").await,
                bridge.get(target, "/Users").await,
                bridge.patch(target, &id, set(DEPARTMENT, "x")).await,
                bridge.put(target, &id, json!({ "userName": "ada", "active": false })).await,
                bridge.post(target, new_user("grace")).await,
            ] {
                assert!(
                    matches!(answer.status.as_u16(), 500 | 503),
                    "{target} {what}: {} {}",
                    answer.status,
                    answer.body
                );
            }
            let users = if target == "bmc" { 2 } else { 1 };
            assert_eq!(records(&bridge, target).len(), users, "{target} {what}: nothing was created");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_vendor_is_left_alone_but_for_disables() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = insert(&bridge, target, "ada");
        let path = format!("/Users/{id}");
        inject(&bridge, target, Fault::reset().times(1_000));
        for _ in 0..4 {
            assert_eq!(bridge.get(target, &path).await.status, StatusCode::SERVICE_UNAVAILABLE, "{target}");
        }
        clear(&bridge, target);
        let refused = bridge.get(target, &path).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: {}", refused.body);
        assert!(refused.headers.contains_key("retry-after"), "{target}");
        assert_eq!(entries(&bridge, target).len(), 0, "{target}: it is not even asked");
        let off = bridge.patch(target, &id, off_beside(&[])).await;
        assert_eq!(off.status, StatusCode::OK, "{target}: {}", off.body);
        assert_eq!(bridge.get(target, &path).await.status, StatusCode::OK, "{target}: it answers again");
    }
}

#[tokio::test]
async fn a_new_entry_is_found_however_its_place_is_told() {
    use simulators::bmc::Location;
    for location in [Location::Absolute, Location::PathOnly, Location::Relative, Location::Missing] {
        let bridge = Setup::default().build().await;
        let mut options = bridge.bmc.options();
        options.location = location;
        bridge.bmc.set_options(options);
        let created = bridge.post("bmc", new_user("grace")).await;
        assert_eq!(created.status, StatusCode::CREATED, "{location:?}: {}", created.body);
        assert_eq!(record(&bridge, "bmc", &id_of(&created.body))["Login Name"], "grace", "{location:?}");
    }
}
