//! `/Users`.

pub(in crate::http) mod create;
pub(in crate::http) mod delete;
pub(in crate::http) mod get;
pub(in crate::http) mod list;
pub(in crate::http) mod patch;
pub(in crate::http) mod replace;

/// Where users are served.
const ENDPOINT: &str = "/Users";
