//! The server's refusals: a number, a text, and the status that the number travels under.
//!
//! 500 is the server's word for almost everything. Texts are the vendor's where the manual quotes one.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

/// A refusal.
#[derive(Clone, Debug)]
pub(super) struct ArError {
    status: StatusCode,
    number: u32,
    appended: Option<String>,
}

impl ArError {
    /// Under 500, as the server sends whatever has no status of its own.
    pub(super) fn new(number: u32, appended: impl Into<String>) -> Self {
        let appended = appended.into();
        let appended = (!appended.is_empty()).then_some(appended);
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, number, appended }
    }

    pub(super) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The request itself is malformed. The manual names no number for that; 310 (wrong data type) comes nearest.
    pub(super) fn malformed(why: impl Into<String>) -> Self {
        Self::new(310, why).with_status(StatusCode::BAD_REQUEST)
    }

    pub(super) fn no_entry(form: &str, id: &str) -> Self {
        Self::new(302, format!("{form} : {id}")).with_status(StatusCode::NOT_FOUND)
    }

    pub(super) fn not_authenticated(login: &str) -> Self {
        Self::new(623, login).with_status(StatusCode::UNAUTHORIZED)
    }
}

impl IntoResponse for ArError {
    fn into_response(self) -> Response {
        (self.status, Json(error_body(self.number, self.appended.as_deref()))).into_response()
    }
}

/// The body of a refusal, for a test that injects one by a fault.
pub fn error_body(number: u32, appended: Option<&str>) -> Value {
    json!([message("ERROR", number, appended)])
}

pub(super) fn message(kind: &str, number: u32, appended: Option<&str>) -> Value {
    json!({
        "messageType": kind,
        "messageText": text(number),
        "messageAppendedText": appended,
        "messageNumber": number,
    })
}

fn text(number: u32) -> &'static str {
    match number {
        30 => "You have reached the maximum number of users the server allows",
        59 => "No such user: you have been logged in as a guest user",
        92 => {
            "Timeout during data update due to busy server -- the operation has been accepted by the server and will \
             usually complete successfully"
        }
        101 => "Entry ID parameter length is longer than the maximum allowed length.",
        142 => "Format error in a qualification",
        302 => "Entry does not exist in database",
        303 => "Form does not exist on server",
        306 => "Value does not fall within the limits specified for the field",
        307 => "Required field (without a default) not specified",
        310 => "Data type of value is not appropriate for the field",
        313 => "A field in a qualification does not exist on the form",
        314 => "Field does not exist on current form",
        318 => "Group does not exist on server",
        326 => "Required field cannot be reset to a NULL value",
        330 => "You do not have write access to field",
        331 => "You do not have write access to this record",
        332 => "You do not have write access to field at create time",
        333 => "You have no access to field",
        335 => "Format for a reserved field is invalid",
        336 => "A group in the group list cannot be assigned",
        351 => "Encrypted (password) fields are not allowed in a qualification",
        353 => "You have no access to form",
        361 => "Unqualified query is not allowed",
        382 => "The value(s) for this entry violate a unique index that has been defined for this form",
        397 => "Group list is too long",
        561 => "Qualification is too long",
        613 => "Group type is not valid",
        616 => "Group category is not valid",
        619 => "The definition of a computed group is not valid",
        623 => "Authentication failed",
        624 => "User account is locked out due to too many bad password attempts",
        3225 => "Deleting entries of this form is reserved to administrators",
        8780 => "A user of this name already exists",
        9090 => "The maximum number of fixed licenses that can be assigned has been exceeded",
        9093 => "User is currently connected from another machine or incompatible session",
        10_000 => "Filter: the group still has members",
        _ => "The server has refused the operation",
    }
}
