//! `GET`: lists and single records.

use std::cmp::Ordering;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::call::Call;
use super::fields::{Kind, Object};
use super::lies::distorted;
use super::odata::{self, Collation, Filter, LiteralKind};
use super::options::{Count, Empty, IvantiOptions, Missing, Rights, TopOver};
use super::sessions::Caller;
use super::state::{State, Stored, rendered, text};
use crate::control::QueryAnswers;

/// `GET …/employees`.
pub(super) fn list(state: &mut State, call: &Call, caller: &Caller, object: &Object) -> Answer {
    match page(state, call, caller, object) {
        Err(refused) => refused,
        Ok(page) if page.rows.is_empty() => nothing(state, page.count),
        Ok(page) => {
            let mut body = Map::new();
            if let Some(count) = page.count {
                body.insert("@odata.count".to_owned(), Value::from(count));
            }
            body.insert("value".to_owned(), Value::from(page.rows));
            Answer::json(StatusCode::OK, &Value::Object(body))
        }
    }
}

struct Page {
    rows: Vec<Value>,
    count: Option<usize>,
}

fn page(state: &State, call: &Call, caller: &Caller, object: &Object) -> Result<Page, Answer> {
    let options = &state.options;
    let top = top(call, options)?;
    let skip = number(call, "$skip")?.unwrap_or(0);
    let filter = filter(call, object, options)?;
    let asks = filter.is_some();
    let filter = filter.and_then(|filter| distorted(filter, options));
    let finds_nothing = asks && filter.is_none();
    let columns = columns(call, object)?;
    let order = Order::of(call, object)?;

    let comparison = options.comparison();
    let is_selected = |row: &&Stored| {
        !finds_nothing
            && is_visible(row, object, caller, options)
            && filter.as_ref().is_none_or(|filter| odata::matches(filter, &row.fields, comparison))
    };
    let least = filter.as_ref().and_then(|filter| filter.least("RecId"));
    let counts = matches!(options.count, Count::Exact | Count::OnRequest);
    let rows: Vec<&Stored> = match state.by_key(&object.set, least).filter(|_| order.is_by_key()) {
        // Nobody asks for what comes after the page.
        Some(sorted) if !counts => sorted.filter(is_selected).take(skip.saturating_add(top)).collect(),
        Some(sorted) => sorted.filter(is_selected).collect(),
        None => {
            let mut rows: Vec<&Stored> = state.rows(&object.set).filter(is_selected).collect();
            rows.sort_by(|a, b| order.compare(a, b, options.collation));
            rows
        }
    };
    let selected = rows.len();
    let rows: Vec<Value> = rows
        .into_iter()
        .skip(skip)
        .take(top)
        .map(|row| {
            let mut whole = rendered(&row.fields, object, options);
            if let Some(columns) = &columns {
                whole.retain(|name, _| columns.contains(name));
            }
            Value::Object(whole)
        })
        .collect();
    let count = match options.count {
        Count::None => None,
        Count::Exact => Some(selected),
        Count::OnRequest => call.query("$count").is_some_and(|asked| asked == "true").then_some(selected),
        Count::Low => Some(rows.len().saturating_sub(1)),
    };
    Ok(Page { rows, count })
}

/// `GET …/employees('…')`.
pub(super) fn single(state: &State, call: &Call, caller: &Caller, object: &Object, key: &str) -> Answer {
    match visible(state, caller, object, key) {
        Err(missing) => missing,
        // The live tenant gives a record without any field.
        Ok(_) if call.query("$select").is_some() => Answer::json(StatusCode::OK, &json!({})),
        Ok(row) => Answer::json(StatusCode::OK, &Value::Object(rendered(&row.fields, object, &state.options))),
    }
}

/// The record, if the caller may see it; otherwise it is missing.
pub(super) fn visible<'a>(state: &'a State, caller: &Caller, object: &Object, key: &str) -> Result<&'a Stored, Answer> {
    let found = state.find(&object.set, key).filter(|row| is_visible(row, object, caller, &state.options));
    found.ok_or_else(|| match state.options.missing {
        Missing::InvalidKey400 => Answer::bad_request(format!(
            "Record '{key}' cannot be found in the business object '{}'",
            object.business_object()
        )),
        Missing::NotFound404 => Answer::not_found("Requested resource not found"),
    })
}

fn is_visible(row: &Stored, object: &Object, caller: &Caller, options: &IvantiOptions) -> bool {
    caller.role.is_some()
        && match options.rights {
            Rights::Full => true,
            Rights::OwnRowOnly => object.is_employee && text(&row.fields, "LoginID").eq_ignore_ascii_case(&caller.user),
            Rights::None => false,
        }
}

fn nothing(state: &mut State, count: Option<usize>) -> Answer {
    const TURNS: [Empty; 4] = [Empty::ValueArray, Empty::NoContent, Empty::EmptyBody, Empty::Sentinel];
    let form = match state.options.empty {
        Empty::Rotate => {
            state.empties += 1;
            TURNS[(state.empties - 1) % TURNS.len()]
        }
        form => form,
    };
    match form {
        Empty::NoContent => Answer::bare(StatusCode::NO_CONTENT),
        Empty::EmptyBody => Answer::bare(StatusCode::OK),
        Empty::Sentinel => Answer::json(StatusCode::OK, &json!({ "value": "No instances found." })),
        Empty::ValueArray | Empty::Rotate => match count {
            Some(count) => Answer::json(StatusCode::OK, &json!({ "@odata.count": count, "value": [] })),
            None => Answer::json(StatusCode::OK, &json!({ "value": [] })),
        },
    }
}

fn number(call: &Call, name: &str) -> Result<Option<usize>, Answer> {
    let Some(text) = call.query(name) else { return Ok(None) };
    let number = text.trim().parse();
    number.map(Some).map_err(|_| Answer::bad_request(format!("Invalid value '{text}' for {name} query option found")))
}

fn top(call: &Call, options: &IvantiOptions) -> Result<usize, Answer> {
    let top = number(call, "$top")?.unwrap_or(options.page_size);
    if top <= options.top_max {
        return Ok(top);
    }
    match options.top_over {
        TopOver::Cap => Ok(options.top_max),
        TopOver::Refuse => {
            let max = options.top_max;
            Err(Answer::bad_request(format!("The limit of '{max}' for Top query has been exceeded: '{top}'")))
        }
    }
}

fn filter(call: &Call, object: &Object, options: &IvantiOptions) -> Result<Option<Filter>, Answer> {
    let Some(text) = call.query("$filter") else { return Ok(None) };
    if options.query_answers == QueryAnswers::Everything {
        return Ok(None);
    }
    let filter = odata::parse(&text, options.filter_dialect).map_err(|error| Answer::bad_request(error.to_string()))?;
    if let Some(unknown) = filter.fields().into_iter().find(|name| object.field(name).is_none()) {
        return Err(unknown_field(unknown, object));
    }
    for (name, literal) in filter.comparisons() {
        let fits = object.field(name).is_some_and(|field| match literal {
            LiteralKind::Text => field.kind == Kind::Text,
            LiteralKind::Number => field.kind == Kind::Number,
            LiteralKind::Boolean => field.kind == Kind::Boolean,
            LiteralKind::Instant => field.kind == Kind::DateTime,
        });
        if !fits {
            return Err(Answer::bad_request(format!("Incompatible types were detected for the field '{name}'")));
        }
    }
    Ok(Some(filter))
}

pub(super) fn unknown_field(name: &str, object: &Object) -> Answer {
    let business_object = object.business_object();
    Answer::bad_request(format!("The field '{name}' does not exist in the business object '{business_object}'"))
}

fn columns(call: &Call, object: &Object) -> Result<Option<Vec<String>>, Answer> {
    let Some(text) = call.query("$select") else { return Ok(None) };
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    if names.iter().any(|name| name == "*") {
        return Ok(None);
    }
    match names.iter().find(|name| object.field(name).is_none()) {
        Some(unknown) => Err(unknown_field(unknown, object)),
        None => Ok(Some(names)),
    }
}

/// Fields with whether they descend; none: the most recently modified first.
struct Order(Vec<(String, Kind, bool)>);

impl Order {
    fn of(call: &Call, object: &Object) -> Result<Self, Answer> {
        let Some(text) = call.query("$orderby") else { return Ok(Self(Vec::new())) };
        if text.trim().is_empty() {
            return Err(Answer::server_error());
        }
        let keys = text.split(',').map(|item| {
            let words: Vec<&str> = item.split_whitespace().collect();
            let (name, descends) = match words[..] {
                [name] | [name, "asc"] => (name, false),
                [name, "desc"] => (name, true),
                _ => return None,
            };
            object.field(name).map(|field| (field.name.clone(), field.kind, descends))
        });
        // An unknown field or direction looks like "no rows".
        keys.collect::<Option<_>>().map(Self).ok_or_else(|| Answer::bare(StatusCode::NO_CONTENT))
    }

    fn is_by_key(&self) -> bool {
        matches!(self.0.first(), Some((name, _, false)) if name == "RecId")
    }

    fn compare(&self, a: &Stored, b: &Stored, collation: Collation) -> Ordering {
        for (name, kind, descends) in &self.0 {
            let order = by_field(a, b, name, *kind, collation);
            let order = if *descends { order.reverse() } else { order };
            if order.is_ne() {
                return order;
            }
        }
        if self.0.is_empty() { b.modified.cmp(&a.modified) } else { a.created.cmp(&b.created) }
    }
}

/// Rows without a value come first, as in SQL Server.
fn by_field(a: &Stored, b: &Stored, name: &str, kind: Kind, collation: Collation) -> Ordering {
    let [a, b] = [a, b].map(|row| row.fields.get(name).filter(|value| !value.is_null()));
    match (a, b) {
        (Some(Value::String(a)), Some(Value::String(b))) if kind == Kind::Text => odata::text_order(a, b, collation),
        // Stored dates are all in UTC and of one length.
        (Some(Value::String(a)), Some(Value::String(b))) => a.cmp(b),
        (Some(Value::Bool(a)), Some(Value::Bool(b))) => a.cmp(b),
        (Some(Value::Number(a)), Some(Value::Number(b))) => {
            a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal)
        }
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}
