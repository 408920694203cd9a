//! The three discovery documents, made from the resource types (RFC 7643 sections 5 to 7, RFC 7644 section 4).

use serde_json::{Value, json};

use crate::schema::{ResourceType, Schema};

/// The URN of the service provider's configuration.
pub const SERVICE_PROVIDER_CONFIG_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
/// The URN of a resource type's description.
pub const RESOURCE_TYPE_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
/// The URN of a schema's description.
pub const SCHEMA_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/// What a service provider can do and its limits (RFC 7643 section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    /// The most resources that a list answers at once.
    pub results_max: usize,
    /// Whether passwords can be changed.
    pub change_password: bool,
    /// The most operations that a bulk request may have.
    pub bulk_operations_max: usize,
    /// How long a cursor is good for at least, in whole seconds (RFC 9865 section 4).
    pub cursor_timeout_s: u64,
}

/// `/ServiceProviderConfig`, with what RFC 9865 section 4 adds; `payload_max_bytes` is the largest body. Every member that
/// RFC 7643 requires is present, bulk limits included: clients exist that
/// give up PATCH and filters when one is missing.
pub fn service_provider_config(features: &Features, payload_max_bytes: usize, base: &str) -> Value {
    json!({
        "schemas": [SERVICE_PROVIDER_CONFIG_URN],
        "patch": { "supported": true },
        "bulk": {
            "supported": true,
            "maxOperations": features.bulk_operations_max,
            "maxPayloadSize": payload_max_bytes,
        },
        "filter": { "supported": true, "maxResults": features.results_max },
        "changePassword": { "supported": features.change_password },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": features.results_max,
            "maxPageSize": features.results_max,
            "cursorTimeout": features.cursor_timeout_s,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A token in the Authorization header, given out by the bridge's operator",
            "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
            "primary": true,
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig") },
    })
}

/// One entry of `/ResourceTypes`.
pub fn resource_type(resource_type: &ResourceType, base: &str) -> Value {
    let extensions: Vec<Value> =
        resource_type.extensions.iter().map(|schema| json!({ "schema": schema.id, "required": false })).collect();
    json!({
        "schemas": [RESOURCE_TYPE_URN],
        "id": resource_type.name,
        "name": resource_type.name,
        "description": resource_type.description,
        "endpoint": resource_type.endpoint,
        "schema": resource_type.schema.id,
        "schemaExtensions": extensions,
        "meta": { "resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{}", resource_type.name) },
    })
}

/// One entry of `/Schemas`.
pub fn schema(schema: &Schema, base: &str) -> Value {
    json!({
        "schemas": [SCHEMA_URN],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": schema.attributes.iter().filter(|it| it.advertised).map(crate::schema::Attribute::to_json).collect::<Vec<_>>(),
        "meta": { "resourceType": "Schema", "location": format!("{base}/Schemas/{}", schema.id) },
    })
}
