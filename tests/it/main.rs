//! The whole server and its parts, seen from outside, in one binary.

mod http;
mod store;
