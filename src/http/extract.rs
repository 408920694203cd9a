//! What handlers take out of a request.

mod body;
mod path;
mod query;

pub(super) use body::ScimBody;
pub(super) use path::Id;
pub(super) use query::Query;
