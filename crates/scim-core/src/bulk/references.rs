//! References to what other operations create: `bulkId:` and the `bulkId` (RFC 7644 section 3.7.2).
//!
//! One stands for an id wherever a text is nothing else; at the end of a `$ref`; and between quotes in the filter of a
//! PATCH path.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::Value;

const PREFIX: &str = "bulkId:";

/// The `bulkId` that a text refers to, if it is nothing but a reference.
pub(super) fn named(text: &str) -> Option<&str> {
    let (prefix, name) = text.split_at_checked(PREFIX.len())?;
    (prefix.eq_ignore_ascii_case(PREFIX) && !name.is_empty()).then_some(name)
}

/// The `bulkId`s that are referred to anywhere in a value.
pub(super) fn of(value: &Value) -> Vec<String> {
    let mut names = Vec::new();
    visit(None, value, &mut |key, text| names.extend(found(key, text).into_iter().map(|at| at.name(text).to_owned())));
    names
}

/// Puts ids in the place of the references to them.
pub(super) fn resolve(value: &mut Value, ids: &HashMap<String, String>) {
    change(None, value, ids);
}

/// Whether anything in a value refers to one of these.
pub(super) fn refers_to(value: &Value, wanted: &dyn Fn(&str) -> bool) -> bool {
    let mut any = false;
    visit(None, value, &mut |key, text| any |= found(key, text).iter().any(|at| wanted(at.name(text))));
    any
}

/// Where a text holds a reference.
struct Found {
    range: Range<usize>,
    /// Whether the id is written as part of a JSON string.
    quoted: bool,
}

impl Found {
    fn name<'a>(&self, text: &'a str) -> &'a str {
        &text[self.range.start + PREFIX.len()..self.range.end]
    }
}

fn found(key: Option<&str>, text: &str) -> Vec<Found> {
    if named(text).is_some() {
        return vec![Found { range: 0..text.len(), quoted: false }];
    }
    let key = key.unwrap_or_default();
    if key.eq_ignore_ascii_case("$ref") {
        let from = text.rfind('/').map_or(0, |slash| slash + 1);
        return named(&text[from..]).map(|_| Found { range: from..text.len(), quoted: false }).into_iter().collect();
    }
    if !key.eq_ignore_ascii_case("path") {
        return Vec::new();
    }
    let mut all = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find('"').map(|at| from + at + 1) {
        let Some(close) = text[open..].find('"').map(|at| open + at) else { break };
        if named(&text[open..close]).is_some() {
            all.push(Found { range: open..close, quoted: true });
        }
        from = close + 1;
    }
    all
}

fn visit(key: Option<&str>, value: &Value, take: &mut dyn FnMut(Option<&str>, &str)) {
    match value {
        Value::String(text) => take(key, text),
        Value::Array(elements) => elements.iter().for_each(|element| visit(key, element, take)),
        Value::Object(members) => members.iter().for_each(|(name, member)| visit(Some(name), member, take)),
        _ => {}
    }
}

fn change(key: Option<&str>, value: &mut Value, ids: &HashMap<String, String>) {
    match value {
        Value::String(text) => {
            for at in found(key, text).into_iter().rev() {
                let Some(id) = ids.get(at.name(text)) else { continue };
                let id = if at.quoted { Value::from(id.as_str()).to_string() } else { id.clone() };
                let id = if at.quoted { &id[1..id.len() - 1] } else { &id };
                text.replace_range(at.range, id);
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| change(key, element, ids)),
        Value::Object(members) => members.iter_mut().for_each(|(name, member)| change(Some(name), member, ids)),
        _ => {}
    }
}
