//! What a step of the tour sends, and what it must come to.

use http::{Method, StatusCode};
use serde_json::{Value, json};

/// One client's dealings with one target.
#[derive(Debug)]
pub(super) struct Story {
    /// Who sends it.
    pub(super) client: &'static str,
    pub(super) steps: Vec<Step>,
}

/// One request and what must come of it. `{id}` and `{manager}` in paths, bodies and values stand for what earlier
/// answers brought.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) what: &'static str,
    pub(super) method: Method,
    /// Below `/scim/v2`, as people read it.
    pub(super) path: String,
    content: Content,
    pub(super) status: StatusCode,
    /// Values of the answer by JSON pointer; null where there must be none.
    pub(super) shows: Vec<(&'static str, Value)>,
    pub(super) record: Expected,
    pub(super) remember: Option<Remember>,
}

#[derive(Debug)]
enum Content {
    None,
    Json(Value),
    /// What was read last, with this laid over it.
    Merged(Value),
}

/// What is taken from an answer for later steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remember {
    /// The user that the story is about.
    User,
    /// The manager.
    Manager,
}

/// Native fields and their values.
pub(super) type Fields = Vec<(&'static str, Wanted)>;

/// What must become of the vendor's records.
#[derive(Debug)]
pub(super) enum Expected {
    /// Nothing at all is written.
    Untouched,
    /// One more record, with these fields and no others.
    Created(Fields),
    /// The user's record has these new values; every other field, and every other record, is as it was.
    Changed(Fields),
}

/// A native value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    Text(&'static str),
    /// The manager's key.
    Manager,
    /// Any text but this one: a generated password.
    AnyBut(&'static str),
}

impl Step {
    pub(super) fn new(what: &'static str, method: Method, path: impl Into<String>) -> Self {
        Self {
            what,
            method,
            path: path.into(),
            content: Content::None,
            status: StatusCode::OK,
            shows: Vec::new(),
            record: Expected::Untouched,
            remember: None,
        }
    }

    pub(super) fn get(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::GET, path)
    }

    /// A PATCH of the user.
    pub(super) fn patch(what: &'static str, operations: &Value) -> Self {
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
        Self::new(what, Method::PATCH, "/Users/{id}").json(json!({ "schemas": schemas, "Operations": operations }))
    }

    /// A PUT of the user as it was read last, with this laid over it.
    pub(super) fn put_merged(what: &'static str, change: Value) -> Self {
        Self { content: Content::Merged(change), ..Self::new(what, Method::PUT, "/Users/{id}") }
    }

    pub(super) fn json(self, body: Value) -> Self {
        Self { content: Content::Json(body), ..self }
    }

    pub(super) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub(super) fn shows(mut self, pointer: &'static str, value: impl Into<Value>) -> Self {
        self.shows.push((pointer, value.into()));
        self
    }

    pub(super) fn record(self, record: Expected) -> Self {
        Self { record, ..self }
    }

    pub(super) fn remember(self, what: Remember) -> Self {
        Self { remember: Some(what), ..self }
    }

    /// The request's body.
    pub(super) fn body(&self, places: &Places) -> Option<Value> {
        let mut body = match &self.content {
            Content::None => return None,
            Content::Json(body) => body.clone(),
            Content::Merged(change) => {
                let mut whole = places.read.clone();
                lay_over(&mut whole, change);
                whole
            }
        };
        places.fill_in(&mut body);
        Some(body)
    }
}

fn lay_over(whole: &mut Value, change: &Value) {
    match (whole, change) {
        (Value::Object(whole), Value::Object(change)) => {
            for (name, value) in change {
                lay_over(whole.entry(name.as_str()).or_insert(Value::Null), value);
            }
        }
        (whole, change) => change.clone_into(whole),
    }
}

/// What earlier answers brought.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) id: String,
    pub(super) manager: String,
    /// The user as it was read last.
    read: Value,
}

impl Places {
    pub(super) fn user(&mut self, answer: &Value) {
        self.id = id_in(answer);
        self.read = answer.clone();
    }

    pub(super) fn manager(&mut self, answer: &Value) {
        self.manager = id_in(answer);
    }

    pub(super) fn fill(&self, text: &str) -> String {
        text.replace("{id}", &self.id).replace("{manager}", &self.manager)
    }

    fn fill_in(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.fill(text),
            Value::Array(list) => list.iter_mut().for_each(|value| self.fill_in(value)),
            Value::Object(members) => members.values_mut().for_each(|value| self.fill_in(value)),
            _ => {}
        }
    }
}

/// The id of a resource, or of the only one in a list.
fn id_in(answer: &Value) -> String {
    let id = answer.get("id").or_else(|| answer.pointer("/Resources/0/id"));
    id.and_then(Value::as_str).unwrap_or_default().to_owned()
}
