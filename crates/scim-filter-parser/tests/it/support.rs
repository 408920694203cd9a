//! What the property tests generate, and how they run.

pub(crate) mod texts;
pub(crate) mod trees;

use std::fmt::Debug;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner};

/// Runs `test` on `cases` values, the same on every run. A failure is shrunk and shown, and leaves no file behind.
#[track_caller]
pub(crate) fn for_all<T: Debug>(cases: u32, strategy: impl Strategy<Value = T>, test: impl Fn(T) -> TestCaseResult) {
    let config = Config { cases, failure_persistence: None, rng_algorithm: RngAlgorithm::ChaCha, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    if let Err(error) = runner.run(&strategy, test) {
        panic!("{error}");
    }
}
