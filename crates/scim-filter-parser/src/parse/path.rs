//! Attribute paths (RFC 7644 §3.10): `attrPath = [URI ":"] ATTRNAME *1subAttr`.

use nom::Parser;
use nom::bytes::complete::take_while;
use nom::character::complete::char;
use nom::combinator::opt;
use nom::sequence::preceded;

use super::fault::{Parsed, expect, failure, mismatch, require};
use super::word::name;
use crate::tree::AttributePath;

const NAME: &str = "an attribute name (a letter, then letters, digits, \"-\" or \"_\")";
const SUB_ATTRIBUTE: &str = "a sub-attribute name (a letter, then letters, digits, \"-\" or \"_\")";
const SCHEMA: &str = "a schema URI, such as urn:ietf:params:scim:schemas:core:2.0:User, before the last colon";

/// Fails softly only at its very start.
pub(super) fn attribute_path(input: &str) -> Parsed<'_, AttributePath> {
    let (rest, schema) = opt(schema).parse(input)?;
    let (rest, name) = match schema {
        Some(_) => require(NAME, name)(rest)?,
        None => expect(NAME, name)(rest)?,
    };
    let (rest, sub_attribute) = opt(sub_attribute).parse(rest)?;
    let path = AttributePath { schema: schema.map(str::to_owned), name: name.to_owned(), sub_attribute };
    Ok((rest, path))
}

/// A dot and a name.
pub(super) fn sub_attribute(input: &str) -> Parsed<'_, String> {
    preceded(char('.'), require(SUB_ATTRIBUTE, name)).map(str::to_owned).parse(input)
}

/// The schema and the colon behind it, which is the last one before the path ends: a URN is full of colons and dots.
fn schema(input: &str) -> Parsed<'_, &str> {
    let (_, run) = take_while(is_uri_character)(input)?;
    let Some((before, _)) = run.rsplit_once(':') else { return Err(mismatch(input, SCHEMA)) };
    match before.split_once(':') {
        Some((scheme, _)) if is_scheme(scheme) => Ok((&input[before.len() + 1..], before)),
        None if is_scheme(before) => Err(failure(input, SCHEMA)),
        _ => Err(mismatch(input, SCHEMA)),
    }
}

/// RFC 3986 §3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character))
}

/// RFC 3986 §2, without the brackets, which start a value filter. In a filter white space ends the path.
fn is_uri_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/?#%".contains(character)
}
