//! A resource type compiled for use: every attribute and sub-attribute has a small number, its [`AttrId`].

use std::fmt;

use crate::dialect::{Leniency, Notes};
use crate::error::ScimError;
use crate::parser::AttributePath;
use crate::schema::{
    Attribute, ENTERPRISE_USER_URN, GROUP_URN, Kind, Mutability, ResourceType, Returned, Schema, USER_URN,
};

/// The number of an attribute or sub-attribute within its [`Definition`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttrId(u16);

impl AttrId {
    /// The position in the table.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A set of attributes.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AttrSet(Vec<u64>);

impl AttrSet {
    /// Adds one.
    pub fn insert(&mut self, id: AttrId) {
        let word = id.index() / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (id.index() % 64);
    }

    /// Whether it is in the set.
    pub fn contains(&self, id: AttrId) -> bool {
        self.0.get(id.index() / 64).is_some_and(|word| word & (1 << (id.index() % 64)) != 0)
    }

    /// Adds all of another set.
    pub fn extend(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// Whether the two share an attribute.
    pub fn intersects(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(left, right)| left & right != 0)
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    /// What is in it, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = AttrId> + '_ {
        (0..u16::try_from(self.0.len() * 64).unwrap_or(u16::MAX)).map(AttrId).filter(|&id| self.contains(id))
    }
}

impl FromIterator<AttrId> for AttrSet {
    fn from_iter<I: IntoIterator<Item = AttrId>>(ids: I) -> Self {
        let mut set = Self::default();
        ids.into_iter().for_each(|id| set.insert(id));
        set
    }
}

impl fmt::Debug for AttrSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(AttrId::index)).finish()
    }
}

/// One row of the table.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its own number.
    pub id: AttrId,
    /// Which schema it belongs to: 0 is the core schema (and the common attributes), 1.. the extensions.
    pub schema: usize,
    /// The complex attribute it is a part of.
    pub parent: Option<AttrId>,
    /// Name and characteristics.
    pub attribute: Attribute,
    /// The parts of a complex attribute, in order.
    pub children: Vec<AttrId>,
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// An attribute or sub-attribute.
    Attribute(AttrId),
    /// A whole extension, named by its URN; the number as in [`Node::schema`].
    Extension(usize),
    /// The whole resource, named by the core schema's URN.
    Whole,
}

/// Why a path names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The schema URN is not one of this resource type.
    Schema,
    /// The schema has no such attribute.
    Attribute,
}

/// The numbers of the attributes that this crate itself works with.
#[derive(Debug, Clone, Copy)]
pub struct Common {
    /// `schemas`
    pub schemas: AttrId,
    /// `id`
    pub id: AttrId,
    /// `externalId`
    pub external_id: AttrId,
    /// `meta`
    pub meta: AttrId,
}

/// A resource type with its attributes numbered.
#[derive(Debug, Clone)]
pub struct Definition {
    resource_type: ResourceType,
    nodes: Vec<Node>,
    roots: Vec<AttrId>,
    common: Common,
}

/// `schemas`, `id`, `externalId`, `meta` (RFC 7643 section 3.1).
fn common_attributes() -> [Attribute; 4] {
    let read_only = |attribute: Attribute| attribute.mutability(Mutability::ReadOnly);
    let meta = vec![
        read_only(Attribute::string("resourceType", "The name of the resource type.").case_exact()),
        read_only(Attribute::new("created", Kind::DateTime, "When the resource was created.")),
        read_only(Attribute::new("lastModified", Kind::DateTime, "When the resource last changed.")),
        read_only(Attribute::new("location", Kind::Reference, "The URI of the resource.").case_exact()),
        read_only(Attribute::string("version", "The version of the resource.").case_exact()),
    ];
    [
        Attribute::new("schemas", Kind::Reference, "The schemas of the resource.")
            .multi()
            .case_exact()
            .returned(Returned::Always),
        read_only(Attribute::string("id", "The id given by the service provider.").case_exact())
            .returned(Returned::Always),
        Attribute::string("externalId", "The id given by the client.").case_exact(),
        read_only(Attribute::complex("meta", "Data about the resource itself.", meta)),
    ]
}

/// Old URNs and what they are today; none stands for the core schema of whatever resource type is asked.
const ALIASES: [(&str, Option<&str>); 10] = [
    ("urn:scim:schemas:core:1.0", None),
    ("urn:scim:schemas:core:2.0", None),
    ("urn:scim:schemas:core:1.0:User", Some(USER_URN)),
    ("urn:scim:schemas:core:2.0:User", Some(USER_URN)),
    ("urn:scim:schemas:core:1.0:Group", Some(GROUP_URN)),
    ("urn:scim:schemas:core:2.0:Group", Some(GROUP_URN)),
    ("urn:scim:schemas:extension:enterprise:1.0", Some(ENTERPRISE_USER_URN)),
    ("urn:scim:schemas:extension:enterprise:2.0", Some(ENTERPRISE_USER_URN)),
    ("urn:scim:schemas:extension:enterprise:1.0:User", Some(ENTERPRISE_USER_URN)),
    ("urn:scim:schemas:extension:enterprise:2.0:User", Some(ENTERPRISE_USER_URN)),
];

impl Definition {
    /// Numbers the attributes of a resource type.
    pub fn new(resource_type: ResourceType) -> Self {
        let mut nodes = Vec::new();
        let mut roots = Vec::new();
        let mut add = |attribute: &Attribute, schema: usize| {
            let root = push(&mut nodes, attribute, schema, None);
            roots.push(root);
            root
        };
        let [schemas, id, external_id, meta] = common_attributes().map(|attribute| add(&attribute, 0));
        for (schema, definition) in schemas_of(&resource_type).enumerate() {
            for attribute in &definition.attributes {
                add(attribute, schema);
            }
        }
        Self { resource_type, nodes, roots, common: Common { schemas, id, external_id, meta } }
    }

    /// The resource type it was made from.
    pub fn resource_type(&self) -> &ResourceType {
        &self.resource_type
    }

    /// The common attributes.
    pub fn common(&self) -> Common {
        self.common
    }

    /// The top-level attributes, common ones first, in the order in which they are shown.
    pub fn roots(&self) -> &[AttrId] {
        &self.roots
    }

    /// One attribute.
    pub fn node(&self, id: AttrId) -> &Node {
        &self.nodes[id.index()]
    }

    /// The schemas: core first, then the extensions.
    pub fn schemas(&self) -> impl Iterator<Item = &Schema> {
        schemas_of(&self.resource_type)
    }

    /// The URN of a schema by its number.
    pub fn schema_urn(&self, schema: usize) -> &str {
        match schema {
            0 => &self.resource_type.schema.id,
            extension => &self.resource_type.extensions[extension - 1].id,
        }
    }

    /// The number of a schema by its URN, without regard to letter case. URNs of SCIM 1.1 and of early drafts, which
    /// clients' templates still hold, count as the schema that they became.
    pub fn schema_number(&self, urn: &str) -> Option<usize> {
        let number = |urn: &str| self.schemas().position(|schema| schema.id.eq_ignore_ascii_case(urn));
        number(urn).or_else(|| match ALIASES.iter().find(|(old, _)| old.eq_ignore_ascii_case(urn))? {
            (_, Some(current)) => number(current),
            (_, None) => Some(0),
        })
    }

    /// What a text names that is a schema's URN and nothing else. Asked before a text is parsed as a path, because a
    /// URN may end in what is no attribute name (`urn:example:ext:1.0`).
    pub fn schema_target(&self, text: &str) -> Option<Target> {
        self.schema_number(text).map(|schema| if schema == 0 { Target::Whole } else { Target::Extension(schema) })
    }

    /// Whether a body with these `schemas` can be one of this resource type: it is not when it names another core
    /// schema and not this one. Everything else is overlooked (idp-clients reference, row 5).
    pub fn admits<'a>(&self, schemas: impl Iterator<Item = &'a str> + Clone) -> bool {
        let other = |urn: &str| [USER_URN, GROUP_URN].iter().any(|known| known.eq_ignore_ascii_case(urn));
        schemas.clone().any(|urn| self.schema_number(urn) == Some(0)) || !schemas.into_iter().any(other)
    }

    /// The top-level attribute that an attribute is, or is a part of.
    pub fn root_of(&self, id: AttrId) -> AttrId {
        self.node(id).parent.unwrap_or(id)
    }

    /// The attribute and its parts.
    pub fn family(&self, id: AttrId) -> AttrSet {
        std::iter::once(id).chain(self.node(id).children.iter().copied()).collect()
    }

    /// A part of a complex attribute by its name, without regard to letter case.
    pub fn child(&self, parent: AttrId, name: &str) -> Option<AttrId> {
        self.node(parent).children.iter().copied().find(|&id| self.node(id).attribute.name.eq_ignore_ascii_case(name))
    }

    /// The full path of an attribute in canonical spelling: `name.givenName`, `urn:…:User:department`.
    pub fn path(&self, id: AttrId) -> String {
        let node = self.node(id);
        let own = node.attribute.name.as_str();
        match (node.parent, node.schema) {
            (Some(parent), _) => format!("{}.{own}", self.path(parent)),
            (None, 0) => own.to_owned(),
            (None, schema) => format!("{}:{own}", self.schema_urn(schema)),
        }
    }

    /// What a path names, without regard to letter case. A name without a URN is looked for in the core schema and
    /// then in the extensions, because clients shorten `urn:…:enterprise:2.0:User:manager` to `manager`.
    ///
    /// # Errors
    /// [`Unknown::Schema`] when the URN is none of this resource type's, else [`Unknown::Attribute`].
    pub fn resolve(&self, path: &AttributePath) -> Result<Target, Unknown> {
        let schemas = match &path.schema {
            None => 0..self.resource_type.extensions.len() + 1,
            Some(urn) => {
                if path.sub_attribute.is_none()
                    && let Some(target) = self.schema_target(&path.full_name())
                {
                    return Ok(target);
                }
                let schema = self.schema_number(urn).ok_or(Unknown::Schema)?;
                schema..schema + 1
            }
        };
        let root = schemas.into_iter().find_map(|schema| self.root(schema, &path.name)).ok_or(Unknown::Attribute)?;
        match &path.sub_attribute {
            None => Ok(Target::Attribute(root)),
            Some(sub) => self.child(root, sub).map(Target::Attribute).ok_or(Unknown::Attribute),
        }
    }

    /// Whether a path names its attribute as RFC 7644 section 3.10 has it: those of an extension by the extension's URN,
    /// and any by a URN of today. What is wrong with it, where that is not forgiven.
    pub(crate) fn check_full(&self, id: AttrId, path: &AttributePath, notes: &Notes) -> Result<(), String> {
        let full = || format!("'{path}' is named in full '{}'", self.path(id));
        let own = self.schema_urn(self.node(id).schema);
        let bent = match &path.schema {
            None if self.node(id).schema != 0 => Leniency::ShortPath,
            Some(urn) if !own.eq_ignore_ascii_case(urn) => Leniency::SchemasAlias,
            _ => return Ok(()),
        };
        if notes.forgives(bent) { Ok(()) } else { Err(full()) }
    }

    /// The attribute that a path names, for mapping rules and tests.
    ///
    /// # Errors
    /// `invalidPath` when the text is no path or names no attribute.
    pub fn attribute(&self, path: &str) -> Result<AttrId, ScimError> {
        let parsed = crate::parser::parse_attribute_path(path)
            .map_err(|error| ScimError::invalid_path(format!("'{path}' is not an attribute path: {error}")))?;
        match self.resolve(&parsed) {
            Ok(Target::Attribute(id)) => Ok(id),
            _ => Err(ScimError::invalid_path(format!("'{path}' names no attribute of {}", self.resource_type.name))),
        }
    }

    /// A top-level attribute of one schema by its name, without regard to letter case.
    pub fn root(&self, schema: usize, name: &str) -> Option<AttrId> {
        self.roots.iter().copied().find(|&id| {
            let node = self.node(id);
            node.schema == schema && node.attribute.name.eq_ignore_ascii_case(name)
        })
    }
}

fn schemas_of(resource_type: &ResourceType) -> impl Iterator<Item = &Schema> {
    std::iter::once(&resource_type.schema).chain(&resource_type.extensions)
}

fn push(nodes: &mut Vec<Node>, attribute: &Attribute, schema: usize, parent: Option<AttrId>) -> AttrId {
    let id = AttrId(u16::try_from(nodes.len()).expect("a resource type has fewer than 65,536 attributes"));
    nodes.push(Node { id, schema, parent, attribute: attribute.clone(), children: Vec::new() });
    let children = attribute.sub_attributes.iter().map(|part| push(nodes, part, schema, Some(id))).collect();
    nodes[id.index()].children = children;
    id
}
