//! The answer to a bulk request.

use serde_json::{Value, json};

use super::Operation;
use crate::error::ScimError;

/// The URN of the bulk response message.
pub const BULK_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// What became of one operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The HTTP status that the request would have had by itself.
    pub status: u16,
    /// The URI of the resource; none for a POST that made none.
    pub location: Option<String>,
    /// The version that the resource has now, where it is known.
    pub version: Option<String>,
    /// Why it failed, where it did.
    pub error: Option<ScimError>,
}

impl Outcome {
    /// A failure.
    pub fn failed(error: ScimError, location: Option<String>) -> Self {
        Self { status: error.status, location, version: None, error: Some(error) }
    }
}

/// The message, in the order of the request. An operation without an outcome is left out: it was not begun, because
/// enough others had failed (`failOnErrors`).
pub fn response(operations: &[Operation], outcomes: &[Option<Outcome>]) -> Value {
    let done = operations.iter().zip(outcomes).filter_map(|(operation, outcome)| {
        let outcome = outcome.as_ref()?;
        let mut entry = json!({});
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                entry[name] = value;
            }
        };
        put("location", outcome.location.as_deref().map(Value::from));
        put("method", operation.method.map(|method| method.as_str().into()));
        put("bulkId", operation.bulk_id.as_deref().map(Value::from));
        put("version", outcome.version.as_deref().map(Value::from));
        put("status", Some(outcome.status.to_string().into()));
        put("response", outcome.error.as_ref().map(ScimError::to_json));
        Some(entry)
    });
    json!({ "schemas": [BULK_RESPONSE_URN], "Operations": done.collect::<Vec<_>>() })
}
