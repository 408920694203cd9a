//! What a query asks: the parameters of a GET, and the `SearchRequest` message that holds the same ones (RFC 7644
//! sections 3.4.2 and 3.4.3, RFC 9865 sections 2 and 3).

use serde_json::{Map, Value};

use crate::definition::Definition;
use crate::error::ScimError;
use crate::messages::{check_message, member};
use crate::projection::Projection;

/// The URN of the `SearchRequest` message (RFC 7644 section 3.4.3).
pub const SEARCH_REQUEST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// The parameters of a query, as they were sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchRequest {
    /// `attributes`; empty where there is no such list.
    pub attributes: Vec<String>,
    /// `excludedAttributes`
    pub excluded_attributes: Vec<String>,
    /// `filter`
    pub filter: Option<String>,
    /// `sortBy`
    pub sort_by: Option<String>,
    /// `sortOrder`
    pub sort_order: Option<String>,
    /// `startIndex`
    pub start_index: Option<i64>,
    /// `count`
    pub count: Option<i64>,
    /// `cursor`; an empty text asks for the first page (RFC 9865 section 2).
    pub cursor: Option<String>,
}

impl SearchRequest {
    /// Reads the body of a `POST …/.search`. Null counts as absent, and so does a blank text but for `cursor`. A list of
    /// names may be written as in a query string, and a number in quotes.
    ///
    /// # Errors
    /// `invalidSyntax` when the body is not an object or names another message in `schemas`, `invalidValue` when a member
    /// is not of its type, `invalidCount` and `invalidCursor` when those two are not.
    pub fn read(body: &Value) -> Result<Self, ScimError> {
        let object = body.as_object().ok_or_else(|| ScimError::invalid_syntax("the body must be a JSON object"))?;
        check_message(object, SEARCH_REQUEST_URN)?;
        let cursor = match member(object, "cursor") {
            None | Some(Value::Null) => None,
            Some(Value::String(cursor)) => Some(cursor.trim().to_owned()),
            Some(_) => return Err(ScimError::invalid_cursor("'cursor' must be a string")),
        };
        Ok(Self {
            attributes: names(object, "attributes")?,
            excluded_attributes: names(object, "excludedAttributes")?,
            filter: text(object, "filter")?,
            sort_by: text(object, "sortBy")?,
            sort_order: text(object, "sortOrder")?,
            start_index: integer(object, "startIndex")?,
            count: integer(object, "count").map_err(|error| match cursor {
                Some(_) => ScimError::invalid_count(error.detail),
                None => error,
            })?,
            cursor,
        })
    }

    /// What resources of this type are shown with. Names that mean nothing here are ignored: in a query over several
    /// types they may be those of another one.
    pub fn projection(&self, definition: &Definition) -> Projection {
        let only = (!self.attributes.is_empty()).then(|| self.attributes.iter().map(String::as_str));
        Projection::new(definition, only, self.excluded_attributes.iter().map(String::as_str))
    }
}

fn refused<T>(name: &str, what: &str) -> Result<T, ScimError> {
    Err(ScimError::invalid_value(format!("'{name}' must be {what}")))
}

fn text(object: &Map<String, Value>, name: &str) -> Result<Option<String>, ScimError> {
    match member(object, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.trim().is_empty())),
        Some(_) => refused(name, "a string"),
    }
}

/// An integer. One that is too large for us is as good as the largest.
fn integer(object: &Map<String, Value>, name: &str) -> Result<Option<i64>, ScimError> {
    let written = match member(object, name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(_) => return refused(name, "an integer"),
    };
    let digits = written.strip_prefix(['-', '+']).unwrap_or(&written);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return refused(name, "an integer");
    }
    let saturated = if written.starts_with('-') { i64::MIN } else { i64::MAX };
    Ok(Some(written.parse().unwrap_or(saturated)))
}

fn names(object: &Map<String, Value>, name: &str) -> Result<Vec<String>, ScimError> {
    let split = |text: &str| -> Vec<String> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect()
    };
    match member(object, name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(split(text)),
        Some(Value::Array(list)) => {
            let mut names = Vec::new();
            for entry in list {
                match entry {
                    Value::String(text) => names.extend(split(text)),
                    _ => return refused(name, "an array of attribute names"),
                }
            }
            Ok(names)
        }
        Some(_) => refused(name, "an array of attribute names"),
    }
}
