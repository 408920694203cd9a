//! A thousand operations with references across users and groups.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{bulk, id_in, patch, post_group, post_user, statuses};
use crate::groups::{members, set_of, site};
use crate::users::{TARGETS, entries, record};

const GROUPS: usize = 20;
const OF_EACH: usize = 24;

/// Groups whose members are created behind them, and changes of both by the names that they have in the request.
#[tokio::test(start_paused = true)]
async fn a_thousand_operations_end_with_one_status_each_in_order_of_dependency() {
    for target in TARGETS {
        let bridge = site().build().await;
        let users: Vec<String> = (0..GROUPS * OF_EACH).map(|number| format!("u{number:03}")).collect();
        let groups = users.chunks(OF_EACH).enumerate();
        let mut all: Vec<Value> =
            groups.clone().map(|(number, members)| post_group(&format!("g{number:02}"), members)).collect();
        all.extend(groups.map(|(number, members)| {
            let path = format!("members[value eq \"bulkId:{}\"]", members[0]);
            patch(&format!("/Groups/bulkId:g{number:02}"), &json!({ "op": "remove", "path": path }))
        }));
        all.extend(users.iter().map(|name| {
            let operation = json!({ "op": "replace", "path": "emails[type eq \"work\"].value",
                "value": format!("{name}@example.com") });
            patch(&format!("/Users/bulkId:{name}"), &operation)
        }));
        all.extend(users.iter().map(|name| post_user(name)));
        assert_eq!(all.len(), 1_000);

        let answered = bulk(&bridge, target, &all.into()).await;
        let (made, rest) = answered.split_at(GROUPS);
        let (left, rest) = rest.split_at(GROUPS);
        let (changed, created) = rest.split_at(users.len());
        assert_eq!(statuses(made), vec!["201"; GROUPS], "{target}: {made:?}");
        assert_eq!(statuses(left), vec!["204"; GROUPS], "{target}: {left:?}");
        assert_eq!(statuses(changed), vec!["200"; users.len()], "{target}: {changed:?}");
        assert_eq!(statuses(created), vec!["201"; users.len()], "{target}");
        let ids: Vec<String> = created.iter().map(id_in).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), users.len(), "{target}");
        let (name_field, mail_field) =
            if target == "bmc" { ("Login Name", "Email Address") } else { ("LoginID", "Email") };
        for ((name, id), (change, create)) in users.iter().zip(&ids).zip(changed.iter().zip(created)) {
            let record = record(&bridge, target, id);
            assert_eq!(record[name_field], **name, "{target}");
            assert_eq!(record[mail_field], format!("{name}@example.com"), "{target}");
            assert_eq!((&create["bulkId"], &create["method"]), (&json!(name), &json!("POST")), "{target}");
            assert_eq!(change["location"], create["location"], "{target}");
            assert!(change["version"].as_str().is_some_and(|it| it.starts_with("W/\"")), "{target}: {change}");
        }
        for (group, ids) in made.iter().zip(ids.chunks(OF_EACH)) {
            assert_eq!(members(&bridge, target, &id_in(group)), set_of(&ids[1..]), "{target}");
        }
        let read = bridge.get(target, &format!("/Users/{}", ids[0])).await;
        assert_eq!(read.body["meta"]["version"], changed[0]["version"], "{target}");
        assert!(!entries(&bridge, target).is_empty());
    }
}
