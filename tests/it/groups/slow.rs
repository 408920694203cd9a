//! Aim: a change of 1,000 members converges over a slow vendor that fails now and then.
//!
//! Method: 200 ms for each native call and a deadline that cannot be kept. The client does what clients do: it waits as
//! long as Retry-After says, and sends the same request again. What happened is read from the journal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use simulators::control::Fault;
use tokio::time::{Instant, sleep};

use super::meddler::meddled;
use super::{
    TARGETS, assert_nothing_written, clear, control, encoded, entries, group, members, put_in, set_of, site, user,
    users, values,
};
use crate::bridge::{Answer, Setup, TestBridge};

const DEADLINE: Duration = Duration::from_secs(20);

fn write_of(target: &str) -> &'static str {
    if target == "bmc" { "PUT" } else { "PATCH" }
}

/// `Engineers` with the first half of 1,000 users in it, a vendor that is slow, and one more user.
async fn thousand(target: &'static str) -> (Arc<TestBridge>, Arc<super::meddler::UnderWay>, String, Vec<String>) {
    let setup = Setup {
        server_keys: format!("request_deadline_ms = {}", DEADLINE.as_millis()),
        ivanti_keys: "page_size = 1000".to_owned(),
        ..site()
    };
    let (setup, under_way) = meddled(setup, target, |_| ());
    let bridge = setup.build().await;
    let id = group(&bridge, target, "Engineers");
    let users = users(&bridge, target, 1_000);
    for user in &users[..500] {
        put_in(&bridge, target, user, &id);
    }
    clear(&bridge, target);
    control(&bridge, target).set_latency_ms(200);
    (Arc::new(bridge), under_way, id, users)
}

/// Sends a request until it is answered with success; how often it was sent.
async fn until_done(bridge: &TestBridge, target: &str, method: &Method, path: &str, body: &Value) -> (Answer, usize) {
    for sent in 1..=20 {
        let start = Instant::now();
        let answer = bridge.call(target, method.clone(), path, Some(body.clone())).await;
        let took = start.elapsed();
        assert!(took <= DEADLINE + Duration::from_millis(500), "{target}: answered after {took:?}");
        if answer.status.is_success() {
            return (answer, sent);
        }
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: {}", answer.body);
        let wait = answer.headers["retry-after"].to_str().expect("text").parse().expect("seconds");
        assert!((1..=120).contains(&wait), "{target}: Retry-After {wait}");
        sleep(Duration::from_secs(wait)).await;
    }
    panic!("{target}: no end after 20 requests");
}

/// The ordinal of the first write of each user.
fn first_writes(bridge: &TestBridge, target: &str, users: &[String]) -> BTreeMap<String, u64> {
    let mut firsts = BTreeMap::new();
    for entry in entries(bridge, target).iter().filter(|entry| entry.method == write_of(target)) {
        if let Some(user) = entry.path.rsplit(['/', '\'']).find(|part| users.iter().any(|user| user == part)) {
            firsts.entry(user.to_owned()).or_insert(entry.ordinal);
        }
    }
    firsts
}

async fn assert_converges(target: &'static str, put: bool) {
    let (bridge, under_way, id, users) = thousand(target).await;
    for (fault, nth) in
        [(Fault::reset(), 100), (Fault::status(503, &[], json!("busy")), 400), (Fault::reset().after(), 700)]
    {
        control(&bridge, target).inject(fault.method(write_of(target)).nth(nth));
    }
    let (leaving, joining) = users.split_at(500);
    let path = format!("/Groups/{}", encoded(&id));
    let (method, body) = if put {
        (Method::PUT, json!({ "displayName": "Engineers", "members": values(joining) }))
    } else {
        let replace = json!({ "op": "replace", "path": "members", "value": values(joining) });
        let schemas = json!(["urn:ietf:params:scim:api:messages:2.0:PatchOp"]);
        (Method::PATCH, json!({ "schemas": schemas, "Operations": [replace] }))
    };
    let (_, sent) = until_done(&bridge, target, &method, &path, &body).await;
    assert!(sent > 1, "{target}: 1,000 writes of 200 ms, eight at a time, take longer than the deadline");
    assert_eq!(members(&bridge, target, &id), set_of(joining), "{target}: the end state");

    let firsts = first_writes(&bridge, target, &users);
    assert_eq!(firsts.len(), 1_000, "{target}");
    let last_removal = leaving.iter().map(|user| firsts[user]).max().expect("removals");
    let first_add = joining.iter().map(|user| firsts[user]).min().expect("adds");
    assert!(last_removal < first_add, "{target}: removals come first");
    let writes = super::writes(&bridge, target).len();
    assert!(writes <= 1_050, "{target}: {writes} writes; a repeat goes on where the work stands");
    assert!((2..=10).contains(&under_way.most()), "{target}: {} calls at once", under_way.most());

    sleep(Duration::from_secs(600)).await;
    assert_eq!(members(&bridge, target, &id), set_of(joining), "{target}: nothing comes after the end");
    clear(&bridge, target);
    let again = bridge.call(target, method, &path, Some(body)).await;
    assert!(again.status.is_success(), "{target}: {}", again.body);
    assert_nothing_written(&bridge, target, "all of it holds");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_members_with_three_failures_converge_by_patch() {
    for target in TARGETS {
        assert_converges(target, false).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_members_with_three_failures_converge_by_put() {
    assert_converges("bmc", true).await;
}

/// A disable has permits of its own.
#[tokio::test(start_paused = true)]
async fn a_disable_does_not_wait_behind_a_thousand_members() {
    for target in TARGETS {
        let (bridge, _, id, users) = thousand(target).await;
        let leaver = user(&bridge, target, "leaver");
        let work = {
            let (bridge, id, joining) = (bridge.clone(), id.clone(), users[500..].to_vec());
            tokio::spawn(async move { bridge.patch_group(target, &id, json!([super::op("add", &joining)])).await })
        };
        sleep(Duration::from_secs(3)).await;
        for off in [&leaver, &users[0]] {
            let start = Instant::now();
            let answer = bridge.patch(target, off, crate::users::set("active", false)).await;
            assert_eq!(answer.status, StatusCode::OK, "{target}: {}", answer.body);
            assert!(start.elapsed() <= Duration::from_secs(3), "{target}: off after {:?}", start.elapsed());
        }
        let answer = work.await.expect("no panic");
        assert!([204, 503].contains(&answer.status.as_u16()), "{target}: {}", answer.body);
    }
}

/// Two clients' requests that are under way together: each says what it wants, and the later one holds.
#[tokio::test(start_paused = true)]
async fn a_repeat_while_the_first_is_still_at_work_comes_to_the_same() {
    for target in TARGETS {
        let (bridge, _, id, users) = thousand(target).await;
        let wanted: BTreeSet<String> = set_of(&users);
        let tasks = (0..3_u64).map(|number| {
            let (bridge, id, users) = (bridge.clone(), id.clone(), users.clone());
            tokio::spawn(async move {
                sleep(Duration::from_secs(number * 7)).await;
                let operations = json!([{ "op": "replace", "path": "members", "value": values(&users) }]);
                let schemas = json!(["urn:ietf:params:scim:api:messages:2.0:PatchOp"]);
                let body = json!({ "schemas": schemas, "Operations": operations });
                until_done(&bridge, target, &Method::PATCH, &format!("/Groups/{}", encoded(&id)), &body).await;
            })
        });
        for task in futures_util::future::join_all(tasks).await {
            task.expect("no panic");
        }
        assert_eq!(members(&bridge, target, &id), wanted, "{target}");
        let writes = super::writes(&bridge, target).len();
        assert!(writes <= 550, "{target}: {writes} writes for 500 members");
    }
}

/// Somebody who cannot be changed does not hold up the others, and is not forgotten.
#[tokio::test(start_paused = true)]
async fn one_member_that_keeps_failing_does_not_hold_up_the_rest() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let users = users(&bridge, target, 30);
        let body = if target == "bmc" { simulators::bmc::error_body(92, None) } else { json!("out of order") };
        let fault = Fault::status(500, &[], body).method(write_of(target)).path_contains(&users[7]);
        control(&bridge, target).inject(fault.always());
        let answer = bridge.patch_group(target, &id, json!([super::op("add", &users)])).await;
        assert!(!answer.status.is_success(), "{target}: {}", answer.status);
        let mut expected = set_of(&users);
        expected.remove(&users[7]);
        assert_eq!(members(&bridge, target, &id), expected, "{target}: it converges as far as it can");
        control(&bridge, target).clear_faults();
        sleep(Duration::from_secs(300)).await;
        let answer = bridge.patch_group(target, &id, json!([super::op("add", &users)])).await;
        super::assert_done(&answer, target);
        assert_eq!(members(&bridge, target, &id), set_of(&users), "{target}");
    }
}
