//! Rows about what a client sees of the service as a whole: lifecycle, documents, errors, load, tenants.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{TARGETS, ada, assert_error, id_of, insert, new_user, record, records, request, set};
use crate::bridge::Setup;
use crate::users::control;

#[tokio::test]
async fn row_42_jumpcloud_makes_its_test_user_again_after_a_delete() {
    for target in TARGETS {
        for (keys, same) in [("", true), ("on_delete = \"delete\"", false)] {
            let keys = keys.to_owned();
            let bridge = Setup { bmc_keys: keys.clone(), ivanti_keys: keys, ..Setup::default() }.build().await;
            let mut body = new_user("grace");
            body["externalId"] = json!("jc-1");
            let first = id_of(&bridge.post(target, body.clone()).await.body);
            assert_eq!(bridge.delete(target, &first).await.status, StatusCode::NO_CONTENT, "{target}");
            assert_eq!(bridge.delete(target, &first).await.status, StatusCode::NOT_FOUND, "{target}: once");
            let again = bridge.post(target, body).await;
            assert_eq!((again.status, &again.body["active"]), (StatusCode::CREATED, &json!(true)), "{target}");
            assert_eq!(id_of(&again.body) == first, same, "{target}: a revived record has its id");
        }
    }
}

#[tokio::test]
async fn row_43_entra_repeats_a_create_after_a_time_out() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let created = bridge.post(target, new_user("grace")).await;
        let count = records(&bridge, target).len();
        assert_error(&bridge.post(target, new_user("grace")).await, 409, Some("uniqueness"), target);
        assert_eq!(records(&bridge, target).len(), count, "{target}");
        let found = bridge.filter(target, "userName eq \"grace\"").await;
        assert_eq!(found.body["Resources"], json!([created.body]), "{target}");
    }
}

#[tokio::test]
async fn row_44_authentik_reads_the_configuration_strictly() {
    for target in TARGETS {
        let (bridge, _) = ada(target).await;
        let config = bridge.get(target, "/ServiceProviderConfig").await.body;
        for name in ["patch", "bulk", "filter", "changePassword", "sort", "etag"] {
            assert!(config[name]["supported"].is_boolean(), "{target} {name}: {config}");
        }
        for (feature, limit) in [("bulk", "maxOperations"), ("bulk", "maxPayloadSize"), ("filter", "maxResults")] {
            assert!(config[feature][limit].is_u64(), "{target} {feature}.{limit}: {config}");
        }
        let schemes = config["authenticationSchemes"].as_array().expect("a list");
        for name in ["type", "name", "description"] {
            assert!(schemes[0][name].is_string(), "{target} {name}: {config}");
        }
        assert_eq!((&config["patch"]["supported"], &config["filter"]["supported"]), (&json!(true), &json!(true)));
    }
}

#[tokio::test]
async fn row_45_sailpoint_and_entra_read_the_schemas() {
    for target in TARGETS {
        let (bridge, _) = ada(target).await;
        let all = bridge.get(target, "/Schemas").await.body;
        let list = all["Resources"].as_array().expect("a list");
        assert_eq!(all["totalResults"].as_u64(), Some(list.len() as u64), "{target}");
        for urn in ["core:2.0:User", "core:2.0:Group", "extension:enterprise:2.0:User"] {
            let urn = format!("urn:ietf:params:scim:schemas:{urn}");
            let schema = list.iter().find(|schema| schema["id"] == urn.as_str()).expect(&urn);
            assert_eq!(schema["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:Schema"]), "{target} {urn}");
            assert_eq!(bridge.get(target, &format!("/Schemas/{urn}")).await.body, *schema, "{target} {urn}");
        }
        let text = all.to_string();
        assert!(!text.contains("null") && text.contains("\"readWrite\""), "{target}");
    }
}

#[tokio::test]
async fn row_48_okta_shows_the_detail_of_an_error_to_its_administrator() {
    for target in TARGETS {
        let (bridge, id) = ada(target).await;
        let answers = [
            (bridge.get(target, "/Users/nobody").await, 404, None, "nobody"),
            (bridge.post(target, new_user("ada@example.com")).await, 409, Some("uniqueness"), "ada@example.com"),
            (bridge.patch(target, &id, set("shoeSize", "43")).await, 400, Some("invalidPath"), "shoeSize"),
            (bridge.patch(target, &id, set("id", "x")).await, 400, Some("mutability"), "id"),
            (bridge.patch(target, &id, set("active", "x")).await, 400, Some("invalidValue"), "active"),
            (bridge.filter(target, "shoeSize eq 43").await, 400, Some("invalidFilter"), "shoeSize"),
        ];
        for (answer, status, scim_type, named) in answers {
            assert_error(&answer, status, scim_type, target);
            let detail = answer.body["detail"].as_str().unwrap_or_default();
            assert!(detail.contains(named), "{target}: says what it is about: {detail}");
        }
        let wrong = request(target, "GET", "/Users", &[("authorization", "Bearer hunter2-hunter2")], "");
        let answer = bridge.send(wrong).await;
        assert_error(&answer, 401, None, target);
        assert!(answer.headers.contains_key("www-authenticate") && !answer.body.to_string().contains("hunter2"));
    }
}

#[tokio::test(start_paused = true)]
async fn row_49_okta_does_not_wait_for_ever() {
    for target in TARGETS {
        let (bridge, id) = ada(target).await;
        control(&bridge, target).set_latency_ms(600_000);
        let started = Instant::now();
        let answers =
            [bridge.get(target, &format!("/Users/{id}")).await, bridge.patch(target, &id, set("nickName", "x")).await];
        for answer in answers {
            assert_error(&answer, 503, None, target);
            assert!(answer.headers.contains_key("retry-after"), "{target}");
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{target}: both together within a minute");
    }
}

#[tokio::test(start_paused = true)]
async fn row_50_entra_sends_many_requests_at_once() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let ids: Vec<String> = (0..100).map(|number| insert(&bridge, target, &format!("user{number}"))).collect();
        control(&bridge, target).set_latency_ms(50);
        let bridge = Arc::new(bridge);
        let started = Instant::now();
        let tasks = ids.into_iter().enumerate().map(|(number, id)| {
            let bridge = bridge.clone();
            tokio::spawn(async move {
                match number % 2 {
                    0 => bridge.get(target, &format!("/Users/{id}")).await,
                    _ => bridge.patch(target, &id, set("nickName", "x")).await,
                }
            })
        });
        for answer in join_all(tasks).await {
            let answer = answer.expect("no panic");
            assert_eq!(answer.status, StatusCode::OK, "{target}: {}", answer.body);
        }
        assert!(started.elapsed() < Duration::from_secs(4), "{target}: 25 a second, not {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn row_51_hostile_clients_get_a_4xx() {
    for target in TARGETS {
        let (bridge, id) = ada(target).await;
        let before = (record(&bridge, target, &id), records(&bridge, target).len());
        let operation = r#"{"op":"add","path":"nickName","value":"x"}"#;
        let operations = format!("{{\"Operations\":[{}]}}", vec![operation; 1_001].join(","));
        let users = [
            r#"{"userName":"a\u0000b"}"#.to_owned(),
            r#"{"userName":"\ud800"}"#.to_owned(),
            format!(r#"{{"userName":{}1{}}}"#, "[".repeat(5_000), "]".repeat(5_000)),
            format!(r#"{{"userName":"{}"}}"#, "x".repeat(3_000_000)),
            "{".to_owned(),
            "[]".to_owned(),
            String::new(),
        ];
        let mut requests: Vec<_> = users.iter().map(|body| request(target, "POST", "/Users", &[], body)).collect();
        requests.push(request(target, "PATCH", &format!("/Users/{id}"), &[], &operations));
        let nested = format!("/Users?filter={}title%20pr{}", "(".repeat(2_000), ")".repeat(2_000));
        requests.push(request(target, "GET", &nested, &[], ""));
        requests.push(request(target, "GET", "/Users?filter=userName%20eq%20%22%5Cud800%22", &[], ""));
        for request in requests {
            let case = format!("{target} {} {:.60}", request.method(), request.uri().to_string());
            let answer = bridge.send(request).await;
            assert!(answer.status.is_client_error(), "{case}: {} {}", answer.status, answer.body);
            assert_eq!(answer.body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]), "{case}");
        }
        assert_eq!((record(&bridge, target, &id), records(&bridge, target).len()), before, "{target}");
    }
}

#[tokio::test]
async fn row_52_two_tenants_on_one_bridge_do_not_see_each_other() {
    let bridge = Setup::default().build().await;
    for (target, other) in [("bmc", "ivanti"), ("ivanti", "bmc")] {
        let id = insert(&bridge, target, "ada@example.com");
        assert_eq!(bridge.get(target, &format!("/Users/{id}")).await.status, StatusCode::OK);
        assert_error(&bridge.get(other, &format!("/Users/{id}")).await, 404, None, other);
        assert_error(&bridge.patch(other, &id, set("active", "False")).await, 404, None, other);
        let named = request(other, "GET", "/Users", &[], "");
        let (mut head, body) = named.into_parts();
        head.uri = format!("/targets/{target}/scim/v2/Users/{id}").parse().expect("a path");
        assert_error(&bridge.send(http::Request::from_parts(head, body)).await, 403, None, other);
    }
}

#[tokio::test]
async fn row_53_entra_is_shown_https_alone() {
    // Encryption is the load balancer's, in front of the bridge: what the bridge says of itself must fit.
    fn locations(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| match value {
                Value::String(text) if name == "location" || name == "$ref" => found.push(text.clone()),
                value => locations(value, found),
            }),
            Value::Array(list) => list.iter().for_each(|value| locations(value, found)),
            _ => {}
        }
    }
    for target in TARGETS {
        let (bridge, id) = ada(target).await;
        let user = format!("/Users/{id}");
        for path in [user.as_str(), "/Users", "/Schemas", "/ResourceTypes", "/ServiceProviderConfig"] {
            let forwarded = [("x-forwarded-proto", "http"), ("host", "10.0.0.1:8080")];
            let answer = bridge.send(request(target, "GET", path, &forwarded, "")).await;
            let mut found = Vec::new();
            locations(&answer.body, &mut found);
            assert!(!found.is_empty(), "{target} {path}: {}", answer.body);
            assert!(found.iter().all(|place| place.starts_with("https://bridge.example.com/")), "{target}: {found:?}");
        }
    }
}
