//! What a change asks of a group's members, apart from everything else: adding one of them never needs the others.
//!
//! Members are told apart by their `value` alone (idp-clients reference, row 27). Where the RFC leaves room, or clients
//! leave the RFC:
//! - `remove` with a list removes those that it names, and without one empties the group (rows 22 and 23).
//! - `remove` of somebody who is no member, and `add` of somebody who is one, are done already (rows 24 and 25).
//! - `replace` with a list, or `[]`, is the whole list (row 28), also in a PUT (row 29).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Change, Edit, Op};
use crate::definition::{AttrId, Definition};
use crate::error::ScimError;
use crate::filter::{Comparison, Filter, Operand, Operator};

/// How many members one request may name.
pub const MEMBERS_MAX: usize = 100_000;

/// What becomes of a group's members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Members {
    /// Nothing.
    #[default]
    Untouched,
    /// Each of these ids is to be a member (true) or not (false); all others stay as they are.
    Delta(BTreeMap<String, bool>),
    /// These ids and no others, each once.
    Exactly(Vec<String>),
}

impl Members {
    /// The members that a list of elements names, in its order, each once.
    ///
    /// # Errors
    /// `invalidValue` for a member that is no user, or too many members.
    pub fn named(elements: &[Value]) -> Result<Vec<String>, ScimError> {
        if elements.len() > MEMBERS_MAX {
            return Err(too_many());
        }
        let mut seen = std::collections::HashSet::with_capacity(elements.len());
        let mut ids = Vec::with_capacity(elements.len());
        for element in elements {
            let kind = element.get("type").and_then(Value::as_str);
            if kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("User")) {
                return Err(ScimError::invalid_value("'members': only users can be members of a group"));
            }
            // An element without a value names nobody.
            if let Some(id) = element.get("value").and_then(Value::as_str)
                && seen.insert(id)
            {
                ids.push(id.to_owned());
            }
        }
        Ok(ids)
    }

    fn apply(&mut self, op: Op, ids: Vec<String>) {
        match (self, op) {
            (this, Op::Replace) => *this = Self::Exactly(ids),
            (Self::Exactly(list), Op::Add) => {
                let known: std::collections::HashSet<String> = list.iter().cloned().collect();
                list.extend(ids.into_iter().filter(|id| !known.contains(id)));
            }
            (Self::Exactly(list), Op::Remove) => {
                let gone: std::collections::HashSet<String> = ids.into_iter().collect();
                list.retain(|id| !gone.contains(id));
            }
            (Self::Delta(wishes), op) => wishes.extend(ids.into_iter().map(|id| (id, op == Op::Add))),
            (this, op) => *this = Self::Delta(ids.into_iter().map(|id| (id, op == Op::Add)).collect()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Untouched => 0,
            Self::Delta(wishes) => wishes.len(),
            Self::Exactly(list) => list.len(),
        }
    }
}

impl Change {
    /// Takes what the change asks of `members` out of it, all operations together.
    ///
    /// # Errors
    /// `invalidPath` for a selection that is not by `value`, `mutability` for a change within a member,
    /// `invalidValue` for a member that is no user.
    pub fn take_members(&mut self, definition: &Definition, members: AttrId) -> Result<Members, ScimError> {
        let (own, others) = std::mem::take(&mut self.edits).into_iter().partition(|edit| edit.attribute == members);
        self.edits = others;
        let own: Vec<Edit> = own;
        let mut wanted = Members::default();
        for edit in own {
            let ids = match (&edit.select, edit.part) {
                (Some(filter), None) if edit.op == Op::Remove => selected(definition, members, filter)?,
                (None, None) => match &edit.value {
                    Some(Value::Array(elements)) => Members::named(elements)?,
                    Some(element) => Members::named(std::slice::from_ref(element))?,
                    // Nothing is left: `remove` without a list, or `replace` with an empty one.
                    None => {
                        wanted = Members::Exactly(Vec::new());
                        continue;
                    }
                },
                _ => {
                    let text = "a member cannot be changed: remove it, and add another one";
                    return Err(ScimError::mutability(text));
                }
            };
            wanted.apply(edit.op, ids);
            if wanted.len() > MEMBERS_MAX {
                return Err(too_many());
            }
        }
        Ok(wanted)
    }
}

fn too_many() -> ScimError {
    ScimError::plain(413, format!("a request may name at most {MEMBERS_MAX} members"))
}

/// The ids that `members[…]` selects, where the filter names them.
fn selected(definition: &Definition, members: AttrId, filter: &Filter) -> Result<Vec<String>, ScimError> {
    let value = definition.child(members, "value");
    let refused = || {
        let text = "members can be selected by their value only: members[value eq \"id\"]";
        Err(ScimError::invalid_path(text))
    };
    match filter {
        Filter::Compare(Comparison { attribute, operator: Operator::Eq, operand: Operand::Text(id) })
            if Some(*attribute) == value =>
        {
            Ok(vec![id.clone()])
        }
        Filter::Or(parts) => {
            let mut ids = Vec::with_capacity(parts.len());
            for part in parts {
                ids.extend(selected(definition, members, part)?);
            }
            Ok(ids)
        }
        // All members are users: what is said of the type beside the value selects the same.
        Filter::And(parts) => match parts.iter().find_map(|part| selected(definition, members, part).ok()) {
            Some(ids) if parts.iter().all(|part| names_value_or_user(definition, members, part)) => Ok(ids),
            _ => refused(),
        },
        _ => refused(),
    }
}

fn names_value_or_user(definition: &Definition, members: AttrId, filter: &Filter) -> bool {
    let kind = definition.child(members, "type");
    let is_user = matches!(filter, Filter::Compare(Comparison { attribute, operator: Operator::Eq,
        operand: Operand::Text(text) }) if Some(*attribute) == kind && text.eq_ignore_ascii_case("User"));
    is_user || selected(definition, members, filter).is_ok()
}
