//! One value for one attribute, as edits; `active` and the password go their own way.

use serde_json::{Map, Value};

use super::{Change, Edit, Op, Password};
use crate::definition::{AttrId, Definition};
use crate::dialect::{Leniency, Notes};
use crate::error::ScimError;
use crate::resource::coerce::{Coerced, coerce_with, listed, no_list, no_part, referred};
use crate::resource::is_unset;
use crate::schema::{Kind, Mutability};

impl Change {
    /// Sets a whole attribute, or a part of a single-valued complex one.
    pub(super) fn assign(
        &mut self,
        definition: &Definition,
        op: Op,
        id: AttrId,
        value: &Value,
        notes: &Notes,
    ) -> Result<(), ScimError> {
        let attribute = &definition.node(id).attribute;
        if attribute.kind == Kind::Complex
            && !attribute.multi_valued
            && let Some(parts) = object_in(value)
        {
            if value.is_array() {
                notes.forgive(Leniency::ListOfOne, || no_list(definition, id))?;
            }
            return self.assign_parts(definition, op, id, parts, notes);
        }
        let coerced = coerce_with(definition, id, value, notes)?;
        if let Some(special) = Special::of(definition, id) {
            return self.assign_special(definition, special, id, coerced);
        }
        match coerced {
            Coerced::Value(value) => self.edits.push(Edit { value: Some(value), ..whole(op, id) }),
            // Adding nothing to a list changes nothing.
            Coerced::Unset if op == Op::Add && attribute.multi_valued => {}
            Coerced::Unset if attribute.is_demanded() => {
                let text = format!("'{}' is required and cannot be unset", definition.path(id));
                return Err(ScimError::invalid_value(text));
            }
            // Adding null or "" unsets a single value as replacing does (idp-clients reference, row 6).
            Coerced::Unset => self.edits.push(whole(Op::Remove, id)),
        }
        Ok(())
    }

    /// The parts of a single-valued complex attribute, each by itself, so that an explicit null unsets one part and
    /// the parts that are not named stay (RFC 7644 section 3.5.2.3; idp-clients reference, row 31).
    fn assign_parts(
        &mut self,
        definition: &Definition,
        op: Op,
        id: AttrId,
        parts: &Map<String, Value>,
        notes: &Notes,
    ) -> Result<(), ScimError> {
        if parts.is_empty() && op != Op::Add {
            self.edits.push(whole(Op::Remove, id));
        }
        let mut done = Ok(());
        for (name, value) in parts {
            let Some(child) = definition.child(id, name) else {
                done = done.and(notes.forgive(Leniency::UnknownAttribute, || no_part(definition, id, name)));
                continue;
            };
            if !is_read_only(definition, child) {
                done = done.and(self.assign(definition, op, child, value, notes));
            }
        }
        if let Some((child, value)) = referred(definition, id, parts, notes)? {
            done = done.and(self.assign(definition, op, child, &value, notes));
        }
        done
    }

    fn assign_special(
        &mut self,
        definition: &Definition,
        special: Special,
        id: AttrId,
        value: Coerced,
    ) -> Result<(), ScimError> {
        match (special, value) {
            (Special::Active, Coerced::Value(Value::Bool(active))) => self.active = Some(active),
            (Special::Password, Coerced::Value(Value::String(password))) => self.password = Some(Password(password)),
            // Null in a full representation says nothing about the account; as an operation it is a mistake.
            (Special::Active, _) if !self.echo => {
                return Err(ScimError::invalid_value(format!("'{}' must be true or false", definition.path(id))));
            }
            _ => {}
        }
        Ok(())
    }

    /// A `remove` of a whole attribute, of a part of a single-valued complex one, or of listed elements.
    ///
    /// By the letter of RFC 7644 section 3.5.2.2 a value has no meaning here and the attribute would be emptied; every
    /// client that sends one means the listed elements only (idp-clients reference, row 22). A list without a usable
    /// element removes nothing, as the other reading would take access away that nobody named.
    pub(super) fn remove(
        &mut self,
        definition: &Definition,
        id: AttrId,
        value: Option<&Value>,
        notes: &Notes,
    ) -> Result<(), ScimError> {
        let attribute = &definition.node(id).attribute;
        if value.is_some_and(|value| !value.is_null()) {
            notes.forgive(Leniency::RemoveListed, || {
                let path = definition.path(id);
                let text =
                    format!("a remove operation has no value: select the elements, as in '{path}[value eq \"…\"]'");
                ScimError::invalid_value(text)
            })?;
        }
        if attribute.is_demanded() {
            let text = format!("'{}' is required and cannot be removed", definition.path(id));
            return Err(ScimError::mutability(text));
        }
        if let Some(special) = Special::of(definition, id) {
            return self.assign_special(definition, special, id, Coerced::Unset);
        }
        let value = match value {
            Some(value) if attribute.multi_valued && (value.is_array() || !is_unset(value)) => {
                let elements = listed(definition, id, value, notes)?;
                if elements.is_empty() {
                    return Ok(());
                }
                Some(Value::Array(elements))
            }
            _ => None,
        };
        self.edits.push(Edit { value, ..whole(Op::Remove, id) });
        Ok(())
    }
}

/// An edit of a whole attribute, still without a value.
pub(super) fn whole(op: Op, attribute: AttrId) -> Edit {
    Edit { op, attribute, select: None, part: None, value: None }
}

/// `readOnly`, or a part of something `readOnly`.
pub(super) fn is_read_only(definition: &Definition, id: AttrId) -> bool {
    let read_only = |id| definition.node(id).attribute.mutability == Mutability::ReadOnly;
    read_only(id) || read_only(definition.root_of(id))
}

/// An object, or the only one in a list.
pub(super) fn object_in(value: &Value) -> Option<&Map<String, Value>> {
    match value {
        Value::Array(list) if list.len() == 1 => list[0].as_object(),
        value => value.as_object(),
    }
}

/// The attributes that are no edits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Special {
    Active,
    Password,
}

impl Special {
    fn of(definition: &Definition, id: AttrId) -> Option<Self> {
        let node = definition.node(id);
        match (node.parent, node.schema, node.attribute.name.as_str()) {
            (None, 0, "active") => Some(Self::Active),
            (None, 0, "password") => Some(Self::Password),
            _ => None,
        }
    }
}
