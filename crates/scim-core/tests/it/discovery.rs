//! The discovery documents against what RFC 7643 requires of them.

use scim_core::discovery::{Features, resource_type, schema, service_provider_config};
use scim_core::{ResourceType, schema as schemas};
use serde::Deserialize;
use serde_json::Value;

const BASE: &str = "https://bridge.example.com/scim/v2";

/// A client that takes nothing for granted (RFC 7643 section 5).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "that they can be read is what is tested")]
struct Config {
    schemas: Vec<String>,
    patch: Supported,
    bulk: Bulk,
    filter: Filter,
    change_password: Supported,
    sort: Supported,
    etag: Supported,
    pagination: Pagination,
    authentication_schemes: Vec<Scheme>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Supported {
    supported: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "as above")]
struct Bulk {
    supported: bool,
    max_operations: u32,
    max_payload_size: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    supported: bool,
    max_results: u32,
}

/// RFC 9865 section 4.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Pagination {
    cursor: bool,
    index: bool,
    default_pagination_method: String,
    default_page_size: u32,
    max_page_size: u32,
    cursor_timeout: u32,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as above")]
struct Scheme {
    r#type: String,
    name: String,
    description: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    resource_type: String,
    location: String,
}

#[test]
fn a_strict_client_reads_the_configuration() {
    let features =
        Features { results_max: 200, change_password: true, bulk_operations_max: 1_000, cursor_timeout_s: 600 };
    let body = service_provider_config(&features, 65_536, BASE);
    let config: Config = serde_json::from_value(body).expect("every required member");
    assert!(config.filter.supported && config.filter.max_results == 200);
    let Pagination { cursor, index, default_pagination_method, default_page_size, max_page_size, cursor_timeout } =
        config.pagination;
    assert!(cursor && index && config.sort.supported);
    // Clients that know nothing of cursors get pages by index (RFC 9865 section 2.4).
    assert_eq!(default_pagination_method, "index");
    assert_eq!((default_page_size, max_page_size, cursor_timeout), (200, 200, 600));
    assert_eq!(config.meta.resource_type, "ServiceProviderConfig");
    assert_eq!(config.meta.location, format!("{BASE}/ServiceProviderConfig"));
    assert!(!config.authentication_schemes.is_empty());
}

#[test]
fn resource_types_have_what_section_6_requires() {
    let user = ResourceType::user(vec![schemas::enterprise_user()]);
    for (of, endpoint) in [(user, "/Users"), (ResourceType::group(Vec::new()), "/Groups")] {
        let body = resource_type(&of, BASE);
        assert_eq!(body["endpoint"], endpoint);
        assert_eq!(body["schema"], of.schema.id.as_str());
        assert_eq!(body["id"], body["name"]);
        assert_eq!(body["meta"]["location"], format!("{BASE}/ResourceTypes/{}", of.name));
        for extension in body["schemaExtensions"].as_array().expect("an array") {
            assert!(extension["schema"].is_string() && extension["required"] == false);
        }
    }
}

#[test]
fn schemas_have_what_section_7_requires() {
    for of in [schemas::user(), schemas::group(), schemas::enterprise_user()] {
        let body = schema(&of, BASE);
        assert_eq!(body["schemas"][0], "urn:ietf:params:scim:schemas:core:2.0:Schema");
        assert_eq!(body["id"], of.id.as_str());
        assert_eq!(body["meta"]["location"], format!("{BASE}/Schemas/{}", of.id));
        assert!(!body.to_string().contains("null"));
        attributes(&body["attributes"]);
    }
}

fn attributes(list: &Value) {
    let list = list.as_array().expect("an array");
    assert!(!list.is_empty());
    for attribute in list {
        let word = |member: &str| attribute[member].as_str().unwrap_or_else(|| panic!("{member} of {attribute}"));
        let kind = word("type");
        assert!(!word("name").is_empty() && !word("description").is_empty());
        assert!(attribute["multiValued"].is_boolean() && attribute["required"].is_boolean());
        assert!(["readOnly", "readWrite", "immutable", "writeOnly"].contains(&word("mutability")));
        assert!(["always", "never", "default", "request"].contains(&word("returned")));
        assert!(["none", "server", "global"].contains(&word("uniqueness")));
        assert_eq!(attribute.get("subAttributes").is_some(), kind == "complex");
        assert_eq!(attribute.get("referenceTypes").is_some(), kind == "reference");
        if kind == "complex" {
            attributes(&attribute["subAttributes"]);
        } else {
            assert!(attribute["caseExact"].is_boolean());
        }
        if matches!(kind, "reference" | "binary") {
            assert_eq!(attribute["caseExact"], true, "RFC 7643 sections 2.3.6 and 2.3.7: {attribute}");
        }
    }
}
