//! The commands: the only place where parts are chosen and wired.
//!
//! Exit codes: 0 done, 1 it failed or is not as it should be, 2 wrong usage.

pub mod check;
#[cfg(feature = "demo")]
pub mod demo;
pub mod explain;
pub mod serve;
#[cfg(feature = "demo")]
pub mod simulate;
pub mod targets;
pub mod token;

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::config::{Config, ConfigErrors};

/// Reads a configuration from a file and the process environment.
///
/// # Errors
/// A file that cannot be read, or every fault in it.
pub fn load(path: &Path) -> anyhow::Result<Config> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let directory = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let env = |name: &str| std::env::var(name).ok();
    let read = move |file: &Path| std::fs::read_to_string(relative_to(&directory, file));
    Config::parse(&path.display().to_string(), &text, &env, &read).map_err(faults)
}

/// Files named in a configuration are found from where it is.
fn relative_to(directory: &Path, file: &Path) -> PathBuf {
    if file.is_absolute() { file.to_path_buf() } else { directory.join(file) }
}

/// All faults as one error text.
#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
pub(crate) fn faults(errors: ConfigErrors) -> anyhow::Error {
    anyhow::anyhow!("the configuration has faults\n{errors}")
}
