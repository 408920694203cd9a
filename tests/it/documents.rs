//! What is written for operators holds: the README's commands and configuration, the example file, the list of keys.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use scim_bridge::cli::demo::tour::LISTEN;
use scim_bridge::cli::demo::{Demo, LookAlikes};
use scim_bridge::config::Config;
use serde_json::Value;

use crate::architecture::{read, root};
use crate::curl;

fn document(name: &str) -> String {
    read(&root().join(name))
}

/// The fenced blocks of one language in a Markdown text.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    let after = text.split(&opening).skip(1);
    after.map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// Parses a configuration whose secrets are all there.
fn parse(name: &str, text: &str) -> Config {
    let env = |name: &str| Some(format!("secret-of-{name}"));
    let file = |_: &Path| Ok("secret".to_owned());
    Config::parse(name, text, &env, &file).unwrap_or_else(|errors| panic!("{errors}"))
}

#[tokio::test]
async fn the_readmes_commands_work_as_printed() {
    let readme = document("README.md");
    let commands = curl::commands(&readme);
    assert!(commands.len() >= 9, "{commands:?}");
    let demo = Demo::new(LISTEN).await.expect("a free port");
    let [bmc, ivanti] = ["bmc", "ivanti"].map(|target| format!("http://{}", demo.vendor(target)));
    // The ports of a demo that runs by itself, in the place of those that happened to be free.
    let printed =
        [("http://127.0.0.1:8080", &demo.address), ("http://127.0.0.1:8081", &bmc), ("http://127.0.0.1:8082", &ivanti)];
    let commands: Vec<String> = commands
        .into_iter()
        .map(|command| printed.iter().fold(command, |text, (port, real)| text.replace(port, real)))
        .collect();
    let LookAlikes { bmc, ivanti, .. } = demo.look_alikes.clone();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let visit = async {
        for command in &commands {
            let answer = curl::send(curl::request(command)).await;
            assert!(answer.status().is_success(), "{command}: {} {:?}", answer.status(), answer.body());
            // A group's PATCH is answered by 204.
            let empty = answer.body().is_empty();
            let body: Value = if empty { Value::Null } else { serde_json::from_slice(answer.body()).expect("JSON") };
            assert_ne!(body["totalResults"], 0, "{command} finds somebody");
        }
        drop(stop);
    };
    let ((), ()) = tokio::join!(visit, demo.serve(async { drop(stopped.await) }));
    let status = |record: &serde_json::Map<String, Value>| record["Status"].as_str().map(str::to_owned);
    let off = bmc.record("User", "000000000000003").expect("the user that the README switches off");
    assert_eq!(status(&off).as_deref(), Some("Disabled"));
    assert_eq!(off["Group List"], "20003;20004;20000;");
    let made = ivanti.records("employees").into_iter().find(|record| record["LoginID"] == "grace.hopper@example.com");
    assert_eq!(made.as_ref().and_then(status).as_deref(), Some("Active"));
}

#[test]
fn the_configurations_in_the_documents_are_sound() {
    let mut count = 0;
    for name in [
        "README.md",
        "docs/configuration.md",
        "docs/targets/bmc.md",
        "docs/targets/ivanti.md",
        "docs/clients/okta.md",
        "docs/clients/entra.md",
    ] {
        for block in blocks(&document(name), "toml") {
            parse(name, &block);
            count += 1;
        }
    }
    assert!(count >= 3, "{count} configurations");
}

#[test]
fn the_example_file_is_sound() {
    let config = parse("bridge.example.toml", &document("bridge.example.toml"));
    let names: Vec<&str> = config.targets.iter().map(|target| target.name.as_str()).collect();
    assert_eq!(names, ["bmc", "ivanti"]);
}

#[test]
fn the_lines_that_are_commented_out_in_the_example_are_sound_too() {
    let text = document("bridge.example.toml");
    let opened = text.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line));
    // A key that is given twice is a fault: of two lines for one key, the one that is commented out stays.
    let config = parse("bridge.example.toml", &opened.collect::<Vec<_>>().join("\n"));
    assert_eq!(config.targets.len(), 2);
}

#[test]
fn every_key_of_the_configuration_is_documented() {
    let reference = document("docs/configuration.md");
    let keys = keys();
    for known in ["request_deadline_ms", "on_delete", "strip_domain", "ca_file", "accounts", "auth_string", "canary"] {
        assert!(keys.contains(known), "{known} is found in the sources: {keys:?}");
    }
    // A key stands by itself, as a section, or inside braces.
    let is_there = |key: &String| {
        let spellings = [format!("`{key}`"), format!("[{key}]"), format!(".{key}]"), format!("{key} = ")];
        spellings.iter().any(|spelling| reference.contains(spelling))
    };
    let missing: Vec<&String> = keys.iter().filter(|key| !is_there(key)).collect();
    assert!(missing.is_empty(), "not in docs/configuration.md: {missing:?}");
}

/// The keys that the configuration's readers ask for, from their sources.
fn keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut folders = vec![root().join("src/config")];
    let mut texts = vec![document("src/config.rs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the sources are there") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                texts.push(read(&path));
            }
        }
    }
    for text in texts {
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(").replace("&mut ", "");
        for opening in ["(reader, \"", "take(\"", "(reader, auth, \"", "(reader, table, \"", "(reader, tables, \""] {
            let after = text.split(opening).skip(1).filter_map(|rest| rest.split('"').next());
            keys.extend(after.map(str::to_owned));
        }
    }
    keys.retain(|key| key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
    keys
}

#[test]
fn links_between_documents_lead_somewhere() {
    let names = [
        "README.md",
        "CHANGELOG.md",
        "docs/architecture.md",
        "docs/configuration.md",
        "docs/limits.md",
        "docs/runbook.md",
        "docs/targets/bmc.md",
        "docs/targets/ivanti.md",
        "docs/clients/okta.md",
        "docs/clients/entra.md",
    ];
    for name in names {
        let text = document(name);
        let folder = root().join(name);
        let folder = folder.parent().expect("a file is in a folder");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.starts_with("http") {
                assert!(folder.join(file).exists(), "{name} links to {target}");
            }
        }
    }
}
