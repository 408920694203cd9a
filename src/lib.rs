//! A SCIM 2.0 service provider in front of systems that have no SCIM or a weak one.

pub mod adapters;
pub mod backend;
pub mod cli;
pub mod config;
pub mod http;
pub mod service;
pub mod store;
pub mod telemetry;
pub mod translate;
pub mod wire;
