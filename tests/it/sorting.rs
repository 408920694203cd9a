//! `sortBy` and `sortOrder` (RFC 7644 section 3.4.2.3), against a sort of the unsorted list by other means.

use serde_json::{Value, json};

use crate::bridge::{Setup, TestBridge};
use crate::groups::{assert_refused, group, is_of_users, listed, put_in, site};
use crate::search::search;
use crate::users::{TARGETS, clear, entries, id_of, insert_with};

const NAMES: [&str; 9] = ["delta", "Alpha", "charlie", "BRAVO", "émile", "Émilie", "echo", "10", "9"];

/// Users with names in both letter cases, of whom some have no e-mail and no department, and one is off.
async fn people(target: &str) -> TestBridge {
    let bridge = site().build().await;
    add(&bridge, target);
    clear(&bridge, target);
    bridge
}

fn add(bridge: &TestBridge, target: &str) {
    for (number, name) in NAMES.into_iter().enumerate() {
        let department = ["Sales", "engines", "Alpha"][number % 3];
        let mut fields = json!({ "Department": department });
        if target == "bmc" {
            fields["Full Name"] = format!("{} {name}", 9 - number).into();
            fields["Email Address"] = if number % 2 == 0 { json!(format!("{name}@x.example")) } else { Value::Null };
            fields["Status"] = if number == 3 { "Disabled" } else { "Current" }.into();
            fields["Group List"] = Value::Null;
        } else {
            fields["FirstName"] = format!("{}", 9 - number).into();
            fields["Title"] = if number % 2 == 0 { json!(name) } else { Value::Null };
            fields["Status"] = if number == 3 { "Inactive" } else { "Active" }.into();
            (fields["Team"], fields["Role"]) = (Value::Null, Value::Null);
        }
        if number == 4 {
            fields["Department"] = Value::Null;
        }
        insert_with(bridge, target, name, fields);
    }
}

/// What a resource has at a path, as text in which letter case does not count.
fn value(resource: &Value, path: &str) -> Option<String> {
    let mut value = resource;
    for part in path.split('/') {
        if let Some(list) = value.as_array() {
            value = list.iter().find(|element| element["primary"] == true).or(list.first())?;
        }
        value = value.get(part)?;
    }
    match value {
        Value::String(text) if path == "id" => Some(text.clone()),
        Value::String(text) => Some(text.to_lowercase()),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

/// The ids in the order of a path, by inserting one after the other.
fn sorted(resources: &[Value], path: &str, descending: bool) -> Vec<String> {
    let mut order: Vec<(Option<String>, String)> = Vec::new();
    for resource in resources {
        let new = (value(resource, path), id_of(resource));
        let precedes = |old: &(Option<String>, String)| match (&old.0, &new.0) {
            (Some(left), Some(right)) if left != right => (left < right) != descending,
            (Some(_), None) => !descending,
            (None, Some(_)) => descending,
            _ => old.1 < new.1,
        };
        let at = order.iter().take_while(|old| precedes(old)).count();
        order.insert(at, new);
    }
    order.into_iter().map(|(_, id)| id).collect()
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[tokio::test]
async fn lists_are_sorted_by_every_kind_of_attribute() {
    for target in TARGETS {
        let bridge = people(target).await;
        let all = bridge.get(target, "/Users").await;
        let all = all.body["Resources"].as_array().expect("a list").clone();
        for (sort_by, path) in [
            ("userName", "userName"),
            ("USERNAME", "userName"),
            ("id", "id"),
            ("displayName", "displayName"),
            ("name.givenName", "name/givenName"),
            ("emails", "emails/value"),
            ("emails.value", "emails/value"),
            ("title", "title"),
            ("active", "active"),
            ("meta.created", "meta/created"),
            (&format!("{ENTERPRISE}:department"), &format!("{ENTERPRISE}/department")),
            ("department", &format!("{ENTERPRISE}/department")),
            ("nickName", "nickName"),
        ] {
            for (order, descending) in [("", false), ("&sortOrder=ascending", false), ("&sortOrder=Descending", true)] {
                let expected = sorted(&all, path, descending);
                let page = bridge.get(target, &format!("/Users?sortBy={sort_by}{order}")).await;
                assert_eq!(listed(&page), expected, "{target} {sort_by} {order}");
                assert_eq!(page.body["totalResults"], all.len(), "{target} {sort_by}");
                let mut seen = Vec::new();
                while seen.len() < all.len() {
                    let start = seen.len() + 1;
                    let path = format!("/Users?sortBy={sort_by}{order}&attributes=title&count=4&startIndex={start}");
                    seen.extend(listed(&bridge.get(target, &path).await));
                }
                assert_eq!(seen, expected, "{target} {sort_by} {order} in pages");
            }
        }
    }
}

#[tokio::test]
async fn a_sorted_list_is_filtered_and_projected_like_any() {
    for target in TARGETS {
        let bridge = people(target).await;
        let path = "/Users?sortBy=userName&attributes=title&filter=userName%20ge%20%22a%22%20and%20active%20eq%20true";
        let page = bridge.get(target, path).await;
        let shown = page.body["Resources"].as_array().expect("a list");
        assert!(shown.len() > 4 && shown.iter().all(|it| it.get("userName").is_none()), "{target}: {}", page.body);
        let path = path.replace("attributes=title", "attributes=userName");
        let page = bridge.get(target, &path).await;
        let names = page.body["Resources"].as_array().expect("a list").iter();
        let names: Vec<String> = names.map(|it| it["userName"].as_str().expect("a name").to_lowercase()).collect();
        assert!(names.is_sorted() && !names.contains(&"bravo".to_owned()), "{target}: {names:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_sorted_by_is_refused_before_anything_is_sent() {
    for target in TARGETS {
        let bridge = people(target).await;
        for query in
            ["sortBy=shoeSize", "sortBy=name", "sortBy=password", "sortBy=a%20b", "sortBy=userName&sortOrder=up"]
        {
            assert_refused(&bridge.get(target, &format!("/Users?{query}")).await, 400, "invalidValue", query);
        }
        assert_eq!(entries(&bridge, target).len(), 0, "{target}");
        let unsorted = listed(&bridge.get(target, "/Users").await);
        // An order of nothing is no order.
        assert_eq!(listed(&bridge.get(target, "/Users?sortOrder=descending").await), unsorted, "{target}");
    }
}

#[tokio::test]
async fn groups_and_the_root_are_sorted_too() {
    for target in TARGETS {
        let bridge = people(target).await;
        let ids: Vec<String> = ["Red", "amber", "Blue"].map(|name| group(&bridge, target, name)).into();
        put_in(&bridge, target, &listed(&bridge.get(target, "/Users").await)[1], &ids[1]);
        let all = search(&bridge, target, "", json!({})).await.body["Resources"].as_array().expect("a list").clone();
        let groups: Vec<Value> = all.iter().filter(|it| it["meta"]["resourceType"] == "Group").cloned().collect();
        for (order, descending) in [("ascending", false), ("descending", true)] {
            let page = bridge.get(target, &format!("/Groups?sortBy=displayName&sortOrder={order}")).await;
            assert_eq!(listed(&page), sorted(&groups, "displayName", descending), "{target}");
            let mut shown = page.body["Resources"].as_array().expect("a list").iter();
            let amber = shown.find(|it| it["displayName"] == "amber").expect("it is there");
            assert_eq!(amber["members"].as_array().map(Vec::len), Some(1), "{target}: {amber}");
            let body = json!({ "sortBy": "displayName", "sortOrder": order, "attributes": ["displayName"] });
            let names: Vec<Option<String>> = search(&bridge, target, "", body).await.body["Resources"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|it| value(it, "displayName"))
                .collect();
            let mut expected: Vec<Option<String>> = all.iter().map(|it| value(it, "displayName")).collect();
            expected.sort_by_key(|name| (name.is_none(), name.clone()));
            if descending {
                expected.reverse();
            }
            assert_eq!(names, expected, "{target}");
        }
    }
}

#[tokio::test]
async fn a_sorted_list_is_walked_once_and_its_pages_do_not_move() {
    for target in TARGETS {
        let bridge = Setup::demo().build().await;
        let path = |start: usize| format!("/Users?sortBy=userName&count=30&startIndex={start}&attributes=userName");
        let before = bridge.get(target, "/Users?sortBy=userName&attributes=userName").await;
        let before = listed(&before);
        clear(&bridge, target);
        let mut seen = listed(&bridge.get(target, &path(1)).await);
        let walk = entries(&bridge, target).len();
        let mut gone = None;
        while seen.len() < before.len() - usize::from(gone.is_some()) {
            if seen.len() == 60 {
                insert_with(&bridge, target, "aaa-first", json!({}));
                let last = before.last().expect("somebody");
                assert!(if target == "bmc" {
                    bridge.bmc.remove("User", last)
                } else {
                    bridge.ivanti.remove("employees", last)
                });
                gone = Some(last.clone());
            }
            clear(&bridge, target);
            let page = bridge.get(target, &path(seen.len() + 1)).await;
            assert_eq!(page.body["totalResults"], before.len(), "{target}: as it was walked");
            let calls = entries(&bridge, target);
            assert!(calls.iter().all(is_of_users) && calls.len() <= 3, "{target}: {walk} and {}", calls.len());
            seen.extend(listed(&page));
        }
        let expected: Vec<String> = before.into_iter().filter(|id| Some(id) != gone.as_ref()).collect();
        assert_eq!(seen, expected, "{target}");
    }
}

#[tokio::test]
async fn a_small_list_takes_no_more_calls_sorted_than_unsorted() {
    for target in TARGETS {
        let calls = async |path: &str| {
            let bridge = people(target).await;
            bridge.get(target, "/Users?filter=userName%20eq%20%22delta%22").await;
            clear(&bridge, target);
            assert_eq!(listed(&bridge.get(target, path).await).len(), 5, "{target}");
            entries(&bridge, target).len()
        };
        assert!(calls("/Users?sortBy=title&count=5").await <= calls("/Users?count=5").await, "{target}");
    }
}

#[tokio::test]
async fn a_sorted_list_beyond_rows_max_is_too_many() {
    for target in TARGETS {
        let keys = "rows_max = 5\npage_size = 2".to_owned();
        let bridge = Setup { bmc_keys: keys.clone(), ivanti_keys: keys, ..site() }.build().await;
        add(&bridge, target);
        assert_refused(&bridge.get(target, "/Users?sortBy=userName&count=2").await, 400, "tooMany", target);
    }
}
