//! What surrounds every request; `router.rs` says in which order, and why.

pub(super) mod deadline;
pub(super) mod observe;
pub(super) mod panics;
