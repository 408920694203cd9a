//! Pages by cursor (RFC 9865).

use std::time::Duration;

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use crate::bridge::{Answer, Setup, TestBridge};
use crate::groups::{assert_refused, encoded, group, is_of_users, listed, put_in, site, user, users};
use crate::search::search;
use crate::users::{TARGETS, clear, entries, insert_with};

/// Where a walk goes on, as a parameter; none at its end.
fn next(page: &Answer) -> Option<String> {
    let cursor = page.body.get("nextCursor")?.as_str().expect("a text");
    assert!(!cursor.is_empty() && cursor.bytes().all(|it| it.is_ascii_alphanumeric() || b"-._~".contains(&it)));
    Some(cursor.to_owned())
}

/// All pages of a query, from `cursor` on; its parameters come behind a `?`. `between` is told how many pages there were.
async fn pages(bridge: &TestBridge, target: &str, path: &str, between: impl Fn(usize)) -> Vec<Answer> {
    let mut pages: Vec<Answer> = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = bridge.get(target, &format!("{path}&cursor={cursor}")).await;
        let shown = listed(&page).len();
        assert!(page.body.get("startIndex").is_none(), "{target} {path}: {}", page.body);
        assert_eq!(page.body["itemsPerPage"], shown, "{target} {path}");
        let more = next(&page);
        pages.push(page);
        match more {
            Some(more) => cursor = more,
            None => return pages,
        }
        between(pages.len());
        assert!(pages.len() < 1_000, "{target} {path}: a walk ends");
    }
}

async fn walked(bridge: &TestBridge, target: &str, path: &str) -> Vec<String> {
    pages(bridge, target, path, |_| ()).await.iter().flat_map(listed).collect()
}

/// Eleven users, five groups beside the site's own, some of the users in them.
async fn directory(target: &str) -> TestBridge {
    let bridge = site().build().await;
    let groups: Vec<String> = (0..5).map(|number| group(&bridge, target, &format!("Squad {number}"))).collect();
    for (number, user) in users(&bridge, target, 11).iter().enumerate() {
        put_in(&bridge, target, user, &groups[number % 5]);
    }
    clear(&bridge, target);
    bridge
}

#[tokio::test]
async fn a_walk_shows_what_a_list_shows_in_its_order() {
    for target in TARGETS {
        let bridge = directory(target).await;
        let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
        for query in [
            "/Users?".to_owned(),
            "/Users?attributes=userName".to_owned(),
            format!("/Users?filter={}", encoded("userName sw \"u1\"")),
            format!("/Users?filter={}", encoded("userName ew \"1\" or not (title pr) and userName ge \"u5\"")),
            format!("/Users?filter={}", encoded(&format!("{department} eq \"nowhere\""))),
            format!("/Users?filter={}", encoded("groups.display eq \"Squad 1\"")),
            format!("/Users?filter={}", encoded("userName eq \"u4\"")),
            format!("/Users?filter={}", encoded("userName eq \"u4\" or userName eq \"u7\" or userName eq \"u9\"")),
            "/Users?sortBy=userName&sortOrder=descending".to_owned(),
            "/Groups?".to_owned(),
            "/Groups?excludedAttributes=members".to_owned(),
            format!("/Groups?filter={}", encoded("displayName sw \"squad\"")),
            "/Groups?sortBy=displayName".to_owned(),
        ] {
            let expected = bridge.get(target, &query).await;
            for count in [1, 2, 3, 5, 100] {
                let pages = pages(&bridge, target, &format!("{query}&count={count}"), |_| ()).await;
                let shown: Vec<&Value> =
                    pages.iter().flat_map(|it| it.body["Resources"].as_array().expect("a list")).collect();
                let expected: Vec<&Value> = expected.body["Resources"].as_array().expect("a list").iter().collect();
                assert_eq!(shown, expected, "{target} {query} by {count}");
                let (last, full) = pages.split_last().expect("a page");
                assert!(full.iter().all(|page| listed(page).len() == count), "{target} {query} by {count}");
                assert!(listed(last).len() <= count);
                for page in &pages {
                    let total = page.body.get("totalResults");
                    assert!(total.is_none_or(|total| *total == expected.len()), "{target} {query}: {:?}", page.body);
                }
            }
        }
    }
}

#[tokio::test]
async fn the_root_is_walked_by_cursors_as_by_index() {
    for target in TARGETS {
        let bridge = directory(target).await;
        for body in [
            json!({}),
            json!({ "filter": "displayName sw \"squad\" or userName sw \"u1\"" }),
            json!({ "sortBy": "displayName" }),
            json!({ "filter": "not (userName pr)" }),
        ] {
            let expected = listed(&search(&bridge, target, "", body.clone()).await);
            for count in 1..=expected.len() + 1 {
                let (mut seen, mut cursor) = (Vec::new(), Some(String::new()));
                while let Some(text) = cursor {
                    let mut asked = body.clone();
                    (asked["cursor"], asked["count"]) = (text.into(), count.into());
                    let page = search(&bridge, target, "", asked).await;
                    seen.extend(listed(&page));
                    assert!(
                        page.body.get("totalResults").is_none_or(|total| *total == expected.len()),
                        "{}",
                        page.body
                    );
                    cursor = next(&page);
                }
                assert_eq!(seen, expected, "{target} {body} by {count}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_by_cursor_is_one_page_at_the_vendor() {
    for target in TARGETS {
        let bridge = Setup::demo().build().await;
        let total = listed(&bridge.get(target, "/Users?attributes=userName").await).len();
        for query in
            ["/Users?attributes=userName&count=25".to_owned(), format!("/Users?count=25&filter={}", encoded("id pr"))]
        {
            clear(&bridge, target);
            let pages = pages(&bridge, target, &query, |page| {
                let calls = entries(&bridge, target);
                let of_users = calls.iter().filter(|entry| is_of_users(entry)).count();
                assert!(of_users == 1, "{target} page {page} of {query}: {calls:?}");
                clear(&bridge, target);
            })
            .await;
            assert_eq!(pages.iter().map(|page| listed(page).len()).sum::<usize>(), total, "{target}");
            assert!(pages.iter().all(|page| page.body.get("totalResults").is_none()), "{target}: nobody counted");
        }
    }
}

#[tokio::test]
async fn a_page_as_large_as_the_vendors_is_one_call_too() {
    for target in TARGETS {
        let keys = "page_size = 10".to_owned();
        let bridge = Setup { bmc_keys: keys.clone(), ivanti_keys: keys, ..Setup::demo() }.build().await;
        let total = listed(&bridge.get(target, "/Users?attributes=userName").await).len();
        clear(&bridge, target);
        let pages = pages(&bridge, target, "/Users?attributes=userName&count=10", |page| {
            assert_eq!(entries(&bridge, target).len(), 1, "{target} page {page}");
            clear(&bridge, target);
        })
        .await;
        let sizes: Vec<usize> = pages.iter().map(|page| listed(page).len()).collect();
        assert!(sizes.iter().sum::<usize>() == total && sizes.iter().rev().skip(2).all(|size| *size >= 9), "{sizes:?}");
    }
}

#[tokio::test]
async fn a_walk_is_not_limited_by_what_one_page_may_read() {
    for target in TARGETS {
        let keys = "page_size = 4\nrows_max = 10".to_owned();
        let bridge = Setup { bmc_keys: keys.clone(), ivanti_keys: keys, ..site() }.build().await;
        let ids = users(&bridge, target, 30);
        let filter = encoded("not (userName ne \"u3\") or not (userName ne \"u29\")");
        assert_refused(&bridge.get(target, &format!("/Users?filter={filter}")).await, 400, "tooMany", target);
        let pages = pages(&bridge, target, &format!("/Users?filter={filter}&count=5"), |_| ()).await;
        assert!(pages.len() > 2, "{target}: pages that took too much are cut short");
        let mut seen: Vec<String> = pages.iter().flat_map(listed).collect();
        let mut expected = vec![ids[3].clone(), ids[29].clone()];
        seen.sort();
        expected.sort();
        assert_eq!(seen, expected, "{target}");
    }
}

#[tokio::test]
async fn what_the_filter_drops_is_made_up_for() {
    for target in TARGETS {
        let keys = "page_size = 3".to_owned();
        let bridge = Setup { bmc_keys: keys.clone(), ivanti_keys: keys, ..site() }.build().await;
        users(&bridge, target, 30);
        let query = format!("/Users?filter={}&count=4", encoded("not (userName co \"1\") and not (userName co \"2\")"));
        let pages = pages(&bridge, target, &query, |_| ()).await;
        let sizes: Vec<usize> = pages.iter().map(|page| listed(page).len()).collect();
        assert!(sizes[..sizes.len() - 1].iter().all(|size| *size == 4), "{target}: {sizes:?}");
        let expected = listed(&bridge.get(target, &query.replace("&count=4", "")).await);
        assert_eq!(pages.iter().flat_map(listed).collect::<Vec<_>>(), expected, "{target}");
    }
}

#[tokio::test]
async fn who_stays_is_shown_once_while_others_come_and_go() {
    for target in TARGETS {
        for query in ["/Users?count=3", "/Users?count=3&sortBy=userName", "/Groups?count=2"] {
            let bridge = directory(target).await;
            let endpoint = query.split('?').next().expect("a path");
            let before = listed(&bridge.get(target, endpoint).await);
            let remove = |id: &str| match (target, endpoint) {
                ("bmc", "/Users") => bridge.bmc.remove("User", id),
                ("bmc", _) => bridge.bmc.remove("Group", id),
                (_, "/Users") => bridge.ivanti.remove("employees", id),
                _ => bridge.ivanti.remove("standarduserteams", id),
            };
            // The last that was shown, on which a cursor may stand, one before and one behind it.
            let gone = [before[0].clone(), before[2].clone(), before[before.len() - 1].clone()];
            let pages = pages(&bridge, target, query, |page| {
                if page == 1 {
                    assert!(gone.iter().all(|id| remove(id)), "{target}");
                }
                if endpoint == "/Users" {
                    user(&bridge, target, &format!("late{page}"));
                } else if page < 3 {
                    group(&bridge, target, &format!("Late {page}"));
                }
            });
            let seen: Vec<String> = pages.await.iter().flat_map(listed).collect();
            let times = |id: &String| seen.iter().filter(|shown| *shown == id).count();
            for id in &before {
                let expected = if gone.contains(id) { 0..=1 } else { 1..=1 };
                assert!(expected.contains(&times(id)), "{target} {query} {id}: {seen:?}");
            }
            assert!(seen.iter().all(|id| times(id) == 1), "{target} {query}: {seen:?}");
        }
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_its_query_and_nothing_else() {
    for target in TARGETS {
        let bridge = directory(target).await;
        for query in ["/Users?count=2", "/Users?count=2&sortBy=userName", "/Groups?count=2"] {
            let cursor = next(&bridge.get(target, &format!("{query}&cursor")).await).expect("more");
            let again = async |path: String| bridge.get(target, &format!("{path}&cursor={cursor}")).await;
            assert_eq!(listed(&again(query.to_owned()).await).len(), 2, "{target} {query}");
            let other = if query.starts_with("/Users") { "/Groups" } else { "/Users" };
            for foreign in [
                format!("{other}?count=2"),
                format!("{query}&filter={}", encoded("id pr")),
                format!("{query}&attributes=id"),
                format!("{query}&excludedAttributes=meta"),
                if query.contains("sortBy") {
                    format!("{query}&sortOrder=descending")
                } else {
                    format!("{query}&sortBy=id")
                },
            ] {
                assert_refused(&again(foreign.clone()).await, 400, "invalidCursor", &foreign);
            }
            for count in ["count=3", "count=1", "count=0", "x=1", "count=-1"] {
                assert_refused(&again(query.replace("count=2", count)).await, 400, "invalidCount", count);
            }
            assert_refused(&again(query.replace("count=2", "count=two")).await, 400, "invalidCount", query);
            assert_refused(&again(format!("{query}&startIndex=3")).await, 400, "invalidValue", query);
            for at in (0..cursor.len()).step_by(7) {
                let mut tampered = cursor.clone().into_bytes();
                tampered[at] = if tampered[at] == b'0' { b'1' } else { b'0' };
                let tampered = String::from_utf8(tampered).expect("ASCII");
                let refused = bridge.get(target, &format!("{query}&cursor={tampered}")).await;
                assert_refused(&refused, 400, "invalidCursor", &format!("{target} digit {at}"));
            }
            for invented in ["0", "abc", "VZUTiyhEQJ94IR", "%00", "ff".repeat(100).as_str()] {
                let refused = bridge.get(target, &format!("{query}&cursor={invented}")).await;
                assert_refused(&refused, 400, "invalidCursor", invented);
            }
            let elsewhere = if target == "bmc" { "ivanti" } else { "bmc" };
            let refused = bridge.get(elsewhere, &format!("{query}&cursor={cursor}")).await;
            assert_refused(&refused, 400, "invalidCursor", "another target");
        }
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_its_credential_only() {
    let bridge = directory("bmc").await;
    for query in ["/Users?count=2", "/Users?count=2&sortBy=userName"] {
        let cursor = next(&bridge.get("bmc", &format!("{query}&cursor=")).await).expect("more");
        let path = format!("{query}&cursor={cursor}");
        let request = Request::get(format!("/scim/v2{path}")).header("authorization", "Bearer bmc-reader-0123456789");
        let refused = bridge.send(request.body(Body::empty()).expect("a request")).await;
        assert_refused(&refused, 400, "invalidCursor", "another credential");
    }
}

#[tokio::test]
async fn the_same_query_may_be_written_otherwise_and_posted() {
    // The RFC's own example spells userName in two ways (section 2).
    let bridge = directory("ivanti").await;
    let first = format!("/Users?filter={}&cursor&count=2", encoded("userName sw \"u\""));
    let cursor = next(&bridge.get("ivanti", &first).await).expect("more");
    let body = json!({ "filter": "username SW \"u\"", "cursor": cursor, "count": 2 });
    assert_eq!(listed(&search(&bridge, "ivanti", "/Users", body).await).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_ends_with_its_time() {
    for target in TARGETS {
        let bridge = directory(target).await;
        for query in ["/Users?count=2", "/Users?count=2&sortBy=userName", "/Groups?count=2"] {
            let config = bridge.get(target, "/ServiceProviderConfig").await.body;
            let timeout_s = config["pagination"]["cursorTimeout"].as_u64().expect("seconds");
            let mut cursor = next(&bridge.get(target, &format!("{query}&cursor")).await).expect("more");
            tokio::time::advance(Duration::from_secs(timeout_s - 1)).await;
            let page = bridge.get(target, &format!("{query}&cursor={cursor}")).await;
            assert_eq!(listed(&page).len(), 2, "{target} {query}");
            // Every page has a cursor with a time of its own.
            let late = next(&page).expect("more");
            tokio::time::advance(Duration::from_secs(2)).await;
            let refused = bridge.get(target, &format!("{query}&cursor={cursor}")).await;
            assert_refused(&refused, 400, "expiredCursor", query);
            cursor = late;
            assert_eq!(
                listed(&bridge.get(target, &format!("{query}&cursor={cursor}")).await).len(),
                2,
                "{target} {query}"
            );
        }
    }
}

#[tokio::test]
async fn a_count_of_nothing_asks_for_the_total() {
    for target in TARGETS {
        let bridge = directory(target).await;
        let total = bridge.get(target, "/Users?count=0").await.body["totalResults"].clone();
        for count in ["0", "-7"] {
            let page = bridge.get(target, &format!("/Users?cursor&count={count}")).await;
            assert_eq!((listed(&page).len(), next(&page)), (0, None), "{target}");
            assert_eq!(page.body["totalResults"], total, "{target}");
            assert!(page.body.get("startIndex").is_none(), "{target}");
        }
    }
}

#[tokio::test]
async fn clients_that_know_no_cursors_get_none() {
    for target in TARGETS {
        let bridge = directory(target).await;
        for query in ["count=2", "startIndex=1&count=2", "startIndex=3&count=2", ""] {
            let page = bridge.get(target, &format!("/Users?{query}")).await;
            assert!(page.body["startIndex"].is_u64() && page.body["totalResults"].is_u64(), "{target} {query}");
            assert_eq!(next(&page), None, "{target} {query}");
        }
        let config = bridge.get(target, "/ServiceProviderConfig").await.body;
        let expected = json!({ "cursor": true, "index": true, "defaultPaginationMethod": "index",
            "defaultPageSize": 1_000, "maxPageSize": 1_000, "cursorTimeout": 600 });
        assert_eq!((&config["pagination"], &config["sort"]["supported"]), (&expected, &json!(true)), "{target}");
    }
}

#[tokio::test]
async fn the_dead_do_not_come_back_on_a_later_page() {
    for target in TARGETS {
        let bridge = directory(target).await;
        let all = walked(&bridge, target, "/Users?count=3").await;
        let dead = &all[4];
        let first = bridge.get(target, "/Users?count=3&cursor").await;
        assert!(bridge.delete(target, dead).await.status.is_success());
        let cursor = next(&first).expect("more");
        let page = bridge.get(target, &format!("/Users?count=3&cursor={cursor}")).await;
        assert_eq!(listed(&page), [all[3].clone(), all[5].clone(), all[6].clone()], "{target}");
        insert_with(&bridge, target, "unchanged", json!({}));
        assert!(!walked(&bridge, target, "/Users?count=2").await.contains(dead), "{target}");
    }
}
