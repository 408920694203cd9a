//! The `PatchOp` message: what a PATCH body must be before any operation in it is looked at (RFC 7644 section 3.5.2).

use serde_json::Value;

use super::Op;
use crate::error::ScimError;
use crate::messages::{check_message, member};

/// The URN of the PATCH request message (RFC 7644 section 3.5.2).
pub const PATCH_OP_URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// How many operations one PATCH may have.
pub const OPERATIONS_MAX: usize = 1_000;

/// The operations of the message.
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
