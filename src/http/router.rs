//! All routes, readable from top to bottom, and what surrounds them.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get, post};
use tower::util::MapRequest;

use super::middleware::{deadline, observe, panics};
use super::scim::resources::{Groups, Served, Users, create, delete, get as get_one, list, patch, replace};
use super::scim::{discovery, me, search};
use super::{AppState, accept, error, health, paths};

/// The whole service.
pub fn router(app: AppState) -> Router {
    // Around the routes, because a path has to be tidy before it is matched.
    Router::new().fallback_service(MapRequest::new(routes(app), paths::tidy))
}

fn routes(app: AppState) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .nest("/scim/v2", scim())
        .nest("/targets/{target}/scim/v2", scim())
        .fallback(error::unknown_route)
        .method_not_allowed_fallback(error::wrong_method)
        // Innermost: a panic is an answer like any other for all that stands around it.
        .layer(from_fn(panics::answer))
        // Around the handlers and the reading of bodies, so that nothing of a request is without an end.
        .layer(from_fn_with_state(app.clone(), deadline::limit))
        // Outside of all that makes answers, so that it sees every one of them.
        .layer(from_fn(accept::negotiate))
        // Outermost: the request's id and its log line belong to every request, its time is the whole time.
        .layer(from_fn(observe::request))
        .with_state(app)
}

/// The routes below a SCIM root. Each handler's first extractor authenticates.
fn scim() -> Router<AppState> {
    Router::new()
        .merge(endpoint::<Users>())
        .merge(endpoint::<Groups>())
        .route(search::PATH, post(search::everywhere))
        .route("/Me", any(me::handler))
        .route("/ServiceProviderConfig", get(discovery::service_provider_config))
        .route("/ResourceTypes", get(discovery::resource_types))
        .route("/ResourceTypes/{name}", get(discovery::resource_type))
        .route("/Schemas", get(discovery::schemas))
        .route("/Schemas/{urn}", get(discovery::schema))
}

/// The routes of one endpoint. A target that does not serve it answers 404.
fn endpoint<R: Served>() -> Router<AppState> {
    let one =
        get(get_one::handler::<R>).put(replace::handler::<R>).patch(patch::handler::<R>).delete(delete::handler::<R>);
    Router::new()
        .route(R::PATH, get(list::handler::<R>).post(create::handler::<R>))
        .route(&format!("{}{}", R::PATH, search::PATH), post(search::handler::<R>))
        .route(&format!("{}/{{id}}", R::PATH), one)
}
