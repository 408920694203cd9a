//! The error that the combinators carry, and the ways to raise it.

use std::borrow::Cow;

use nom::error::{ErrorKind, ParseError as NomError};
use nom::{Err, IResult, Parser};

use crate::error::{ParseError, ParseErrorKind};

/// What every parser of this crate gives: the rest of the text and a value.
pub(super) type Parsed<'a, T> = IResult<&'a str, T, Fault<'a>>;

/// Something that does not fit at the start of `at`.
#[derive(Debug)]
pub(super) struct Fault<'a> {
    at: &'a str,
    kind: ParseErrorKind,
    expected: Cow<'static, str>,
}

impl<'a> Fault<'a> {
    /// `at` is the rest of `text`.
    pub(super) fn into_error(self, text: &str) -> ParseError {
        ParseError::new(text, self.at, self.kind, self.expected)
    }

    fn got_further_than(&self, other: &Fault<'a>) -> bool {
        self.at.len() < other.at.len()
    }
}

impl<'a> NomError<&'a str> for Fault<'a> {
    /// The basic parsers of nom know no expectation; [`expect`] states it around them.
    fn from_error_kind(at: &'a str, _: ErrorKind) -> Self {
        Fault { at, kind: ParseErrorKind::Syntax, expected: Cow::Borrowed("something else") }
    }

    fn append(_: &'a str, _: ErrorKind, inner: Self) -> Self {
        inner
    }

    fn or(self, later: Self) -> Self {
        if self.got_further_than(&later) { self } else { later }
    }
}

/// The text does not fit here, but another branch of the grammar may.
pub(super) fn mismatch<'a>(at: &'a str, expected: &'static str) -> Err<Fault<'a>> {
    Err::Error(Fault { at, kind: ParseErrorKind::Syntax, expected: Cow::Borrowed(expected) })
}

/// The text is wrong here whatever else is tried.
pub(super) fn failure<'a>(at: &'a str, expected: &'static str) -> Err<Fault<'a>> {
    Err::Failure(Fault { at, kind: ParseErrorKind::Syntax, expected: Cow::Borrowed(expected) })
}

/// A limit is exceeded here.
pub(super) fn exceeded(at: &str, kind: ParseErrorKind, expected: String) -> Err<Fault<'_>> {
    Err::Failure(Fault { at, kind, expected: Cow::Owned(expected) })
}

/// States what `parser` wants, for the case that the text does not start with it.
pub(super) fn expect<'a, T>(
    expected: &'static str,
    mut parser: impl Parser<&'a str, Output = T, Error = Fault<'a>>,
) -> impl FnMut(&'a str) -> Parsed<'a, T> {
    move |input| match parser.parse(input) {
        Err(Err::Error(_)) => Err(mismatch(input, expected)),
        other => other,
    }
}

/// Like [`expect`], where nothing else can stand.
pub(super) fn require<'a, T>(
    expected: &'static str,
    parser: impl Parser<&'a str, Output = T, Error = Fault<'a>>,
) -> impl FnMut(&'a str) -> Parsed<'a, T> {
    let mut parser = nom::combinator::cut(expect(expected, parser));
    move |input| parser.parse(input)
}
