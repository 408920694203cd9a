//! Text to tokens. The same for both dialects; what a token may mean is theirs to say.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use nom::branch::alt;
use nom::bytes::complete::{is_not, tag, take_while1};
use nom::character::complete::{char, multispace0};
use nom::combinator::{map, opt};
use nom::multi::{fold_many0, many0};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::{FilterError, Value};

/// More tokens than this are refused; a filter that long never reaches the service through a URL.
const TOKENS_MAX: usize = 10_000;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Open,
    Close,
    Comma,
    Text(String),
    /// An operator, a name, a bare literal.
    Word(String),
    /// `datetime'…'`: a literal of OData v2.
    Typed(String),
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let (rest, found) = delimited(multispace0, many0(token), multispace0)
        .parse(text)
        .map_err(|_: nom::Err<nom::error::Error<&str>>| FilterError::new("the filter cannot be read"))?;
    if !rest.is_empty() {
        return Err(FilterError::new(format!("syntax error at '{}'", rest.chars().take(20).collect::<String>())));
    }
    if found.len() > TOKENS_MAX {
        return Err(FilterError::new("the filter is too long"));
    }
    Ok(found)
}

fn token(input: &str) -> IResult<&str, Token> {
    let word_or_typed = map((word, opt(text)), |(word, text)| match text {
        Some(_) => Token::Typed(word.to_owned()),
        None => Token::Word(word.to_owned()),
    });
    preceded(
        multispace0,
        alt((
            map(char('('), |_| Token::Open),
            map(char(')'), |_| Token::Close),
            map(char(','), |_| Token::Comma),
            map(text, Token::Text),
            word_or_typed,
        )),
    )
    .parse(input)
}

fn word(input: &str) -> IResult<&str, &str> {
    take_while1(|c: char| c.is_alphanumeric() || "_-+.:/$@".contains(c)).parse(input)
}

/// `'…'`, an apostrophe inside is doubled.
fn text(input: &str) -> IResult<&str, String> {
    let part = alt((map(tag("''"), |_| "'"), is_not("'")));
    let parts = fold_many0(part, String::new, |mut whole, part: &str| {
        whole.push_str(part);
        whole
    });
    delimited(char('\''), parts, char('\'')).parse(input)
}

/// A bare literal: null, a boolean, a number, a date. `None`: the word is something else.
pub(super) fn literal(word: &str) -> Option<Value> {
    match word {
        "null" => return Some(Value::Null),
        "true" => return Some(Value::Bool(true)),
        "false" => return Some(Value::Bool(false)),
        _ => {}
    }
    if !word.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return None;
    }
    word.parse().ok().filter(|n: &f64| n.is_finite()).map(Value::Number).or_else(|| instant(word).map(Value::Instant))
}

/// A point in time: with an offset, or without one and then in UTC; a date is its midnight.
pub(super) fn instant(text: &str) -> Option<jiff::Timestamp> {
    if let Ok(found) = text.parse() {
        return Some(found);
    }
    let civil = text.parse::<Date>().map(DateTime::from).or_else(|_| text.parse::<DateTime>()).ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

pub(super) fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
