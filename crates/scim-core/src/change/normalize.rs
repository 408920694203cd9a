//! PUT and PATCH bodies, in whatever dialect a client speaks, as a [`Change`] (idp-clients reference, section 12).

use serde_json::Value;

use super::assign::{is_read_only, object_in, whole};
use super::message::{Operation, check_schemas, operations};
use super::{Change, EDITS_MAX, Edit, Op};
use crate::definition::{AttrId, Definition, Target, Unknown};
use crate::dialect::{Leniency, Notes, Place};
use crate::error::ScimError;
use crate::filter::Filter;
use crate::parser::{PatchPath, parse_patch_path};
use crate::resource::body::{check_alias, check_unset, unknown};
use crate::resource::coerce::{Coerced, coerce_with, no_list, single};
use crate::resource::{entries, in_extension, is_unset};

impl Change {
    /// Reads the body of a PUT (RFC 7644 section 3.5.1). What the body does not name stays as it is; null, "" and []
    /// unset; `readOnly` attributes, which clients echo, are ignored. What is wrong with a single value is kept in
    /// [`Change::refused`], as for a PATCH.
    ///
    /// # Errors
    /// `invalidSyntax` when the body is not a JSON object, or names another resource type in `schemas`.
    pub fn from_put(definition: &Definition, body: &Value) -> Result<Self, ScimError> {
        Self::from_put_with(definition, body, &Notes::auto())
    }

    /// The same for a client of whom something is known. What `notes` does not forgive is kept in [`Change::refused`].
    ///
    /// # Errors
    /// As [`Change::from_put`].
    pub fn from_put_with(definition: &Definition, body: &Value, notes: &Notes) -> Result<Self, ScimError> {
        let mut change = Self { echo: true, ..Self::default() };
        let entries = entries(definition, body, notes)?;
        let named = |id: AttrId| entries.iter().flatten().any(|(named, _)| *named == id);
        let demanded = definition.roots().iter().filter(|&&id| definition.node(id).attribute.is_demanded());
        let missing = demanded.copied().find(|&id| !is_read_only(definition, id) && !named(id));
        for entry in entries {
            let done = entry.and_then(|(id, value)| change.assign(definition, Op::Replace, id, value, notes));
            change.note(done);
        }
        if let Some(id) = missing {
            let refused = || ScimError::invalid_value(format!("'{}' is required", definition.path(id)));
            change.note(notes.forgive(Leniency::PutWithoutRequired, refused));
        }
        Ok(change)
    }

    /// Reads the body of a PATCH (RFC 7644 section 3.5.2).
    ///
    /// # Errors
    /// `invalidSyntax` when the message itself is malformed, 413 when it is too large. What is wrong with a single
    /// operation of a well-formed message is kept in [`Change::refused`], because switching off is carried out even
    /// beside it.
    pub fn from_patch(definition: &Definition, body: &Value) -> Result<Self, ScimError> {
        Self::from_patch_with(definition, body, &Notes::auto())
    }

    /// The same for a client of whom something is known. What `notes` does not forgive is kept in [`Change::refused`].
    ///
    /// # Errors
    /// As [`Change::from_patch`].
    pub fn from_patch_with(definition: &Definition, body: &Value, notes: &Notes) -> Result<Self, ScimError> {
        let mut change = Self::default();
        let operations = operations(body)?.iter().map(Operation::of).collect::<Result<Vec<_>, _>>()?;
        change.note(check_schemas(body, notes));
        for operation in operations {
            let Operation { op, path, value, .. } = operation;
            let done = operation.check_spelling(notes).and_then(|()| match path {
                None => change.pathless(definition, op, value, notes),
                Some(path) => change.at_path(definition, op, path, value, notes),
            });
            change.note(done);
            if change.edits.len() > EDITS_MAX {
                let text = format!("a PATCH may set at most {EDITS_MAX} attributes in all its operations");
                return Err(ScimError::plain(413, text));
            }
        }
        Ok(change)
    }

    fn note(&mut self, done: Result<(), ScimError>) {
        if let Err(refusal) = done {
            self.refused.get_or_insert(refusal);
        }
    }

    /// An operation without a path: each key of the value is a path (Entra sends dotted and URN-qualified keys).
    fn pathless(
        &mut self,
        definition: &Definition,
        op: Op,
        value: Option<&Value>,
        notes: &Notes,
    ) -> Result<(), ScimError> {
        notes.enter(Place::Attributes);
        if op == Op::Remove {
            return Err(ScimError::no_target("a remove operation needs a path"));
        }
        let Some(parts) = value.and_then(object_in) else {
            return Err(no_object());
        };
        if value.is_some_and(Value::is_array) {
            notes.forgive(Leniency::ListOfOne, no_object)?;
        }
        for (key, value) in parts {
            let done = self.keyed(definition, op, key, value, notes);
            self.note(done);
        }
        Ok(())
    }

    /// One key of a path-less value. What is unknown or `readOnly` is ignored: clients send whole resources here.
    fn keyed(
        &mut self,
        definition: &Definition,
        op: Op,
        key: &str,
        value: &Value,
        notes: &Notes,
    ) -> Result<(), ScimError> {
        if let Some(schema) = definition.schema_number(key) {
            check_alias(definition, key, notes)?;
            return self.block(definition, op, schema, value, notes);
        }
        let Ok(path) = parse_patch_path(key) else { return unknown(definition, key, notes) };
        let Ok(Target::Attribute(id)) = definition.resolve(&path.path) else {
            return unknown(definition, key, notes);
        };
        if is_read_only(definition, id) {
            return notes.forgive(Leniency::ReadOnlyInPatch, || read_only(definition, id));
        }
        if path.path.schema.is_some() || path.path.sub_attribute.is_some() || path.filter.is_some() {
            notes.forgive(Leniency::KeysAsPaths, || {
                let text = format!("'{key}' is no attribute: a path goes into 'path' of an operation of its own");
                ScimError::invalid_syntax(text)
            })?;
        }
        definition.check_full(id, &path.path, notes).map_err(ScimError::invalid_syntax)?;
        self.edit(definition, op, id, &path, Some(value), notes)
    }

    /// A whole extension, or the core schema, as one value; nothing unsets an extension.
    fn block(
        &mut self,
        definition: &Definition,
        op: Op,
        schema: usize,
        value: &Value,
        notes: &Notes,
    ) -> Result<(), ScimError> {
        if is_unset(value) {
            check_unset(definition.schema_urn(schema), value, notes)?;
            if op != Op::Add {
                self.clear(definition, schema);
            }
            return Ok(());
        }
        let refused = || {
            let urn = definition.schema_urn(schema);
            ScimError::invalid_value(format!("'{urn}' must be a JSON object"))
        };
        let parts = object_in(value).ok_or_else(refused)?;
        if value.is_array() {
            notes.forgive(Leniency::ListOfOne, refused)?;
        }
        notes.enter(Place::Attributes);
        for (name, value) in parts {
            let done = match definition.root(schema, name) {
                None => unknown(definition, name, notes),
                Some(id) if id == definition.common().schemas => Ok(()),
                Some(id) if is_read_only(definition, id) => {
                    notes.forgive(Leniency::ReadOnlyInPatch, || read_only(definition, id))
                }
                Some(id) => self.assign(definition, op, id, value, notes),
            };
            self.note(done);
        }
        Ok(())
    }

    fn clear(&mut self, definition: &Definition, schema: usize) {
        let writable = in_extension(definition, schema).filter(|&id| !is_read_only(definition, id));
        self.edits.extend(writable.map(|id| whole(Op::Remove, id)));
    }

    fn at_path(
        &mut self,
        definition: &Definition,
        op: Op,
        text: &str,
        value: Option<&Value>,
        notes: &Notes,
    ) -> Result<(), ScimError> {
        notes.enter(Place::Path);
        if let Some(schema) = definition.schema_number(text) {
            check_alias(definition, text, notes)?;
            return match (op, value) {
                (Op::Remove, _) if schema == 0 => Err(ScimError::no_target("the whole resource cannot be removed")),
                (Op::Remove, _) => {
                    self.clear(definition, schema);
                    Ok(())
                }
                (_, Some(value)) => self.block(definition, op, schema, value, notes),
                (_, None) => Err(missing_value(text)),
            };
        }
        let path =
            parse_patch_path(text).map_err(|error| ScimError::invalid_path(format!("path '{text}': {error}")))?;
        match definition.resolve(&path.path) {
            // `schemas` follows from what else there is; a client that announces an extension is not at fault.
            Ok(Target::Attribute(id)) if id == definition.common().schemas => Ok(()),
            Ok(Target::Attribute(id)) if is_read_only(definition, id) => Err(read_only(definition, id)),
            Ok(Target::Attribute(id)) => {
                definition.check_full(id, &path.path, notes).map_err(ScimError::invalid_path)?;
                self.edit(definition, op, id, &path, value, notes)
            }
            Ok(Target::Extension(_) | Target::Whole) => {
                Err(ScimError::invalid_path(format!("path '{text}': a schema has no elements to select")))
            }
            // Entra maps custom attributes into extensions that nobody declared (idp-clients reference, row 8).
            Err(Unknown::Schema) => notes.forgive(Leniency::UnknownExtension, || {
                let name = &definition.resource_type().name;
                ScimError::invalid_path(format!("path '{text}': {name} has no such extension"))
            }),
            Err(Unknown::Attribute) => {
                let name = &definition.resource_type().name;
                Err(ScimError::invalid_path(format!("path '{text}': {name} has no such attribute")))
            }
        }
    }

    /// An operation on one attribute or a part of it.
    fn edit(
        &mut self,
        definition: &Definition,
        op: Op,
        id: AttrId,
        path: &PatchPath,
        value: Option<&Value>,
        notes: &Notes,
    ) -> Result<(), ScimError> {
        let root = definition.root_of(id);
        let multi_valued = definition.node(root).attribute.multi_valued;
        if id == definition.common().schemas {
            return Ok(());
        }
        if path.filter.is_none() && !(multi_valued && id != root) {
            return match (op, value) {
                (Op::Remove, value) => self.remove(definition, id, value, notes),
                (_, Some(value)) => self.assign(definition, op, id, value, notes),
                (_, None) => Err(missing_value(&definition.path(id))),
            };
        }
        if !multi_valued || (path.filter.is_some() && id != root) {
            let text = definition.path(id);
            return Err(ScimError::invalid_path(format!("'{text}' is not multi-valued: it has nothing to select")));
        }
        let select = match &path.filter {
            None => None,
            Some(tree) => Some(
                Filter::resolve_element_with(definition, root, tree, notes)
                    .map_err(|error| ScimError::invalid_path(error.detail))?,
            ),
        };
        let part =
            match &path.sub_attribute {
                None => (id != root).then_some(id),
                Some(name) => Some(definition.child(root, name).ok_or_else(|| {
                    ScimError::invalid_path(format!("'{}' has no part '{name}'", definition.path(root)))
                })?),
            };
        if let Some(part) = part.filter(|&part| is_read_only(definition, part)) {
            return Err(read_only(definition, part));
        }
        let mut edit = Edit { op, attribute: root, select, part, value: None };
        if op != Op::Remove {
            let value = value.ok_or_else(|| missing_value(&path.to_string()))?;
            match element_value(definition, root, part, value, notes)? {
                Coerced::Value(value) => edit.value = Some(value),
                Coerced::Unset => edit.op = Op::Remove,
            }
        }
        self.edits.push(edit);
        Ok(())
    }
}

/// The value for selected elements: of one part, or a whole element.
fn element_value(
    definition: &Definition,
    root: AttrId,
    part: Option<AttrId>,
    value: &Value,
    notes: &Notes,
) -> Result<Coerced, ScimError> {
    match (part, value) {
        (Some(part), value) => coerce_with(definition, part, value, notes),
        (None, Value::Array(list)) if list.len() == 1 => {
            notes.forgive(Leniency::ListOfOne, || no_list(definition, root))?;
            single(definition, root, &list[0], notes)
        }
        (None, value) => single(definition, root, value, notes),
    }
}

fn no_object() -> ScimError {
    ScimError::invalid_value("the value of an operation without a path must be a JSON object")
}

fn read_only(definition: &Definition, id: AttrId) -> ScimError {
    ScimError::mutability(format!("'{}' is read-only", definition.path(id)))
}

fn missing_value(path: &str) -> ScimError {
    ScimError::invalid_value(format!("the operation on '{path}' has no value"))
}
