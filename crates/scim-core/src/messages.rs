//! The protocol's messages (RFC 7644 section 3.4.2).

use serde_json::{Map, Value, json};

use crate::error::ScimError;

/// The URN of the `ListResponse` message.
pub const LIST_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// What the URN of every message begins with.
const MESSAGE_URN_PREFIX: &str = "urn:ietf:params:scim:api:messages:";

/// Where a page stands among the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paging {
    /// How many resources there are in all. RFC 9865 section 2 lets a page by cursor go without.
    pub total_results: Option<usize>,
    /// The first of the page, counted from 1; none on a page by cursor.
    pub start_index: Option<usize>,
    /// Where a walk by cursors goes on; none at its end.
    pub next_cursor: Option<String>,
}

/// A page of resources (RFC 7644 section 3.4.2, RFC 9865 section 2).
pub fn list_response(resources: Vec<Value>, paging: &Paging) -> Value {
    let mut message = json!({ "schemas": [LIST_RESPONSE_URN] });
    if let Some(total) = paging.total_results {
        message["totalResults"] = total.into();
    }
    if let Some(start) = paging.start_index {
        message["startIndex"] = start.into();
    }
    message["itemsPerPage"] = resources.len().into();
    if let Some(cursor) = &paging.next_cursor {
        message["nextCursor"] = cursor.as_str().into();
    }
    message["Resources"] = Value::Array(resources);
    message
}

/// A member of a message, by its name in any letter case.
pub(crate) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// Refuses a body whose `schemas` names another message and not this one. A client that names nothing, or the resource's
/// schema, is understood all the same (idp-clients reference, row 5).
///
/// # Errors
/// `invalidSyntax`
pub(crate) fn check_message(object: &Map<String, Value>, urn: &str) -> Result<(), ScimError> {
    let urns = || member(object, "schemas").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let is_message = |urn: &str| {
        urn.get(..MESSAGE_URN_PREFIX.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(MESSAGE_URN_PREFIX))
    };
    if urns().any(is_message) && !urns().any(|named| named.eq_ignore_ascii_case(urn)) {
        return Err(ScimError::invalid_syntax(format!("'schemas' must name {urn}")));
    }
    Ok(())
}

/// The window of an index-paged query (RFC 7644 section 3.4.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first resource, counted from 1.
    pub start_index: usize,
    /// At most so many; 0 asks for the total alone.
    pub count: usize,
}

impl Window {
    /// Reads `startIndex` (values below 1 are 1) and `count` (negative values are 0, above `count_max` is `count_max`,
    /// absent is `count_default`).
    pub fn new(start_index: Option<i64>, count: Option<i64>, count_default: usize, count_max: usize) -> Self {
        let start_index = usize::try_from(start_index.unwrap_or(1).max(1)).unwrap_or(usize::MAX);
        let count = count.map_or(count_default, |count| usize::try_from(count.max(0)).unwrap_or(usize::MAX));
        Self { start_index, count: count.min(count_max) }
    }
}
