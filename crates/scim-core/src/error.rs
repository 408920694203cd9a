//! Errors in SCIM's own words (RFC 7644 section 3.12): one constructor per `scimType`.

use serde_json::{Value, json};

/// The URN of the Error message (RFC 7644 section 3.12).
pub const ERROR_URN: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The `scimType` of an error (RFC 7644 table 9, RFC 9865 section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScimType {
    /// The filter is malformed, or its attribute and operator do not go together.
    InvalidFilter,
    /// The filter yields more results than the server is willing to compute.
    TooMany,
    /// A value is in use already.
    Uniqueness,
    /// The change does not go with the attribute's mutability or its current state.
    Mutability,
    /// The body is malformed or does not follow the request's schema.
    InvalidSyntax,
    /// A PATCH path is malformed or names nothing.
    InvalidPath,
    /// A PATCH path selects nothing.
    NoTarget,
    /// A required value is missing, or a value does not go with the attribute's type.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// The request would carry sensitive information in a URI.
    Sensitive,
    /// The cursor is not one that was given out for this query (RFC 9865 section 2.1).
    InvalidCursor,
    /// The cursor was given out too long ago (RFC 9865 section 2.1).
    ExpiredCursor,
    /// The count is not a number, or not that of the query's first page (RFC 9865 section 2.1).
    InvalidCount,
}

impl ScimType {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 13] = [
        Self::InvalidFilter,
        Self::TooMany,
        Self::Uniqueness,
        Self::Mutability,
        Self::InvalidSyntax,
        Self::InvalidPath,
        Self::NoTarget,
        Self::InvalidValue,
        Self::InvalidVers,
        Self::Sensitive,
        Self::InvalidCursor,
        Self::ExpiredCursor,
        Self::InvalidCount,
    ];

    /// The spelling on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }
}

/// An error as the client sees it. `detail` is built by us; a vendor's own text never enters it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{status} {}: {detail}", .scim_type.map_or("", ScimType::as_str))]
pub struct ScimError {
    /// The HTTP status code.
    pub status: u16,
    /// The detail error keyword, where RFC 7644 table 9 has one.
    pub scim_type: Option<ScimType>,
    /// What is wrong and what to do, for the IdP's administrator.
    pub detail: String,
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident = $status:literal $kind:ident;)*) => {
        impl ScimError {
            $($(#[$doc])* pub fn $name(detail: impl Into<String>) -> Self {
                Self { status: $status, scim_type: Some(ScimType::$kind), detail: detail.into() }
            })*
        }
    };
}

constructors! {
    /// 400 `invalidFilter`.
    invalid_filter = 400 InvalidFilter;
    /// 400 `tooMany`.
    too_many = 400 TooMany;
    /// 409 `uniqueness`.
    uniqueness = 409 Uniqueness;
    /// 400 `mutability`.
    mutability = 400 Mutability;
    /// 400 `invalidSyntax`.
    invalid_syntax = 400 InvalidSyntax;
    /// 400 `invalidPath`.
    invalid_path = 400 InvalidPath;
    /// 400 `noTarget`.
    no_target = 400 NoTarget;
    /// 400 `invalidValue`.
    invalid_value = 400 InvalidValue;
    /// 400 `invalidCursor`.
    invalid_cursor = 400 InvalidCursor;
    /// 400 `expiredCursor`.
    expired_cursor = 400 ExpiredCursor;
    /// 400 `invalidCount`.
    invalid_count = 400 InvalidCount;
}

impl ScimError {
    /// A status without a `scimType`.
    pub fn plain(status: u16, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into() }
    }

    /// 404: the resource is not there, or not the caller's to see.
    pub fn not_found(resource_type: &str, id: &str) -> Self {
        Self::plain(404, format!("{resource_type} {id} not found"))
    }

    /// The Error message (RFC 7644 section 3.12); `status` is a string on the wire.
    pub fn to_json(&self) -> Value {
        let mut body = json!({ "schemas": [ERROR_URN] });
        if let Some(kind) = self.scim_type {
            body["scimType"] = kind.as_str().into();
        }
        body["detail"] = self.detail.as_str().into();
        body["status"] = self.status.to_string().into();
        body
    }
}
