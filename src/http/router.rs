//! All routes, readable from top to bottom, and what surrounds them.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};
use tower::util::MapRequest;

use super::middleware::{deadline, observe, panics};
use super::scim::resources::{Groups, Served, Users, create, delete, get as get_one, list, patch, replace};
use super::scim::{bulk, discovery, me, search};
use super::{AppState, accept, error, health, openapi, paths as tidied};

/// The whole service.
pub fn router(app: AppState) -> Router {
    // Around the routes, because a path has to be tidy before it is matched.
    Router::new().fallback_service(MapRequest::new(routes(app), tidied::tidy))
}

fn routes(app: AppState) -> Router {
    bridge()
        .router
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

/// The paths of all routes, in the order in which they stand here.
pub fn paths() -> Vec<String> {
    bridge().paths
}

fn bridge() -> Routes {
    Routes::default()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/openapi.json", get(openapi::handler))
        .nest("/scim/v2", scim())
        .nest("/targets/{target}/scim/v2", scim())
}

/// The routes below a SCIM root. Each handler's first extractor authenticates.
fn scim() -> Routes {
    Routes::default()
        .merge(endpoint::<Users>())
        .merge(endpoint::<Groups>())
        .route("/Bulk", post(bulk::handler))
        .route(search::PATH, post(search::everywhere))
        .route("/Me", get(me::handler).post(me::handler).put(me::handler).patch(me::handler).delete(me::handler))
        .route("/ServiceProviderConfig", get(discovery::service_provider_config))
        .route("/ResourceTypes", get(discovery::resource_types))
        .route("/ResourceTypes/{id}", get(discovery::resource_type))
        .route("/Schemas", get(discovery::schemas))
        .route("/Schemas/{id}", get(discovery::schema))
}

/// The routes of one endpoint. A target that does not serve it answers 404.
fn endpoint<R: Served>() -> Routes {
    let one =
        get(get_one::handler::<R>).put(replace::handler::<R>).patch(patch::handler::<R>).delete(delete::handler::<R>);
    Routes::default()
        .route(R::PATH, get(list::handler::<R>).post(create::handler::<R>))
        .route(&format!("{}{}", R::PATH, search::PATH), post(search::handler::<R>))
        .route(&format!("{}/{{id}}", R::PATH), one)
}

/// Routes with their paths, which the library's router does not tell.
#[derive(Default)]
struct Routes {
    router: Router<AppState>,
    paths: Vec<String>,
}

impl Routes {
    fn route(mut self, path: &str, methods: MethodRouter<AppState>) -> Self {
        self.paths.push(path.to_owned());
        Self { router: self.router.route(path, methods), ..self }
    }

    fn merge(mut self, other: Self) -> Self {
        self.paths.extend(other.paths);
        Self { router: self.router.merge(other.router), ..self }
    }

    fn nest(mut self, prefix: &str, inner: Self) -> Self {
        self.paths.extend(inner.paths.iter().map(|path| format!("{prefix}{path}")));
        Self { router: self.router.nest(prefix, inner.router), ..self }
    }
}
