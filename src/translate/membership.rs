//! The groups that a user's record names, as they are written in its field.
//!
//! Servers differ in how they write a list (`1;20023;`, with blanks or commas, as an array); what nobody here knows is kept
//! with its place (reference bmc-ar-system, section 5.2).

use scim_core::fold;

use serde_json::Number;

use super::groups::{Form, Membership};
use super::{NativeValue, Record};

/// What a membership field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    tokens: Vec<String>,
    form: Form,
    array: Option<Elements>,
}

/// The server sends an array, and gets one of the same kind back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Elements {
    Texts,
    Numbers,
}

impl Held {
    /// Reads a record.
    pub(super) fn of(membership: &Membership, record: &Record) -> Self {
        let held = Self::read(membership, record.get(membership.field));
        let empty = record.is_array(membership.field).then_some(Elements::Texts);
        Self { array: held.array.or(empty), ..held }
    }

    /// Reads the value of a field.
    pub(super) fn read(membership: &Membership, value: Option<&NativeValue>) -> Self {
        let (tokens, array) = match value {
            None => (Vec::new(), None),
            Some(NativeValue::List(texts)) => {
                (texts.iter().map(|text| text.trim().to_owned()).collect(), Some(Elements::Texts))
            }
            Some(NativeValue::Numbers(numbers)) => {
                (numbers.iter().map(Number::to_string).collect(), Some(Elements::Numbers))
            }
            Some(value) => (split(&membership.form, &value.as_text()), None),
        };
        let tokens = tokens.into_iter().filter(|token| !token.is_empty()).collect();
        Self { tokens, form: membership.form, array }
    }

    /// What it names.
    pub(super) fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// Whether it names this group.
    pub(super) fn has(&self, token: &str) -> bool {
        self.tokens.iter().any(|own| fold::same(own, token))
    }

    /// The same with this group: behind the others, or in the place of the one there was.
    pub(super) fn with(&self, token: &str) -> Self {
        let mut tokens = match self.form {
            Form::List { .. } => self.tokens.clone(),
            Form::Single { .. } => Vec::new(),
        };
        tokens.push(token.to_owned());
        Self { tokens, ..self.clone() }
    }

    /// The same without this group.
    pub(super) fn without(&self, token: &str) -> Self {
        let others = self.tokens.iter().filter(|own| !fold::same(own, token));
        Self { tokens: others.cloned().collect(), ..self.clone() }
    }

    /// As it is written to the field; none is nothing.
    pub(super) fn value(&self) -> Option<NativeValue> {
        let numbers = || self.tokens.iter().map(|token| token.parse().ok()).collect::<Option<Vec<Number>>>();
        match (self.array, &self.form, self.tokens.as_slice()) {
            (Some(Elements::Numbers), _, tokens) => {
                Some(numbers().map_or_else(|| NativeValue::List(tokens.to_vec()), NativeValue::Numbers))
            }
            (Some(Elements::Texts), _, tokens) => Some(NativeValue::List(tokens.to_vec())),
            (None, _, []) => None,
            (None, Form::Single { .. }, tokens) => tokens.last().map(NativeValue::text),
            (None, Form::List { .. }, tokens) => {
                Some(NativeValue::Text(tokens.iter().flat_map(|it| [it, ";"]).collect()))
            }
        }
    }

    /// Whether it fits into its field.
    pub(super) fn fits(&self) -> bool {
        match self.form {
            Form::List { length_max } => self.value().is_none_or(|value| value.as_text().chars().count() <= length_max),
            Form::Single { .. } => true,
        }
    }
}

/// What servers and people separate ids with.
const SEPARATORS: [char; 3] = [';', ',', ' '];

fn split(form: &Form, text: &str) -> Vec<String> {
    let separated = |by: &[char]| text.split(by).map(|token| token.trim().to_owned()).collect();
    match form {
        Form::Single { .. } => vec![text.trim().to_owned()],
        // Names may have blanks and commas in them, ids have not.
        Form::List { .. } if text.chars().all(|it| it.is_ascii_digit() || SEPARATORS.contains(&it)) => {
            separated(&SEPARATORS)
        }
        Form::List { .. } if text.contains(';') => separated(&[';']),
        Form::List { .. } if text.contains(',') => separated(&[',']),
        Form::List { .. } => separated(&[' ']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::FieldTable;

    fn list(value: &str) -> Held {
        let membership = Membership { field: FieldTable::new("1").key(), form: Form::List { length_max: 20 } };
        Held::read(&membership, NativeValue::from_json(serde_json::from_str(value).expect("JSON")).as_ref())
    }

    #[test]
    fn lists_are_read_in_any_form_and_written_in_one() {
        for (text, expected) in [
            ("null", None),
            ("\"\"", None),
            ("\";\"", None),
            ("\"1;20023;\"", Some("1;20023;")),
            ("\"1;20023\"", Some("1;20023;")),
            ("\"1; 20023; \"", Some("1;20023;")),
            ("\"1, 20023\"", Some("1;20023;")),
            ("\"1 20023\"", Some("1;20023;")),
            ("\"9 0 1,20023;\"", Some("9;0;1;20023;")),
            ("\"My Group;7;\"", Some("My Group;7;")),
            ("7", Some("7;")),
        ] {
            assert_eq!(list(text).value().map(|value| value.as_text()).as_deref(), expected, "{text}");
        }
        assert_eq!(
            list("[\"1\", 7]").with("9").value(),
            Some(NativeValue::List(["1", "7", "9"].map(str::to_owned).into()))
        );
        let numbers = |held: Held| held.value().map(|value| value.to_json());
        assert_eq!(numbers(list("[1, 7]").with("9")), Some(serde_json::json!([1, 7, 9])));
        assert_eq!(numbers(list("[7]").without("7")), Some(serde_json::json!([])));
        assert_eq!(numbers(list("[7]").with("All")), Some(serde_json::json!(["7", "All"])));
    }

    #[test]
    fn others_stay_in_their_places() {
        let held = list("\"9;7;8;7;\"");
        assert_eq!(held.without("7").value(), Some(NativeValue::text("9;8;")));
        assert_eq!(held.with("1").value(), Some(NativeValue::text("9;7;8;7;1;")));
        assert_eq!(list("\"7;\"").without("7").value(), None);
        assert!(!held.has("1") && held.has("8"));
    }

    #[test]
    fn a_list_has_an_end() {
        let held = list("\"1234567;1234568;\"");
        assert!(held.with("123").fits() && !held.with("1234").fits());
    }
}
