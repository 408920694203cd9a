//! Somebody else's changes of a Group List between the requests of a client.

use serde_json::{Value, json};
use simulators::bmc::Bmc;
use simulators::control::Matcher;

use crate::world::{USERS, World, world};

const ADMIN: &str = "000000000000001";

/// What every foreign writer here does.
fn add_77(bmc: &Bmc) {
    bmc.edit("User", ADMIN, |user| {
        let list = user["Group List"].as_str().unwrap_or_default();
        user["Group List"] = json!(format!("{list}77;"));
    });
}

/// Reads, adds group 5, writes and reads again, as a careless client does.
async fn add_5(world: &World) -> [Value; 2] {
    let path = format!("{USERS}/{ADMIN}");
    let read = async || world.get(&path).await.json()["values"]["Group List"].clone();
    let before = read().await;
    let wanted = format!("{}5;", before.as_str().unwrap());
    assert_eq!(world.put(ADMIN, json!({ "Group List": wanted })).await.status, 204);
    [before, read().await]
}

#[tokio::test]
async fn a_change_between_read_and_write_is_lost() {
    let world = world().await;
    world.bmc.control().hooks().before(Matcher::new().method("PUT"), add_77);
    assert_eq!(add_5(&world).await, ["1;", "1;5;"]);
}

#[tokio::test]
async fn a_change_between_write_and_verification_is_seen() {
    let world = world().await;
    world.bmc.control().hooks().after(Matcher::new().method("PUT").body_contains("Group List"), add_77);
    assert_eq!(add_5(&world).await, ["1;", "1;5;77;"]);
    assert_eq!(add_5(&world).await, ["1;5;77;", "1;5;77;5;"], "once");
}

#[tokio::test]
async fn a_change_can_follow_every_read() {
    let world = world().await;
    world.bmc.control().hooks().after(Matcher::new().method("GET").path_contains("/entry/User/").always(), add_77);
    assert_eq!(add_5(&world).await, ["1;", "1;5;"]);
    assert_eq!(world.stored(ADMIN, "Group List"), "1;5;77;");
}

#[tokio::test]
async fn an_edit_is_stamped_as_somebody_elses() {
    let world = world().await;
    world.put(ADMIN, json!({"Site": "x"})).await;
    add_77(&world.bmc);
    assert_eq!(world.stored(ADMIN, "Last Modified By"), "AR_ESCALATOR");
    assert!(!world.bmc.edit("User", "000000000000099", |_| ()));
    assert!(!world.bmc.edit("Nothing", ADMIN, |_| ()));
}
