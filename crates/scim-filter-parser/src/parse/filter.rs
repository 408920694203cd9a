//! Filters (RFC 7644 §3.4.2.2, figure 1).
//!
//! One function per rule of the grammar. Only brackets recurse, and each of them asks for a level first. Chains are
//! loops, and no rule reads a text twice: what follows a keyword, a bracket or a path is required.

use std::cell::Cell;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::tag_no_case;
use nom::character::complete::char;
use nom::combinator::{cut, peek};
use nom::multi::many0;
use nom::sequence::{delimited, preceded, terminated};

use super::fault::{Fault, Parsed, exceeded, expect, failure, mismatch, require};
use super::path::{attribute_path, sub_attribute};
use super::value::value;
use super::word::{blank, word};
use crate::error::ParseErrorKind;
use crate::limits::Limits;
use crate::tree::{AttributePath, Filter, Operator};

const OPERAND: &str = "an attribute path, \"not\" or \"(\"";
const OPERATOR: &str = "a comparison operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)";
const AFTER_NOT: &str = "\"(\" after \"not\"";
const VALUE_PATH_INSIDE: &str = "a comparison operator, for a value path cannot stand inside a value path";
const SPACE_BEFORE_VALUE: &str = "white space between the operator and the value";
const SPACE_BEFORE_WORD: &str = "white space before \"and\" and \"or\"";
const SPACE_AFTER_WORD: &str = "white space after \"and\" and \"or\"";
const CLOSING_PARENTHESIS: &str = "\"and\", \"or\" or \")\"";
const CLOSING_BRACKET: &str = "\"and\", \"or\" or \"]\"";

/// What one text has used up.
pub(super) struct Budget<'l> {
    limits: &'l Limits,
    terms: Cell<usize>,
}

impl<'l> Budget<'l> {
    pub(super) fn new(limits: &'l Limits) -> Self {
        Budget { limits, terms: Cell::new(0) }
    }

    /// Counts the attribute expression that starts at `at`.
    fn take_term<'a>(&self, at: &'a str) -> Result<(), nom::Err<Fault<'a>>> {
        let terms_max = self.limits.terms_max;
        if self.terms.get() == terms_max {
            let expected = format!("at most {terms_max} attribute expressions");
            return Err(exceeded(at, ParseErrorKind::TooManyTerms, expected));
        }
        self.terms.set(self.terms.get() + 1);
        Ok(())
    }
}

/// Where in the tree the parser stands.
#[derive(Clone, Copy)]
pub(super) struct Scope<'b> {
    budget: &'b Budget<'b>,
    depth: usize,
    in_value_path: bool,
}

impl<'b> Scope<'b> {
    pub(super) fn new(budget: &'b Budget<'b>) -> Self {
        Scope { budget, depth: 0, in_value_path: false }
    }

    /// A whole filter, up to what cannot belong to it.
    pub(super) fn filter<'a>(self, input: &'a str) -> Parsed<'a, Filter> {
        let conjunction = |input: &'a str| chain("and", |input| self.operand(input), Filter::And, input);
        chain("or", conjunction, Filter::Or, input)
    }

    /// What `and` and `or` connect.
    fn operand(self, input: &str) -> Parsed<'_, Filter> {
        let negation = |input| self.negation(input);
        let group = |input| self.group(input);
        let expression = |input| self.expression(input);
        expect(OPERAND, alt((negation, group, expression)))(input)
    }

    /// `not (filter)`. Without the parenthesis, `not` may yet be the name of an attribute.
    fn negation<'a>(self, input: &'a str) -> Parsed<'a, Filter> {
        let keyword = terminated(tag_no_case("not"), (blank, peek(char('('))));
        preceded(keyword, |input: &'a str| self.group(input)).map(|inner| Filter::Not(Box::new(inner))).parse(input)
    }

    /// `(filter)`.
    fn group<'a>(self, input: &'a str) -> Parsed<'a, Filter> {
        let inner = |rest: &'a str| self.deeper(input)?.filter(rest);
        let closing = (blank, require(CLOSING_PARENTHESIS, char(')')));
        delimited((char('('), blank), cut(inner), closing).parse(input)
    }

    /// A comparison, a presence test or a value path: all that starts with an attribute.
    fn expression(self, input: &str) -> Parsed<'_, Filter> {
        let (rest, path) = attribute_path(input)?;
        if rest.starts_with('[') {
            return self.value_path(path, rest);
        }
        self.budget.take_term(input)?;
        test(path, rest)
    }

    /// `[filter]` behind `path`, and what Microsoft Entra puts behind it: `.value eq "a"`.
    fn value_path(self, path: AttributePath, input: &str) -> Parsed<'_, Filter> {
        let (rest, filter) = self.value_filter(input)?;
        let (rest, filter) = if rest.starts_with('.') { self.element_test(filter, rest)? } else { (rest, filter) };
        Ok((rest, Filter::ValuePath { path, filter: Box::new(filter) }))
    }

    /// `[filter]`, the part that selects elements of a multi-valued attribute.
    pub(super) fn value_filter<'a>(self, input: &'a str) -> Parsed<'a, Filter> {
        if self.in_value_path {
            return Err(failure(input, VALUE_PATH_INSIDE));
        }
        let inner = |rest: &'a str| Scope { in_value_path: true, ..self.deeper(input)? }.filter(rest);
        let closing = (blank, require(CLOSING_BRACKET, char(']')));
        delimited((char('['), blank), cut(inner), closing).parse(input)
    }

    /// The test of a sub-attribute behind a value filter is one more condition on the same element.
    fn element_test(self, filter: Filter, input: &str) -> Parsed<'_, Filter> {
        self.budget.take_term(input)?;
        let (rest, name) = sub_attribute(input)?;
        let (rest, leaf) = test(AttributePath::new(name), rest)?;
        let mut operands = match filter {
            Filter::And(operands) => operands,
            other => vec![other],
        };
        operands.push(leaf);
        Ok((rest, Filter::And(operands)))
    }

    /// One level down, through the bracket at `at`.
    fn deeper(self, at: &str) -> Result<Self, nom::Err<Fault<'_>>> {
        let depth_max = self.budget.limits.depth();
        if self.depth == depth_max {
            let expected = format!("at most {depth_max} levels of nesting");
            return Err(exceeded(at, ParseErrorKind::TooDeep, expected));
        }
        Ok(Scope { depth: self.depth + 1, ..self })
    }
}

/// One operand, or several with `keyword` between them, joined.
fn chain<'a>(
    keyword: &'static str,
    operand: impl Fn(&'a str) -> Parsed<'a, Filter>,
    join: fn(Vec<Filter>) -> Filter,
    input: &'a str,
) -> Parsed<'a, Filter> {
    let (rest, first) = operand(input)?;
    let (rest, more) = many0(preceded(connective(keyword), cut(&operand))).parse(rest)?;
    if more.is_empty() {
        return Ok((rest, first));
    }
    Ok((rest, join(std::iter::once(first).chain(more).collect())))
}

/// `and` or `or` in any letter case, with white space on both sides.
fn connective<'a>(keyword: &'static str) -> impl Fn(&'a str) -> Parsed<'a, ()> {
    move |input| {
        let (start, before) = blank(input)?;
        let (rest, found) = word(start)?;
        if !found.eq_ignore_ascii_case(keyword) {
            return Err(mismatch(start, keyword));
        }
        if before.is_empty() {
            return Err(failure(start, SPACE_BEFORE_WORD));
        }
        let (operand, after) = blank(rest)?;
        // At the end of the text the missing operand is the better news.
        if after.is_empty() && !operand.is_empty() {
            return Err(failure(rest, SPACE_AFTER_WORD));
        }
        Ok((operand, ()))
    }
}

/// What stands between a path and the rest.
enum Test {
    Present,
    Compare(Operator),
}

/// The operator and the value behind `path`.
fn test(path: AttributePath, input: &str) -> Parsed<'_, Filter> {
    let negated = path.schema.is_none() && path.sub_attribute.is_none() && path.name.eq_ignore_ascii_case("not");
    let expected = if negated { AFTER_NOT } else { OPERATOR };
    let (rest, test) = preceded(blank, require(expected, operator)).parse(input)?;
    let Test::Compare(operator) = test else { return Ok((rest, Filter::Present(path))) };
    if rest.starts_with('"') {
        return Err(failure(rest, SPACE_BEFORE_VALUE));
    }
    let (rest, value) = preceded(blank, cut(value)).parse(rest)?;
    Ok((rest, Filter::Compare { path, operator, value }))
}

fn operator(input: &str) -> Parsed<'_, Test> {
    let (rest, found) = word(input)?;
    if found.eq_ignore_ascii_case("pr") {
        return Ok((rest, Test::Present));
    }
    let operator = Operator::ALL.into_iter().find(|operator| found.eq_ignore_ascii_case(operator.as_str()));
    operator.map(|operator| (rest, Test::Compare(operator))).ok_or_else(|| mismatch(input, OPERATOR))
}
