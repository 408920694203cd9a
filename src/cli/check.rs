//! `check`: whether a configuration can be served, without calling anybody.

use std::path::Path;
use std::sync::Arc;

use super::serve::{random, wall_clock};
use super::targets::{Surroundings, build};
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
