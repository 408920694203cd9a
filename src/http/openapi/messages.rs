//! The schemas of what is no resource of a target: errors, lists, PATCH, discovery documents, health.

use scim_core::search::SEARCH_REQUEST_URN;
use scim_core::{ScimType, bulk, discovery, error, messages};
use serde_json::{Map, Value, json};

use super::operations::Answer;

/// All but those of resources.
pub(super) fn schemas() -> Map<String, Value> {
    let words: Vec<&str> = ScimType::ALL.iter().map(|kind| kind.as_str()).collect();
    let text = || json!({ "type": "string" });
    let mut all = Map::new();
    let mut add = |name: &str, schema: Value| drop(all.insert(name.to_owned(), schema));
    add(
        "Error",
        closed(
            json!({ "schemas": of(error::ERROR_URN), "scimType": { "enum": words }, "detail": text(),
                "status": { "type": "string", "pattern": "^[45][0-9][0-9]$" } }),
            &["schemas", "detail", "status"],
        ),
    );
    add("PatchOp", patch_op());
    add("SearchRequest", search_request());
    add("BulkRequest", bulk_request());
    add("BulkResponse", bulk_response());
    add("ServiceProviderConfig", service_provider_config());
    add(
        "ResourceType",
        closed(
            json!({
                "schemas": of(discovery::RESOURCE_TYPE_URN), "id": text(), "name": text(), "description": text(),
                "endpoint": text(), "schema": text(), "meta": meta(),
                "schemaExtensions": { "type": "array", "items":
                    closed(json!({ "schema": text(), "required": { "type": "boolean" } }), &["schema", "required"]) },
            }),
            &["schemas", "name", "endpoint", "schema"],
        ),
    );
    add("Attribute", attribute());
    add(
        "Schema",
        closed(
            json!({ "schemas": of(discovery::SCHEMA_URN), "id": text(), "name": text(), "description": text(),
                "meta": meta(), "attributes": { "type": "array", "items": Answer::reference("Attribute") } }),
            &["schemas", "id", "attributes"],
        ),
    );
    for name in ["ResourceType", "Schema"] {
        add(&format!("{name}List"), list_of(&Answer::reference(name)));
    }
    add("Health", closed(json!({ "status": { "const": "ok" } }), &["status"]));
    add(
        "Readiness",
        closed(
            json!({ "status": { "enum": ["ready", "not ready"] }, "store": text(),
                "targets": { "type": "object", "additionalProperties": text() } }),
            &["status", "store", "targets"],
        ),
    );
    add("Description", json!({ "type": "object", "required": ["openapi", "info", "paths"] }));
    all
}

/// A page of resources (RFC 7644 section 3.4.2). By cursor it has no `startIndex`, and often no total (RFC 9865).
pub(super) fn list_of(item: &Value) -> Value {
    let count = |minimum: u8| json!({ "type": "integer", "minimum": minimum });
    closed(
        json!({ "schemas": of(messages::LIST_RESPONSE_URN), "totalResults": count(0), "startIndex": count(1),
            "itemsPerPage": count(0), "nextCursor": { "type": "string", "minLength": 1 },
            "Resources": { "type": "array", "items": item } }),
        &["schemas", "itemsPerPage", "Resources"],
    )
}

/// Exactly this schema.
fn of(urn: &str) -> Value {
    json!({ "type": "array", "items": { "const": urn }, "minItems": 1, "maxItems": 1 })
}

/// An object of these properties and no others.
#[expect(clippy::needless_pass_by_value, reason = "it is given what `json!` makes")]
fn closed(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn meta() -> Value {
    closed(
        json!({ "resourceType": { "type": "string" }, "location": { "type": "string" } }),
        &["resourceType", "location"],
    )
}

/// RFC 7644 section 3.5.2.
fn patch_op() -> Value {
    let operation = json!({
        "type": "object",
        "properties": {
            "op": { "enum": ["add", "remove", "replace"], "description": "In any letter case." },
            "path": { "type": "string", "description": "Required for 'remove'." },
            "value": { "description": "Required for 'add' and 'replace'." },
        },
        "required": ["op"],
    });
    json!({
        "type": "object",
        "properties": {
            "schemas": of("urn:ietf:params:scim:api:messages:2.0:PatchOp"),
            "Operations": { "type": "array", "items": operation, "minItems": 1 },
        },
        "required": ["schemas", "Operations"],
    })
}

/// RFC 7644 section 3.4.3 and RFC 9865 section 3.
fn search_request() -> Value {
    let text = || json!({ "type": "string" });
    let names = || json!({ "type": "array", "items": { "type": "string" } });
    json!({
        "type": "object",
        "properties": {
            "schemas": { "type": "array", "items": { "const": SEARCH_REQUEST_URN }, "minItems": 1, "maxItems": 1 },
            "attributes": names(), "excludedAttributes": names(), "filter": text(), "sortBy": text(),
            "sortOrder": { "enum": ["ascending", "descending"] },
            "startIndex": { "type": "integer" }, "count": { "type": "integer" }, "cursor": text(),
        },
        "required": ["schemas"],
    })
}

const BULK_METHODS: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];

/// RFC 7644 section 3.7.
fn bulk_request() -> Value {
    let text = || json!({ "type": "string" });
    let operation = json!({
        "type": "object",
        "properties": {
            "method": { "enum": BULK_METHODS },
            "bulkId": { "type": "string", "description": "Required for POST; 'bulkId:' and it stand for the new id." },
            "path": text(), "version": text(),
            "data": { "description": "Required for POST, PUT and PATCH." },
        },
        "required": ["method", "path"],
    });
    json!({
        "type": "object",
        "properties": {
            "schemas": of(bulk::BULK_REQUEST_URN),
            "failOnErrors": { "type": "integer", "minimum": 0 },
            "Operations": { "type": "array", "items": operation },
        },
        "required": ["schemas", "Operations"],
    })
}

/// RFC 7644 section 3.7.3.
fn bulk_response() -> Value {
    let text = || json!({ "type": "string" });
    let operation = closed(
        json!({
            "location": text(), "method": { "enum": BULK_METHODS }, "bulkId": text(), "version": text(),
            "status": { "type": "string", "pattern": "^[2-5][0-9][0-9]$" },
            "response": { "type": "object" },
        }),
        &["status"],
    );
    closed(
        json!({ "schemas": of(bulk::BULK_RESPONSE_URN), "Operations": { "type": "array", "items": operation } }),
        &["schemas", "Operations"],
    )
}

/// RFC 7643 section 5, RFC 9865 section 4.
fn service_provider_config() -> Value {
    let count = || json!({ "type": "integer", "minimum": 0 });
    let flag = || json!({ "type": "boolean" });
    let text = || json!({ "type": "string" });
    let supported = || closed(json!({ "supported": flag() }), &["supported"]);
    let scheme = closed(
        json!({ "type": text(), "name": text(), "description": text(), "specUri": text(), "primary": flag() }),
        &["type", "name", "description"],
    );
    closed(
        json!({
            "schemas": of(discovery::SERVICE_PROVIDER_CONFIG_URN),
            "patch": supported(),
            "bulk": closed(json!({ "supported": flag(), "maxOperations": count(), "maxPayloadSize": count() }),
                &["supported", "maxOperations", "maxPayloadSize"]),
            "filter": closed(json!({ "supported": flag(), "maxResults": count() }), &["supported", "maxResults"]),
            "changePassword": supported(),
            "sort": supported(),
            "etag": supported(),
            "pagination": closed(json!({ "cursor": flag(), "index": flag(),
                "defaultPaginationMethod": { "enum": ["index", "cursor"] }, "defaultPageSize": count(),
                "maxPageSize": count(), "cursorTimeout": count() }), &["cursor", "index"]),
            "authenticationSchemes": { "type": "array", "items": scheme },
            "meta": meta(),
        }),
        &["schemas", "patch", "bulk", "filter", "changePassword", "sort", "etag", "authenticationSchemes"],
    )
}

/// RFC 7643 section 7.
fn attribute() -> Value {
    let flag = || json!({ "type": "boolean" });
    let texts = || json!({ "type": "array", "items": { "type": "string" } });
    let kinds = ["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"];
    closed(
        json!({
            "name": { "type": "string" },
            "type": { "enum": kinds },
            "multiValued": flag(),
            "description": { "type": "string" },
            "required": flag(),
            "canonicalValues": texts(),
            "caseExact": flag(),
            "mutability": { "enum": ["readOnly", "readWrite", "immutable", "writeOnly"] },
            "returned": { "enum": ["always", "never", "default", "request"] },
            "uniqueness": { "enum": ["none", "server", "global"] },
            "referenceTypes": texts(),
            "subAttributes": { "type": "array", "items": Answer::reference("Attribute") },
        }),
        &["name", "type", "multiValued", "required", "mutability", "returned", "uniqueness"],
    )
}
