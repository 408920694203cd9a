//! The Ivanti look-alike, rule by rule. Names are sentences.

#[path = "ivanti/demo.rs"]
mod demo;
#[path = "ivanti/filter_measured.rs"]
mod filter_measured;
#[path = "ivanti/filter_standard.rs"]
mod filter_standard;
#[path = "ivanti/lies.rs"]
mod lies;
#[path = "ivanti/reading.rs"]
mod reading;
#[path = "ivanti/sessions.rs"]
mod sessions;
#[path = "ivanti/support.rs"]
mod support;
#[path = "ivanti/teams.rs"]
mod teams;
#[path = "ivanti/writing.rs"]
mod writing;
