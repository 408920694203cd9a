//! Vendors that hide users without a word.

use http::StatusCode;
use serde_json::json;

use super::{LIES, Lie, begin, inserts, readyz, says_nothing};
use crate::bridge::{Setup, TestBridge};
use crate::users::{TARGETS, clear, insert, new_user, off_beside, off_value, record, records, set};

const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

async fn with_users(target: &str) -> (TestBridge, String) {
    let bridge = Setup::default().build().await;
    let id = insert(&bridge, target, "ada");
    // More than one page of a lookup holds, for queries that are answered by everything.
    for number in 0..20 {
        insert(&bridge, target, &format!("other{number}"));
    }
    clear(&bridge, target);
    (bridge, id)
}

/// Everything that may be asked of somebody who is there and of somebody who is not, while the vendor lies.
async fn ask_everything(bridge: &TestBridge, target: &str, id: &str, case: &str) {
    let before = records(bridge, target).len();
    let refused = bridge.post(target, new_user("grace")).await;
    assert!(says_nothing(&refused), "{case}: {}", refused.body);
    let taken = bridge.post(target, new_user("ada")).await;
    assert!(says_nothing(&taken) || taken.status == StatusCode::CONFLICT, "{case}: {}", taken.body);
    assert_eq!(inserts(bridge, target), 0, "{case}: a create was sent");
    assert_eq!(records(bridge, target).len(), before, "{case}");
    let nobody = bridge.filter(target, "userName eq \"nobody\"").await;
    // A bridge that could never look anybody up walks over all pages, and those are told honestly.
    let walked = case.ends_with("Queries from the start") && nobody.body["totalResults"] == 0;
    assert!(walked || nobody.status == StatusCode::SERVICE_UNAVAILABLE, "{case}: {}", nobody.body);
    assert!(walked || nobody.headers.contains_key("retry-after"), "{case}");
    for filter in ["userName eq \"ADA\"", "userName eq \"ada\" and active eq true", "id eq \"ID\"", "title eq \"x\""] {
        let found = bridge.filter(target, &filter.replace("ID", id)).await;
        let right = found.status == StatusCode::OK && found.body["Resources"][0]["id"] == id;
        // BMC has no field for the title: the bridge keeps it, and knows that nobody has this one. At Ivanti it is a query
        // that a vendor without rights for it cannot prove either.
        let none = filter.starts_with("title") && found.body["totalResults"] == 0;
        let honest = target == "bmc" || case.contains("Everything") || case.ends_with("Queries from the start");
        assert!(says_nothing(&found) || right || (none && honest), "{case} {filter}: {}", found.body);
    }
    let path = format!("/Users/{id}");
    let read = bridge.get(target, &path).await;
    assert!(says_nothing(&read) || read.body["userName"] == "ada", "{case}: {}", read.body);
    let patched = bridge.patch(target, id, set(DEPARTMENT, "Poetry")).await;
    let written = record(bridge, target, id)["Department"] == "Poetry";
    assert!(says_nothing(&patched) || (patched.status == StatusCode::OK && written), "{case}: {}", patched.body);
    for missing in ["000000000000999", "00000000000000000000000000000000"] {
        let read = bridge.get(target, &format!("/Users/{missing}")).await;
        let no_key = target == "bmc" && missing.len() > 15 && read.status == StatusCode::NOT_FOUND;
        assert!(says_nothing(&read) || no_key, "{case} {missing}: {}", read.body);
    }
    let off = bridge.patch(target, id, off_beside(&[])).await;
    let is_off = || record(bridge, target, id)["Status"] == off_value(target);
    assert!(says_nothing(&off) || (off.status == StatusCode::OK && is_off()), "{case}: {}", off.body);
    let deleted = bridge.delete(target, id).await;
    assert!(
        says_nothing(&deleted) || (deleted.status == StatusCode::NO_CONTENT && is_off()),
        "{case}: {}",
        deleted.body
    );
}

/// The same vendor once it is honest again.
async fn recovered(bridge: &TestBridge, target: &str, case: &str) {
    let nobody = bridge.filter(target, "userName eq \"nobody\"").await;
    assert_eq!((nobody.status, &nobody.body["totalResults"]), (StatusCode::OK, &json!(0)), "{case}: {}", nobody.body);
    let found = bridge.filter(target, "userName eq \"OTHER1\"").await;
    assert_eq!(found.body["totalResults"], 1, "{case}");
    let created = bridge.post(target, new_user("grace")).await;
    assert_eq!(created.status, StatusCode::CREATED, "{case}: {}", created.body);
    let again = bridge.post(target, new_user("GRACE")).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{case}: {}", again.body);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_missing_and_nobody_is_created_while_a_vendor_lies() {
    for target in TARGETS {
        for lie in LIES {
            if matches!(lie, Lie::DeadSession(_)) {
                continue;
            }
            let case = format!("{target} {lie:?}");
            let (bridge, id) = with_users(target).await;
            let (bmc, ivanti) = (bridge.bmc.options(), bridge.ivanti.options());
            begin(lie, &bridge.bmc, &bridge.ivanti);
            ask_everything(&bridge, target, &id, &case).await;
            let ready = readyz(&bridge).await;
            assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE, "{case}: {}", ready.body);
            bridge.bmc.set_options(bmc);
            bridge.ivanti.set_options(ivanti);
            tokio::time::sleep(std::time::Duration::from_secs(120)).await;
            recovered(&bridge, target, &case).await;
            assert_eq!(readyz(&bridge).await.status, StatusCode::OK, "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_bridge_that_starts_while_a_vendor_lies_believes_it_no_more() {
    for target in TARGETS {
        for lie in LIES {
            if matches!(lie, Lie::DeadSession(_)) {
                continue;
            }
            let queries = matches!(lie, Lie::QueriesFindNothing | Lie::QueriesFindEverything);
            let case = format!("{target} {lie:?}{} from the start", if queries { " Queries" } else { "" });
            let setup = Setup::default();
            let (bmc, ivanti) = (setup.bmc.options(), setup.ivanti.options());
            begin(lie, &setup.bmc, &setup.ivanti);
            let bridge = setup.build().await;
            assert_eq!(readyz(&bridge).await.status, StatusCode::SERVICE_UNAVAILABLE, "{case}");
            let id = insert(&bridge, target, "ada");
            for number in 0..20 {
                insert(&bridge, target, &format!("other{number}"));
            }
            clear(&bridge, target);
            ask_everything(&bridge, target, &id, &case).await;
            bridge.bmc.set_options(bmc);
            bridge.ivanti.set_options(ivanti);
            tokio::time::sleep(std::time::Duration::from_secs(120)).await;
            recovered(&bridge, target, &case).await;
            assert_eq!(readyz(&bridge).await.status, StatusCode::OK, "{case}");
        }
    }
}

#[tokio::test]
async fn a_session_that_died_without_a_word_does_not_outlive_one_failure() {
    for target in TARGETS {
        for lie in LIES {
            if !matches!(lie, Lie::DeadSession(_)) {
                continue;
            }
            let (bridge, id) = with_users(target).await;
            let paths = ["/Users?startIndex=1&count=10".to_owned(), format!("/Users/{id}")];
            for round in 0..4 {
                let case = format!("{target} {lie:?} {round}");
                begin(lie, &bridge.bmc, &bridge.ivanti);
                let answer = match round {
                    0 => bridge.filter(target, "userName eq \"nobody\"").await,
                    1 => bridge.post(target, new_user("grace")).await,
                    round => bridge.get(target, &paths[round - 2]).await,
                };
                let right = match round {
                    0 => answer.body["totalResults"] == 0,
                    1 => answer.status == StatusCode::CREATED,
                    2 => answer.body["totalResults"].as_u64().is_some_and(|total| total > 20),
                    _ => answer.body["userName"] == "ada",
                };
                // Right where it was noticed in time.
                assert!(says_nothing(&answer) || right, "{case}: {}", answer.body);
                let next = bridge.filter(target, "userName eq \"nobody\"").await;
                assert_eq!(next.body["totalResults"], 0, "{case}: {}", next.body);
            }
            let created = bridge.post(target, new_user("hopper")).await;
            assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
        }
    }
}
