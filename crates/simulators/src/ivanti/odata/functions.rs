//! The functions of the standard dialect. With a null argument each gives null.

use jiff::tz::TimeZone;

use super::eval::fold_case;
use super::{Comparison, Value, lex};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Contains,
    StartsWith,
    EndsWith,
    ToLower,
    ToUpper,
    Trim,
    Length,
    IndexOf,
    Substring,
    Concat,
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

impl Function {
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "contains" => Self::Contains,
            "startswith" => Self::StartsWith,
            "endswith" => Self::EndsWith,
            "tolower" => Self::ToLower,
            "toupper" => Self::ToUpper,
            "trim" => Self::Trim,
            "length" => Self::Length,
            "indexof" => Self::IndexOf,
            "substring" => Self::Substring,
            "concat" => Self::Concat,
            "year" => Self::Year,
            "month" => Self::Month,
            "day" => Self::Day,
            "hour" => Self::Hour,
            "minute" => Self::Minute,
            "second" => Self::Second,
            _ => return None,
        })
    }

    pub(super) fn takes(self, arguments: usize) -> bool {
        match self {
            Self::Contains | Self::StartsWith | Self::EndsWith | Self::IndexOf | Self::Concat => arguments == 2,
            Self::Substring => arguments == 2 || arguments == 3,
            _ => arguments == 1,
        }
    }

    pub(super) fn is_boolean(self) -> bool {
        matches!(self, Self::Contains | Self::StartsWith | Self::EndsWith)
    }

    /// Arguments of a type the function does not take give null, as a missing value does.
    pub(super) fn call(self, arguments: &[Value], comparison: Comparison) -> Value {
        let found = match self {
            Self::Contains => two(arguments, comparison, |a, b| Value::Bool(a.contains(b))),
            Self::StartsWith => two(arguments, comparison, |a, b| Value::Bool(a.starts_with(b))),
            Self::EndsWith => two(arguments, comparison, |a, b| Value::Bool(a.ends_with(b))),
            Self::IndexOf => two(arguments, comparison, |a, b| {
                Value::Number(a.find(b).map_or(-1.0, |at| number(a[..at].chars().count())))
            }),
            Self::ToLower => one(arguments, |a| Value::Text(a.to_lowercase())),
            Self::ToUpper => one(arguments, |a| Value::Text(a.to_uppercase())),
            Self::Trim => one(arguments, |a| Value::Text(a.trim().to_owned())),
            Self::Length => one(arguments, |a| Value::Number(number(a.chars().count()))),
            Self::Concat => match arguments {
                [Value::Text(a), Value::Text(b)] => Some(Value::Text(format!("{a}{b}"))),
                _ => None,
            },
            Self::Substring => substring(arguments),
            Self::Year | Self::Month | Self::Day | Self::Hour | Self::Minute | Self::Second => {
                self.date_part(arguments)
            }
        };
        found.unwrap_or(Value::Null)
    }

    fn date_part(self, arguments: &[Value]) -> Option<Value> {
        let instant = match arguments {
            [Value::Instant(instant)] => *instant,
            [Value::Text(text)] => lex::instant(text)?,
            _ => return None,
        };
        let at = instant.to_zoned(TimeZone::UTC);
        Some(Value::Number(match self {
            Self::Year => f64::from(at.year()),
            Self::Month => f64::from(at.month()),
            Self::Day => f64::from(at.day()),
            Self::Hour => f64::from(at.hour()),
            Self::Minute => f64::from(at.minute()),
            _ => f64::from(at.second()),
        }))
    }
}

fn one(arguments: &[Value], run: impl FnOnce(&str) -> Value) -> Option<Value> {
    match arguments {
        [Value::Text(text)] => Some(run(text)),
        _ => None,
    }
}

/// Both texts under the collation, as LIKE has them.
fn two(arguments: &[Value], comparison: Comparison, run: impl FnOnce(&str, &str) -> Value) -> Option<Value> {
    match arguments {
        [Value::Text(a), Value::Text(b)] => {
            Some(run(&fold_case(a, comparison.collation), &fold_case(b, comparison.collation)))
        }
        _ => None,
    }
}

fn substring(arguments: &[Value]) -> Option<Value> {
    let (text, from, length) = match arguments {
        [Value::Text(text), Value::Number(from)] => (text, from, None),
        [Value::Text(text), Value::Number(from), Value::Number(length)] => (text, from, Some(*length)),
        _ => return None,
    };
    let length = length.map_or(usize::MAX, index);
    Some(Value::Text(text.chars().skip(index(*from)).take(length).collect()))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, which is what is wanted")]
fn index(number: f64) -> usize {
    number as usize
}

#[expect(clippy::cast_precision_loss, reason = "no field is that long")]
fn number(count: usize) -> f64 {
    count as f64
}
