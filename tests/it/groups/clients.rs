//! The rows about groups of the checklist of client quirks, by the client that is known for each.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    TARGETS, assert_done, assert_nothing_written, clear, encoded, group, id_of, members, op, put_in, set_of, shown,
    site, user, users, values,
};
use crate::bridge::TestBridge;

/// `Engineers` with three members `u0` to `u2`, and two others.
async fn engineers(target: &str) -> (TestBridge, String, Vec<String>) {
    let bridge = site().build().await;
    let id = group(&bridge, target, "Engineers");
    let users = users(&bridge, target, 5);
    for user in &users[..3] {
        put_in(&bridge, target, user, &id);
    }
    clear(&bridge, target);
    (bridge, id, users)
}

/// One PATCH of `Engineers`, and who is in it then. What holds already is not written again.
async fn assert_leads_to(target: &str, operations: impl Fn(&[String]) -> Value, expected: &[usize]) {
    let (bridge, id, users) = engineers(target).await;
    let operations = operations(&users);
    let case = format!("{target} {operations}");
    let expected = set_of(expected.iter().map(|&index| &users[index]));
    assert_done(&bridge.patch_group(target, &id, operations.clone()).await, &case);
    assert_eq!(members(&bridge, target, &id), expected, "{case}");
    assert_eq!(shown(&bridge.group(target, &id).await.body), expected, "{case}");
    clear(&bridge, target);
    assert_done(&bridge.patch_group(target, &id, operations).await, &case);
    assert_nothing_written(&bridge, target, &case);
}

#[tokio::test]
async fn row_14_okta_sends_the_unchanged_name_with_every_push() {
    for target in TARGETS {
        for name in ["Engineers", "ENGINEERS", "engineers"] {
            let (bridge, id, users) = engineers(target).await;
            let rename = json!({ "op": "replace", "value": { "id": id, "displayName": name } });
            let case = format!("{target} {name}");
            assert_done(&bridge.patch_group(target, &id, json!([rename])).await, &case);
            assert_nothing_written(&bridge, target, &case);
            assert_eq!(members(&bridge, target, &id), set_of(&users[..3]), "{case}");

            let push = json!([rename, op("add", &users[3..4])]);
            assert_done(&bridge.patch_group(target, &id, push).await, &case);
            assert_eq!(members(&bridge, target, &id), set_of(&users[..4]), "{case}");
        }
    }
}

#[tokio::test]
async fn row_22_entra_removes_the_listed_members_only() {
    for target in TARGETS {
        let refs = |users: &[String]| json!([{ "$ref": null, "value": users[0] }, { "$ref": null, "value": users[4] }]);
        let remove = |users: &[String]| json!([{ "op": "Remove", "path": "members", "value": refs(users) }]);
        assert_leads_to(target, remove, &[1, 2]).await;
        for nothing in [json!([]), json!([{ "$ref": null, "value": "" }])] {
            let remove = |_: &[String]| json!([{ "op": "Remove", "path": "members", "value": nothing }]);
            assert_leads_to(target, remove, &[0, 1, 2]).await;
        }
    }
}

#[tokio::test]
async fn row_23_entra_empties_a_group() {
    for target in TARGETS {
        assert_leads_to(target, |_| json!([{ "op": "Remove", "path": "members" }]), &[]).await;
        assert_leads_to(target, |_| json!([{ "op": "remove", "path": "members", "value": null }]), &[]).await;
    }
}

#[tokio::test]
async fn row_24_okta_removes_whoever_is_no_member() {
    for target in TARGETS {
        let by_filter = |id: &str| json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") });
        assert_leads_to(target, |users| json!([by_filter(&users[1])]), &[0, 2]).await;
        assert_leads_to(target, |users| json!([by_filter(&users[4])]), &[0, 1, 2]).await;
        assert_leads_to(target, |_| json!([by_filter("nobody-of-that-id")]), &[0, 1, 2]).await;
        assert_leads_to(target, |_| json!([op("remove", ["nobody-of-that-id"])]), &[0, 1, 2]).await;
        let two = |users: &[String]| {
            let path = format!("members[value eq \"{}\" or value eq \"{}\"]", users[0], users[2]);
            json!([{ "op": "remove", "path": path }])
        };
        assert_leads_to(target, two, &[1]).await;
    }
}

#[tokio::test]
async fn row_25_jumpcloud_adds_a_member_again() {
    for target in TARGETS {
        assert_leads_to(target, |users| json!([op("add", &users[0..1])]), &[0, 1, 2]).await;
        let twice = |users: &[String]| json!([op("add", [&users[3], &users[3]]), op("add", [&users[3]])]);
        assert_leads_to(target, twice, &[0, 1, 2, 3]).await;
        let (bridge, id, users) = engineers(target).await;
        bridge.patch_group(target, &id, twice(&users)).await;
        let list = super::list_of(&bridge, target, &users[3]);
        assert_eq!(super::keys_in(&list).len(), 1, "{target}: one membership in {list}");
    }
}

#[tokio::test]
async fn row_26_authentik_sends_one_operation_per_member() {
    for target in TARGETS {
        let (bridge, id, _) = engineers(target).await;
        let many: Vec<String> = (0..60).map(|number| user(&bridge, target, &format!("many{number}"))).collect();
        let mut operations: Vec<Value> = many[..40].iter().map(|id| op("add", [id])).collect();
        operations.push(op("add", &many[40..]));
        operations.extend(many[..10].iter().map(|id| op("remove", [id])));
        let before = members(&bridge, target, &id);
        assert_done(&bridge.patch_group(target, &id, Value::Array(operations)).await, target);
        let expected = before.union(&set_of(&many[10..])).cloned().collect();
        assert_eq!(members(&bridge, target, &id), expected, "{target}");
    }
}

#[tokio::test]
async fn row_27_entra_says_little_about_a_member() {
    for target in TARGETS {
        let spellings = [
            json!({ "$ref": null }),
            json!({ "display": null, "type": null }),
            json!({ "type": "User", "display": "somebody else" }),
            json!({ "$ref": "https://elsewhere.example.com/Users/U77" }),
        ];
        for spelling in spellings {
            let add = |users: &[String]| {
                let mut member = spelling.clone();
                member["value"] = users[3].as_str().into();
                json!([{ "op": "Add", "path": "members", "value": [member] }])
            };
            assert_leads_to(target, add, &[0, 1, 2, 3]).await;
        }
    }
}

#[tokio::test]
async fn row_28_okta_replaces_the_members_with_and_without_a_path() {
    for target in TARGETS {
        for (wanted, expected) in [(vec![0, 3], vec![0, 3]), (vec![], vec![]), (vec![4, 4, 1], vec![1, 4])] {
            let list = |users: &[String]| values(wanted.iter().map(|&index: &usize| &users[index]));
            let with_path = |users: &[String]| json!([{ "op": "replace", "path": "members", "value": list(users) }]);
            assert_leads_to(target, with_path, &expected).await;
            let without = |users: &[String]| json!([{ "op": "replace", "value": { "members": list(users) } }]);
            assert_leads_to(target, without, &expected).await;
            let urn = format!("{}:members", super::GROUP);
            let by_urn = |users: &[String]| json!([{ "op": "Replace", "path": urn, "value": list(users) }]);
            assert_leads_to(target, by_urn, &expected).await;
        }
    }
}

#[tokio::test]
async fn row_29_okta_puts_the_whole_group() {
    for target in TARGETS {
        let (bridge, id, users) = engineers(target).await;
        for (wanted, names) in [(&users[1..4], ["Engineers", "ENGINEERS"]), (&users[..0], ["Engineers", "engineers"])] {
            for name in names {
                let body = json!({ "schemas": [super::GROUP], "id": id, "displayName": name, "externalId": "okta-7",
                    "members": values(wanted) });
                let answer = bridge.put_group(target, &id, body.clone()).await;
                assert_eq!(answer.status, StatusCode::OK, "{target}: {}", answer.body);
                assert_eq!(
                    (&answer.body["id"], &answer.body["externalId"]),
                    (&json!(id), &json!("okta-7")),
                    "{target}"
                );
                assert_eq!(shown(&answer.body), set_of(wanted), "{target}");
                assert_eq!(members(&bridge, target, &id), set_of(wanted), "{target}");
                clear(&bridge, target);
                let again = bridge.put_group(target, &id, body).await;
                assert_eq!((again.status, &again.body), (StatusCode::OK, &answer.body), "{target}");
                assert_nothing_written(&bridge, target, "the same PUT again");
            }
        }
        let found = bridge.find_groups(target, "externalId eq \"okta-7\"", "").await;
        assert_eq!(super::listed(&found), [id], "{target}");
    }
}

#[tokio::test]
async fn row_30_okta_sends_a_users_groups_back() {
    for target in TARGETS {
        let (bridge, id, users) = engineers(target).await;
        let other = group(&bridge, target, "Others");
        let mut read = bridge.get(target, &format!("/Users/{}", users[0])).await.body;
        assert_eq!(read["groups"][0]["value"], id.as_str(), "{target}: {read}");
        for echoed in [read["groups"].clone(), json!([]), json!([{ "value": other, "display": "Others" }])] {
            clear(&bridge, target);
            read["groups"] = echoed;
            let answer = bridge.put(target, &users[0], read.clone()).await;
            assert_eq!(answer.status, StatusCode::OK, "{target}: {}", answer.body);
            assert_eq!(answer.body["groups"][0]["value"], id.as_str(), "{target}");
            assert_nothing_written(&bridge, target, "groups are readOnly");
        }
    }
}

#[tokio::test]
async fn row_33_entra_checks_a_membership_by_a_filter() {
    for target in TARGETS {
        let (bridge, id, users) = engineers(target).await;
        for (user, total) in [(0, 1), (2, 1), (3, 0)] {
            for filter in [
                format!("id eq \"{id}\" and members eq \"{}\"", users[user]),
                format!("members eq \"{}\" and id eq \"{id}\"", users[user]),
            ] {
                let found = bridge.find_groups(target, &filter, "&excludedAttributes=members").await;
                assert_eq!(found.body["totalResults"], total, "{target} {filter}: {}", found.body);
                assert_eq!(super::listed(&found).len(), total, "{target} {filter}");
                assert!(!found.body.to_string().contains("\"members\""), "{target}: {}", found.body);
            }
        }
    }
}

#[tokio::test]
async fn row_36_entra_reads_groups_without_their_members() {
    for target in TARGETS {
        let (bridge, id, _) = engineers(target).await;
        let lookup = format!("filter={}", encoded("displayName eq \"Engineers\""));
        for path in [
            format!("/Groups/{id}?excludedAttributes=members"),
            format!("/Groups/{id}?attributes=id,displayName"),
            format!("/Groups?excludedAttributes=members&{lookup}"),
            format!("/Groups?attributes=id&{lookup}"),
            "/Groups?excludedAttributes=members".to_owned(),
        ] {
            clear(&bridge, target);
            let answer = bridge.get(target, &path).await;
            assert_eq!(answer.status, StatusCode::OK, "{target} {path}: {}", answer.body);
            let ours = |list: &Vec<Value>| list.iter().find(|group| group["id"] == id.as_str()).cloned();
            let list = answer.body["Resources"].as_array();
            let body = list.map_or(Some(answer.body.clone()), ours).expect("the group is listed");
            assert_eq!(id_of(&body), id, "{target} {path}: {}", answer.body);
            assert_eq!(body.get("members"), None, "{target} {path}");
            assert_eq!(super::counts(&bridge, target).0, 0, "{target} {path}: no user is asked for");
        }
    }
}

#[tokio::test]
async fn row_41_entra_expects_memberships_to_outlive_a_disable() {
    for target in TARGETS {
        let (bridge, id, users) = engineers(target).await;
        let list = super::list_of(&bridge, target, &users[0]);
        for active in [false, true] {
            let answer = bridge.patch(target, &users[0], crate::users::set("active", active)).await;
            assert_eq!(answer.status, StatusCode::OK, "{target}: {}", answer.body);
            assert_eq!(id_of(&answer.body), users[0], "{target}");
            assert_eq!(super::list_of(&bridge, target, &users[0]), list, "{target}");
            assert_eq!(shown(&bridge.group(target, &id).await.body), set_of(&users[..3]), "{target} {active}");
        }
    }
}

#[tokio::test]
async fn okta_links_to_a_group_that_exists() {
    for target in TARGETS {
        let (bridge, id, _) = engineers(target).await;
        let found = bridge.find_groups(target, "displayName eq \"engineers\"", "&startIndex=1&count=100").await;
        assert_eq!(super::listed(&found), [id.as_str()], "{target}");
        for number in ["totalResults", "startIndex", "itemsPerPage"] {
            assert_eq!(found.body[number], 1, "{target} {number}");
        }
        let import = bridge.get(target, "/Groups?startIndex=1&count=100").await;
        assert!(super::listed(&import).contains(&id), "{target}");
    }
}

#[tokio::test]
async fn rauthy_looks_a_group_up_by_its_own_id() {
    for target in TARGETS {
        let (bridge, id, _) = engineers(target).await;
        let set = json!([{ "op": "replace", "path": "externalId", "value": "rauthy-1" }]);
        assert_done(&bridge.patch_group(target, &id, set).await, target);
        assert_nothing_written(&bridge, target, "the bridge keeps externalId");
        assert_eq!(bridge.group(target, &id).await.body["externalId"], "rauthy-1", "{target}");
        let found = bridge.find_groups(target, "externalId eq \"rauthy-1\"", "").await;
        assert_eq!(super::listed(&found), [id], "{target}");
        for other in ["rauthy-2", "RAUTHY-1"] {
            let found = bridge.find_groups(target, &format!("externalId eq \"{other}\""), "").await;
            assert_eq!(found.body["totalResults"], 0, "{target} {other}: externalId is exact");
        }
    }
}

#[tokio::test]
async fn authentik_pages_without_a_count_until_it_has_seen_them_all() {
    for target in TARGETS {
        let (bridge, _, _) = engineers(target).await;
        for number in 0..30 {
            group(&bridge, target, &format!("Squad {number}"));
        }
        let mut seen = Vec::new();
        loop {
            let page = bridge.get(target, &format!("/Groups?startIndex={}", seen.len() + 1)).await;
            let ids = super::listed(&page);
            assert!(!ids.is_empty(), "{target}: an endless loop after {}", seen.len());
            seen.extend(ids);
            if seen.len() >= usize::try_from(page.body["totalResults"].as_u64().expect("a number")).expect("small") {
                break;
            }
        }
        let every: Vec<_> = super::group_records(&bridge, target);
        assert_eq!((seen.len(), set_of(&seen).len()), (every.len(), every.len()), "{target}");
    }
}
