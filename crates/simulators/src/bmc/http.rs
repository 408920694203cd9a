//! The vendor's routes: unpack, call, pack.

use axum::extract::{Path, RawQuery, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::header::{HOST, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::describe;
use super::error::ArError;
use super::lies::{Asked, after_the_end, instead};
use super::list::{Query, fields, page};
use super::options;
use super::schema::{Field, Form};
use super::session::{Session, login, logout, refused_token};
use super::state::State;
use super::{Bmc, entry, values};
use crate::control::{Record, query_pairs};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(super) fn routes(bmc: Bmc) -> Router {
    let entries = get(list).post(create).options(describe_form);
    let one = get(read).put(update).delete(remove);
    Router::new()
        .route("/api/jwt/login", post(log_in))
        .route("/api/jwt/logout", post(log_out))
        .route("/api/arsys/v1/entry/{form}", entries.clone())
        .route("/api/arsys/v1.0/entry/{form}", entries)
        .route("/api/arsys/v1/entry/{form}/{id}", one.clone())
        .route("/api/arsys/v1.0/entry/{form}/{id}", one)
        .route("/api/arsys/v1/fields/{form}", get(describe_fields))
        .route("/api/arsys/v1.0/fields/{form}", get(describe_fields))
        .route("/api/arsys/v1/fields/{form}/{ids}", get(describe_some))
        .route("/api/arsys/v1.0/fields/{form}/{ids}", get(describe_some))
        .with_state(bmc)
}

async fn log_in(Shared(bmc): Shared<Bmc>, headers: HeaderMap, body: Bytes) -> Response {
    login(&mut bmc.lock(), &headers, &body, bmc.now())
}

async fn log_out(Shared(bmc): Shared<Bmc>, headers: HeaderMap) -> Response {
    logout(&mut bmc.lock(), &headers, bmc.now())
}

async fn list(
    Shared(bmc): Shared<Bmc>,
    Path(form): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let pairs = query_pairs(&query.unwrap_or_default());
    bmc.as_caller(Asked::List, &headers, &form, |state, form, session| {
        let query = Query::read(form, &pairs, &state.options)?;
        let page = page(state, form, &query, session, bmc.now())?;
        let wanted = query.fields.as_deref();
        let entries: Vec<_> = page.rows.iter().map(|row| entry_body(state, form, row, wanted, &headers)).collect();
        let path = format!("{}{}", origin(&headers), form_path(form));
        let link = |offset| json!([{ "href": format!("{path}?{}", turned(&pairs, offset)) }]);
        let mut links = json!({ "self": link(query.offset) });
        if page.has_more {
            links["next"] = link(query.offset + page.rows.len());
        }
        Ok(Json(json!({ "entries": entries, "_links": links })).into_response())
    })
}

async fn read(
    Shared(bmc): Shared<Bmc>,
    Path((form, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let pairs = query_pairs(&query.unwrap_or_default());
    bmc.as_caller(Asked::Else, &headers, &form, |state, form, session| {
        let wanted = fields(form, value(&pairs, "fields"), &state.options)?;
        let row = entry::get(state, form, &id, session)?;
        Ok(Json(entry_body(state, form, &row, wanted.as_deref(), &headers)).into_response())
    })
}

async fn create(
    Shared(bmc): Shared<Bmc>,
    Path(form): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let pairs = query_pairs(&query.unwrap_or_default());
    bmc.as_caller(Asked::Else, &headers, &form, |state, form, session| {
        let wanted = fields(form, value(&pairs, "fields"), &state.options)?;
        let id = entry::create(state, form, &values_of(&body)?, session, bmc.now())?;
        Ok(created(state, form, &id, wanted.as_deref(), &headers))
    })
}

async fn update(
    Shared(bmc): Shared<Bmc>,
    Path((form, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    bmc.as_caller(Asked::Else, &headers, &form, |state, form, session| {
        entry::update(state, form, &id, &values_of(&body)?, session, bmc.now())?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

async fn remove(Shared(bmc): Shared<Bmc>, Path((form, id)): Path<(String, String)>, headers: HeaderMap) -> Response {
    bmc.as_caller(Asked::Else, &headers, &form, |state, form, session| {
        entry::delete(state, form, &id, session)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

async fn describe_form(Shared(bmc): Shared<Bmc>, Path(form): Path<String>, headers: HeaderMap) -> Response {
    bmc.as_caller(Asked::Description, &headers, &form, |state, form, _| {
        Ok(Json(describe::form(form, &state.options)).into_response())
    })
}

async fn describe_fields(Shared(bmc): Shared<Bmc>, Path(form): Path<String>, headers: HeaderMap) -> Response {
    bmc.as_caller(Asked::Description, &headers, &form, |state, form, _| {
        Ok(Json(describe::fields(form, &state.options)).into_response())
    })
}

async fn describe_some(
    Shared(bmc): Shared<Bmc>,
    Path((form, ids)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    bmc.as_caller(Asked::Description, &headers, &form, |state, form, _| {
        Ok(Json(describe::some(form, &ids, &state.options)?).into_response())
    })
}

impl Bmc {
    /// Runs `work` under the lock for a caller with a good token, on a form that exists.
    fn as_caller(
        &self,
        asked: Asked,
        headers: &HeaderMap,
        form: &str,
        work: impl FnOnce(&mut State, &'static Form, &Session) -> Result<Response, ArError>,
    ) -> Response {
        let mut state = self.lock();
        if let Some(lie) = instead(state.options.data_answers, asked) {
            return lie;
        }
        let Some(session) = state.sessions.of(headers, self.now()).cloned() else {
            let has_ended = state.sessions.has_ended(headers, self.now());
            let lie = after_the_end(state.options.expired_answer, asked).filter(|_| has_ended);
            return lie.unwrap_or_else(|| refused_token(&state));
        };
        let answer = match Form::named(form) {
            Some(form) => work(&mut state, form, &session),
            None => Err(ArError::new(303, form).with_status(StatusCode::NOT_FOUND)),
        };
        answer.unwrap_or_else(IntoResponse::into_response)
    }
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn values_of(body: &Bytes) -> Result<Record, ArError> {
    let body: Value = serde_json::from_slice(body).map_err(|_| ArError::malformed("the body is not JSON"))?;
    match body.get("values") {
        Some(Value::Object(values)) => Ok(values.clone()),
        _ => Err(ArError::malformed("the body is {\"values\":{…}}")),
    }
}

fn created(
    state: &State,
    form: &'static Form,
    id: &str,
    wanted: Option<&[&'static Field]>,
    headers: &HeaderMap,
) -> Response {
    let path = format!("{}/{}", form_path(form), encoded(id));
    let location = match state.options.location {
        options::Location::Absolute => format!("{}{path}", origin(headers)),
        options::Location::PathOnly => path,
        options::Location::Relative => format!("{}/{}", encoded(form.name), encoded(id)),
        options::Location::Missing => return StatusCode::NO_CONTENT.into_response(),
    };
    let mut answer = match (wanted, state.table(form).rows.get(id)) {
        (Some(wanted), Some(row)) => Json(entry_body(state, form, row, Some(wanted), headers)).into_response(),
        _ => Response::default(),
    };
    *answer.status_mut() = StatusCode::CREATED;
    if let Ok(location) = HeaderValue::try_from(location) {
        answer.headers_mut().insert(LOCATION, location);
    }
    answer
}

fn entry_body(
    state: &State,
    form: &'static Form,
    row: &Record,
    wanted: Option<&[&'static Field]>,
    headers: &HeaderMap,
) -> Value {
    let id = row.get(form.key().name).and_then(Value::as_str).unwrap_or_default();
    let href = format!("{}{}/{}", origin(headers), form_path(form), encoded(id));
    let values = values::shown(form, row, wanted, &state.options);
    json!({ "values": values, "_links": { "self": [{ "href": href }] } })
}

fn form_path(form: &Form) -> String {
    format!("/api/arsys/v1/entry/{}", encoded(form.name))
}

fn origin(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    format!("http://{}", host.unwrap_or("arserver.calbro.example:8008"))
}

/// The query string of a list, at another offset.
fn turned(pairs: &[(String, String)], offset: usize) -> String {
    let kept = pairs.iter().filter(|(name, _)| name != "offset");
    let kept = kept.map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    kept.chain([format!("offset={offset}")]).collect::<Vec<_>>().join("&")
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}
