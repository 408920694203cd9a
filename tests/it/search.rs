//! `POST …/.search` (RFC 7644 section 3.4.3): the answers of a GET, and the search over all resource types at the root.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::bridge::{Answer, TestBridge};
use crate::groups::{assert_refused, group, listed, put_in, site, site_with, user, users};
use crate::users::{TARGETS, clear, entries};

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// A search at `path`, which is empty for the root.
pub(crate) async fn search(bridge: &TestBridge, target: &str, path: &str, mut body: Value) -> Answer {
    body["schemas"] = json!([SEARCH]);
    bridge.call(target, Method::POST, &format!("{path}/.search"), Some(body)).await
}

/// The query string that asks the same.
fn query(body: &Value) -> String {
    let pairs = body.as_object().expect("an object").iter().map(|(name, value)| {
        let value = match value {
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        format!("{name}={}", crate::groups::encoded(&value))
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Five users, three groups beside the site's own, two of the users in one of them.
async fn directory(target: &str) -> (TestBridge, Vec<String>, Vec<String>) {
    let bridge = site().build().await;
    let users = users(&bridge, target, 5);
    let groups: Vec<String> = (0..3).map(|number| group(&bridge, target, &format!("Squad {number}"))).collect();
    put_in(&bridge, target, &users[0], &groups[0]);
    put_in(&bridge, target, &users[1], &groups[0]);
    clear(&bridge, target);
    (bridge, users, groups)
}

/// All ids, by index in pages of this size; the total is the same on each.
async fn paged(bridge: &TestBridge, target: &str, count: usize, between: impl Fn(usize)) -> Vec<String> {
    let mut seen = Vec::new();
    loop {
        let page = search(bridge, target, "", json!({ "startIndex": seen.len() + 1, "count": count })).await;
        let ids = listed(&page);
        assert_eq!(page.body["startIndex"], seen.len() + 1, "{target}");
        if ids.is_empty() {
            assert_eq!(page.body["totalResults"], seen.len(), "{target}");
            return seen;
        }
        seen.extend(ids);
        between(seen.len());
    }
}

#[tokio::test]
async fn a_search_answers_as_the_get_does() {
    for target in TARGETS {
        let (bridge, ..) = directory(target).await;
        for (path, body) in [
            ("/Users", json!({})),
            ("/Users", json!({ "count": 2, "startIndex": 3 })),
            ("/Users", json!({ "count": 0 })),
            ("/Users", json!({ "filter": "userName eq \"u3\"", "attributes": ["userName", "emails.value"] })),
            ("/Users", json!({ "filter": "groups pr", "excludedAttributes": ["groups", "meta"] })),
            ("/Users", json!({ "sortBy": "userName", "sortOrder": "descending", "count": 3 })),
            ("/Groups", json!({ "filter": "displayName sw \"squad\"", "excludedAttributes": ["members"] })),
            ("/Groups", json!({ "attributes": ["displayName"], "startIndex": 2 })),
            ("/Users", json!({ "filter": "shoeSize eq 3" })),
            ("/Users", json!({ "filter": "userName eq" })),
            ("/Groups", json!({ "filter": "userName eq \"x\"" })),
            ("/Users", json!({ "sortBy": "shoeSize" })),
        ] {
            let got = bridge.get(target, &format!("{path}?{}", query(&body))).await;
            let posted = search(&bridge, target, path, body.clone()).await;
            assert_eq!((posted.status, &posted.body), (got.status, &got.body), "{target} {path} {body}");
        }
    }
}

#[tokio::test]
async fn the_root_has_users_and_then_groups() {
    for target in TARGETS {
        let (bridge, ..) = directory(target).await;
        let of_users = listed(&bridge.get(target, "/Users").await);
        let of_groups = listed(&bridge.get(target, "/Groups").await);
        let both = [of_users.clone(), of_groups].concat();
        let all = search(&bridge, target, "", json!({})).await;
        assert_eq!(listed(&all), both, "{target}");
        assert_eq!(all.body["totalResults"], both.len(), "{target}");
        for count in 1..=both.len() {
            assert_eq!(paged(&bridge, target, count, |_| ()).await, both, "{target} by {count}");
        }
        let none = search(&bridge, target, "", json!({ "count": 0 })).await;
        assert_eq!((listed(&none).len(), &none.body["totalResults"]), (0, &json!(both.len())), "{target}");
        let types: Vec<&Value> = all.body["Resources"].as_array().expect("a list").iter().collect();
        for (number, resource) in types.into_iter().enumerate() {
            let expected = if number < of_users.len() { "User" } else { "Group" };
            assert_eq!(resource["meta"]["resourceType"], expected, "{target}");
        }
    }
}

#[tokio::test]
async fn pages_of_the_root_are_stable_while_users_come() {
    for target in TARGETS {
        let (bridge, ..) = directory(target).await;
        let before = listed(&search(&bridge, target, "", json!({})).await);
        let seen = paged(&bridge, target, 2, |seen| {
            if seen < 7 {
                user(&bridge, target, &format!("late{seen}"));
            }
        });
        assert_eq!(seen.await, before, "{target}");
    }
}

#[tokio::test]
async fn a_filter_means_for_each_type_what_it_can() {
    for target in TARGETS {
        let (bridge, users, groups) = directory(target).await;
        let all = listed(&search(&bridge, target, "", json!({})).await);
        let all_groups = listed(&bridge.get(target, "/Groups").await);
        for (filter, expected) in [
            ("userName eq \"u3\"".to_owned(), vec![users[3].clone()]),
            ("displayName sw \"squad\"".to_owned(), groups.clone()),
            ("userName eq \"u3\" or displayName eq \"Squad 1\"".to_owned(), vec![users[3].clone(), groups[1].clone()]),
            // BMC counts the rows of each form by itself: a user and a group may have the same id.
            (format!("id eq \"{}\"", groups[2]), all.iter().filter(|id| **id == groups[2]).cloned().collect()),
            (format!("members.value eq \"{}\"", users[1]), vec![groups[0].clone()]),
            ("not (userName pr)".to_owned(), all_groups.clone()),
            ("meta.resourceType eq \"Group\"".to_owned(), all_groups.clone()),
            ("id pr".to_owned(), all.clone()),
            ("userName pr and displayName eq \"Squad 1\"".to_owned(), vec![]),
        ] {
            let found = search(&bridge, target, "", json!({ "filter": filter })).await;
            let sorted = |mut ids: Vec<String>| {
                ids.sort();
                ids
            };
            let expected = sorted(expected);
            assert_eq!(sorted(listed(&found)), expected, "{target} {filter}");
            assert_eq!(found.body["totalResults"], expected.len(), "{target} {filter}");
        }
        for filter in ["shoeSize eq 3", "userName pr or shoeSize pr", "userName eq", "password pr", "active gt true"] {
            let refused = search(&bridge, target, "", json!({ "filter": filter })).await;
            assert_refused(&refused, 400, "invalidFilter", filter);
        }
    }
}

#[tokio::test]
async fn a_type_of_which_nothing_can_be_found_is_not_read() {
    for target in TARGETS {
        let (bridge, ..) = directory(target).await;
        bridge.get(target, "/Users?filter=userName%20eq%20%22u1%22").await;
        clear(&bridge, target);
        let found = search(&bridge, target, "", json!({ "filter": "userName eq \"u1\"" })).await;
        assert_eq!(listed(&found).len(), 1, "{target}");
        let calls = entries(&bridge, target);
        let of_users = calls.iter().filter(|entry| crate::groups::is_of_users(entry)).count();
        assert!(of_users == 1 && calls.len() <= 2, "{target}: {calls:?}");
    }
}

#[tokio::test]
async fn a_projection_may_name_attributes_of_either_type() {
    for target in TARGETS {
        let (bridge, users, groups) = directory(target).await;
        let filter = "userName eq \"u0\" or displayName eq \"Squad 0\"";
        let body = json!({ "filter": filter, "attributes": ["userName", "members.value"] });
        let found = search(&bridge, target, "", body).await;
        let [of_user, of_group] = &found.body["Resources"].as_array().expect("a list")[..] else {
            panic!("{target}: {}", found.body)
        };
        let names = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        assert_eq!(
            (names(of_user), &of_user["id"]),
            (vec!["schemas".into(), "id".into(), "userName".into()], &json!(users[0]))
        );
        assert_eq!(names(of_group), ["schemas", "id", "members"], "{target}");
        assert_eq!(of_group["id"], groups[0].as_str());
        assert_eq!(of_group["members"].as_array().map(Vec::len), Some(2), "{target}");
    }
}

#[tokio::test]
async fn a_credential_that_may_only_read_may_search() {
    let (bridge, ..) = directory("bmc").await;
    let post = |path: &str, body: Value| {
        let request = Request::post(format!("/scim/v2{path}")).header("content-type", "application/scim+json");
        let request = request.header("authorization", "Bearer bmc-reader-0123456789");
        request.body(Body::from(body.to_string())).expect("a request")
    };
    for path in ["/.search", "/Users/.search", "/Groups/.search", "//Users//.search/"] {
        let answer = bridge.send(post(path, json!({ "count": 1 }))).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    }
    for path in ["/Users", "/Groups", "/Me"] {
        let answer = bridge.send(post(path, json!({ "userName": "x", "displayName": "x" }))).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(entries(&bridge, "bmc").iter().all(|entry| !entry.is_write()));
}

#[tokio::test]
async fn a_search_is_a_post_of_a_message() {
    let (bridge, ..) = directory("ivanti").await;
    for path in ["/.search", "/Users/.search", "/Groups/.search"] {
        for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = bridge.call("ivanti", method, path, None).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
            assert_eq!(answer.headers["allow"], "POST", "{path}");
        }
        for (body, scim_type) in [
            (json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"] }), "invalidSyntax"),
            (json!({ "count": [] }), "invalidValue"),
            (json!({ "attributes": 1 }), "invalidValue"),
            (json!({ "count": "many", "cursor": "" }), "invalidCount"),
        ] {
            let answer = bridge.call("ivanti", Method::POST, path, Some(body)).await;
            assert_refused(&answer, 400, scim_type, path);
        }
        let answer = bridge.call("ivanti", Method::POST, path, None).await;
        assert_refused(&answer, 400, "invalidSyntax", path);
    }
}

#[tokio::test]
async fn a_target_without_groups_has_users_at_its_root() {
    for target in TARGETS {
        let bridge = site_with("groups = { kinds = [] }").await;
        users(&bridge, target, 2);
        let found = listed(&search(&bridge, target, "", json!({})).await);
        assert_eq!(found, listed(&bridge.get(target, "/Users").await), "{target}");
        let refused = search(&bridge, target, "", json!({ "filter": "members pr" })).await;
        assert_refused(&refused, 400, "invalidFilter", target);
        assert_eq!(search(&bridge, target, "/Groups", json!({})).await.status, StatusCode::NOT_FOUND, "{target}");
    }
}
