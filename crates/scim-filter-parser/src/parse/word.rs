//! The smallest pieces: white space and words.

use nom::Parser;
use nom::bytes::complete::take_while;
use nom::character::complete::{char, satisfy};
use nom::combinator::{opt, recognize};

use super::fault::Parsed;

/// Any run of spaces and tabs, possibly none. The RFC has a single space; some clients double it.
pub(super) fn blank(input: &str) -> Parsed<'_, &str> {
    take_while(|character| matches!(character, ' ' | '\t'))(input)
}

/// A keyword or what stands in its place: all name characters from here on, possibly none.
pub(super) fn word(input: &str) -> Parsed<'_, &str> {
    take_while(is_name_character)(input)
}

/// The name of an attribute or of a sub-attribute: `ATTRNAME` of RFC 7643 §2.1, and `$ref`.
pub(super) fn name(input: &str) -> Parsed<'_, &str> {
    let first = satisfy(|character| character.is_ascii_alphabetic());
    recognize((opt(char('$')), first, word)).parse(input)
}

/// `nameChar`: RFC 7643 §2.1 has the dollar sign, RFC 7644 forgot it.
fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '$')
}
