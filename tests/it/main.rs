//! The whole server and its parts, seen from outside, in one binary.

mod attack;
mod bridge;
mod collation;
mod filters;
mod http;
mod schemas;
mod smoke;
mod store;
mod users;
mod wire;
