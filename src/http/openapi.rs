//! The interface description (OpenAPI 3.1), made from the targets' own definitions: `GET /openapi.json`.
//!
//! Invariant: it describes every route of the router and no other; a test holds the two together. It is shown without a
//! credential, so it holds nothing but names of targets, which `/readyz` shows as well, and definitions.

mod messages;
mod operations;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use scim_core::Definition;
use scim_core::json_schema::{self, Side};
use serde_json::{Map, Value, json};

use super::AppState;
use crate::service::Service;
use operations::{Answer, Operation};

/// `GET /openapi.json`
pub(super) async fn handler(State(app): State<AppState>) -> Response {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    ([kind], app.openapi.to_string()).into_response()
}

/// The description of a bridge with these targets.
pub(super) fn document(targets: &BTreeMap<String, Arc<dyn Service>>) -> Value {
    let names: Vec<&String> = targets.keys().collect();
    let roots = [("/scim/v2", "", false), ("/targets/{target}/scim/v2", "OfTarget", true)];
    let mut paths = Map::new();
    for operation in operations::of_the_bridge() {
        insert(&mut paths, operation.path.clone(), &operation, operation.to_json("", &[]));
    }
    for (root, suffix, named) in roots {
        let target = json!({ "name": "target", "in": "path", "required": true,
            "description": "The name of a target.", "schema": { "enum": names } });
        for operation in operations::of_a_target() {
            let parameters: &[Value] = if named { std::slice::from_ref(&target) } else { &[] };
            insert(&mut paths, format!("{root}{}", operation.path), &operation, operation.to_json(suffix, parameters));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "SCIM bridge",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A SCIM 2.0 service provider (RFC 7643, RFC 7644) in front of systems that have no SCIM. \
                A credential that is bound to one target may leave the target out of the path.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer",
                "description": "A token that the bridge's operator gave out." } },
            "responses": operations::error_responses(),
            "schemas": schemas(targets),
        },
    })
}

fn insert(paths: &mut Map<String, Value>, path: String, operation: &Operation, described: Value) {
    paths.entry(path).or_insert_with(|| json!({}))[operation.method] = described;
}

/// The schemas that the operations name.
fn schemas(targets: &BTreeMap<String, Arc<dyn Service>>) -> Value {
    let mut schemas = messages::schemas();
    for kind in operations::RESOURCE_TYPES {
        schemas.insert(kind.name.to_owned(), of_targets(targets, kind.endpoint, Side::Answer));
        schemas.insert(format!("{}Request", kind.name), of_targets(targets, kind.endpoint, Side::Request));
        schemas.insert(format!("{}List", kind.name), messages::list_of(&Answer::reference(kind.name)));
    }
    let any: Vec<Value> = operations::RESOURCE_TYPES.iter().map(|kind| Answer::reference(kind.name)).collect();
    schemas.insert("AnyList".to_owned(), messages::list_of(&json!({ "anyOf": any })));
    Value::Object(schemas)
}

/// What is at an endpoint: on every target the same, or as on one of them.
fn of_targets(targets: &BTreeMap<String, Arc<dyn Service>>, endpoint: &str, side: Side) -> Value {
    let at = |definition: &&Arc<Definition>| definition.resource_type().endpoint == endpoint;
    let mut all: Vec<Value> = Vec::new();
    for (name, service) in targets {
        if let Some(definition) = service.resource_types().iter().find(at) {
            let schema = json_schema::resource(definition, side);
            if !all.contains(&schema) {
                let mut titled = schema;
                titled["title"] = name.as_str().into();
                all.push(titled);
            }
        }
    }
    match all.len() {
        0 => json!({ "description": "No target has it.", "type": "object" }),
        1 => all.remove(0),
        _ => json!({ "anyOf": all }),
    }
}
