//! What a step of the tour sends, and what it must come to.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::side::{RecordId, Side};

/// One client's dealings with one target.
#[derive(Debug)]
pub(super) struct Story {
    /// Who sends it.
    pub(super) client: &'static str,
    pub(super) steps: Vec<Step>,
}

/// One request and what must come of it. `{id}`, `{other}`, `{manager}` and `{group}` in paths, bodies and
/// values stand for what earlier answers brought.
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
    /// What becomes of which records; every other one is as it was.
    pub(super) records: Vec<(Who, Expected)>,
    pub(super) remember: Option<Who>,
}

#[derive(Debug)]
enum Content {
    None,
    Json(Value),
    /// What was read last, with this laid over it.
    Merged(Value),
}

/// Whom an answer brought or a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// The user that the story is about.
    User,
    /// A second user.
    Other,
    /// The manager.
    Manager,
    /// The group that the story is about.
    Group,
}

/// Native fields and their values.
pub(super) type Fields = Vec<(&'static str, Wanted)>;

/// What must become of a record at the vendor.
#[derive(Debug)]
pub(super) enum Expected {
    /// It is new, with these fields and no others.
    Created(Fields),
    /// It has these new values; every other field is as it was.
    Changed(Fields),
    /// It is not there any more.
    Gone,
}

/// A native value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    Text(&'static str),
    Number(i64),
    Empty,
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
            records: Vec::new(),
            remember: None,
        }
    }

    pub(super) fn get(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::GET, path)
    }

    /// A PATCH of the user.
    pub(super) fn patch(what: &'static str, operations: &Value) -> Self {
        Self::new(what, Method::PATCH, "/Users/{id}").operations(operations)
    }

    /// A PATCH of the group, whose answer is empty.
    pub(super) fn patch_group(what: &'static str, operations: &Value) -> Self {
        Self::new(what, Method::PATCH, "/Groups/{group}").operations(operations).status(StatusCode::NO_CONTENT)
    }

    fn operations(self, operations: &Value) -> Self {
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
        self.json(json!({ "schemas": schemas, "Operations": operations }))
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

    /// What becomes of somebody's record; where nothing is said, nothing is written.
    pub(super) fn record(mut self, who: Who, expected: impl Into<Option<Expected>>) -> Self {
        self.records.extend(expected.into().map(|expected| (who, expected)));
        self
    }

    pub(super) fn remember(self, who: Who) -> Self {
        Self { remember: Some(who), ..self }
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
    id: String,
    other: String,
    manager: String,
    group: String,
    /// The user as it was read last.
    read: Value,
}

impl Places {
    pub(super) fn remember(&mut self, who: Who, answer: &Value) {
        let id = answer.get("id").or_else(|| answer.pointer("/Resources/0/id"));
        let id = id.and_then(Value::as_str).unwrap_or_default().to_owned();
        match who {
            Who::User => {
                self.id = id;
                self.read = answer.clone();
            }
            Who::Other => self.other = id,
            Who::Manager => self.manager = id,
            Who::Group => self.group = id,
        }
    }

    /// The vendor's record of somebody.
    pub(super) fn record(&self, who: Who, side: &Side) -> RecordId {
        let (object, key) = match who {
            Who::User => (side.users(), &self.id),
            Who::Other => (side.users(), &self.other),
            Who::Manager => (side.users(), &self.manager),
            Who::Group => (side.groups(), &self.group),
        };
        RecordId { object, key: key.clone() }
    }

    pub(super) fn fill(&self, text: &str) -> String {
        let Self { id, other, manager, group, .. } = self;
        let places = [("{id}", id), ("{other}", other), ("{manager}", manager), ("{group}", group)];
        places.iter().fold(text.to_owned(), |text, (place, id)| text.replace(place, id))
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
