//! Filters against judges that share nothing with the bridge: an evaluator written from RFC 7644 for these tests, and
//! the simulators' own parsers.
//!
//! `superset`: what satisfies a filter satisfies the native query that it became, without HTTP. `answers`: the bridge's
//! answer is what the evaluator finds in the simulator's records, and no value ever left its literal. Literals and the
//! directory's values come from one small pool, so that matches happen; everything is seeded, so that runs agree.

mod answers;
mod directory;
mod naive;
mod native;
pub(crate) mod pool;
mod shape;
mod superset;
mod tree;
