//! `/Users` and `/Groups`: one file per action, for both.

pub(in crate::http) mod create;
pub(in crate::http) mod delete;
pub(in crate::http) mod get;
pub(in crate::http) mod list;
pub(in crate::http) mod patch;
pub(in crate::http) mod replace;

use crate::service::Endpoint;

/// The endpoint that a handler is for.
pub(in crate::http) trait Served: 'static {
    const ENDPOINT: Endpoint;
    const PATH: &'static str;
}

/// `/Users`
pub(in crate::http) struct Users;

impl Served for Users {
    const ENDPOINT: Endpoint = Endpoint::Users;
    const PATH: &'static str = "/Users";
}

/// `/Groups`
pub(in crate::http) struct Groups;

impl Served for Groups {
    const ENDPOINT: Endpoint = Endpoint::Groups;
    const PATH: &'static str = "/Groups";
}
