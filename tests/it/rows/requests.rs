//! Rows about lookups, lists, headers and query strings.

use http::StatusCode;
use serde_json::json;

use super::{ENTERPRISE, TARGETS, ada, assert_error, id_of, insert, new_user, request};
use crate::bridge::Setup;

#[tokio::test]
async fn row_01_entra_tests_the_connection_with_a_random_name() {
    for target in TARGETS {
        let (bridge, _) = ada(target).await;
        let found = bridge.filter(target, "userName eq \"3f5e2a51-7c1d-4c93-9f8e-0a1b2c3d4e5f\"").await;
        assert_eq!(found.status, StatusCode::OK, "{target}: {}", found.body);
        assert_eq!((&found.body["totalResults"], &found.body["Resources"]), (&json!(0), &json!([])), "{target}");
        let query = "/Groups?excludedAttributes=members&filter=displayName%20eq%20%223f5e2a51%22";
        let found = bridge.get(target, query).await;
        assert_eq!((found.status, &found.body["totalResults"]), (StatusCode::OK, &json!(0)), "{target}");
    }
}

#[tokio::test]
async fn row_02_entra_sends_flags_in_the_tenant_url() {
    for target in TARGETS {
        let (bridge, id) = ada(target).await;
        let expected = bridge.get(target, &format!("/Users/{id}")).await.body;
        for flags in ["?aadOptscim062020", "?AzureAdScimPatch2017", "?", "?&", "?aadOptscim062020&", "?x=1&&y"] {
            let read = bridge.get(target, &format!("/Users/{id}{flags}")).await;
            assert_eq!((read.status, &read.body), (StatusCode::OK, &expected), "{target} {flags}");
            let found = bridge.get(target, &format!("/Users{flags}&filter=id%20eq%20%22{id}%22&")).await;
            assert_eq!(found.body["Resources"][0], expected, "{target} {flags}");
            let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{ "op": "replace", "value": { "nickName": flags } }] });
            let patch = request(target, "PATCH", &format!("/Users/{id}{flags}"), &[], &body.to_string());
            let answer = bridge.send(patch).await;
            assert_eq!((answer.status, &answer.body["nickName"]), (StatusCode::OK, &json!(flags)), "{target}");
            bridge.patch(target, &id, json!([{ "op": "remove", "path": "nickName" }])).await;
        }
    }
}

#[tokio::test]
async fn row_03_okta_accepts_scim_json_in_several_spellings() {
    for target in TARGETS {
        let (bridge, id) = ada(target).await;
        for (accept, expected) in [
            ("*/*", "application/scim+json"),
            ("application/scim+json", "application/scim+json"),
            ("application/scim+json; charset=utf-8", "application/scim+json"),
            ("application/json, application/scim+json", "application/scim+json"),
            ("application/json", "application/json"),
        ] {
            let headers = [("accept", accept), ("accept-charset", "utf-8"), ("accept-encoding", "gzip,deflate")];
            let answer = bridge.send(request(target, "GET", &format!("/Users/{id}"), &headers, "")).await;
            assert_eq!(answer.status, StatusCode::OK, "{target} {accept}");
            assert_eq!(answer.headers["content-type"], expected, "{target} {accept}");
        }
        let answer = bridge.get(target, &format!("/Users/{id}")).await;
        assert_eq!(answer.headers["content-type"], "application/scim+json", "{target}: none at all");
    }
}

#[tokio::test]
async fn row_04_okta_sends_bodies_under_both_names() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let names = ["application/json", "application/scim+json; charset=utf-8", "application/json; charset=UTF-8"];
        for (number, name) in names.into_iter().enumerate() {
            let body = new_user(&format!("grace{number}")).to_string();
            let answer = bridge.send(request(target, "POST", "/Users", &[("content-type", name)], &body)).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{target} {name}: {}", answer.body);
        }
        let text = request(target, "POST", "/Users", &[("content-type", "text/plain")], "{}");
        assert_error(&bridge.send(text).await, 415, None, target);
    }
}

#[tokio::test]
async fn row_33_entra_looks_up_by_several_attributes() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let mut body = new_user("grace");
        body["externalId"] = json!("8f3c");
        body[ENTERPRISE] = json!({ "manager": "U9" });
        let id = id_of(&bridge.post(target, body).await.body);
        insert(&bridge, target, "ada@example.com");
        for filter in [
            r#"emails[type eq "work"].value eq "grace@example.com""#.to_owned(),
            r#"externalId eq "8f3c""#.to_owned(),
            format!(r#"id eq "{id}" and manager eq "U9""#),
            format!(r#"manager eq "U9" and id eq "{id}""#),
            r#"urn:ietf:params:scim:schemas:core:2.0:User:userName eq "grace""#.to_owned(),
        ] {
            let found = bridge.filter(target, &filter).await;
            assert_eq!(found.body["totalResults"], 1, "{target} {filter}: {}", found.body);
            assert_eq!(found.body["Resources"][0]["id"], id.as_str(), "{target} {filter}");
        }
        let none = bridge.filter(target, &format!(r#"id eq "{id}" and manager eq "U8""#)).await;
        assert_eq!(none.body["totalResults"], 0, "{target}");
    }
}

#[tokio::test]
async fn row_34_entra_looks_for_odd_characters() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let name = "ada+it#o'brien@example.com";
        let id = insert(&bridge, target, name);
        for encoded in ["ada%2Bit%23o'brien%40example.com", "ada%2bit%23o%27brien@example.com"] {
            for blank in ["+", "%20"] {
                let query = format!("/Users?filter=userName{blank}eq{blank}%22{encoded}%22");
                let found = bridge.get(target, &query).await;
                assert_eq!(found.body["Resources"][0]["id"], id.as_str(), "{target} {query}: {}", found.body);
            }
        }
        for value in [r#"a\"b"#, r"a\\b", r"a b", "a\\u002Bb", "%", "_", "' or 1=1 --"] {
            let found = bridge.filter(target, &format!("userName eq \"{value}\"")).await;
            assert_eq!((found.status, &found.body["totalResults"]), (StatusCode::OK, &json!(0)), "{target} {value}");
        }
    }
}

#[tokio::test]
async fn row_35_authentik_leaves_out_the_quotes() {
    for target in TARGETS {
        let (bridge, _) = ada(target).await;
        for filter in ["userName eq ada@example.com", "userName eq ada"] {
            let answer = bridge.filter(target, filter).await;
            assert_error(&answer, 400, Some("invalidFilter"), target);
        }
    }
}

#[tokio::test]
async fn row_37_okta_finds_inactive_users() {
    for target in TARGETS {
        let (bridge, id) = ada(target).await;
        let off = bridge.patch(target, &id, json!([{ "op": "replace", "value": { "active": false } }])).await;
        assert_eq!((off.status, &off.body["active"]), (StatusCode::OK, &json!(false)), "{target}");
        for path in
            [format!("/Users/{id}"), "/Users?filter=userName%20eq%20%22ada@example.com%22".into(), "/Users".into()]
        {
            let text = bridge.get(target, &path).await.body.to_string();
            assert!(text.contains("\"userName\":\"ada@example.com\"") && text.contains("\"active\":false"), "{text}");
        }
    }
}

#[tokio::test]
async fn row_38_okta_pages_through_everybody() {
    for target in TARGETS {
        let bridge = Setup::demo().build().await;
        let mut seen = Vec::new();
        loop {
            let page = bridge.get(target, &format!("/Users?startIndex={}&count=100", seen.len() + 1)).await.body;
            let numbers = ["totalResults", "startIndex", "itemsPerPage"].map(|name| page[name].as_u64());
            assert_eq!(numbers[1], Some(seen.len() as u64 + 1), "{target}");
            let ids: Vec<String> = page["Resources"].as_array().expect("a list").iter().map(id_of).collect();
            assert_eq!(numbers[2], Some(ids.len() as u64), "{target}");
            seen.extend(ids);
            if seen.len() as u64 >= numbers[0].expect("a number") {
                break;
            }
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((sorted.len(), sorted.len() >= 250), (seen.len(), true), "{target}: each once");
        let past = bridge.get(target, "/Users?startIndex=5000&count=100").await;
        assert_eq!((past.status, &past.body["Resources"]), (StatusCode::OK, &json!([])), "{target}");
        let again = bridge.get(target, "/Users?startIndex=101&count=100").await.body;
        let ids: Vec<String> = again["Resources"].as_array().expect("a list").iter().map(id_of).collect();
        assert_eq!(ids, seen[100..200], "{target}: the order is the same in every call");
    }
}

#[tokio::test]
async fn row_39_google_and_authentik_leave_out_or_misplace_the_window() {
    for target in TARGETS {
        let (bridge, _) = ada(target).await;
        let total = bridge.get(target, "/Users").await.body["totalResults"].clone();
        for (query, start, some) in [
            ("", 1, true),
            ("?count=1", 1, true),
            ("?startIndex=1", 1, true),
            ("?count=0", 1, false),
            ("?count=-5", 1, false),
            ("?startIndex=0", 1, true),
            ("?startIndex=-3&count=5", 1, true),
        ] {
            let page = bridge.get(target, &format!("/Users{query}")).await;
            let body = &page.body;
            assert_eq!((page.status, &body["totalResults"]), (StatusCode::OK, &total), "{target} {query}: {body}");
            assert_eq!((&body["startIndex"], body["itemsPerPage"] != 0), (&json!(start), some), "{target} {query}");
        }
    }
}

#[tokio::test]
async fn row_40_okta_looks_names_up_in_capitals() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let created = bridge.post(target, new_user("Grace.Hopper@Example.com")).await;
        assert_eq!(created.body["userName"], "Grace.Hopper@Example.com", "{target}: as it was sent");
        for name in ["grace.hopper@example.com", "GRACE.HOPPER@EXAMPLE.COM"] {
            let found = bridge.filter(target, &format!("userName eq \"{name}\"")).await;
            assert_eq!(found.body["Resources"], json!([created.body]), "{target} {name}");
            assert_error(&bridge.post(target, new_user(name)).await, 409, Some("uniqueness"), target);
        }
    }
}
