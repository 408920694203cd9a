//! Which elements of a multi-valued attribute are the same element.
//!
//! Two elements are the same when their `value` is, and their `type` unless one of them has none: RFC 7643 section 2.4
//! wants no (type, value) pair twice, and clients leave the type out when they repeat themselves. Elements without a
//! `value` (addresses) are the same when all their parts but `primary` are. Letter case counts as the schema says.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::definition::{AttrId, Definition};
use crate::fold::{fold, same};

/// So many elements are looked for one by one; an index is made for more.
const SCAN_MAX: usize = 4;

/// What makes an element of one attribute that element.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Valued { value: String, kind: Option<String> },
    Whole(String),
}

/// How elements of one attribute are told apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity<'a> {
    definition: &'a Definition,
    root: AttrId,
    value_exact: bool,
    type_exact: bool,
}

impl<'a> Identity<'a> {
    /// For the elements of a multi-valued attribute.
    pub(crate) fn of(definition: &'a Definition, root: AttrId) -> Self {
        let mut identity = Self { definition, root, value_exact: false, type_exact: false };
        identity.value_exact = identity.declared_exact("value");
        identity.type_exact = identity.declared_exact("type");
        identity
    }

    /// Adds elements to a list, whose elements they are merged into where they are the same.
    pub(crate) fn add(self, list: &mut Vec<Value>, given: impl ExactSizeIterator<Item = Value>) {
        if given.len() <= SCAN_MAX {
            for element in given {
                let position = self.position(list, &element);
                match position {
                    Some(position) => merge(&mut list[position], element),
                    None => list.push(element),
                }
            }
            return;
        }
        let mut index = Index::default();
        for (position, element) in list.iter().enumerate() {
            index.insert(self.key(element), position);
        }
        for element in given {
            let key = self.key(&element);
            if let Some(position) = index.find(&key) {
                merge(&mut list[position], element);
                index.refine(key, position);
            } else {
                index.insert(key, list.len());
                list.push(element);
            }
        }
    }

    /// Where an element is in a list: the very one, else one without a type that it adds its type to.
    pub(crate) fn position(self, list: &[Value], element: &Value) -> Option<usize> {
        let (Some(value), kind) = parts_of(element) else {
            let key = self.key(element);
            return list.iter().position(|present| parts_of(present).0.is_none() && self.key(present) == key);
        };
        let mut untyped = None;
        for (position, present) in list.iter().enumerate() {
            let (Some(own), own_kind) = parts_of(present) else { continue };
            if !self.equal("value", own, value) {
                continue;
            }
            match (kind, own_kind) {
                (None, _) => return Some(position),
                (Some(kind), Some(own)) if self.equal("type", own, kind) => return Some(position),
                (Some(_), None) => untyped = untyped.or(Some(position)),
                (Some(_), Some(_)) => {}
            }
        }
        untyped
    }

    /// Takes the listed elements out of a list. One without a `value` names all that have its parts.
    pub(crate) fn subtract(self, list: &mut Vec<Value>, listed: &[Value]) {
        let mut kinds: HashMap<String, HashSet<Option<String>>> = HashMap::new();
        let mut partial = Vec::new();
        for gone in listed {
            match (self.key(gone), gone.as_object()) {
                (Key::Valued { value, kind }, _) => {
                    kinds.entry(value).or_default().insert(kind);
                }
                (Key::Whole(_), Some(parts)) => partial.push(parts),
                (Key::Whole(_), None) => {}
            }
        }
        list.retain(|element| {
            let listed = match self.key(element) {
                Key::Valued { value, kind } => kinds
                    .get(&value)
                    .is_some_and(|kinds| kind.is_none() || kinds.contains(&None) || kinds.contains(&kind)),
                Key::Whole(_) => false,
            };
            !listed && !partial.iter().any(|parts| self.has_parts(element, parts))
        });
    }

    fn has_parts(self, element: &Value, parts: &Map<String, Value>) -> bool {
        parts.iter().all(|(name, value)| element.get(name).is_some_and(|own| self.equal(name, own, value)))
    }

    fn equal(self, part: &str, left: &Value, right: &Value) -> bool {
        match (left, right) {
            (Value::String(left), Value::String(right)) if !self.exact(part) => same(left, right),
            _ => left == right,
        }
    }

    fn key(self, element: &Value) -> Key {
        if let (Some(value), kind) = parts_of(element) {
            return Key::Valued { value: self.text("value", value), kind: kind.map(|kind| self.text("type", kind)) };
        }
        let parts = element.as_object().into_iter().flatten().filter(|(name, _)| *name != "primary");
        let mut named: Vec<(&str, String)> =
            parts.map(|(name, value)| (name.as_str(), self.text(name, value))).collect();
        named.sort_unstable();
        Key::Whole(format!("{named:?}"))
    }

    /// A value as text, folded where letter case does not count; of a part, or of the element itself.
    fn text(self, part: &str, value: &Value) -> String {
        match value {
            Value::String(text) if self.exact(part) => text.clone(),
            Value::String(text) => fold(text),
            other => other.to_string(),
        }
    }

    fn exact(self, part: &str) -> bool {
        match part {
            "value" => self.value_exact,
            "type" => self.type_exact,
            other => self.declared_exact(other),
        }
    }

    fn declared_exact(self, part: &str) -> bool {
        let id = self.definition.child(self.root, part).unwrap_or(self.root);
        self.definition.node(id).attribute.case_exact
    }
}

/// The value and the type of an element. One that is no object is its own value.
fn parts_of(element: &Value) -> (Option<&Value>, Option<&Value>) {
    match element {
        Value::Object(parts) => (parts.get("value"), parts.get("type")),
        other => (Some(other), None),
    }
}

/// Where the elements of a list are: by value and type, and the first of each value.
#[derive(Default)]
struct Index {
    exact: HashMap<Key, usize>,
    by_value: HashMap<String, usize>,
}

impl Index {
    fn insert(&mut self, key: Key, position: usize) {
        if let Key::Valued { value, .. } = &key {
            self.by_value.entry(value.clone()).or_insert(position);
        }
        self.exact.entry(key).or_insert(position);
    }

    fn find(&self, key: &Key) -> Option<usize> {
        match key {
            Key::Valued { value, kind: None } => self.by_value.get(value).copied(),
            Key::Valued { value, kind: Some(_) } => self
                .exact
                .get(key)
                .or_else(|| self.exact.get(&Key::Valued { value: value.clone(), kind: None }))
                .copied(),
            Key::Whole(_) => self.exact.get(key).copied(),
        }
    }

    /// The element at `position` has taken over the type of what was merged into it, if that had one.
    fn refine(&mut self, key: Key, position: usize) {
        if let Key::Valued { value, kind: Some(_) } = &key
            && !self.exact.contains_key(&key)
        {
            self.exact.remove(&Key::Valued { value: value.clone(), kind: None });
            self.exact.insert(key, position);
        }
    }
}

/// Lays the parts of one element over another. What makes the two the same keeps the spelling that it had.
fn merge(element: &mut Value, given: Value) {
    if let (Some(element), Value::Object(given)) = (element.as_object_mut(), given) {
        let valued = element.contains_key("value");
        for (name, value) in given {
            let identifying = if valued { matches!(name.as_str(), "value" | "type") } else { name != "primary" };
            if !(identifying && element.contains_key(&name)) {
                element.insert(name, value);
            }
        }
    }
}
