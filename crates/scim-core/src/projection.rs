//! Which attributes an answer shows (RFC 7644 section 3.9).

use serde_json::Value;

use crate::definition::{AttrId, AttrSet, Definition, Target};
use crate::parser::parse_attribute_path;
use crate::resource::Resource;
use crate::schema::Returned;

/// `attributes` and `excludedAttributes`, resolved.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Projection {
    only: Option<AttrSet>,
    without: AttrSet,
}

impl Projection {
    /// Everything that is returned by default.
    pub fn all() -> Self {
        Self::default()
    }

    /// Resolves the two lists. Names that mean nothing here are ignored; a list of nothing but blanks counts as absent.
    pub fn new<'a>(
        definition: &Definition,
        attributes: Option<impl IntoIterator<Item = &'a str>>,
        excluded: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut asked = attributes
            .into_iter()
            .flatten()
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(|name| named(definition, name))
            .peekable();
        let only = asked.peek().is_some().then(|| asked.flatten().collect());
        Self { only, without: excluded.into_iter().flat_map(|name| named(definition, name)).collect() }
    }

    /// Whether an attribute or part is shown.
    pub fn shows(&self, definition: &Definition, id: AttrId) -> bool {
        let node = definition.node(id);
        if node.parent.is_some_and(|parent| !self.shows(definition, parent)) {
            return false;
        }
        let asked = |only: &AttrSet| {
            only.contains(id)
                || node.parent.is_some_and(|parent| only.contains(parent))
                || node.children.iter().any(|&child| only.contains(child))
        };
        match node.attribute.returned {
            Returned::Always => true,
            Returned::Never => false,
            Returned::Request => self.only.as_ref().is_some_and(asked),
            Returned::Default => self.only.as_ref().is_none_or(asked) && !self.excludes(definition, id),
        }
    }

    /// The attributes and parts that are shown: what has to be asked of a vendor.
    pub fn shown(&self, definition: &Definition) -> AttrSet {
        let all = definition
            .roots()
            .iter()
            .flat_map(|&root| std::iter::once(root).chain(definition.node(root).children.iter().copied()));
        all.filter(|&id| self.shows(definition, id)).collect()
    }

    /// Takes away what is not shown.
    pub fn apply(&self, definition: &Definition, resource: &mut Resource) {
        for &root in definition.roots() {
            if !self.shows(definition, root) {
                resource.remove(definition, root);
                continue;
            }
            let hidden: Vec<&str> = definition
                .node(root)
                .children
                .iter()
                .filter(|&&child| !self.shows(definition, child))
                .map(|&child| definition.node(child).attribute.name.as_str())
                .collect();
            if hidden.is_empty() {
                continue;
            }
            match resource.get_mut(definition, root) {
                Some(Value::Array(elements)) => {
                    elements.retain_mut(|element| {
                        strip(element, &hidden);
                        element.as_object().is_none_or(|parts| !parts.is_empty())
                    });
                }
                Some(value) => strip(value, &hidden),
                None => {}
            }
            let empty = match resource.get(definition, root) {
                Some(Value::Object(parts)) => parts.is_empty(),
                Some(Value::Array(elements)) => elements.is_empty(),
                _ => false,
            };
            if empty {
                resource.remove(definition, root);
            }
        }
    }

    /// Whether an attribute or part was asked to be left out.
    pub(crate) fn excludes(&self, definition: &Definition, id: AttrId) -> bool {
        self.without.contains(id) || definition.node(id).parent.is_some_and(|parent| self.without.contains(parent))
    }
}

fn strip(value: &mut Value, hidden: &[&str]) {
    if let Some(parts) = value.as_object_mut() {
        parts.retain(|name, _| !hidden.contains(&name.as_str()));
    }
}

fn named(definition: &Definition, name: &str) -> Vec<AttrId> {
    let name = name.trim();
    let resolved = || definition.resolve(&parse_attribute_path(name).ok()?).ok();
    match definition.schema_target(name).or_else(resolved) {
        Some(Target::Attribute(id)) => vec![id],
        Some(Target::Extension(schema)) => in_schema(definition, schema),
        Some(Target::Whole) => in_schema(definition, 0),
        None => Vec::new(),
    }
}

fn in_schema(definition: &Definition, schema: usize) -> Vec<AttrId> {
    definition.roots().iter().copied().filter(|&id| definition.node(id).schema == schema).collect()
}
