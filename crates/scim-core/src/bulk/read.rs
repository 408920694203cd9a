//! Reading a bulk request.

use serde_json::{Map, Value};

use super::references::named;
use super::{Method, Named, Operation, Request, Task};
use crate::error::ScimError;
use crate::messages::member;
use crate::version::Tags;

/// The URN of the bulk request message.
pub const BULK_REQUEST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// What the URN of every message begins with.
const MESSAGE_URN_PREFIX: &str = "urn:ietf:params:scim:api:messages:";

/// Reads a message of at most `operations_max` operations.
///
/// # Errors
/// `invalidSyntax` when it is no bulk request, `invalidValue` for a `failOnErrors` that is no number from 1, 413 when it
/// has too many operations.
pub fn read(body: &Value, operations_max: usize) -> Result<Request, ScimError> {
    let object = body.as_object().ok_or_else(|| ScimError::invalid_syntax("the body must be a JSON object"))?;
    let urns = || member(object, "schemas").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let is_message = |urn: &str| urn.to_ascii_lowercase().starts_with(MESSAGE_URN_PREFIX);
    if urns().any(is_message) && !urns().any(|urn| urn.eq_ignore_ascii_case(BULK_REQUEST_URN)) {
        return Err(ScimError::invalid_syntax(format!("'schemas' must name {BULK_REQUEST_URN}")));
    }
    let operations = member(object, "Operations")
        .and_then(Value::as_array)
        .filter(|list| !list.is_empty())
        .ok_or_else(|| ScimError::invalid_syntax("'Operations' must be an array of at least one operation"))?;
    if operations.len() > operations_max {
        let count = operations.len();
        let text = format!("a bulk request may have at most {operations_max} operations (maxOperations), not {count}");
        return Err(ScimError::plain(413, text));
    }
    let fail_on_errors = match member(object, "failOnErrors") {
        None | Some(Value::Null) => None,
        Some(value) => {
            let count = value.as_u64().filter(|&count| count > 0);
            let count = count.ok_or_else(|| ScimError::invalid_value("'failOnErrors' must be an integer from 1"))?;
            Some(usize::try_from(count).unwrap_or(usize::MAX))
        }
    };
    Ok(Request { fail_on_errors, operations: operations.iter().map(operation).collect() })
}

fn operation(value: &Value) -> Operation {
    let nothing = Map::new();
    let object = value.as_object().unwrap_or(&nothing);
    let text = |name: &str| member(object, name).and_then(Value::as_str);
    let bulk_id = text("bulkId").filter(|name| !name.is_empty()).map(str::to_owned);
    let method = text("method").and_then(|sent| {
        let all = [Method::Post, Method::Put, Method::Patch, Method::Delete];
        all.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(sent.trim()))
    });
    let task = match method {
        None => Err(ScimError::invalid_syntax("'method' must be one of POST, PUT, PATCH, DELETE")),
        Some(method) => task(object, method, bulk_id.as_deref(), text("path")),
    };
    Operation { method, bulk_id, task }
}

fn task(
    object: &Map<String, Value>,
    method: Method,
    bulk_id: Option<&str>,
    path: Option<&str>,
) -> Result<Task, ScimError> {
    if method == Method::Post && bulk_id.is_none() {
        return Err(ScimError::invalid_value("'bulkId' is required of a POST"));
    }
    let (endpoint, on) = path.and_then(place).ok_or_else(|| {
        ScimError::invalid_syntax("'path' must be an endpoint such as /Users, or a resource of one such as /Users/{id}")
    })?;
    match (method, &on) {
        (Method::Post, Some(_)) => {
            return Err(ScimError::invalid_syntax("the 'path' of a POST must be an endpoint such as /Users"));
        }
        (Method::Put | Method::Patch | Method::Delete, None) => {
            return Err(ScimError::invalid_syntax("'path' must name one resource, such as /Users/{id}"));
        }
        _ => {}
    }
    let data = match (method, member(object, "data")) {
        (Method::Delete, _) => Value::Null,
        (_, Some(data @ Value::Object(_))) => data.clone(),
        _ => return Err(ScimError::invalid_syntax("'data' must be a JSON object, unless the method is DELETE")),
    };
    let only_if = match member(object, "version") {
        None | Some(Value::Null) => None,
        Some(_) if method == Method::Post => None,
        Some(value) => Some(value.as_str().and_then(Tags::parse).ok_or_else(|| {
            ScimError::invalid_value("'version' must be a version as in meta.version, such as W/\"a1b2\"")
        })?),
    };
    Ok(Task { method, endpoint, on, data, only_if, late: None })
}

/// The endpoint of a path, and the resource where it names one. The path is relative to the root, and its segments are
/// percent-encoded as in a URL.
fn place(path: &str) -> Option<(String, Option<Named>)> {
    if path.contains(['?', '#']) {
        return None;
    }
    let mut segments = path.trim().trim_start_matches('/').trim_end_matches('/').splitn(2, '/');
    let endpoint = segments.next().filter(|name| !name.is_empty())?;
    let on = match segments.next() {
        None => None,
        Some(segment) => {
            let id = decoded(segment.trim_start_matches('/'))?;
            Some(named(&id).map_or_else(|| Named::Id(id.clone()), |name| Named::BulkId(name.to_owned())))
        }
    };
    Some((format!("/{endpoint}"), on))
}

fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
            let (high, low) = (digit()?, digit()?);
            bytes.push(u8::try_from(high * 16 + low).expect("two hexadecimal digits are a byte"));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().filter(|id| !id.is_empty())
}
