//! BMC Remedy / Helix ITSM: users on the User form of an AR System server, over its REST API.
//!
//! Source: the vendor guide (seed 000) for the contract; reference/bmc-ar-system.md for its traps.

mod config;
mod dialect;
mod driver;
mod groups;
mod mapping;
#[cfg(test)]
mod tests;
mod wire;

pub use config::Settings;
pub use driver::ArSystem;
