//! References in circles.

use serde_json::{Value, json};

use super::{bulk, id_in, post_group, post_user, statuses};
use crate::groups::{group_records, holders, key_of, members, set_of, site};
use crate::users::{TARGETS, records};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn managed(name: &str, by: &str) -> Value {
    let mut post = post_user(name);
    post["data"][ENTERPRISE] = json!({ "manager": { "value": format!("bulkId:{by}") } });
    post
}

#[tokio::test]
async fn users_who_manage_each_other_get_their_managers_when_both_are_there() {
    for target in TARGETS {
        let bridge = site().build().await;
        let all = json!([managed("ada", "bob"), managed("bob", "ada"), managed("eve", "ada")]);
        let entries = bulk(&bridge, target, &all).await;
        assert_eq!(statuses(&entries), ["201"; 3], "{target}: {entries:?}");
        let ids: Vec<String> = entries.iter().map(id_in).collect();
        for (user, manager) in [(0, 1), (1, 0), (2, 0)] {
            let read = bridge.get(target, &format!("/Users/{}", ids[user])).await;
            assert_eq!(read.body[ENTERPRISE]["manager"]["value"], ids[manager], "{target}: {}", read.body);
            assert_eq!(read.body["meta"]["version"], entries[user]["version"], "{target}: the version is the last one");
        }
    }
}

#[tokio::test]
async fn a_group_and_its_member_who_names_it_are_both_made() {
    for target in TARGETS {
        let bridge = site().build().await;
        let mut ada = post_user("ada");
        // `groups` is readOnly, so what it holds is of no account; the circle is there all the same.
        ada["data"]["groups"] = json!([{ "value": "bulkId:g" }]);
        let entries = bulk(&bridge, target, &json!([ada, post_group("g", &["ada".to_owned()])])).await;
        assert_eq!(statuses(&entries), ["201", "201"], "{target}: {entries:?}");
        assert_eq!(members(&bridge, target, &id_in(&entries[1])), set_of([id_in(&entries[0])]), "{target}");
    }
}

/// The RFC's example. These targets have no groups in groups: each is made, and each entry says what is missing.
#[tokio::test]
async fn groups_in_each_other_are_made_and_the_refusal_of_the_rest_is_told() {
    for target in TARGETS {
        let bridge = site().build().await;
        let circle = json!([post_group("a", &["b".to_owned()]), post_group("b", &["a".to_owned()])]);
        let entries = bulk(&bridge, target, &circle).await;
        assert_eq!(statuses(&entries), ["400", "400"], "{target}: {entries:?}");
        for entry in &entries {
            let id = id_in(entry);
            let detail = entry["response"]["detail"].as_str().expect("a text");
            assert!(detail.starts_with("the resource was created, but without"), "{target}: {detail}");
            assert_eq!(holders(&bridge, target, &key_of(&bridge, target, &id)), set_of::<&str>([]), "{target}");
        }
    }
}

#[tokio::test]
async fn a_circle_that_cannot_be_opened_is_409_and_nothing_of_it_is_begun() {
    for target in TARGETS {
        let bridge = site().build().await;
        let (before, groups) = (records(&bridge, target).len(), group_records(&bridge, target).len());
        let named = |name: &str, by: &str| {
            let mut post = post_user(name);
            post["data"]["nickName"] = format!("bulkId:{by}").into();
            post
        };
        let all =
            json!([named("ada", "bob"), named("bob", "ada"), post_group("g", &["ada".to_owned()]), post_user("eve")]);
        let entries = bulk(&bridge, target, &all).await;
        assert_eq!(statuses(&entries), ["409", "409", "409", "201"], "{target}: {entries:?}");
        assert_eq!(records(&bridge, target).len(), before + 1, "{target}");
        assert_eq!(group_records(&bridge, target).len(), groups, "{target}");
    }
}
