//! The three discovery documents.

use serde_json::{Value, json};

use super::stub::{Bridge, authorized, get};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn read(path: &str) -> Value {
    let answer = Bridge::new().send(get(path)).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.json()
}

#[tokio::test]
async fn the_configuration_names_its_place() {
    let config = read("/scim/v2/ServiceProviderConfig").await;
    assert_eq!(config["filter"], json!({ "supported": true, "maxResults": 200 }));
    assert_eq!(config["meta"]["location"], "https://bridge.example.com/scim/v2/ServiceProviderConfig");
    let bridge = Bridge::new();
    let named = bridge.send(authorized(get("/targets/ivanti/scim/v2/ServiceProviderConfig"), "both")).await.json();
    let expected = "https://bridge.example.com/targets/ivanti/scim/v2/ServiceProviderConfig";
    assert_eq!(named["meta"]["location"], expected);
}

#[tokio::test]
async fn resource_types_are_listed_and_read_one_by_one() {
    let all = read("/scim/v2/ResourceTypes").await;
    assert_eq!((&all["totalResults"], &all["Resources"][0]["name"]), (&json!(1), &json!("User")));
    assert_eq!(read("/scim/v2/ResourceTypes/User").await, all["Resources"][0]);
}

#[tokio::test]
async fn schemas_are_listed_and_read_one_by_one() {
    let all = read("/scim/v2/Schemas").await;
    assert_eq!(all["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]));
    let ids: Vec<&str> = all["Resources"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE]);
    assert_eq!(read(&format!("/scim/v2/Schemas/{ENTERPRISE}")).await, all["Resources"][1]);
    assert_eq!(read(&format!("/scim/v2/Schemas/{}", ENTERPRISE.to_lowercase())).await, all["Resources"][1]);
}

#[tokio::test]
async fn what_is_not_there_is_404() {
    let bridge = Bridge::new();
    let schema = bridge.send(get("/scim/v2/Schemas/urn:none")).await;
    schema.assert_error(404, None, "there is no such schema");
    let kind = bridge.send(get("/scim/v2/ResourceTypes/Group")).await;
    kind.assert_error(404, None, "there is no such resource type");
}

#[tokio::test]
async fn a_filter_is_refused_as_the_rfc_says() {
    let bridge = Bridge::new();
    for document in ["ServiceProviderConfig", "ResourceTypes", "Schemas"] {
        let answer = bridge.send(get(&format!("/scim/v2/{document}?filter=name%20pr"))).await;
        answer.assert_error(403, None, "a discovery endpoint takes no filter");
        assert_eq!(bridge.send(get(&format!("/scim/v2/{document}?filter="))).await.status, 200);
    }
}
