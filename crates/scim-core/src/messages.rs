//! The protocol's messages (RFC 7644 section 3.4.2).

use serde_json::{Value, json};

/// The URN of the `ListResponse` message.
pub const LIST_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// A page of resources (RFC 7644 section 3.4.2). `start_index` counts from 1.
pub fn list_response(resources: Vec<Value>, total_results: usize, start_index: usize) -> Value {
    let mut message = json!({
        "schemas": [LIST_RESPONSE_URN],
        "totalResults": total_results,
        "startIndex": start_index,
        "itemsPerPage": resources.len(),
    });
    message["Resources"] = Value::Array(resources);
    message
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
