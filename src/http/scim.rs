//! The endpoints below a SCIM root: one file per action.

pub(super) mod bulk;
pub(super) mod discovery;
pub(super) mod me;
pub(super) mod resources;
pub(super) mod search;
