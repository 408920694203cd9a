//! `check --online`: what a look at a target finds, and what it says to change.

use scim_bridge::backend::{Finding, Severity, WriteTrial};
use scim_bridge::cli::check::online;
use serde_json::json;
use simulators::control::{Fault, QueryAnswers};
use simulators::{bmc, ivanti};
use tokio::net::TcpListener;

use crate::bridge::{BYSTANDER, Setup, TestBridge};
use crate::users::{TARGETS, clear, entries, inject, insert};

async fn examine(bridge: &TestBridge, target: &str, write: Option<&WriteTrial>) -> Vec<Finding> {
    bridge.services[target].examine(write).await
}

fn says(findings: &[Finding], severity: Severity, text: &str) -> bool {
    findings.iter().any(|finding| finding.severity == severity && finding.text.contains(text))
}

fn faults(findings: &[Finding]) -> Vec<&str> {
    let faults = findings.iter().filter(|finding| finding.severity == Severity::Fault);
    faults.map(|finding| finding.text.as_str()).collect()
}

#[tokio::test]
async fn a_sound_target_has_no_fault_and_nothing_is_written_unasked() {
    for target in TARGETS {
        let bridge = Setup::demo().build().await;
        clear(&bridge, target);
        let findings = examine(&bridge, target, None).await;
        assert_eq!(faults(&findings), [""; 0], "{target}");
        assert!(says(&findings, Severity::Good, "one of them was looked up"), "{target}: {findings:?}");
        assert!(says(&findings, Severity::Good, "letter case does not count"), "{target}: {findings:?}");
        assert!(says(&findings, Severity::Warning, "the right to write was not tried"), "{target}: {findings:?}");
        assert!(entries(&bridge, target).iter().all(|entry| entry.method == "GET"), "{target}");
    }
}

#[tokio::test]
async fn the_right_to_write_is_tried_where_it_is_asked_for_and_changes_nothing() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let user = WriteTrial::User(BYSTANDER.to_owned());
        let before = crate::users::records(&bridge, target);
        clear(&bridge, target);
        let findings = examine(&bridge, target, Some(&user)).await;
        assert!(says(&findings, Severity::Good, "written back unchanged"), "{target}: {findings:?}");
        let written = crate::users::written(&bridge, target);
        let name =
            if target == "bmc" { json!({ "Full Name": "By Stander" }) } else { json!({ "LastName": "Stander" }) };
        assert_eq!(written, [name], "{target}");
        assert_eq!(crate::users::records(&bridge, target), before, "{target}");
        let write = if target == "bmc" { "PUT" } else { "PATCH" };
        inject(&bridge, target, Fault::status(403, &[], "no").method(write).times(10));
        let findings = examine(&bridge, target, Some(&user)).await;
        assert!(says(&findings, Severity::Fault, "the right to write"), "{target}: {findings:?}");
        let nobody = WriteTrial::User("nobody".to_owned());
        assert!(says(&examine(&bridge, target, Some(&nobody)).await, Severity::Fault, "--test-user"), "{target}");
    }
    let bridge = Setup::default().build().await;
    let findings = examine(&bridge, "bmc", Some(&WriteTrial::ServiceAccount)).await;
    assert!(says(&findings, Severity::Good, "'Full Name' was written back"), "{findings:?}");
}

#[tokio::test]
async fn missing_rights_and_a_broken_search_are_faults_that_name_the_way_out() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        bridge.bmc.set_options(bmc::BmcOptions { rights: bmc::Rights::OwnRowOnly, ..bridge.bmc.options() });
        let own = ivanti::Rights::OwnRowOnly;
        bridge.ivanti.set_options(ivanti::IvantiOptions { rights: own, ..bridge.ivanti.options() });
        let findings = examine(&bridge, target, None).await;
        assert!(says(&findings, Severity::Fault, "right to read the rows of all users"), "{target}: {findings:?}");
        let bridge = Setup::default().build().await;
        let nothing = QueryAnswers::Nothing;
        bridge.bmc.set_options(bmc::BmcOptions { query_answers: nothing, ..bridge.bmc.options() });
        bridge.ivanti.set_options(ivanti::IvantiOptions { query_answers: nothing, ..bridge.ivanti.options() });
        let findings = examine(&bridge, target, None).await;
        assert!(says(&findings, Severity::Fault, "absence cannot be proven"), "{target}: {findings:?}");
    }
}

#[tokio::test]
async fn a_limit_of_the_vendors_own_is_found_and_said() {
    for target in TARGETS {
        let keys = "page_size = 50".to_owned();
        let setup = Setup { bmc_keys: keys.clone(), ivanti_keys: keys, ..Setup::default() };
        let bridge = setup.build().await;
        for number in 0..40 {
            insert(&bridge, target, &format!("user{number}"));
        }
        let findings = examine(&bridge, target, None).await;
        assert!(says(&findings, Severity::Good, "rows fit into one page"), "{target}: {findings:?}");
        bridge.bmc.set_options(bmc::BmcOptions { max_entries: 20, ..bridge.bmc.options() });
        let (top_max, top_over) = (20, ivanti::TopOver::Cap);
        bridge.ivanti.set_options(ivanti::IvantiOptions { top_max, top_over, ..bridge.ivanti.options() });
        let findings = examine(&bridge, target, None).await;
        // On BMC a short page is never taken for the last one.
        let severity = if target == "bmc" { Severity::Warning } else { Severity::Fault };
        assert!(says(&findings, severity, "page_size is 50: set it to 20"), "{target}: {findings:?}");
    }
}

/// A configuration file with one target over this address.
fn configuration(address: &std::net::SocketAddr, password: &str) -> String {
    format!(
        r#"
[server]
listen = "127.0.0.1:0"
public_url = "https://bridge.example.com"
[store]
url = "memory:"
[[credentials]]
name = "writer"
token = "writer-token-0123456789"
targets = ["bmc"]
[targets.bmc]
kind = "bmc-ar"
base_url = "http://{address}"
auth = {{ method = "jwt", username = "{}", password = "{password}" }}
"#,
        bmc::SERVICE_ACCOUNT
    )
}

#[tokio::test]
async fn the_command_prints_a_line_for_each_finding_and_tells_faults_from_warnings() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("bridge.toml");
    let vendor = Setup::demo().bmc;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(simulators::control::serve(listener, vendor.router(), std::future::pending()));
    std::fs::write(&file, configuration(&address, bmc::SERVICE_PASSWORD)).expect("a file");
    let found = online(&file, None).await.expect("a sound configuration");
    assert!(!found.faulty, "{}", found.text);
    assert!(found.text.lines().any(|line| line.starts_with("target bmc: good: ")), "{}", found.text);
    assert!(found.text.lines().any(|line| line.starts_with("target bmc: warning: ")), "{}", found.text);
    assert_eq!(vendor.session_count(), 0, "it logs out");
    std::fs::write(&file, configuration(&address, "wrong-password")).expect("a file");
    let found = online(&file, None).await.expect("a sound configuration");
    assert!(found.faulty && found.text.contains("target bmc: FAULT: "), "{}", found.text);
    serving.abort();
}
