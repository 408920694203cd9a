//! Log lines, to standard error, and counts for operators.
//!
//! Invariant: reads no environment; the caller says what is logged and how.

pub mod clients;

use std::io;
use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::util::TryInitError;

/// The shape of log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line, for collectors.
    Json,
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is malformed.
    #[error("the log filter is malformed: {0}")]
    Filter(#[from] ParseError),
    /// There is a log already.
    #[error("the log is set up already")]
    Taken(#[from] TryInitError),
}

/// Sets up the log of the process. `filter` is a list of directives such as `info,scim_bridge=debug`.
///
/// # Errors
/// A malformed filter, and a second call.
pub fn init(filter: &str, format: Format) -> Result<(), TelemetryError> {
    let builder = tracing_subscriber::fmt().with_env_filter(EnvFilter::try_new(filter)?).with_writer(io::stderr);
    match format {
        Format::Text => tracing_subscriber::util::SubscriberInitExt::try_init(builder.finish())?,
        Format::Json => tracing_subscriber::util::SubscriberInitExt::try_init(builder.json().finish())?,
    }
    Ok(())
}

/// Logs a panic, for `std::panic::set_hook`. Only where it happened: the message may hold a user's data.
pub fn panicked(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    tracing::error!(place, "panicked at {place}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_filter_is_refused() {
        assert!(matches!(init("info,scim_bridge=loud", Format::Text), Err(TelemetryError::Filter(_))));
    }
}
