//! The demo: its tour finds what is wrong and only that, and its introduction works as printed.

use std::process::{Command, Stdio};

use scim_bridge::cli::demo::tour::{LISTEN, Outcome, play};
use scim_bridge::cli::demo::{Demo, LookAlikes};
use serde_json::{Value, json};
use simulators::bmc::Bmc;
use simulators::control::Matcher;
use simulators::ivanti::{BadStatus, IvantiOptions};

use crate::curl;

/// The tour over these look-alikes, and what it printed.
async fn tour(look_alikes: LookAlikes) -> (Outcome, String) {
    let demo = Demo::with(LISTEN, look_alikes).await.expect("a free port");
    let mut page = Vec::new();
    let outcome = play(demo, &mut page, false).await.expect("the tour comes to its end");
    (outcome, String::from_utf8(page).expect("text"))
}

#[tokio::test]
async fn every_record_is_as_it_should_be_after_the_tour() {
    let (outcome, page) = tour(LookAlikes::demo()).await;
    assert_eq!(outcome.faults, Vec::<String>::new(), "{page}");
    assert!(page.ends_with(&format!("{} steps, and every record is as it should be.\n", outcome.steps)), "{page}");
    assert!(!page.contains('\x1b'), "colours only on a terminal");
    for secret in ["1mz050nq", "demo-secret"] {
        assert!(!page.contains(secret), "{secret} is not shown");
    }
}

#[tokio::test]
async fn a_vendor_that_says_yes_and_does_nothing_is_found() {
    let look_alikes = LookAlikes::demo();
    let options = IvantiOptions {
        status_values: vec!["Active".to_owned()],
        bad_status: BadStatus::StoreNothing,
        ..look_alikes.ivanti.options()
    };
    look_alikes.ivanti.set_options(options);
    let (outcome, page) = tour(look_alikes).await;
    let off = "Microsoft Entra ID on ivanti, step 9 (leaver: switches the account off): ";
    for fault in ["the answer is 500, not 200", "Status is \"Active\", not \"Inactive\""] {
        assert!(outcome.faults.contains(&format!("{off}{fault}")), "{page}");
    }
    assert!(outcome.faults.iter().all(|fault| fault.contains(" on ivanti, ")), "{page}");
    assert!(page.contains("not as it should be:"), "{page}");
}

#[tokio::test]
async fn a_user_that_was_not_made_is_found() {
    let look_alikes = LookAlikes::demo();
    let bmc = &look_alikes.bmc;
    bmc.set_options(simulators::bmc::BmcOptions { write: false, ..bmc.options() });
    let (outcome, page) = tour(look_alikes).await;
    assert!(outcome.faults.iter().any(|fault| fault.contains("there is no record")), "{page}");
}

#[tokio::test]
async fn a_foreign_write_into_a_members_record_is_found() {
    let look_alikes = LookAlikes::demo();
    let renames = Matcher::new().method("PUT").path_contains("/entry/Group/");
    look_alikes.bmc.control().hooks().after(renames, |bmc: &Bmc| {
        let login = &simulators::demo::people(16)[15].login;
        let users = bmc.records("User");
        let member = users.iter().find(|user| user["Login Name"] == **login).expect("the demo company has them");
        bmc.patch_record("User", member["Request ID"].as_str().expect("a key"), json!({ "Group List": "20009;" }));
    });
    let (outcome, page) = tour(look_alikes).await;
    let rename = "Okta group push on bmc, step 7 (rename: sends another name): record ";
    let found =
        |fault: &String| fault.starts_with(rename) && fault.ends_with("of User was written, and should not have been");
    assert!(outcome.faults.iter().any(found), "{page}");
}

#[test]
fn the_command_ends_with_0() {
    let done = Command::new(env!("CARGO_BIN_EXE_scim-bridge"))
        .args(["--log", "error", "demo", "--tour"])
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    let page = String::from_utf8_lossy(&done.stdout);
    assert_eq!(done.status.code(), Some(0), "{page}{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
}

#[tokio::test]
async fn every_line_of_the_introduction_works_as_printed() {
    let demo = Demo::new(LISTEN).await.expect("a free port");
    let (introduction, bmc) = (demo.introduction(), demo.look_alikes.bmc.clone());
    let commands = curl::commands(&introduction);
    assert_eq!(commands.len(), 6, "{introduction}");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let visit = async {
        let mut answers = Vec::new();
        for command in &commands {
            let answer = curl::send(curl::request(command)).await;
            assert!(answer.status().is_success(), "{command}: {} {:?}", answer.status(), answer.body());
            answers.push(serde_json::from_slice::<Value>(answer.body()).expect("JSON"));
        }
        drop(stop);
        answers
    };
    let (answers, ()) = tokio::join!(visit, demo.serve(async { drop(stopped.await) }));
    let [found, created, changed, record, journal, group] = &answers[..] else { panic!("six answers") };
    assert_eq!(found["totalResults"], 1);
    assert_eq!(group["totalResults"], 1);
    assert_eq!(created["userName"], "grace.hopper");
    assert_eq!(changed["active"], false);
    assert_eq!(record["Status"], "Disabled");
    assert!(journal.as_array().is_some_and(|calls| calls.len() > 5));
    let grace = bmc.records("User").into_iter().filter(|record| record["Login Name"] == "grace.hopper").count();
    assert_eq!(grace, 1);
}
