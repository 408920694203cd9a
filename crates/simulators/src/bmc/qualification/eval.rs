//! Whether an entry fulfils a qualification.

use std::cmp::Ordering;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::like::{has_wildcard, like};
use super::{Collation, Database, EvalOptions, Keyword, Operand, Operator, Qualification, Relation};
use crate::bmc::schema::{Field, Kind};
use crate::bmc::time;
use crate::control::Record;

/// Whether `record` is found. A field that the form does not have is always empty.
pub fn matches(qualification: &Qualification, record: &Record, options: &EvalOptions) -> bool {
    Evaluation { record, options }.holds(qualification) == Some(true)
}

/// The order of two texts in the database.
pub fn compare_text(left: &str, right: &str, database: Database, collation: Collation) -> Ordering {
    let (left, right) = match database {
        Database::SqlServer => (left.trim_end_matches(' '), right.trim_end_matches(' ')),
        Database::Oracle | Database::Postgres => (left, right),
    };
    match collation {
        Collation::Exact => left.cmp(right),
        Collation::Insensitive => left.chars().map(lower).cmp(right.chars().map(lower)),
    }
}

/// The simple lower case: a letter whose lower case is more than one letter stays as it is.
fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// A value in the course of evaluation. Selections keep their labels, because text compares with those.
#[derive(Debug)]
enum Val {
    Null,
    Text(String),
    Number(f64),
    /// Seconds since the epoch.
    Time(f64),
    Selected(usize, &'static [&'static str]),
}

struct Evaluation<'a> {
    record: &'a Record,
    options: &'a EvalOptions,
}

impl Evaluation<'_> {
    /// `None` is SQL's "unknown".
    fn holds(&self, qualification: &Qualification) -> Option<bool> {
        match qualification {
            Qualification::And(parts) => self.all(parts, false),
            Qualification::Or(parts) => self.all(parts, true),
            Qualification::Not(part) => self.holds(part).map(|holds| !holds),
            Qualification::Compare(relation, left, right) => self.compare(*relation, left, right),
        }
    }

    /// The first part that is `decisive` decides; an unknown one counts only when none is.
    fn all(&self, parts: &[Qualification], decisive: bool) -> Option<bool> {
        let mut outcome = Some(!decisive);
        for part in parts {
            match self.holds(part) {
                Some(holds) if holds == decisive => return Some(decisive),
                Some(_) => {}
                None => outcome = None,
            }
        }
        outcome
    }

    fn compare(&self, relation: Relation, left: &Operand, right: &Operand) -> Option<bool> {
        if self.is_null_keyword(left) || self.is_null_keyword(right) {
            let empty = |operand| matches!(self.value(operand), Val::Null);
            let both = empty(left) && empty(right);
            return match relation {
                Relation::Equal => Some(both),
                Relation::NotEqual => Some(!both),
                _ => None,
            };
        }
        let (left, right) = (self.value(left), self.value(right));
        if relation == Relation::Like {
            return self.like(&left, &right);
        }
        let order = self.order(&left, &right)?;
        Some(match relation {
            Relation::Equal => order.is_eq(),
            Relation::NotEqual => order.is_ne(),
            Relation::Less => order.is_lt(),
            Relation::LessOrEqual => order.is_le(),
            Relation::Greater => order.is_gt(),
            Relation::GreaterOrEqual => order.is_ge(),
            Relation::Like => return None,
        })
    }

    fn like(&self, text: &Val, pattern: &Val) -> Option<bool> {
        let (text, pattern) = (as_text(text)?, as_text(pattern)?);
        let EvalOptions { database, collation, .. } = *self.options;
        if !has_wildcard(&pattern, database) {
            return Some(compare_text(&text, &pattern, database, collation).is_eq());
        }
        let folded = |text: &str| match collation {
            Collation::Exact => text.chars().collect::<Vec<_>>(),
            Collation::Insensitive => text.chars().map(lower).collect(),
        };
        Some(like(&folded(&text), &folded(&pattern), database))
    }

    fn order(&self, left: &Val, right: &Val) -> Option<Ordering> {
        match (left, right) {
            (Val::Null, _) | (_, Val::Null) => None,
            (Val::Text(left), Val::Text(right)) => {
                Some(compare_text(left, right, self.options.database, self.options.collation))
            }
            (Val::Text(text), Val::Selected(index, labels)) => Some(index_of(text, labels)?.cmp(index)),
            (Val::Selected(index, labels), Val::Text(text)) => Some(index.cmp(&index_of(text, labels)?)),
            (Val::Text(text), Val::Time(moment)) => time::seconds(text)?.partial_cmp(moment),
            (Val::Time(moment), Val::Text(text)) => moment.partial_cmp(&time::seconds(text)?),
            _ => as_number(left)?.partial_cmp(&as_number(right)?),
        }
    }

    fn is_null_keyword(&self, operand: &Operand) -> bool {
        match operand {
            Operand::Keyword(keyword) => *keyword == Keyword::Null,
            Operand::Text(text) => self.quoted_keyword(text) == Some(Keyword::Null),
            _ => false,
        }
    }

    fn quoted_keyword(&self, text: &str) -> Option<Keyword> {
        Keyword::spelled(text).filter(|_| self.options.quoted_keywords)
    }

    fn value(&self, operand: &Operand) -> Val {
        match operand {
            Operand::Field(reference) => self.field(reference),
            Operand::Text(text) => match self.quoted_keyword(text) {
                Some(keyword) => self.keyword(keyword),
                None => self.text(text),
            },
            Operand::Number(number) => Val::Number(*number),
            Operand::Keyword(keyword) => self.keyword(*keyword),
            Operand::Negated(operand) => {
                as_number(&self.value(operand)).map_or(Val::Null, |number| Val::Number(-number))
            }
            Operand::Arithmetic(operator, left, right) => {
                let values = (as_number(&self.value(left)), as_number(&self.value(right)));
                let (Some(left), Some(right)) = values else { return Val::Null };
                let result = calculate(*operator, left, right);
                if result.is_finite() { Val::Number(result) } else { Val::Null }
            }
        }
    }

    fn keyword(&self, keyword: Keyword) -> Val {
        let now = self.options.now;
        match keyword {
            Keyword::Null => Val::Null,
            Keyword::User => self.text(&self.options.user),
            Keyword::Timestamp => Val::Time(now.as_duration().as_secs_f64().floor()),
            Keyword::Date => {
                let midnight = now.to_zoned(TimeZone::UTC).start_of_day();
                midnight.map_or(Val::Null, |day| Val::Time(day.timestamp().as_duration().as_secs_f64()))
            }
        }
    }

    fn text(&self, text: &str) -> Val {
        if text.is_empty() && self.options.database == Database::Oracle {
            return Val::Null;
        }
        Val::Text(text.to_owned())
    }

    fn field(&self, reference: &str) -> Val {
        let Some(field) = self.options.form.resolve(reference) else { return Val::Null };
        match self.record.get(field.name) {
            None | Some(Value::Null) => Val::Null,
            Some(value) => self.stored(field, value),
        }
    }

    fn stored(&self, field: &Field, value: &Value) -> Val {
        match (field.kind, value) {
            (Kind::Selection(labels), Value::String(label)) => {
                index_of(label, labels).map_or(Val::Null, |index| Val::Selected(index, labels))
            }
            (Kind::Selection(labels), Value::Number(index)) => {
                let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
                index.filter(|index| *index < labels.len()).map_or(Val::Null, |index| Val::Selected(index, labels))
            }
            (Kind::Time, Value::String(moment)) => time::seconds(moment).map_or(Val::Null, Val::Time),
            (Kind::Integer, Value::String(digits)) => digits.parse().map_or(Val::Null, Val::Number),
            (_, Value::Number(number)) => number.as_f64().map_or(Val::Null, Val::Number),
            (_, Value::String(text)) => self.text(text),
            _ => Val::Null,
        }
    }
}

fn index_of(text: &str, labels: &[&str]) -> Option<usize> {
    let by_label = labels.iter().position(|label| *label == text);
    by_label.or_else(|| text.parse().ok().filter(|index| *index < labels.len()))
}

/// Selections and moments have no text to match a pattern with.
fn as_text(value: &Val) -> Option<String> {
    match value {
        Val::Text(text) => Some(text.clone()),
        Val::Number(number) => Some(number.to_string()),
        Val::Null | Val::Time(_) | Val::Selected(..) => None,
    }
}

fn as_number(value: &Val) -> Option<f64> {
    match value {
        Val::Number(number) | Val::Time(number) => Some(*number),
        #[expect(clippy::cast_precision_loss, reason = "the index of a label is a small number")]
        Val::Selected(index, _) => Some(*index as f64),
        Val::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        Val::Null => None,
    }
}

fn calculate(operator: Operator, left: f64, right: f64) -> f64 {
    match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        Operator::Remainder => left % right,
    }
}
