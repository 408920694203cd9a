//! Queries and batches.

use scim_core::{AttrSet, Filter, Resource};

use super::{Endpoint, Id};

/// A step of a walk.
#[derive(Debug, Clone)]
pub struct Query {
    /// Over what.
    pub endpoint: Endpoint,
    /// What the rows should satisfy. The backend answers with a superset; the caller checks every row.
    pub filter: Option<Filter>,
    /// The records for which the bridge keeps a text that the filter compares by `eq`, where they were looked up: the
    /// batch has them too, as far as they are within its range.
    pub also: Option<Vec<Id>>,
    /// The attributes that will be looked at; the filter's own are added by the backend.
    pub want: AttrSet,
    /// Where the walk goes on.
    pub after: Option<Cursor>,
    /// The last id of interest, where the caller knows it.
    pub until: Option<Id>,
    /// At most so many rows.
    pub limit: usize,
}

/// The id after which a walk goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub Id);

/// One record as the vendor holds it.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its key.
    pub id: Id,
    /// Its attributes, those kept by the bridge not among them.
    pub resource: Resource,
}

/// Rows in the order of their ids.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// A superset of what satisfies the filter, within the batch's range of ids.
    pub rows: Vec<Row>,
    /// Where to go on; none at the end.
    pub next: Option<Cursor>,
}

/// How a query is divided between the vendor and the bridge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The native call, decoded for reading.
    pub call: String,
    /// Whether the vendor evaluates a part of the filter.
    pub pushed: bool,
    /// Whether that part is the whole filter, so that nothing is left but the check.
    pub exact: bool,
    /// Whether nothing can satisfy the filter, so that the vendor is not asked.
    pub nothing: bool,
}
