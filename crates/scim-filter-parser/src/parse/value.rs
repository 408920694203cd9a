//! Comparison values (RFC 7644 §3.4.2.2): `compValue = false / null / true / number / string`, as in JSON (RFC 8259).

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{take_while, take_while1};
use nom::character::complete::{anychar, char, digit1, one_of};
use nom::combinator::{eof, opt, recognize};
use nom::multi::fold_many0;

use super::fault::{Parsed, failure, mismatch, require};
use crate::tree::{Literal, Number};

const VALUE: &str = "a JSON value: \"string\" in double quotes, number, true, false or null";
const CLOSING_QUOTE: &str = "the closing double quote of the string";
const CONTROL: &str = "an escape sequence, such as \\n or \\u0001, in place of a control character";
const ESCAPE: &str = "an escape sequence: \\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t or \\u and four hexadecimal digits";
const SURROGATE: &str = "a pair of surrogates (\\ud800 to \\udbff, then \\udc00 to \\udfff)";

/// Fails softly, at its start, when the text is no value at all.
pub(super) fn value(input: &str) -> Parsed<'_, Literal> {
    alt((string.map(Literal::String), bare)).parse(input)
}

/// `true`, `false` and `null` in any letter case, or a number: all that stands outside of quotes.
fn bare(input: &str) -> Parsed<'_, Literal> {
    let (rest, text) =
        take_while(|character: char| character.is_ascii_alphanumeric() || "+-._$".contains(character)).parse(input)?;
    let literal = match text {
        _ if text.eq_ignore_ascii_case("true") => Literal::Boolean(true),
        _ if text.eq_ignore_ascii_case("false") => Literal::Boolean(false),
        _ if text.eq_ignore_ascii_case("null") => Literal::Null,
        _ => Literal::Number(checked_number(text).ok_or_else(|| mismatch(input, VALUE))?),
    };
    Ok((rest, literal))
}

/// The number that is the whole of `text`.
fn checked_number(text: &str) -> Option<Number> {
    (number, eof).parse(text).ok().map(|_| Number::from_checked(text))
}

/// A JSON number (RFC 8259 §6): no leading zeros, no plus sign, digits on both sides of the point.
pub(super) fn number(input: &str) -> Parsed<'_, &str> {
    let integer = alt((recognize(char('0')), digit1));
    let fraction = (char('.'), digit1);
    let exponent = (one_of("eE"), opt(one_of("+-")), digit1);
    recognize((opt(char('-')), integer, opt(fraction), opt(exponent))).parse(input)
}

/// A JSON string (RFC 8259 §7), with its escape sequences resolved.
fn string(input: &str) -> Parsed<'_, String> {
    let (rest, _) = char('"').parse(input)?;
    let (rest, text) = fold_many0(alt((plain, escaped)), String::new, Piece::append).parse(rest)?;
    if rest.starts_with(char::is_control) {
        return Err(failure(rest, CONTROL));
    }
    let (rest, _) = require(CLOSING_QUOTE, char('"'))(rest)?;
    Ok((rest, text))
}

/// A part of a string.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Plain(&'a str),
    Escaped(char),
}

impl Piece<'_> {
    fn append(mut text: String, piece: Piece<'_>) -> String {
        match piece {
            Piece::Plain(part) => text.push_str(part),
            Piece::Escaped(character) => text.push(character),
        }
        text
    }
}

fn plain(input: &str) -> Parsed<'_, Piece<'_>> {
    take_while1(|character| character >= ' ' && character != '"' && character != '\\').map(Piece::Plain).parse(input)
}

fn escaped(input: &str) -> Parsed<'_, Piece<'_>> {
    let (rest, _) = char('\\').parse(input)?;
    let (rest, letter) = require_at(input, ESCAPE, anychar(rest))?;
    let character = match letter {
        '"' | '\\' | '/' => letter,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(input).map(|(rest, character)| (rest, Piece::Escaped(character))),
        _ => return Err(failure(input, ESCAPE)),
    };
    Ok((rest, Piece::Escaped(character)))
}

/// `\uXXXX`, or two of them that are a surrogate pair.
fn unicode(input: &str) -> Parsed<'_, char> {
    let (rest, unit) = require_at(input, ESCAPE, code_unit(input))?;
    let (rest, units) = match code_unit(rest) {
        Ok((after, second)) if is_high_surrogate(unit) => (after, vec![unit, second]),
        _ => (rest, vec![unit]),
    };
    match char::decode_utf16(units).next() {
        Some(Ok(character)) => Ok((rest, character)),
        _ => Err(failure(input, SURROGATE)),
    }
}

fn code_unit(input: &str) -> Parsed<'_, u16> {
    let digits = nom::bytes::complete::take_while_m_n(4, 4, |character: char| character.is_ascii_hexdigit());
    (char('\\'), char('u'), digits).map_opt(|(_, _, digits)| u16::from_str_radix(digits, 16).ok()).parse(input)
}

fn is_high_surrogate(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

/// The fault of an escape sequence is told at its backslash.
fn require_at<'a, T>(start: &'a str, expected: &'static str, parsed: Parsed<'a, T>) -> Parsed<'a, T> {
    parsed.map_err(|_| failure(start, expected))
}
