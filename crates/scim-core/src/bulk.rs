//! Bulk operations (RFC 7644 section 3.7): the messages, references between operations, and the order of dependency.
//!
//! What cannot be understood of one operation is that operation's error and no other's. Only a message that is no bulk
//! request at all, or is beyond the limits, is refused as a whole.

mod answer;
mod order;
mod plan;
mod read;
mod references;

pub use answer::{BULK_RESPONSE_URN, Outcome, response};
pub use plan::{Plan, Step};
pub use read::{BULK_REQUEST_URN, read};

use std::collections::HashMap;

use serde_json::Value;

use crate::error::ScimError;
use crate::version::Tags;

/// The methods that an operation may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Creates a resource.
    Post,
    /// Replaces a resource.
    Put,
    /// Changes parts of a resource.
    Patch,
    /// Deletes a resource.
    Delete,
}

impl Method {
    /// The spelling on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// A bulk request.
#[derive(Debug, Clone)]
pub struct Request {
    /// After so many failed operations no further one is begun.
    pub fail_on_errors: Option<usize>,
    /// The operations, in the order in which they came.
    pub operations: Vec<Operation>,
}

/// One operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// What the answer repeats of it.
    pub method: Option<Method>,
    /// The name that the client gave to it.
    pub bulk_id: Option<String>,
    /// What is to be done, or why it cannot be understood.
    pub task: Result<Task, ScimError>,
}

/// What one operation asks for.
#[derive(Debug, Clone)]
pub struct Task {
    /// How.
    pub method: Method,
    /// Where, as in a resource type: `/Users`.
    pub endpoint: String,
    /// On which resource; none for a POST.
    pub on: Option<Named>,
    /// The body; null for a DELETE.
    pub data: Value,
    /// The version that the resource must have.
    pub only_if: Option<Tags>,
    /// What is added by a PATCH once the others of a circle are there; it is not in `data`.
    pub late: Option<Value>,
}

/// How an operation names its resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Named {
    /// By its id.
    Id(String),
    /// By the `bulkId` of the operation that creates it.
    BulkId(String),
}

impl Operation {
    /// The error of an operation that refers to what this one was to create.
    pub fn failed_dependant(&self) -> ScimError {
        plan::dependant(self.bulk_id.as_deref())
    }
}

impl Task {
    /// The `bulkId`s to which the body and the path refer, each once.
    fn references(&self) -> Vec<String> {
        let mut found = references::of(&self.data);
        if let Some(Named::BulkId(name)) = &self.on {
            found.push(name.clone());
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The task with the ids in the place of the references, and the id of its own resource. A reference that `ids` does
    /// not have stays.
    #[must_use]
    pub fn resolved(&self, ids: &HashMap<String, String>) -> Self {
        let mut task = self.clone();
        references::resolve(&mut task.data, ids);
        if let Some(late) = &mut task.late {
            references::resolve(late, ids);
        }
        if let Some(Named::BulkId(name)) = &task.on
            && let Some(id) = ids.get(name)
        {
            task.on = Some(Named::Id(id.clone()));
        }
        task
    }
}
