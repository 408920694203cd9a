//! The tests of the public interface, in one program.

mod errors;
mod grammar;
mod hostile;
mod oracle;
mod properties;
mod support;
