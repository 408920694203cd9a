//! The ways in: a text is read as a whole or refused with the place of the first fault.

mod fault;
mod filter;
mod path;
mod value;
mod word;

use std::str::FromStr;

use nom::combinator::{eof, opt};
use nom::sequence::delimited;
use nom::{Finish, Parser};

use self::fault::{Parsed, expect};
use self::filter::{Budget, Scope};
use crate::error::ParseError;
use crate::limits::Limits;
use crate::tree::{AttributePath, Filter, Number, PatchPath};

/// Reads a filter (RFC 7644 §3.4.2.2), within [`Limits::default`].
///
/// ```
/// use scim_filter_parser::{Filter, parse_filter};
///
/// let filter = parse_filter(r#"userType EQ "Employee" and not(active eq false)"#)?;
/// assert!(matches!(&filter, Filter::And(operands) if operands.len() == 2));
/// assert_eq!(filter.to_string(), r#"userType eq "Employee" and not (active eq false)"#);
/// # Ok::<(), scim_filter_parser::ParseError>(())
/// ```
///
/// # Errors
/// The first place where the text leaves the grammar, or a limit it exceeds.
pub fn parse_filter(text: &str) -> Result<Filter, ParseError> {
    parse_filter_with(text, &Limits::default())
}

/// Reads a filter within `limits`. See [`parse_filter`].
pub fn parse_filter_with(text: &str, limits: &Limits) -> Result<Filter, ParseError> {
    let budget = Budget::new(limits);
    whole(text, limits, "\"and\", \"or\" or the end of the filter", |input| Scope::new(&budget).filter(input))
}

/// Reads an attribute path (RFC 7644 §3.10), as in the `attributes` and `sortBy` parameters.
///
/// ```
/// use scim_filter_parser::parse_attribute_path;
///
/// assert_eq!(parse_attribute_path("members.$ref")?.sub_attribute.as_deref(), Some("$ref"));
/// # Ok::<(), scim_filter_parser::ParseError>(())
/// ```
///
/// # Errors
/// As [`parse_filter`]. A schema URI that does not end in something like a name (`urn:example:2.0`) is refused: the
/// caller who allows bare schema URIs compares them before.
pub fn parse_attribute_path(text: &str) -> Result<AttributePath, ParseError> {
    whole(text, &Limits::default(), "the end of the attribute path", path::attribute_path)
}

/// Reads the path of a PATCH operation (RFC 7644 §3.5.2), within [`Limits::default`].
///
/// ```
/// use scim_filter_parser::parse_patch_path;
///
/// let target = parse_patch_path(r#"members[value eq "2819c223-7f76-453a-919d-413861904646"]"#)?;
/// assert_eq!(target.path.name, "members");
/// assert!(target.filter.is_some());
/// # Ok::<(), scim_filter_parser::ParseError>(())
/// ```
///
/// # Errors
/// As [`parse_attribute_path`].
pub fn parse_patch_path(text: &str) -> Result<PatchPath, ParseError> {
    parse_patch_path_with(text, &Limits::default())
}

/// Reads the path of a PATCH operation within `limits`. See [`parse_patch_path`].
pub fn parse_patch_path_with(text: &str, limits: &Limits) -> Result<PatchPath, ParseError> {
    let budget = Budget::new(limits);
    whole(text, limits, "the end of the path", |input| patch_path(Scope::new(&budget), input))
}

/// `PATH = attrPath / valuePath [subAttr]`.
fn patch_path<'a>(scope: Scope<'_>, input: &'a str) -> Parsed<'a, PatchPath> {
    let (rest, path) = path::attribute_path(input)?;
    if !rest.starts_with('[') {
        return Ok((rest, PatchPath { path, filter: None, sub_attribute: None }));
    }
    let (rest, filter) = scope.value_filter(rest)?;
    let (rest, sub_attribute) = opt(path::sub_attribute).parse(rest)?;
    Ok((rest, PatchPath { path, filter: Some(filter), sub_attribute }))
}

/// Applies `parser` to all of `text`, blanks around it aside; `end` says what else may follow.
fn whole<'a, T>(
    text: &'a str,
    limits: &Limits,
    end: &'static str,
    parser: impl FnMut(&'a str) -> Parsed<'a, T>,
) -> Result<T, ParseError> {
    if text.len() > limits.length_max {
        return Err(ParseError::too_long(limits.length_max));
    }
    let parsed = delimited(word::blank, parser, (word::blank, expect(end, eof))).parse(text).finish();
    parsed.map(|(_, value)| value).map_err(|fault| fault.into_error(text))
}

impl FromStr for Filter {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse_filter(text)
    }
}

impl FromStr for AttributePath {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse_attribute_path(text)
    }
}

impl FromStr for PatchPath {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse_patch_path(text)
    }
}

impl FromStr for Number {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (_, found) = (expect("a JSON number", value::number), expect("the end of the number", eof))
            .map(|(number, _)| number)
            .parse(text)
            .finish()
            .map_err(|fault| fault.into_error(text))?;
        Ok(Number::from_checked(found))
    }
}
