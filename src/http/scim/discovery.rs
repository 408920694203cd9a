//! `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas` (RFC 7644 section 4), made from what the target declares.

use axum::extract::State;
use axum::http::StatusCode;
use scim_core::messages::Paging;
use scim_core::{Schema, discovery, messages};
use serde_json::Value;

use crate::http::AppState;
use crate::http::answer::ScimJson;
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::http::extract::Id;

/// `GET /ServiceProviderConfig`
pub(in crate::http) async fn service_provider_config(
    State(app): State<AppState>,
    session: Session,
) -> Result<ScimJson, ApiError> {
    unfiltered(&session)?;
    let features = session.service.features();
    let config = discovery::service_provider_config(&features, app.limits.body_max_bytes, &session.base);
    Ok(ScimJson(StatusCode::OK, config))
}

/// `GET /ResourceTypes`
pub(in crate::http) async fn resource_types(session: Session) -> Result<ScimJson, ApiError> {
    unfiltered(&session)?;
    let types = session.service.resource_types().iter();
    let all = types.map(|definition| discovery::resource_type(definition.resource_type(), &session.base)).collect();
    Ok(list(all))
}

/// `GET /ResourceTypes/{id}`, by its name
pub(in crate::http) async fn resource_type(session: Session, Id(name): Id) -> Result<ScimJson, ApiError> {
    let mut types = session.service.resource_types().iter().map(|definition| definition.resource_type());
    let found = types.find(|kind| kind.name == name);
    let found = found.ok_or_else(|| ApiError::plain(StatusCode::NOT_FOUND, "there is no such resource type"))?;
    Ok(ScimJson(StatusCode::OK, discovery::resource_type(found, &session.base)))
}

/// `GET /Schemas`
pub(in crate::http) async fn schemas(session: Session) -> Result<ScimJson, ApiError> {
    unfiltered(&session)?;
    Ok(list(all_schemas(&session).into_iter().map(|schema| discovery::schema(schema, &session.base)).collect()))
}

/// `GET /Schemas/{id}`, by its URN. URNs are compared without regard to letter case (RFC 7643 section 3.1).
pub(in crate::http) async fn schema(session: Session, Id(urn): Id) -> Result<ScimJson, ApiError> {
    let found = all_schemas(&session).into_iter().find(|schema| schema.id.eq_ignore_ascii_case(&urn));
    let found = found.ok_or_else(|| ApiError::plain(StatusCode::NOT_FOUND, "there is no such schema"))?;
    Ok(ScimJson(StatusCode::OK, discovery::schema(found, &session.base)))
}

/// The schemas of all resource types, each once.
fn all_schemas(session: &Session) -> Vec<&Schema> {
    let mut all: Vec<&Schema> = Vec::new();
    for schema in session.service.resource_types().iter().flat_map(|definition| definition.schemas()) {
        if !all.iter().any(|known| known.id == schema.id) {
            all.push(schema);
        }
    }
    all
}

/// RFC 7644 section 4: a filter on these endpoints is answered with 403.
fn unfiltered(session: &Session) -> Result<(), ApiError> {
    match session.query.text("filter")? {
        None => Ok(()),
        Some(_) => Err(ApiError::plain(StatusCode::FORBIDDEN, "a discovery endpoint takes no filter")),
    }
}

fn list(all: Vec<Value>) -> ScimJson {
    let paging = Paging { total_results: Some(all.len()), start_index: Some(1), next_cursor: None };
    ScimJson(StatusCode::OK, messages::list_response(all, &paging))
}
