//! The vendors. Each driver has the same files: `driver.rs`, `dialect.rs`, `mapping.rs`, `wire.rs`, `config.rs`.
//!
//! Invariant: a driver is pure. It knows translate's `Driver`, scim-core and its own wire types; no HTTP server or
//! client, no SQL, no async runtime, no service, no store and no other adapter.

pub mod ar_system;
pub mod ivanti;
mod url;
