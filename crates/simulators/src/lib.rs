//! Look-alikes of the vendors' APIs, for tests and the demo.
//!
//! They are written from the vendors' manuals alone and share no type, no parser and no evaluator with the code that they
//! are used to test. [`control`] is what they have in common: a clock, a journal of what was asked, injected faults, and the
//! routes under `/_sim/` that let a test look at records and change them behind the vendor's back.

pub mod bmc;
pub mod control;
pub mod demo;
pub mod ivanti;
