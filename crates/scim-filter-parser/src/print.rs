//! Prints trees in their canonical form: lower-case operators, single spaces, and no parentheses but those that keep
//! the tree.

use std::fmt::{self, Display, Formatter, Write as _};

use crate::tree::{AttributePath, Filter, Literal, Number, Operator, PatchPath};

impl Display for Filter {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Filter::Compare { path, operator, value } => write!(out, "{path} {operator} {value}"),
            Filter::Present(path) => write!(out, "{path} pr"),
            Filter::And(operands) => chain(out, " and ", operands, |operand| {
                // An `or` binds less tightly; an `and` in an `and` was a group of its own.
                matches!(operand, Filter::And(_) | Filter::Or(_))
            }),
            Filter::Or(operands) => chain(out, " or ", operands, |operand| matches!(operand, Filter::Or(_))),
            Filter::Not(inner) => write!(out, "not ({inner})"),
            Filter::ValuePath { path, filter } => write!(out, "{path}[{filter}]"),
        }
    }
}

/// Prints `operands` with `word` between them, and those that are a `group` in parentheses.
fn chain(out: &mut Formatter<'_>, word: &str, operands: &[Filter], group: fn(&Filter) -> bool) -> fmt::Result {
    for (index, operand) in operands.iter().enumerate() {
        if index > 0 {
            out.write_str(word)?;
        }
        if group(operand) {
            write!(out, "({operand})")?;
        } else {
            write!(out, "{operand}")?;
        }
    }
    Ok(())
}

impl Display for Operator {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Display for Literal {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Null => out.write_str("null"),
            Literal::Boolean(value) => write!(out, "{value}"),
            Literal::Number(value) => write!(out, "{value}"),
            Literal::String(value) => string(out, value),
        }
    }
}

impl Display for Number {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A JSON string that escapes only what JSON demands (RFC 8259 §7).
fn string(out: &mut Formatter<'_>, value: &str) -> fmt::Result {
    out.write_char('"')?;
    for character in value.chars() {
        match character {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\u{8}' => out.write_str("\\b")?,
            '\u{c}' => out.write_str("\\f")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            '\0'..='\u{1f}' => write!(out, "\\u{:04x}", u32::from(character))?,
            other => out.write_char(other)?,
        }
    }
    out.write_char('"')
}

impl Display for AttributePath {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(out, "{schema}:")?;
        }
        out.write_str(&self.name)?;
        sub_attribute(out, self.sub_attribute.as_deref())
    }
}

impl Display for PatchPath {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.path)?;
        if let Some(filter) = &self.filter {
            write!(out, "[{filter}]")?;
        }
        sub_attribute(out, self.sub_attribute.as_deref())
    }
}

fn sub_attribute(out: &mut Formatter<'_>, name: Option<&str>) -> fmt::Result {
    match name {
        Some(name) => write!(out, ".{name}"),
        None => Ok(()),
    }
}
