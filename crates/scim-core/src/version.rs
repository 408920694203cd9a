//! Versions of resources: what one covers, and the conditions that clients make of them (RFC 7644 section 3.14).
//!
//! A version covers everything that is returned by default, as this caller sees it, but for `meta.location`,
//! `meta.version` itself, and the `$ref`s of `groups` and `members`, which depend on the root under which somebody asks.

use std::fmt::Write as _;

use serde_json::Value;

use crate::definition::{AttrId, AttrSet, Definition};
use crate::projection::Projection;
use crate::resource::Resource;

/// The attributes and parts that a version covers: what has to be read before it can be told.
pub fn covered(definition: &Definition) -> AttrSet {
    let shown = Projection::all().shown(definition);
    let apart = ["location", "version"].map(|part| definition.child(definition.common().meta, part));
    let references = references(definition);
    shown.iter().filter(|id| !apart.contains(&Some(*id)) && !references.contains(id)).collect()
}

/// `meta.version`
pub fn attribute(definition: &Definition) -> AttrId {
    definition.child(definition.common().meta, "version").expect("the common attributes have meta.version")
}

/// What has to be read for what a projection shows. Where it tells the version, that is all that the version covers.
pub fn wanted(definition: &Definition, show: &Projection) -> AttrSet {
    let mut want = show.shown(definition);
    if is_told(definition, show) {
        want.extend(&covered(definition));
    }
    want
}

/// Whether what a projection shows has a version. The members of a group, of whom there may be very many, are never read
/// for a version alone, and neither are the groups of a user where they were asked to be left out.
pub fn is_told(definition: &Definition, show: &Projection) -> bool {
    let (groups, members) = (definition.root(0, "groups"), definition.root(0, "members"));
    show.shows(definition, attribute(definition))
        && members.is_none_or(|members| show.shows(definition, members))
        && groups.is_none_or(|groups| !show.excludes(definition, groups))
}

/// What a version is the digest of: the covered attributes of a whole resource as JSON without blanks, each object's
/// members in the order of their names.
pub fn content(definition: &Definition, resource: &Resource) -> String {
    let mut whole = resource.clone();
    Projection::all().apply(definition, &mut whole);
    for part in ["location", "version"].into_iter().filter_map(|part| definition.child(definition.common().meta, part))
    {
        whole.remove(definition, part);
    }
    for list in LISTS.into_iter().filter_map(|name| definition.root(0, name)) {
        for element in whole.get_mut(definition, list).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(parts) = element.as_object_mut() {
                parts.shift_remove("$ref");
            }
        }
    }
    let mut text = String::new();
    write_sorted(&whole.into_json(), &mut text);
    text
}

/// The lists whose references are made by the service provider.
const LISTS: [&str; 2] = ["groups", "members"];

fn references(definition: &Definition) -> Vec<AttrId> {
    let lists = LISTS.into_iter().filter_map(|name| definition.root(0, name));
    lists.filter_map(|list| definition.child(list, "$ref")).collect()
}

fn write_sorted(value: &Value, text: &mut String) {
    match value {
        Value::Object(object) => {
            let mut members: Vec<_> = object.iter().collect();
            members.sort_unstable_by_key(|(name, _)| name.as_str());
            write_list('{', members, '}', text, |(name, value), text| {
                let _ = write!(text, "{}:", Value::from(name.as_str()));
                write_sorted(value, text);
            });
        }
        Value::Array(elements) => write_list('[', elements, ']', text, write_sorted),
        // Writing to a String cannot fail.
        other => drop(write!(text, "{other}")),
    }
}

fn write_list<T>(
    open: char,
    items: impl IntoIterator<Item = T>,
    close: char,
    text: &mut String,
    mut write: impl FnMut(T, &mut String),
) {
    text.push(open);
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        write(item, text);
    }
    text.push(close);
}

/// The versions that a client names in `If-Match`, `If-None-Match` or a bulk operation's `version`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tags {
    /// `*`: whatever there is.
    Any,
    /// One of these; each without `W/` and quotes.
    Of(Vec<String>),
}

impl Tags {
    /// Reads `*` or a list of entity tags (RFC 9110 section 13.1.1); none when the text is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        if rest == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        loop {
            // A list may have empty elements (RFC 9110 section 5.6.1).
            rest = rest.trim_start_matches([',', ' ', '\t']);
            if rest.is_empty() {
                return (!tags.is_empty()).then_some(Self::Of(tags));
            }
            let opaque = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?;
            let (tag, behind) = opaque.split_once('"')?;
            if !tag.chars().all(|letter| letter > ' ' && letter != '\u{7f}') {
                return None;
            }
            tags.push(tag.to_owned());
            rest = behind.trim_start_matches([' ', '\t']);
            if !rest.is_empty() && !rest.starts_with(',') {
                return None;
            }
        }
    }

    /// Whether a version (`W/"…"`) is among them, by the weak comparison of RFC 9110 section 8.8.3.2: it is the only one
    /// that weak versions can pass, and the one that RFC 7644 means when it sends them in `If-Match`.
    pub fn admit(&self, version: &str) -> bool {
        let opaque = version.strip_prefix("W/").unwrap_or(version).trim_matches('"');
        match self {
            Self::Any => true,
            Self::Of(tags) => tags.iter().any(|tag| tag == opaque),
        }
    }
}
