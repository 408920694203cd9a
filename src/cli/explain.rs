//! `explain`: what a SCIM filter becomes on a target, without calling anybody.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};

use super::serve::{random, wall_clock};
use super::targets::{Surroundings, build};
use crate::backend::Explained;
use crate::store::MemoryStore;

/// The plan of a filter on one target of a configuration; the text for the operator.
///
/// # Errors
/// Faults of the configuration, an unknown target, a filter that the target's schemas do not allow.
pub fn run(path: &Path, target: &str, filter: &str) -> anyhow::Result<String> {
    let config = super::load(path)?;
    let Some(found) = config.target(target) else {
        let names: Vec<&str> = config.targets.iter().map(|target| target.name.as_str()).collect();
        bail!("no target '{target}'; there are: {}", names.join(", "));
    };
    let around = Surroundings { store: Arc::new(MemoryStore::new()), clock: wall_clock(), random: random() };
    let service = build(&config, found, &around).map_err(super::faults)?;
    let plan = service.explain(filter).with_context(|| format!("filter: {filter}"))?;
    Ok(describe(&plan))
}

/// The plan in words.
pub fn describe(plan: &Explained) -> String {
    if plan.nothing {
        return "no record can satisfy the filter: the target is not asked".to_owned();
    }
    let rest = match (plan.pushed, plan.exact) {
        (true, true) => "the target evaluates the whole filter; every row is checked again here",
        (true, false) => "the target evaluates a superset of the filter; every row is checked here",
        (false, true) => "no filter",
        (false, false) => {
            "the target evaluates nothing of the filter: every record is read, page by page, and checked here"
        }
    };
    format!("{}\n{rest}", plan.call)
}
