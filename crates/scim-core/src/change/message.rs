//! The `PatchOp` message: what a PATCH body must be before any operation in it is looked at (RFC 7644 section 3.5.2).

use serde_json::{Map, Value};

use super::Op;
use crate::error::ScimError;

/// The URN of the PATCH request message (RFC 7644 section 3.5.2).
pub const PATCH_OP_URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// How many operations one PATCH may have.
pub const OPERATIONS_MAX: usize = 1_000;

/// What the URN of every message begins with.
const MESSAGE_URN_PREFIX: &str = "urn:ietf:params:scim:api:messages:";

/// The operations of the message. `schemas` is refused only when it names another message: a client that names
/// nothing, or the resource's schema, is understood all the same (idp-clients reference, row 5).
pub(super) fn operations(body: &Value) -> Result<&Vec<Value>, ScimError> {
    let object = body.as_object().ok_or_else(|| ScimError::invalid_syntax("the body must be a JSON object"))?;
    let urns = || member(object, "schemas").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let is_message = |urn: &str| {
        urn.get(..MESSAGE_URN_PREFIX.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(MESSAGE_URN_PREFIX))
    };
    if urns().any(is_message) && !urns().any(|urn| urn.eq_ignore_ascii_case(PATCH_OP_URN)) {
        return Err(ScimError::invalid_syntax(format!("'schemas' must name {PATCH_OP_URN}")));
    }
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

/// The parts of one operation. An empty path is none.
pub(super) fn parts_of(operation: &Value) -> Result<(Op, Option<&str>, Option<&Value>), ScimError> {
    let object =
        operation.as_object().ok_or_else(|| ScimError::invalid_syntax("each of 'Operations' must be a JSON object"))?;
    let op = match member(object, "op").and_then(Value::as_str) {
        Some(op) if op.eq_ignore_ascii_case("add") => Op::Add,
        Some(op) if op.eq_ignore_ascii_case("replace") => Op::Replace,
        Some(op) if op.eq_ignore_ascii_case("remove") => Op::Remove,
        _ => return Err(ScimError::invalid_syntax("'op' must be one of add, replace, remove")),
    };
    let path = match member(object, "path") {
        None | Some(Value::Null) => None,
        Some(Value::String(path)) => Some(path.trim()).filter(|path| !path.is_empty()),
        Some(_) => return Err(ScimError::invalid_syntax("'path' must be a string")),
    };
    Ok((op, path, member(object, "value")))
}

/// A member of an object by its name, without regard to letter case where it is not spelled as in the RFC.
pub(crate) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}
