//! Answers that are false though polite, where an option asks for them.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use super::qualification::{Keyword, Operand, Qualification, Relation};
use super::schema::Form;
use crate::control::{DataAnswers, ExpiredAnswer};

/// What a request asks for, as far as an empty answer to it goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    List,
    /// What the fields of a form are.
    Description,
    Else,
}

/// The answer to a data request whatever its session; none where the option is off.
pub(super) fn instead(answers: DataAnswers, asked: Asked) -> Option<Response> {
    match answers {
        _ if asked == Asked::Description => None,
        DataAnswers::Obeyed => None,
        DataAnswers::EmptyOk => Some(empty_ok()),
        DataAnswers::EmptyList => Some(empty_list(asked)),
    }
}

/// The answer in a session that has ended; none where it is the honest one.
pub(super) fn after_the_end(answer: ExpiredAnswer, asked: Asked) -> Option<Response> {
    match answer {
        ExpiredAnswer::Unauthorized => None,
        ExpiredAnswer::EmptyOk => Some(empty_ok()),
        ExpiredAnswer::EmptyList => Some(empty_list(asked)),
    }
}

fn empty_ok() -> Response {
    StatusCode::OK.into_response()
}

fn empty_list(asked: Asked) -> Response {
    match asked {
        Asked::List => Json(json!({ "entries": [] })).into_response(),
        Asked::Description | Asked::Else => empty_ok(),
    }
}

/// Whether a comparison with the entry id is part of the condition; equality is none.
pub(super) fn compares_keys(condition: &Qualification, form: &Form) -> bool {
    match condition {
        Qualification::And(parts) | Qualification::Or(parts) => parts.iter().any(|part| compares_keys(part, form)),
        Qualification::Not(part) => compares_keys(part, form),
        Qualification::Compare(relation, left, right) => {
            let is_order = matches!(
                relation,
                Relation::Less | Relation::LessOrEqual | Relation::Greater | Relation::GreaterOrEqual
            );
            let is_key = |operand: &Operand| match operand {
                Operand::Field(reference) => form.resolve(reference).is_some_and(|field| field.id == form.key().id),
                _ => false,
            };
            is_order && (is_key(left) || is_key(right))
        }
    }
}

/// The condition with every comparison with the entry id unknown for every entry.
pub(super) fn without_keys(condition: Qualification, form: &Form) -> Qualification {
    let all = |parts: Vec<Qualification>| parts.into_iter().map(|part| without_keys(part, form)).collect();
    match condition {
        Qualification::And(parts) => Qualification::And(all(parts)),
        Qualification::Or(parts) => Qualification::Or(all(parts)),
        Qualification::Not(part) => Qualification::Not(Box::new(without_keys(*part, form))),
        Qualification::Compare(relation, left, right) => {
            let compare = Qualification::Compare(relation, left, right);
            if compares_keys(&compare, form) {
                // Nothing is less or more than nothing.
                let null = || Operand::Keyword(Keyword::Null);
                Qualification::Compare(Relation::Less, null(), null())
            } else {
                compare
            }
        }
    }
}
