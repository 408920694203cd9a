//! Answers that are false though polite, where an option asks for them.

use http::{Method, StatusCode};
use serde_json::json;

use super::answer::Answer;
use super::call::{Call, Target};
use super::odata::Filter;
use super::options::IvantiOptions;
use crate::control::{DataAnswers, ExpiredAnswer, KeyComparison, QueryAnswers};

/// The answer to a data request whatever its session; none where the option is off.
pub(super) fn instead(options: &IvantiOptions, call: &Call, target: &Target) -> Option<Answer> {
    if !matches!(target, Target::Collection { .. } | Target::Record { .. }) {
        return None;
    }
    match options.data_answers {
        DataAnswers::Obeyed => None,
        DataAnswers::EmptyOk => Some(Answer::bare(StatusCode::OK)),
        DataAnswers::EmptyList => Some(empty_list(call, target)),
    }
}

/// The answer in a session that has ended; none where it is the honest one.
pub(super) fn after_the_end(options: &IvantiOptions, call: &Call, target: &Target) -> Option<Answer> {
    match options.expired_answer {
        ExpiredAnswer::Unauthorized => None,
        ExpiredAnswer::EmptyOk => Some(Answer::bare(StatusCode::OK)),
        ExpiredAnswer::EmptyList => Some(empty_list(call, target)),
    }
}

fn empty_list(call: &Call, target: &Target) -> Answer {
    if matches!(target, Target::Collection { .. }) && call.method() == Method::GET {
        Answer::json(StatusCode::OK, &json!({ "value": [] }))
    } else {
        Answer::bare(StatusCode::OK)
    }
}

/// The filter as the options distort it; none where it finds nothing whatever it says.
pub(super) fn distorted(filter: Filter, options: &IvantiOptions) -> Option<Filter> {
    const KEY: &str = "RecId";
    match options.key_comparison {
        _ if options.query_answers == QueryAnswers::Nothing => None,
        KeyComparison::Nothing if filter.compares(KEY) => None,
        KeyComparison::NeverTrue => Some(filter.without_comparisons(KEY)),
        KeyComparison::Obeyed | KeyComparison::Nothing => Some(filter),
    }
}
