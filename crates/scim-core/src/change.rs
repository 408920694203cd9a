//! A change to a resource, as a PUT or PATCH asks for it: symbolic, without the resource it will be applied to.

mod apply;
mod assign;
mod elements;
mod members;
mod message;
mod normalize;

pub use apply::{apply, apply_with};
pub use members::{MEMBERS_MAX, Members};
pub use message::{OPERATIONS_MAX, PATCH_OP_URN};

use serde_json::Value;

use crate::definition::{AttrId, AttrSet, Definition};
use crate::error::ScimError;
use crate::filter::Filter;

/// How many edits one PATCH may come to. A path-less operation makes one of each key, and each may walk a long list.
pub const EDITS_MAX: usize = 10_000;

/// What a PUT or PATCH asks for, after the client's dialect was normalised. `active` and the password stand apart:
/// one is carried out first and alone, the other is never compared or shown.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The wanted state of the account, where the request speaks of it; the last word counts.
    pub active: Option<bool>,
    /// The new password, where the request has one.
    pub password: Option<Password>,
    /// Everything else, in the order in which it is to be applied.
    pub edits: Vec<Edit>,
    /// Whether the request is a full representation (PUT), in which clients send back what they have read, so that
    /// naming a value is not the same as asking for it.
    pub echo: bool,
    /// The first part of a well-formed request that cannot be done. It is refused whole, except for switching off.
    pub refused: Option<ScimError>,
}

/// A clear text password on its way to the vendor. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What an edit does (RFC 7644 section 3.5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Adds values, or sets what is unset.
    Add,
    /// Puts values in the place of others.
    Replace,
    /// Unsets.
    Remove,
}

/// One edit.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// What is done.
    pub op: Op,
    /// The attribute, or a part of a complex attribute.
    pub attribute: AttrId,
    /// Which elements of a multi-valued attribute, as in `emails[type eq "work"]`.
    pub select: Option<Filter>,
    /// The part of each selected element, as in `emails[…].value`.
    pub part: Option<AttrId>,
    /// The value, coerced to the type of what is written; for `Remove`, the elements to be removed, if listed.
    pub value: Option<Value>,
}

impl Change {
    /// Whether the account is to be switched off.
    pub fn off(&self) -> bool {
        self.active == Some(false)
    }

    /// Whether switching the account off is all that is asked for.
    pub fn is_only_off(&self) -> bool {
        self.off() && self.password.is_none() && self.edits.is_empty() && self.refused.is_none()
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.active.is_none() && self.password.is_none() && self.edits.is_empty() && self.refused.is_none()
    }

    /// The change that only switches the account off.
    pub fn only_off() -> Self {
        Self { active: Some(false), ..Self::default() }
    }

    /// The attributes that the edits name: attributes, parts, and what contains them.
    pub fn named(&self, definition: &Definition) -> AttrSet {
        let mut set = AttrSet::default();
        for edit in &self.edits {
            set.insert(definition.root_of(edit.attribute));
            match (edit.part, definition.node(edit.attribute).parent, &edit.value) {
                (Some(part), ..) => set.insert(part),
                (None, Some(_), _) => set.insert(edit.attribute),
                (None, None, Some(Value::Object(parts))) => {
                    parts
                        .keys()
                        .filter_map(|name| definition.child(edit.attribute, name))
                        .for_each(|id| set.insert(id));
                }
                (None, None, _) => set.extend(&definition.family(edit.attribute)),
            }
        }
        set
    }
}
