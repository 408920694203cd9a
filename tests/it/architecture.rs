//! Who may import whom, and other rules that hold for every source file.
//!
//! Method: every `.rs` file is read as text. Comments and literals are taken out, `use` trees and paths are spelled out
//! in full (`super::` included), and each path is held against the table.

mod paths;

use std::fs;
use std::path::{Path, PathBuf};

use paths::paths;

/// One part and the paths that must not occur in it.
struct Rule {
    /// A folder, or the beginning of file names; `src/wire` is `src/wire.rs` and `src/wire/`.
    part: &'static str,
    forbidden: &'static [&'static str],
}

/// Parts of the main package know each other by `crate::`. What may be used although it looks odd:
/// - `src/wire` uses `crate::backend` for what goes with a call from the service down to it: context, lane, journal,
///   and whether a write was applied. These belong to the trait that the service sees, and wire fills them in.
/// - `src/service` uses `crate::store` for the trait and its rows; which store it is, is chosen in `src/cli`.
/// - `src/http` uses `crate::config` for credentials and limits, which are plain data.
const RULES: &[Rule] = &[
    Rule {
        part: "src/backend",
        forbidden: &[
            "axum",
            "sqlx",
            "reqwest",
            "hyper",
            "hyper_util",
            "crate::adapters",
            "crate::cli",
            "crate::config",
            "crate::http",
            "crate::service",
            "crate::store",
            "crate::translate",
            "crate::wire",
        ],
    },
    Rule {
        part: "src/translate",
        forbidden: &[
            "axum",
            "sqlx",
            "reqwest",
            "hyper",
            "hyper_util",
            "std::env",
            "std::fs",
            "std::net",
            "crate::adapters",
            "crate::cli",
            "crate::config",
            "crate::http",
            "crate::service",
            "crate::store",
        ],
    },
    Rule {
        part: "src/adapters",
        forbidden: &[
            "axum",
            "sqlx",
            "reqwest",
            "tokio",
            "hyper",
            "hyper_util",
            "async_trait",
            "std::env",
            "std::fs",
            "std::net",
            "std::thread",
            "std::time::Instant",
            "std::time::SystemTime",
            "crate::cli",
            "crate::config",
            "crate::http",
            "crate::service",
            "crate::store",
        ],
    },
    Rule { part: "src/adapters/ar_system", forbidden: &["crate::adapters::ivanti"] },
    Rule { part: "src/adapters/ivanti", forbidden: &["crate::adapters::ar_system"] },
    Rule {
        part: "src/wire",
        forbidden: &[
            "axum",
            "sqlx",
            "scim_core",
            "scim_filter_parser",
            "crate::adapters",
            "crate::cli",
            "crate::config",
            "crate::http",
            "crate::service",
            "crate::store",
            "crate::translate",
        ],
    },
    Rule {
        part: "src/service",
        forbidden: &[
            "axum",
            "sqlx",
            "reqwest",
            "hyper",
            "hyper_util",
            "crate::adapters",
            "crate::cli",
            "crate::config",
            "crate::http",
            "crate::translate",
            "crate::wire",
            "crate::store::MemoryStore",
            "crate::store::SqliteStore",
        ],
    },
    Rule {
        part: "src/store",
        forbidden: &[
            "axum",
            "reqwest",
            "hyper",
            "hyper_util",
            "crate::adapters",
            "crate::backend",
            "crate::cli",
            "crate::config",
            "crate::http",
            "crate::service",
            "crate::translate",
            "crate::wire",
        ],
    },
    Rule {
        part: "src/http",
        forbidden: &[
            "reqwest",
            "sqlx",
            "crate::adapters",
            "crate::cli",
            "crate::store",
            "crate::translate",
            "crate::wire",
        ],
    },
    Rule {
        part: "src/config",
        forbidden: &[
            "axum",
            "sqlx",
            "reqwest",
            "tokio",
            "hyper",
            "std::env",
            "std::fs",
            "crate::adapters",
            "crate::backend",
            "crate::cli",
            "crate::http",
            "crate::service",
            "crate::store",
            "crate::translate",
            "crate::wire",
        ],
    },
    Rule {
        part: "src/telemetry",
        forbidden: &[
            "std::env",
            "crate::adapters",
            "crate::backend",
            "crate::cli",
            "crate::config",
            "crate::http",
            "crate::service",
            "crate::store",
            "crate::translate",
            "crate::wire",
        ],
    },
    Rule {
        part: "crates/scim-filter-parser/src",
        forbidden: &["serde", "serde_json", "tokio", "axum", "http", "sqlx", "std::env", "std::fs", "std::net"],
    },
    Rule {
        part: "crates/scim-core/src",
        forbidden: &[
            "tokio",
            "axum",
            "http",
            "sqlx",
            "reqwest",
            "async_trait",
            "std::env",
            "std::fs",
            "std::net",
            "std::time::Instant",
            "std::time::SystemTime",
            "jiff::Timestamp::now",
        ],
    },
    Rule { part: "crates/simulators/src", forbidden: &["scim_bridge", "scim_core", "scim_filter_parser", "reqwest"] },
];

/// The only files of the main package that see the simulators.
const SEES_SIMULATORS: &[&str] = &["src/cli/demo", "src/cli/simulate"];

/// Dependencies that a crate must not have, its own tests apart.
const CRATES: &[(&str, &[&str])] = &[
    ("crates/scim-filter-parser", &["serde", "serde_json", "tokio", "scim-core", "scim-bridge", "simulators"]),
    (
        "crates/scim-core",
        &["tokio", "axum", "http", "hyper", "reqwest", "sqlx", "async-trait", "scim-bridge", "simulators"],
    ),
    ("crates/simulators", &["scim-bridge", "scim-core", "scim-filter-parser", "reqwest", "sqlx"]),
];

#[test]
fn parts_import_only_what_they_may_know() {
    let mut broken = Vec::new();
    for (name, text) in sources() {
        broken.extend(breaches(&name, &text));
    }
    assert!(broken.is_empty(), "forbidden imports:\n{}", broken.join("\n"));
}

#[test]
fn the_rules_bite() {
    let cases = [
        ("src/adapters/ivanti/driver.rs", "use reqwest::Client;", "reqwest::Client"),
        ("src/adapters/ivanti/driver.rs", "use super::super::ar_system::wire;", "crate::adapters::ar_system::wire"),
        ("src/adapters.rs", "fn f() { let x = tokio::spawn(async {}); }", "tokio::spawn"),
        ("src/service/list.rs", "use crate::{backend::Id, translate::{Model, Rule}};", "crate::translate::Model"),
        ("src/service.rs", "use crate::store::{Store, SqliteStore};", "crate::store::SqliteStore"),
        ("src/http/scim/users/get.rs", "pub use crate::store;", "crate::store"),
        ("src/wire/client.rs", "use ::scim_core as core;", "scim_core"),
        ("src/cli/check.rs", "use simulators::bmc::Bmc;", "simulators::bmc::Bmc"),
        ("src/translate/create.rs", "use super::super::service::Caller;", "crate::service::Caller"),
        ("crates/simulators/src/bmc.rs", "use scim_core::Filter;", "scim_core::Filter"),
    ];
    for (name, text, path) in cases {
        assert!(breaches(name, text).iter().any(|breach| breach.ends_with(path)), "{name}: {text}");
    }
    let harmless = [
        ("src/wire/client.rs", "use reqwest::Client; // use axum::Router;"),
        ("src/service/list.rs", "const TEXT: &str = \"crate::translate::Model\"; use crate::backend::Id;"),
        ("src/wire.rs", "use crate::backend::{Cx, Journal, Lane, NativeCall, Applied};"),
        ("src/cli/demo/tour.rs", "use simulators::bmc::Bmc;"),
        ("src/translate/create.rs", "/* use axum::Router; */ let quote = '\"'; f::<'a>(quote); // axum::Router \""),
    ];
    for (name, text) in harmless {
        assert_eq!(breaches(name, text), Vec::<String>::new(), "{name}: {text}");
    }
}

#[test]
fn crates_depend_only_on_what_they_may_know() {
    for (folder, forbidden) in CRATES {
        let manifest = read(&root().join(folder).join("Cargo.toml"));
        let section = manifest.split("[dependencies]").nth(1).unwrap_or_default();
        let section = section.split("\n[").next().unwrap_or_default();
        for line in section.lines() {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            assert!(!forbidden.contains(&name), "{folder} must not depend on {name}");
        }
    }
}

#[test]
fn files_are_named_after_their_modules_and_say_what_they_are_for() {
    for (name, text) in sources() {
        assert!(!name.ends_with("/mod.rs"), "{name}: modules are foo.rs and foo/, not foo/mod.rs");
        assert!(text.starts_with("//! "), "{name}: a file begins with a //! line that says what it is for");
    }
}

#[test]
fn nothing_is_left_undone_or_tied_to_a_machine() {
    // Put together here, so that this file does not hold them.
    let places = ["home", "work", "root"].map(|folder| format!("\"/{folder}/"));
    let unfinished = ["todo", "unimplemented", "dbg"].map(|name| format!("{name}!("));
    let ignored = format!("#[{}", "ignore");
    for (name, text) in sources() {
        for word in places.iter().chain(&unfinished).chain([&ignored]) {
            assert!(!text.contains(word.as_str()), "{name} holds {word}");
        }
    }
}

#[test]
fn unsafe_code_is_forbidden_everywhere() {
    let manifest = read(&root().join("Cargo.toml"));
    assert!(manifest.contains("unsafe_code = \"forbid\""));
    let crates = CRATES.iter().map(|(folder, _)| format!("{folder}/Cargo.toml"));
    for name in crates.chain(["Cargo.toml".to_owned()]) {
        assert!(read(&root().join(&name)).contains("[lints]\nworkspace = true"), "{name} takes the workspace's lints");
    }
}

/// What breaks a rule in one file.
fn breaches(name: &str, text: &str) -> Vec<String> {
    let found = paths(name, text);
    let mut broken = Vec::new();
    for rule in RULES.iter().filter(|rule| belongs(name, rule.part)) {
        let bad = found.iter().filter(|path| rule.forbidden.iter().any(|forbidden| is_below(path, forbidden)));
        broken.extend(bad.map(|path| format!("{name}: {path}")));
    }
    let main_package = name.starts_with("src/") && !SEES_SIMULATORS.iter().any(|part| belongs(name, part));
    if main_package {
        let bad = found.iter().filter(|path| is_below(path, "simulators"));
        broken.extend(bad.map(|path| format!("{name}: {path}")));
    }
    broken
}

fn belongs(name: &str, part: &str) -> bool {
    name.strip_prefix(part).is_some_and(|rest| rest.starts_with('/') || rest.starts_with(".rs"))
}

fn is_below(path: &str, forbidden: &str) -> bool {
    path.strip_prefix(forbidden).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Every source file, by its name from the root on.
fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in ["src", "crates", "tests"] {
        collect(&root().join(folder), &mut files);
    }
    assert!(files.len() > 100, "the sources are there");
    files
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
            files.push((name, read(&path)));
        }
    }
}
