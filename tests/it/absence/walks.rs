//! Walks: their end is proven, and a directory that changes meanwhile neither repeats nor skips.

use std::collections::BTreeSet;

use http::StatusCode;
use simulators::control::{KeyComparison, Matcher};
use simulators::{bmc, ivanti};

use super::{Lie, begin};
use crate::bridge::{Answer, BYSTANDER, Setup, TestBridge};
use crate::users::{TARGETS, clear, control, insert, methods};

async fn with_users(target: &str, keys: &str, users: usize) -> (TestBridge, Vec<String>) {
    let setup = Setup { bmc_keys: keys.to_owned(), ivanti_keys: keys.to_owned(), ..Setup::default() };
    let bridge = setup.build().await;
    let ids = (0..users).map(|number| insert(&bridge, target, &format!("user{number}"))).collect();
    clear(&bridge, target);
    (bridge, ids)
}

/// Does something when the vendor has answered its next request.
fn after_next_call(bridge: &TestBridge, target: &str, change: impl Fn() + Send + Sync + 'static) {
    let hooks = control(bridge, target).hooks();
    match target {
        "bmc" => hooks.after(Matcher::default(), move |_: &bmc::Bmc| change()),
        _ => hooks.after(Matcher::default(), move |_: &ivanti::Ivanti| change()),
    }
}

fn ids(answer: &Answer) -> Vec<String> {
    let resources = answer.body["Resources"].as_array().map(Vec::as_slice).unwrap_or_default();
    resources.iter().map(|it| it["id"].as_str().expect("an id").to_owned()).collect()
}

/// How many there are in all: the bystander and the service account are there as well.
fn total(target: &str, users: usize) -> usize {
    users + if target == "bmc" { 2 } else { 1 }
}

#[tokio::test]
async fn everybody_is_listed_once_whatever_the_page_size() {
    for target in TARGETS {
        for page_size in [1, 2, 3, 7, 21, 22, 23] {
            let (bridge, ids_there) = with_users(target, &format!("page_size = {page_size}"), 20).await;
            let listed = bridge.get(target, "/Users?count=1000").await;
            assert_eq!(listed.body["totalResults"], total(target, 20), "{target} {page_size}: {}", listed.body);
            let listed = ids(&listed);
            let distinct: BTreeSet<&String> = listed.iter().collect();
            assert_eq!(distinct.len(), listed.len(), "{target} {page_size}");
            assert!(ids_there.iter().all(|id| distinct.contains(id)), "{target} {page_size}");
            let parameter = if target == "bmc" { "limit" } else { "$top" };
            let asked = control(&bridge, target).journal().entries();
            let pages = asked.iter().filter(|entry| !entry.query.contains(BYSTANDER));
            let limits = pages.filter_map(|entry| entry.query_value(parameter)?.parse::<usize>().ok());
            assert!(limits.max().is_some_and(|most| most <= page_size.max(2)), "{target} {page_size}");
        }
    }
}

#[tokio::test]
async fn a_vendor_that_cuts_pages_to_its_own_limit_hides_nobody() {
    for target in TARGETS {
        let (bridge, there) = with_users(target, "page_size = 200", 150).await;
        bridge.bmc.set_options(bmc::BmcOptions { max_entries: 100, ..bridge.bmc.options() });
        let (top_max, top_over) = (100, ivanti::TopOver::Cap);
        bridge.ivanti.set_options(ivanti::IvantiOptions { top_max, top_over, ..bridge.ivanti.options() });
        let listed = bridge.get(target, "/Users?count=1000").await;
        assert_eq!(listed.body["totalResults"], total(target, 150), "{target}");
        let listed: BTreeSet<String> = ids(&listed).into_iter().collect();
        assert!(there.iter().all(|id| listed.contains(id)), "{target}");
    }
}

#[tokio::test]
async fn a_vendor_that_cannot_compare_keys_is_not_believed_to_be_at_the_end() {
    for target in TARGETS {
        for comparison in [KeyComparison::NeverTrue, KeyComparison::Nothing] {
            let (bridge, _) = with_users(target, "page_size = 5", 20).await;
            begin(Lie::KeysDoNotCompare, &bridge.bmc, &bridge.ivanti);
            bridge.bmc.set_options(bmc::BmcOptions { key_comparison: comparison, ..bridge.bmc.options() });
            bridge.ivanti.set_options(ivanti::IvantiOptions { key_comparison: comparison, ..bridge.ivanti.options() });
            let listed = bridge.get(target, "/Users?count=1000").await;
            assert_eq!(listed.status, StatusCode::SERVICE_UNAVAILABLE, "{target} {comparison:?}: {}", listed.body);
        }
    }
}

#[tokio::test]
async fn a_session_that_dies_in_the_middle_does_not_end_a_list() {
    for target in TARGETS {
        for lie in [Lie::OwnRowOnly, Lie::NoRights, Lie::EmptyList, Lie::QueriesFindNothing] {
            let (bridge, _) = with_users(target, "page_size = 5", 20).await;
            let (bmc, ivanti) = (bridge.bmc.clone(), bridge.ivanti.clone());
            after_next_call(&bridge, target, move || begin(lie, &bmc, &ivanti));
            let listed = bridge.get(target, "/Users?count=1000").await;
            assert_eq!(listed.status, StatusCode::SERVICE_UNAVAILABLE, "{target} {lie:?}: {}", listed.body);
        }
    }
}

#[tokio::test]
async fn rows_that_leave_during_a_walk_do_not_end_it_and_hide_nobody() {
    for target in TARGETS {
        let (bridge, there) = with_users(target, "page_size = 5", 20).await;
        // After the first page the row from which the second goes on leaves, and once more on the last page.
        let everybody = ids(&bridge.get(target, "/Users?count=1000").await);
        for gone in [everybody[4].clone(), everybody.last().expect("somebody").clone()] {
            let (bmc, ivanti, left) = (bridge.bmc.clone(), bridge.ivanti.clone(), gone.clone());
            let remove = move || {
                let _ = (bmc.remove("User", &left), ivanti.remove("employees", &left));
            };
            after_next_call(&bridge, target, remove);
            let listed = bridge.get(target, "/Users?count=1000").await;
            assert_eq!(listed.status, StatusCode::OK, "{target}: {}", listed.body);
            let listed: BTreeSet<String> = ids(&listed).into_iter().collect();
            let stayed = there.iter().filter(|id| **id != everybody[4] && **id != gone);
            assert!(stayed.clone().all(|id| listed.contains(id)), "{target}: somebody was skipped");
        }
    }
}

#[tokio::test]
async fn a_total_that_comes_from_an_earlier_walk_says_its_age() {
    for target in TARGETS {
        let (bridge, _) = with_users(target, "page_size = 3", 30).await;
        let first = bridge.get(target, "/Users?startIndex=1&count=10").await;
        assert!(!first.headers.contains_key("age"), "{target}");
        let calls = methods(&bridge, target).len();
        let second = bridge.get(target, "/Users?startIndex=11&count=10").await;
        assert_eq!(second.headers.get("age").and_then(|it| it.to_str().ok()), Some("0"), "{target}");
        assert_eq!(second.body["totalResults"], first.body["totalResults"], "{target}");
        assert!(methods(&bridge, target).len() < 2 * calls, "{target}");
    }
}
