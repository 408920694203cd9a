//! Ivanti Neurons for ITSM: users as Employee records, over its OData API.
//!
//! Source: the vendor guide (seed 003) for the contract; reference/ivanti-itsm.md for its traps.

mod config;
mod dialect;
mod driver;
mod groups;
mod mapping;
mod metadata;
#[cfg(test)]
mod tests;
mod wire;

pub use config::{Auth, GroupSettings, GroupWord, LoginBody, Preset, Scheme, Settings};
pub use driver::Ivanti;
