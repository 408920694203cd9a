//! The OData filters that Ivanti reads correctly (reference section 2.3), and their one printer.
//!
//! Eight operators and no function; `not` is dropped, parentheses count only where the filter begins, and an `and`
//! after an `or` is misread, each of them silently. What can be printed is therefore one group of alternatives,
//! followed by simple comparisons: `(A or B) and C and D`. Everything else is left out, which makes a superset.

use crate::translate::{Condition, Dialect, FieldTable, NativeValue, Relation};

/// The web server in front takes query strings of 2,048 bytes, and the list of fields needs its part.
const CONDITION_MAX_BYTES: usize = 1_400;

/// How Ivanti queries behave.
pub(super) fn dialect(case_insensitive: bool) -> Dialect {
    Dialect {
        case_insensitive,
        // `'$NULL'` is a tenant's own word: where OData is read by the book it is a text like any other.
        nulls: false,
        like: false,
        is_keyword,
        short_page_ends: true,
        condition_max: CONDITION_MAX_BYTES,
        spellings_max: 8,
    }
}

/// `'$NULL'` means empty, quotes or not; whatever begins like it is not asked for.
fn is_keyword(text: &str) -> bool {
    text.trim().to_ascii_uppercase().starts_with("$NULL")
}

/// Prints as much of a condition as the dialect can carry.
pub(super) fn print(fields: &FieldTable, condition: &Condition) -> Option<String> {
    let mut group: Option<Vec<&Condition>> = None;
    let mut simple = Vec::new();
    let parts = match condition {
        Condition::And(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    for part in parts {
        match part {
            Condition::Or(alternatives) => group = better(group, alternatives),
            Condition::And(inner) => simple.extend(inner.iter().filter(|part| is_simple(part))),
            leaf => simple.push(leaf),
        }
    }
    let mut pieces = Vec::with_capacity(simple.len() + 1);
    if let Some(group) = group {
        let alternatives: Vec<String> = group.iter().map(|leaf| comparison(fields, leaf)).collect();
        pieces.push(format!("({})", alternatives.join(" or ")));
    }
    pieces.extend(simple.iter().map(|leaf| comparison(fields, leaf)));
    (!pieces.is_empty()).then(|| pieces.join(" and "))
}

fn is_simple(condition: &Condition) -> bool {
    !matches!(condition, Condition::And(_) | Condition::Or(_))
}

/// One group fits: the one with fewer alternatives selects more. An alternative that is a conjunction is represented
/// by one of its parts; one that cannot be represented spoils the group.
fn better<'a>(group: Option<Vec<&'a Condition>>, alternatives: &'a [Condition]) -> Option<Vec<&'a Condition>> {
    let candidate: Option<Vec<&Condition>> = alternatives.iter().map(representative).collect();
    match (group, candidate) {
        (Some(group), Some(candidate)) if candidate.len() < group.len() => Some(candidate),
        (None, candidate) => candidate,
        (group, _) => group,
    }
}

fn representative(alternative: &Condition) -> Option<&Condition> {
    match alternative {
        Condition::And(parts) => {
            let equality = |part: &&Condition| matches!(part, Condition::Compare(_, Relation::Eq, _));
            parts.iter().find(equality).or_else(|| parts.iter().find(|part| is_simple(part)))
        }
        Condition::Or(_) => None,
        leaf => Some(leaf),
    }
}

fn comparison(fields: &FieldTable, leaf: &Condition) -> String {
    match leaf {
        Condition::Compare(field, relation, value) => {
            let word = match relation {
                Relation::Eq => "eq",
                Relation::Ne => "ne",
                Relation::Lt => "lt",
                Relation::Le => "le",
                Relation::Gt => "gt",
                Relation::Ge => "ge",
            };
            format!("{} {word} {}", fields.name(*field), literal(value))
        }
        Condition::Empty(field) => format!("{} eq '$NULL'", fields.name(*field)),
        Condition::NotEmpty(field) => format!("{} ne '$NULL'", fields.name(*field)),
        Condition::Like(..) | Condition::And(_) | Condition::Or(_) => {
            unreachable!("the dialect declares no patterns, and groups are taken apart before")
        }
    }
}

/// A string in single quotes, doubled inside; instants, numbers and booleans bare.
fn literal(value: &NativeValue) -> String {
    match value {
        NativeValue::Text(_) | NativeValue::List(_) | NativeValue::Numbers(_) => {
            format!("'{}'", value.as_text().replace('\'', "''"))
        }
        NativeValue::Instant(text) => text.clone(),
        NativeValue::Number(number) => number.to_string(),
        NativeValue::Boolean(flag) => flag.to_string(),
    }
}
