//! The HTTP edge over a stub of the use cases.

mod auth;
mod bad_input;
mod discovery;
mod limits;
mod listener;
mod lists;
mod log;
mod media;
mod stub;
mod system;
mod users;
