//! The numbers of new groups are nobody else's.

use http::StatusCode;
use serde_json::json;
use simulators::bmc::Bmc;
use simulators::control::Matcher;

use crate::groups::{bmc_group, group_records, id_of, set_of, shown, site, user};
use crate::users::patch_native;

/// Somebody else takes the same number at the same moment.
#[tokio::test(start_paused = true)]
async fn a_number_that_another_group_got_meanwhile_is_not_shared() {
    let setup = site();
    let mut options = setup.bmc.options();
    options.group_id_unique = false;
    setup.bmc.set_options(options);
    let bridge = setup.build().await;
    bmc_group(&bridge, 20_001, "Engineers", "Regular");
    let ada = user(&bridge, "bmc", "ada");
    bridge.bmc.control().hooks().before::<Bmc>(Matcher::new().method("POST").path_contains("/entry/Group"), |bmc| {
        let theirs = json!({ "Group ID": 20_002, "Group Name": "Theirs", "Group Category": "Regular" });
        bmc.insert("Group", theirs);
    });
    let body = json!({ "displayName": "Ours", "members": [{ "value": ada }] });
    let made = bridge.make_group("bmc", body.clone()).await;
    let made = if made.status.is_success() { made } else { bridge.make_group("bmc", body).await };
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let records = group_records(&bridge, "bmc");
    let numbers: Vec<i64> = records.iter().filter_map(|record| record["Group ID"].as_i64()).collect();
    assert_eq!(set_of(numbers.iter().map(i64::to_string)).len(), numbers.len(), "each number once: {numbers:?}");
    assert_eq!(records.iter().filter(|record| record["Group Name"] == "Ours").count(), 1);
    let theirs = records.iter().find(|record| record["Group Name"] == "Theirs").expect("theirs is kept");
    let theirs = theirs["Request ID"].as_str().expect("an id");
    assert_eq!(shown(&bridge.group("bmc", theirs).await.body), set_of([""; 0]), "nobody joined theirs");
}

/// On ITSM sites every list begins with a company's number, which may begin like that of a group.
#[tokio::test(start_paused = true)]
async fn a_number_that_is_left_over_somewhere_is_found_among_many_longer_ones() {
    let bridge = site().build().await;
    bmc_group(&bridge, 9_999, "Engineers", "Regular");
    for number in 0..150 {
        let id = user(&bridge, "bmc", &format!("u{number}"));
        let list = if number == 149 { "1000000001;10000;" } else { "1000000001;" };
        patch_native(&bridge, "bmc", &id, json!({ "Group List": list }));
    }
    let made = bridge.make_group("bmc", json!({ "displayName": "Painters" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!(shown(&bridge.group("bmc", &id_of(&made.body)).await.body), set_of([""; 0]), "strangers");
}
