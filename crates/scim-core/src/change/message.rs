//! The `PatchOp` message: what a PATCH body must be before any operation in it is looked at (RFC 7644 section 3.5.2).

use serde_json::{Map, Value};

use super::Op;
use crate::dialect::{Leniency, Notes};
use crate::error::ScimError;
use crate::filter::{Text, check_text};
use crate::messages::{check_message, member};

/// The URN of the PATCH request message (RFC 7644 section 3.5.2).
pub const PATCH_OP_URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// How many operations one PATCH may have.
pub const OPERATIONS_MAX: usize = 1_000;

/// Whether `schemas` names this message and nothing else. A client that names nothing, or the resource's schema, may be
/// understood all the same (idp-clients reference, row 5).
///
/// # Errors
/// `invalidSyntax` where that is not forgiven.
pub(super) fn check_schemas(body: &Value, notes: &Notes) -> Result<(), ScimError> {
    let refused = || ScimError::invalid_syntax(format!("'schemas' must be [\"{PATCH_OP_URN}\"]"));
    let (ours, others): (Vec<&str>, Vec<&str>) =
        body.as_object().map(urns).into_iter().flatten().partition(|urn| urn.eq_ignore_ascii_case(PATCH_OP_URN));
    if ours.is_empty() {
        return notes.forgive(Leniency::SchemasMissing, refused);
    }
    if others.is_empty() { Ok(()) } else { notes.forgive(Leniency::SchemasForeign, refused) }
}

fn urns(message: &Map<String, Value>) -> impl Iterator<Item = &str> {
    member(message, "schemas").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The operations of the message. Here `schemas` is refused only when it names another message.
pub(super) fn operations(body: &Value) -> Result<&Vec<Value>, ScimError> {
    let object = body.as_object().ok_or_else(|| ScimError::invalid_syntax("the body must be a JSON object"))?;
    check_message(object, PATCH_OP_URN)?;
    let operations = member(object, "Operations")
        .and_then(Value::as_array)
        .filter(|list| !list.is_empty())
        .ok_or_else(|| ScimError::invalid_syntax("'Operations' must be an array of at least one operation"))?;
    if operations.len() > OPERATIONS_MAX {
        let text = format!("a PATCH may have at most {OPERATIONS_MAX} operations; this one has {}", operations.len());
        return Err(ScimError::plain(413, text));
    }
    Ok(operations)
}

/// One operation, still to be read.
#[derive(Debug)]
pub(super) struct Operation<'a> {
    pub(super) op: Op,
    /// Without blanks around it; an empty one is none.
    pub(super) path: Option<&'a str>,
    pub(super) value: Option<&'a Value>,
    /// As they were sent.
    sent: (&'a str, Option<&'a str>),
}

impl<'a> Operation<'a> {
    /// The parts of one of `Operations`.
    pub(super) fn of(operation: &'a Value) -> Result<Self, ScimError> {
        let Some(object) = operation.as_object() else {
            return Err(ScimError::invalid_syntax("each of 'Operations' must be a JSON object"));
        };
        let sent = member(object, "op").and_then(Value::as_str).unwrap_or_default();
        let op = match sent {
            op if op.eq_ignore_ascii_case("add") => Op::Add,
            op if op.eq_ignore_ascii_case("replace") => Op::Replace,
            op if op.eq_ignore_ascii_case("remove") => Op::Remove,
            _ => return Err(ScimError::invalid_syntax("'op' must be one of add, replace, remove")),
        };
        let sent_path = match member(object, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(path)) => Some(path.as_str()),
            Some(_) => return Err(ScimError::invalid_syntax("'path' must be a string")),
        };
        let path = sent_path.map(str::trim).filter(|path| !path.is_empty());
        Ok(Self { op, path, value: member(object, "value"), sent: (sent, sent_path) })
    }

    /// Whether it is spelled as the RFC has it.
    ///
    /// # Errors
    /// `invalidSyntax` or `invalidPath` where that is not forgiven.
    pub(super) fn check_spelling(&self, notes: &Notes) -> Result<(), ScimError> {
        let (op, path) = self.sent;
        if op.contains(|letter: char| letter.is_ascii_uppercase()) {
            notes.forgive(Leniency::OpLetterCase, || {
                ScimError::invalid_syntax("'op' must be one of add, replace, remove, in lower case")
            })?;
        }
        match (path, self.path) {
            (Some(_), None) => {
                let refused = || ScimError::invalid_path("an empty path is none: leave it out");
                notes.forgive(Leniency::EmptyPath, refused)
            }
            (Some(path), Some(_)) => check_text(path, Text::Path, notes).map_err(ScimError::invalid_path),
            (None, _) => Ok(()),
        }
    }
}
