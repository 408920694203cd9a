//! What handlers take out of a request.

mod body;
mod conditions;
mod path;
mod query;

pub(super) use body::ScimBody;
pub(super) use conditions::Conditions;
pub(super) use path::Id;
pub(super) use query::Query;
