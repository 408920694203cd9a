//! What is said about a text that cannot be read.

use std::borrow::Cow;
use std::fmt;

/// Why a text was refused: where, and what should have stood there.
///
/// The [`Display`](fmt::Display) form is meant for the author of the text. It repeats a short piece of it, with
/// invisible characters escaped.
///
/// ```
/// use scim_filter_parser::{ParseErrorKind, parse_filter};
///
/// let error = parse_filter(r#"userName equals "ada""#).unwrap_err();
/// assert_eq!(error.kind(), ParseErrorKind::Syntax);
/// assert_eq!(error.position(), 9);
/// assert_eq!(
///     error.to_string(),
///     "at position 9: expected a comparison operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr), found \"equals\""
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at position {position}: expected {expected}{found}")]
pub struct ParseError {
    position: usize,
    kind: ParseErrorKind,
    expected: Cow<'static, str>,
    found: Found,
}

/// The sort of a [`ParseError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The text does not follow the grammar.
    Syntax,
    /// The text has more bytes than [`Limits::length_max`](crate::Limits::length_max).
    TooLong,
    /// The text nests deeper than [`Limits::depth_max`](crate::Limits::depth_max).
    TooDeep,
    /// The text has more attribute expressions than [`Limits::terms_max`](crate::Limits::terms_max).
    TooManyTerms,
}

impl ParseError {
    /// A syntax error at the start of `rest`, which is the end of `text`; or a limit exceeded there.
    pub(crate) fn new(text: &str, rest: &str, kind: ParseErrorKind, expected: Cow<'static, str>) -> Self {
        let found = if kind == ParseErrorKind::Syntax { Found::at(rest) } else { Found::NotSaid };
        ParseError { position: text.len() - rest.len(), kind, expected, found }
    }

    /// The text has more than `length_max` bytes.
    pub(crate) fn too_long(length_max: usize) -> Self {
        ParseError {
            position: length_max,
            kind: ParseErrorKind::TooLong,
            expected: format!("at most {length_max} bytes").into(),
            found: Found::NotSaid,
        }
    }

    /// The offset, in bytes from the start of the text, of the first thing that does not fit.
    ///
    /// It is a character boundary of the text, except for [`ParseErrorKind::TooLong`], where it is the limit.
    pub fn position(&self) -> usize {
        self.position
    }

    /// What would have been accepted at [`position`](Self::position), in words.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// Whether the grammar or which limit is violated.
    pub fn kind(&self) -> ParseErrorKind {
        self.kind
    }
}

/// What stands at the position of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    /// A limit needs no finding.
    NotSaid,
    End,
    /// A double quote, and so probably a string.
    Quote,
    /// The next word or sign, made printable.
    Piece(String),
}

impl Found {
    const CHARACTERS_MAX: usize = 40;

    fn at(rest: &str) -> Self {
        let Some(first) = rest.chars().next() else { return Found::End };
        if first == '"' {
            return Found::Quote;
        }
        let length = rest.find(is_delimiter).unwrap_or(rest.len()).max(first.len_utf8());
        Found::Piece(printable(&rest[..length]))
    }
}

fn is_delimiter(character: char) -> bool {
    character.is_whitespace() || matches!(character, '"' | '(' | ')' | '[' | ']')
}

/// The start of `piece`, with what cannot be seen written as an escape sequence.
fn printable(piece: &str) -> String {
    let mut shown = String::new();
    for (count, character) in piece.chars().enumerate() {
        if count == Found::CHARACTERS_MAX {
            shown.push('…');
            break;
        }
        match character {
            '\\' | '\'' => shown.push(character),
            other => shown.extend(other.escape_debug()),
        }
    }
    shown
}

impl fmt::Display for Found {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Found::NotSaid => Ok(()),
            Found::End => out.write_str(", found the end"),
            Found::Quote => out.write_str(", found a double quote"),
            Found::Piece(piece) => write!(out, ", found \"{piece}\""),
        }
    }
}
