//! `[targets.NAME.attributes]`: what differs from the built-in mapping.
//!
//! Invariant: only the shape is checked here. Whether the paths and fields exist is for the mapping to say; spans are
//! kept so that it can say where.

use toml_span::value::ValueInner;
use toml_span::{Span, Spanned};

use super::super::read::{Choice, Entry, Reader, Table};

/// One line: a SCIM path and the native field it stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// The SCIM path, as written.
    pub path: Spanned<String>,
    /// What it is mapped to.
    pub native: Spanned<Native>,
}

/// What a SCIM path is mapped to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Native {
    /// A field of the vendor.
    Field {
        /// Its name, as the vendor spells it.
        field: String,
        /// How values change on the way.
        codec: Option<Codec>,
    },
    /// Nothing: a built-in mapping is taken away (`false` in the file).
    Unmapped,
}

/// How values change between SCIM and the vendor. All are reversible, so that filters can go through them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Codec {
    /// The vendor holds the part before `@domain`; the domain is without the `@`.
    StripDomain(String),
    /// The vendor holds capitals.
    UpperCase,
    /// The vendor holds small letters.
    LowerCase,
    /// The vendor has other words: pairs of the SCIM value and the native one.
    Values(Vec<(String, String)>),
}

#[derive(Clone, Copy)]
enum Case {
    Upper,
    Lower,
}

pub(super) fn read_all(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Vec<Attribute> {
    let Some(mut attributes) = table.table(reader, "attributes") else { return Vec::new() };
    let mut all: Vec<Attribute> = Vec::new();
    for (path, entry) in attributes.drain() {
        if path.value.trim().is_empty() {
            reader.fault(path.span, format!("{}: the SCIM path must not be empty", attributes.path));
        }
        if let Some(twin) = all.iter().find(|other| other.path.value.eq_ignore_ascii_case(&path.value)) {
            let message = format!("{}: \"{}\" and \"{}\" are the same", attributes.path, path.value, twin.path.value);
            reader.fault(path.span, message);
        }
        let span = entry.span;
        if let Some(native) = native(reader, entry) {
            all.push(Attribute { path, native: Spanned::with_span(native, span) });
        }
    }
    all
}

fn native(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Native> {
    match entry.value {
        ValueInner::Boolean(false) => Some(Native::Unmapped),
        ValueInner::String(_) => Some(Native::Field { field: entry.word(reader)?.value, codec: None }),
        ValueInner::Table(_) => {
            let mut table = entry.table(reader)?;
            let field = table.required_word(reader, "field");
            let codec = table.take("codec").and_then(|entry| codec(reader, entry));
            table.finish(reader);
            Some(Native::Field { field, codec })
        }
        _ => {
            entry.wrong_type(reader, "a field's name, { field = \"…\", codec = { … } } or false");
            None
        }
    }
}

fn codec(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Codec> {
    let span = entry.span;
    let mut table = entry.table(reader)?;
    let path = table.path.clone();
    let domain = table.take("strip_domain");
    let case = table.take("case");
    let values = table.take("values");
    table.finish(reader);
    match (domain, case, values) {
        (Some(domain), None, None) => strip_domain(reader, domain),
        (None, Some(case), None) => {
            let cases = [("upper", Choice::Is(Case::Upper)), ("lower", Choice::Is(Case::Lower))];
            super::choose(reader, case, &cases).map(|case| match case {
                Case::Upper => Codec::UpperCase,
                Case::Lower => Codec::LowerCase,
            })
        }
        (None, None, Some(values)) => value_map(reader, values, span),
        _ => {
            reader.fault(span, format!("{path}: expected one of strip_domain, case and values"));
            None
        }
    }
}

fn strip_domain(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Codec> {
    let path = entry.path.clone();
    let Spanned { value, span } = entry.word(reader)?;
    let domain = value.strip_prefix('@').unwrap_or(&value);
    if domain.is_empty() || domain.contains(|c: char| c == '@' || c.is_whitespace()) {
        reader.fault(span, format!("{path}: expected a domain such as \"example.com\""));
        return None;
    }
    Some(Codec::StripDomain(domain.to_owned()))
}

/// Two SCIM values for one native value could not be told apart when they are read back.
fn value_map(reader: &mut Reader<'_>, entry: Entry<'_>, span: Span) -> Option<Codec> {
    let mut table = entry.table(reader)?;
    let path = table.path.clone();
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (scim, entry) in table.drain() {
        let Some(native) = entry.text(reader) else { continue };
        if let Some((other, _)) = pairs.iter().find(|(_, taken)| *taken == native.value) {
            let message = format!(
                "{path}: \"{other}\" and \"{}\" both stand for \"{}\", so it could not be read back",
                scim.value, native.value
            );
            reader.fault(native.span, message);
        }
        pairs.push((scim.value, native.value));
    }
    if pairs.is_empty() {
        reader.fault(span, format!("{path}: name at least one value"));
        return None;
    }
    Some(Codec::Values(pairs))
}
