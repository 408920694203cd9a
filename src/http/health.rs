//! `/healthz` and `/readyz`, for load balancers and operators. Neither needs a credential, so neither says anything
//! that is not in the operator's own words.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, http::header};
use serde_json::{Map, Value, json};

use super::AppState;
use crate::service::Readiness;

/// `GET /healthz`: the process answers.
pub(super) async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /readyz`: 200 when the store and every target are ready, else 503, with what is known of each.
pub(super) async fn readyz(State(app): State<AppState>) -> Response {
    let store = (app.store_health)();
    let mut ready = store.is_ok();
    let targets: Map<String, Value> = app
        .targets
        .iter()
        .map(|(name, service)| {
            let readiness = service.readiness();
            ready &= readiness == Readiness::Ready;
            let text = match readiness {
                Readiness::Ready => "ready".to_owned(),
                Readiness::Probing => "probing: it was not asked yet; writes wait".to_owned(),
                Readiness::Unavailable(why) => format!("unavailable: {why}"),
            };
            (name.clone(), text.into())
        })
        .collect();
    let store = store.map_or_else(|why| format!("unavailable: {why}"), |()| "ready".to_owned());
    let body = json!({ "status": if ready { "ready" } else { "not ready" }, "store": store, "targets": targets });
    if ready {
        return Json(body).into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], Json(body)).into_response()
}
