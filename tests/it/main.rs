//! The whole server and its parts, seen from outside, in one binary.

mod bridge;
mod filters;
mod http;
mod store;
