//! SCIM 2.0 semantics: schemas and characteristics, filters, sorting, PATCH, projection, messages (RFC 7643, RFC 7644,
//! RFC 9865).
//!
//! Invariant: nothing here knows HTTP, SQL, async, clocks or a vendor. Everything is a function of its arguments.
//!
//! Attribute names are resolved to [`AttrId`]s once, at the edge ([`Definition::resolve`]), so that letter case,
//! URN prefixes and short forms cannot go wrong in any later layer.
#![warn(missing_docs)]

pub mod bulk;
pub mod change;
pub mod definition;
pub mod dialect;
pub mod discovery;
pub mod error;
pub mod filter;
pub mod fold;
pub mod json_schema;
pub mod messages;
pub mod projection;
pub mod resource;
pub mod schema;
pub mod search;
pub mod sort;
pub mod version;

pub use change::{Change, Edit, Op};
pub use definition::{AttrId, AttrSet, Definition, Node};
pub use dialect::{Dialect, Leniency, Notes, Profile};
pub use error::{ScimError, ScimType};
pub use filter::Filter;
pub use projection::Projection;
pub use resource::Resource;
pub use schema::{Attribute, Kind, Mutability, ResourceType, Returned, Schema, Uniqueness};
pub use scim_filter_parser as parser;
pub use search::SearchRequest;
pub use version::Tags;
