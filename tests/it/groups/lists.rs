//! Lists of groups, and filters over groups and over users by their groups.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::json;

use super::{
    TARGETS, bmc_group, clear, control, counts, encoded, entries, group, group_records, id_of, listed, put_in, set_of,
    shown, site, user, users,
};
use crate::bridge::TestBridge;

/// `count` groups beside those of the site, and users in some of them.
async fn groups(target: &str, count: usize) -> (TestBridge, Vec<String>) {
    let bridge = site().build().await;
    let ids: Vec<String> = (0..count).map(|number| group(&bridge, target, &format!("Squad {number:02}"))).collect();
    for (number, user) in users(&bridge, target, 6).iter().enumerate() {
        put_in(&bridge, target, user, &ids[number % ids.len()]);
    }
    clear(&bridge, target);
    (bridge, ids)
}

#[tokio::test]
async fn pages_hold_every_group_once() {
    for target in TARGETS {
        let (bridge, _) = groups(target, 11).await;
        let total = group_records(&bridge, target).len();
        for count in [1, 4, 100] {
            let mut seen = Vec::new();
            while seen.len() < total {
                let page = bridge.get(target, &format!("/Groups?startIndex={}&count={count}", seen.len() + 1)).await;
                let ids = listed(&page);
                assert_eq!(page.body["totalResults"], total, "{target}");
                assert_eq!(page.body["startIndex"], seen.len() + 1, "{target}");
                assert_eq!(page.body["itemsPerPage"], ids.len(), "{target}");
                assert!(!ids.is_empty() && ids.len() <= count, "{target}");
                seen.extend(ids);
            }
            assert_eq!((seen.len(), set_of(&seen).len()), (total, total), "{target} by {count}");
        }
    }
}

#[tokio::test]
async fn the_edges_of_paging_are_those_of_users() {
    for target in TARGETS {
        let (bridge, _) = groups(target, 3).await;
        let total = group_records(&bridge, target).len();
        for (query, rows, start) in [
            ("count=0", 0, 1),
            ("count=-1", 0, 1),
            ("startIndex=0&count=2", 2, 1),
            ("startIndex=-5&count=2", 2, 1),
            ("startIndex=1000&count=2", 0, 1_000),
        ] {
            let page = bridge.get(target, &format!("/Groups?{query}")).await;
            assert_eq!(listed(&page).len(), rows, "{target} {query}");
            assert_eq!(page.body["totalResults"], total, "{target} {query}: {}", page.body);
            assert_eq!(page.body["startIndex"], start, "{target} {query}");
        }
    }
}

#[tokio::test]
async fn every_group_of_a_page_has_its_own_members() {
    for target in TARGETS {
        let (bridge, ids) = groups(target, 4).await;
        let page = bridge.get(target, "/Groups").await;
        for resource in page.body["Resources"].as_array().expect("a list") {
            let id = id_of(resource);
            assert_eq!(shown(resource), super::members(&bridge, target, &id), "{target} {id}");
        }
        assert!(listed(&page).iter().collect::<BTreeSet<_>>().is_superset(&ids.iter().collect()), "{target}");
    }
}

#[tokio::test]
async fn the_members_of_a_page_are_one_scan() {
    for target in TARGETS {
        let mut calls = Vec::new();
        for count in [3, 30] {
            let (bridge, _) = groups(target, count).await;
            let page = bridge.get(target, "/Groups?count=100").await;
            assert!(listed(&page).len() >= count, "{target}");
            calls.push(counts(&bridge, target));
        }
        assert_eq!(calls[0], calls[1], "{target}: calls for users and for groups");
        assert!(calls[0].0 + calls[0].1 <= 6, "{target}: {calls:?}");
    }
}

#[tokio::test]
async fn a_lookup_by_name_takes_one_call() {
    for target in TARGETS {
        let (bridge, ids) = groups(target, 5).await;
        for (name, expected) in
            [("Squad 03", vec![ids[3].clone()]), ("SQUAD 03", vec![ids[3].clone()]), ("Squad", vec![])]
        {
            clear(&bridge, target);
            let filter = format!("displayName eq \"{name}\"");
            let found = bridge.find_groups(target, &filter, "&excludedAttributes=members").await;
            assert_eq!(listed(&found), expected, "{target} {name}");
            assert_eq!(found.body["totalResults"], expected.len(), "{target}");
            let entries = entries(&bridge, target);
            assert_eq!(entries.len(), 1, "{target} {name}: {entries:?}");
        }
    }
}

#[tokio::test]
async fn filters_mean_what_the_rfc_says() {
    for target in TARGETS {
        let (bridge, ids) = groups(target, 12).await;
        let squads = |numbers: &[usize]| set_of(numbers.iter().map(|&number| &ids[number]));
        let every: Vec<usize> = (0..12).collect();
        for (filter, expected) in [
            ("displayName sw \"squad 0\"", squads(&every[..10])),
            ("displayName co \"UAD 1\"", squads(&[10, 11])),
            ("displayName ew \"5\"", squads(&[5])),
            ("displayName eq \"Squad 01\" or displayName eq \"Squad 02\"", squads(&[1, 2])),
            ("displayName sw \"squad\" and not (displayName ew \"0\")", squads(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 11])),
            ("displayName ge \"Squad 10\" and displayName sw \"Squad\"", squads(&[10, 11])),
            ("displayName sw \"Squad\" and members pr", squads(&every[..6])),
            ("urn:ietf:params:scim:schemas:core:2.0:Group:displayName eq \"squad 07\"", squads(&[7])),
            ("displayName eq \"Squad_01\"", squads(&[])),
            ("displayName eq \"Squad%\"", squads(&[])),
        ] {
            let found = bridge.find_groups(target, filter, "").await;
            assert_eq!(listed(&found).into_iter().collect::<BTreeSet<_>>(), expected, "{target} {filter}");
            assert_eq!(found.body["totalResults"], expected.len(), "{target} {filter}");
        }
        for filter in ["displayName eq", "displayName xx \"a\"", "members[value eq", "displayName eq Squad 1"] {
            let found = bridge.find_groups(target, filter, "").await;
            super::assert_refused(&found, 400, "invalidFilter", filter);
        }
    }
}

#[tokio::test]
async fn a_group_is_found_by_its_native_id() {
    let bridge = site().build().await;
    let id = bmc_group(&bridge, 20_077, "Engineers", "Regular");
    bmc_group(&bridge, 20_078, "Painters", "Regular");
    let filter = format!("{}:groupId eq \"20077\"", super::BMC_GROUP);
    let found = bridge.find_groups("bmc", &filter, "").await;
    assert_eq!(listed(&found), [id]);
}

#[tokio::test]
async fn groups_are_found_by_a_member() {
    for target in TARGETS {
        let (bridge, ids) = groups(target, 3).await;
        let user = super::members(&bridge, target, &ids[1]).into_iter().next().expect("a member");
        for filter in [
            format!("members.value eq \"{user}\""),
            format!("members eq \"{user}\""),
            format!("members[value eq \"{user}\"]"),
            format!("members.value eq \"{user}\" and displayName sw \"Squad\""),
        ] {
            let found = bridge.find_groups(target, &filter, "").await;
            assert_eq!(listed(&found), [ids[1].as_str()], "{target} {filter}");
            assert!(shown(&found.body["Resources"][0]).contains(&user), "{target} {filter}");
        }
        let nobody = bridge.find_groups(target, "members.value eq \"nobody-77\"", "").await;
        assert_eq!(listed(&nobody), [""; 0], "{target}");
    }
}

#[tokio::test]
async fn users_are_found_by_a_group() {
    for target in TARGETS {
        let (bridge, ids) = groups(target, 3).await;
        for id in &ids {
            for filter in [format!("groups.value eq \"{id}\""), format!("groups eq \"{id}\"")] {
                let found = bridge.filter(target, &filter).await;
                assert_eq!(set_of(listed(&found)), super::members(&bridge, target, id), "{target} {filter}");
                assert_eq!(found.body["totalResults"], 2, "{target}");
            }
            let one = bridge.filter(target, &format!("groups.value eq \"{id}\" and userName eq \"U1\"")).await;
            assert_eq!(listed(&one).len(), usize::from(*id == ids[1]), "{target}");
        }
        let nobody = bridge.filter(target, "groups.value eq \"nobody-77\"").await;
        assert_eq!(listed(&nobody), [""; 0], "{target}");
    }
}

#[tokio::test]
async fn what_is_kept_by_the_bridge_needs_no_vendor_to_be_missing() {
    for target in TARGETS {
        let bridge = site().build().await;
        let body = json!({ "displayName": "Engineers", "externalId": "E-1" });
        let id = id_of(&bridge.make_group(target, body).await.body);
        clear(&bridge, target);
        let path = format!("/Groups?excludedAttributes=members&filter={}", encoded("externalId eq \"E-1\""));
        assert_eq!(listed(&bridge.get(target, &path).await), [id], "{target}");
        assert!(entries(&bridge, target).len() <= 1, "{target}: {:?}", entries(&bridge, target));
        let found = bridge.find_groups(target, "externalId eq \"E-2\"", "&excludedAttributes=members").await;
        assert_eq!(found.body["totalResults"], 0, "{target}");
    }
}

#[tokio::test]
async fn a_vendor_that_is_down_is_no_vendor_without_groups() {
    for target in TARGETS {
        let (bridge, ids) = groups(target, 3).await;
        let fault = simulators::control::Fault::status(503, &[], json!("down")).times(1_000);
        control(&bridge, target).inject(fault);
        let filter = encoded("displayName eq \"Squad 01\"");
        for path in ["/Groups".to_owned(), format!("/Groups/{}", ids[0]), format!("/Groups?filter={filter}")] {
            let answer = bridge.get(target, &path).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{target} {path}: {}", answer.body);
        }
        clear(&bridge, target);
    }
}

#[tokio::test]
async fn a_user_who_is_in_many_groups_shows_each_once() {
    let bridge = site().build().await;
    let ids: Vec<String> = (0..40).map(|number| group(&bridge, "bmc", &format!("G{number}"))).collect();
    let ada = user(&bridge, "bmc", "ada");
    for id in &ids {
        put_in(&bridge, "bmc", &ada, id);
    }
    let read = bridge.get("bmc", &format!("/Users/{ada}")).await.body;
    let shown: Vec<&str> =
        read["groups"].as_array().expect("a list").iter().filter_map(|it| it["value"].as_str()).collect();
    assert_eq!((shown.len(), set_of(&shown)), (40, set_of(&ids)));
}
