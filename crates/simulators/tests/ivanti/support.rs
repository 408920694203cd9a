//! A tenant with a manual clock, called in process.

use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use simulators::control::Clock;
use simulators::ivanti::{Ivanti, IvantiOptions};
use tower::ServiceExt;

pub(crate) const EMPLOYEES: &str = "/api/odata/businessobject/employees";

pub(crate) struct Tenant {
    pub(crate) ivanti: Ivanti,
    pub(crate) authorization: String,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn code(&self) -> (u16, String) {
        (self.status.as_u16(), self.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    pub(crate) fn message(&self) -> String {
        self.json()["message"][0].as_str().unwrap_or_default().to_owned()
    }

    /// One field of every row, joined by blanks.
    pub(crate) fn column(&self, name: &str) -> String {
        let body = self.json();
        let rows = body["value"].as_array().unwrap_or_else(|| panic!("no rows: {self:?}"));
        rows.iter().map(|row| row[name].as_str().unwrap_or("-")).collect::<Vec<_>>().join(" ")
    }
}

/// An empty tenant with a session.
pub(crate) async fn tenant(options: IvantiOptions) -> Tenant {
    let clock = Clock::manual("2026-03-01T09:00:00.5Z".parse().unwrap());
    let mut tenant = Tenant { ivanti: Ivanti::new(options, clock), authorization: String::new() };
    let reply = tenant.login(json!({ "UserName": "svc_scim", "Password": "demo-secret", "tenant": "tenant" })).await;
    if reply.status == StatusCode::OK && reply.text.starts_with('{') && reply.content_type.contains("json") {
        tenant.authorization = format!("Bearer {}", reply.json()["SessionToken"].as_str().unwrap());
    }
    tenant
}

/// The default tenant with ann, bob and cyd, created in this order at one second's distance.
pub(crate) async fn people(options: IvantiOptions) -> Tenant {
    let tenant = tenant(options).await;
    for (key, login, title) in [("A1", "ann", json!("Clerk")), ("B2", "bob", json!(null)), ("C3", "Cyd", json!(""))] {
        tenant.ivanti.insert(
            "employees",
            json!({ "RecId": key, "LoginID": login, "FirstName": login, "LastName": "Test", "Title": title }),
        );
        tenant.advance(1);
    }
    tenant
}

impl Tenant {
    pub(crate) fn advance(&self, seconds: u64) {
        self.ivanti.control().clock().advance(std::time::Duration::from_secs(seconds)).unwrap();
    }

    pub(crate) async fn login(&self, body: Value) -> Reply {
        self.send(Request::post("/api/rest/authentication/login").body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, None).await
    }

    pub(crate) async fn list(&self, query: &str) -> Reply {
        self.get(&format!("{EMPLOYEES}?{}", query.replace(' ', "%20"))).await
    }

    pub(crate) async fn create(&self, body: Value) -> Reply {
        self.call("POST", EMPLOYEES, Some(body)).await
    }

    pub(crate) async fn patch(&self, key: &str, body: Value) -> Reply {
        self.call("PATCH", &format!("{EMPLOYEES}('{key}')"), Some(body)).await
    }

    pub(crate) fn stored(&self, key: &str, field: &str) -> Value {
        self.ivanti.record("employees", key).unwrap().get(field).cloned().unwrap_or_default()
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = Request::builder().method(method).uri(path).header("Authorization", &self.authorization);
        self.send(request.header("Content-Type", "application/json").body(body).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.ivanti.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Reply {
            status: parts.status,
            content_type: parts.headers.get("content-type").map_or("", |kind| kind.to_str().unwrap()).to_owned(),
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }
}
