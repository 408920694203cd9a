//! The routes under `/_sim/`: never noted in the journal, never met by a fault.
//!
//! | route | |
//! |---|---|
//! | `GET`, `DELETE /_sim/journal` | the requests so far; forgets them |
//! | `GET`, `POST`, `DELETE /_sim/faults` | those still to come; injects one [`Fault`] or an array of them; takes all back |
//! | `GET`, `POST`, `DELETE /_sim/hooks` | foreign writers: those still to come; adds one [`Hook`]; takes all back |
//! | `GET`, `PUT /_sim/latency {"ms":…}` | how long every answer takes |
//! | `GET /_sim/records/{object}` | the native records, whole |
//! | `PUT /_sim/records/{object}` | inserts a native record: `201 {"key":…}` |
//! | `GET`, `PATCH`, `DELETE /_sim/records/{object}/{key}` | one record; a foreign writer's change; its removal |
//! | `GET /_sim/sessions`, `POST /_sim/sessions/expire` | [`Sessions`](super::Sessions); ends all of them |
//! | `GET`, `PATCH /_sim/options` | the vendor's options; changes some |
//! | `GET /_sim/clock`, `POST /_sim/clock/advance {"ms":…}` | the time; moves a manual clock |

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Control, Fault, Hook, Record, Vendor};

type App<V> = State<(Control, V)>;

pub(super) fn router<V: Vendor>(control: Control, vendor: V) -> Router {
    Router::new()
        .route("/journal", get(journal::<V>).delete(clear_journal::<V>))
        .route("/faults", get(faults::<V>).post(inject::<V>).delete(clear_faults::<V>))
        .route("/hooks", get(hooks::<V>).post(add_hook::<V>).delete(clear_hooks::<V>))
        .route("/latency", get(latency::<V>).put(set_latency::<V>))
        .route("/records/{object}", get(records::<V>).put(insert::<V>))
        .route("/records/{object}/{key}", get(record::<V>).patch(patch::<V>).delete(remove::<V>))
        .route("/sessions", get(sessions::<V>))
        .route("/sessions/expire", post(expire::<V>))
        .route("/options", get(options::<V>).patch(set_options::<V>))
        .route("/clock", get(clock::<V>))
        .route("/clock/advance", post(advance::<V>))
        .fallback(|| async { refused(StatusCode::NOT_FOUND, "no such control route") })
        .with_state((control, vendor))
}

fn refused(status: StatusCode, why: impl Into<String>) -> Response {
    (status, Json(json!({ "error": why.into() }))).into_response()
}

async fn journal<V: Vendor>(State((control, _)): App<V>) -> Response {
    Json(control.journal().entries()).into_response()
}

async fn clear_journal<V: Vendor>(State((control, _)): App<V>) -> StatusCode {
    control.journal().clear();
    StatusCode::NO_CONTENT
}

async fn faults<V: Vendor>(State((control, _)): App<V>) -> Response {
    Json(control.faults()).into_response()
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(Fault),
    Many(Vec<Fault>),
}

async fn inject<V: Vendor>(State((control, _)): App<V>, Json(faults): Json<OneOrMany>) -> StatusCode {
    match faults {
        OneOrMany::One(fault) => control.inject(fault),
        OneOrMany::Many(faults) => control.inject_all(faults),
    }
    StatusCode::NO_CONTENT
}

async fn clear_faults<V: Vendor>(State((control, _)): App<V>) -> StatusCode {
    control.clear_faults();
    StatusCode::NO_CONTENT
}

async fn hooks<V: Vendor>(State((control, _)): App<V>) -> Response {
    Json(control.hooks().pending()).into_response()
}

async fn add_hook<V: Vendor>(State((control, _)): App<V>, Json(hook): Json<Hook>) -> StatusCode {
    control.hooks().add(hook);
    StatusCode::NO_CONTENT
}

async fn clear_hooks<V: Vendor>(State((control, _)): App<V>) -> StatusCode {
    control.hooks().clear();
    StatusCode::NO_CONTENT
}

async fn latency<V: Vendor>(State((control, _)): App<V>) -> Json<Value> {
    Json(json!({ "ms": control.latency_ms() }))
}

async fn set_latency<V: Vendor>(State((control, _)): App<V>, Json(latency): Json<Millis>) -> StatusCode {
    control.set_latency_ms(latency.ms);
    StatusCode::NO_CONTENT
}

async fn records<V: Vendor>(State((_, vendor)): App<V>, Path(object): Path<String>) -> Response {
    match vendor.records(&object) {
        Some(records) => Json(records).into_response(),
        None => refused(StatusCode::NOT_FOUND, "no such object"),
    }
}

async fn insert<V: Vendor>(
    State((_, vendor)): App<V>,
    Path(object): Path<String>,
    Json(values): Json<Record>,
) -> Response {
    match vendor.insert(&object, values) {
        Ok(key) => (StatusCode::CREATED, Json(json!({ "key": key }))).into_response(),
        Err(why) => refused(StatusCode::BAD_REQUEST, why),
    }
}

async fn record<V: Vendor>(State((_, vendor)): App<V>, Path((object, key)): Path<(String, String)>) -> Response {
    match vendor.record(&object, &key) {
        Some(record) => Json(record).into_response(),
        None => refused(StatusCode::NOT_FOUND, "no such record"),
    }
}

async fn patch<V: Vendor>(
    State((_, vendor)): App<V>,
    Path((object, key)): Path<(String, String)>,
    Json(values): Json<Record>,
) -> Response {
    if vendor.patch(&object, &key, values) {
        StatusCode::NO_CONTENT.into_response()
    } else {
        refused(StatusCode::NOT_FOUND, "no such record")
    }
}

async fn remove<V: Vendor>(State((_, vendor)): App<V>, Path((object, key)): Path<(String, String)>) -> Response {
    if vendor.remove(&object, &key) {
        StatusCode::NO_CONTENT.into_response()
    } else {
        refused(StatusCode::NOT_FOUND, "no such record")
    }
}

async fn sessions<V: Vendor>(State((_, vendor)): App<V>) -> Response {
    Json(vendor.sessions()).into_response()
}

async fn expire<V: Vendor>(State((_, vendor)): App<V>) -> Response {
    Json(json!({ "expired": vendor.expire_sessions() })).into_response()
}

async fn options<V: Vendor>(State((_, vendor)): App<V>) -> Response {
    Json(vendor.options_json()).into_response()
}

async fn set_options<V: Vendor>(State((_, vendor)): App<V>, Json(change): Json<Record>) -> Response {
    let mut options = vendor.options_json();
    for (name, value) in change {
        options[name] = value;
    }
    match vendor.set_options_json(options) {
        Ok(()) => Json(vendor.options_json()).into_response(),
        Err(why) => refused(StatusCode::BAD_REQUEST, why),
    }
}

async fn clock<V: Vendor>(State((control, _)): App<V>) -> Json<Value> {
    let clock = control.clock();
    Json(json!({ "now": clock.now().to_string(), "manual": clock.is_manual() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Millis {
    ms: u64,
}

async fn advance<V: Vendor>(State((control, _)): App<V>, Json(by): Json<Millis>) -> Response {
    match control.clock().advance(Duration::from_millis(by.ms)) {
        Some(now) => Json(json!({ "now": now.to_string() })).into_response(),
        None => refused(StatusCode::CONFLICT, "the clock is not a manual one, or its range is at its end"),
    }
}
