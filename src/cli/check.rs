//! `check`: whether a configuration can be served; with `--online` by calling its targets, else without calling anybody.

use std::path::Path;
use std::sync::Arc;

use super::serve::{random, wall_clock};
use super::targets::{Surroundings, build};
use crate::backend::{Finding, Severity, WriteTrial};
use crate::service::Service;
use crate::store::MemoryStore;

/// Reads a configuration and builds everything that it names; the text for the operator.
///
/// # Errors
/// Every fault, with its place.
pub fn run(path: &Path) -> anyhow::Result<String> {
    let config = super::load(path)?;
    let around = Surroundings { store: Arc::new(MemoryStore::new()), clock: wall_clock(), random: random() };
    let mut errors = config.errors();
    let mut lines = Vec::new();
    for target in &config.targets {
        match build(&config, target, &around) {
            Ok(service) => {
                let types: Vec<&str> =
                    service.resource_types().iter().map(|it| it.resource_type().name.as_str()).collect();
                lines.push(format!("target {}: {} ({})", target.name, target.base_url, types.join(", ")));
            }
            Err(more) => errors.append(more),
        }
    }
    errors.into_result().map_err(super::faults)?;
    lines.extend(
        config
            .credentials
            .iter()
            .map(|credential| format!("credential {}: {}", credential.name, credential.targets.join(", "))),
    );
    lines.push(format!("listens on {}; clients see {}", config.server.listen, config.server.public_url));
    lines.push("The configuration is sound. Nothing was called.".to_owned());
    Ok(lines.join("\n"))
}

/// What a look at the targets found.
#[derive(Debug)]
pub struct Found {
    /// One line for each finding.
    pub text: String,
    /// Whether a target cannot be served as it is.
    pub faulty: bool,
}

/// Logs in to every target of a configuration and looks whether it can be served. Nothing is written unless `write` says
/// whose record may be written back unchanged.
///
/// # Errors
/// Every fault of the configuration, with its place.
pub async fn online(path: &Path, write: Option<&WriteTrial>) -> anyhow::Result<Found> {
    let mut lines = vec![run(path)?.replace(" Nothing was called.", "")];
    let config = super::load(path)?;
    let around = Surroundings { store: Arc::new(MemoryStore::new()), clock: wall_clock(), random: random() };
    let mut faulty = false;
    for target in &config.targets {
        let service = build(&config, target, &around).map_err(super::faults)?;
        let findings = service.examine(write).await;
        service.close().await;
        faulty |= findings.iter().any(|finding| finding.severity == Severity::Fault);
        lines.extend(findings.iter().map(|finding| line(&target.name, finding)));
    }
    Ok(Found { text: lines.join("\n"), faulty })
}

fn line(target: &str, finding: &Finding) -> String {
    let word = match finding.severity {
        Severity::Good => "good",
        Severity::Warning => "warning",
        Severity::Fault => "FAULT",
    };
    format!("target {target}: {word}: {}", finding.text)
}
