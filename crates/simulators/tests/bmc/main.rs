//! The AR System look-alike over HTTP, in process: every rule of the seed, every option.

mod demo;
mod foreign;
mod groups;
mod lies;
mod list;
mod session;
mod world;
mod write;
