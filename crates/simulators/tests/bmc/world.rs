//! A server with one administrator, and a client that speaks to it.

use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use simulators::bmc::{Bmc, BmcOptions};
use simulators::control::Clock;
use tower::ServiceExt;

pub(crate) const USERS: &str = "/api/arsys/v1/entry/User";
pub(crate) const GROUPS: &str = "/api/arsys/v1/entry/Group";
pub(crate) const PEOPLE: &str = "/api/arsys/v1/entry/CTM%3APeople";

pub(crate) struct World {
    pub(crate) bmc: Bmc,
    token: String,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} is no JSON: {}", self.status, self.text))
    }

    /// The status, and the number of the first message of an error body.
    pub(crate) fn refusal(&self) -> (u16, u64) {
        let body = self.json();
        assert_eq!(body[0]["messageType"], "ERROR", "{body}");
        assert!(body[0]["messageText"].is_string() && body[0].get("messageAppendedText").is_some(), "{body}");
        (self.status.as_u16(), body[0]["messageNumber"].as_u64().unwrap())
    }

    pub(crate) fn location(&self) -> &str {
        self.headers["location"].to_str().unwrap()
    }

    /// One value of every entry of a list.
    pub(crate) fn column(&self, field: &str) -> Vec<Value> {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()["entries"].as_array().unwrap().iter().map(|entry| entry["values"][field].clone()).collect()
    }
}

/// A bare server: nobody can log in.
pub(crate) fn bare(options: BmcOptions) -> Bmc {
    let start = Timestamp::from_second(1_417_647_217).unwrap();
    Bmc::new(options, Clock::manual(start))
}

/// An account; `groups` of `1;` makes an administrator of it.
pub(crate) fn account(bmc: &Bmc, login: &str, groups: &str) -> String {
    bmc.insert(
        "User",
        json!({
            "Login Name": login, "Full Name": format!("Account {login}"), "Password": "secret",
            "License Type": "Fixed", "Group List": groups,
        }),
    )
}

/// A server with the administrator `admin`, entry 000000000000001, who is logged in.
pub(crate) async fn world_with(options: BmcOptions) -> World {
    let bmc = bare(BmcOptions::default());
    account(&bmc, "admin", "1;");
    let answer = login(&bmc, "admin", "secret").await;
    bmc.set_options(options);
    bmc.control().journal().clear();
    World { bmc, token: answer.text }
}

pub(crate) async fn world() -> World {
    world_with(BmcOptions::default()).await
}

pub(crate) async fn send(bmc: &Bmc, request: Request<Body>) -> Answer {
    let response = bmc.router().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

pub(crate) async fn login(bmc: &Bmc, user: &str, password: &str) -> Answer {
    login_with(bmc, &format!("username={}&password={}", encoded(user), encoded(password))).await
}

pub(crate) async fn login_with(bmc: &Bmc, form: &str) -> Answer {
    let request = Request::post("/api/jwt/login").header("content-type", "application/x-www-form-urlencoded");
    send(bmc, request.body(Body::from(form.to_owned())).unwrap()).await
}

/// A request with this Authorization.
pub(crate) async fn with_token(bmc: &Bmc, token: &str, method: Method, path: &str) -> Answer {
    let request = Request::builder().method(method).uri(path).header("authorization", token);
    send(bmc, request.body(Body::empty()).unwrap()).await
}

pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

impl World {
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&str>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "ars.example:8008")
            .header("authorization", &self.token)
            .header("content-type", "application/json");
        send(&self.bmc, request.body(Body::from(body.unwrap_or_default().to_owned())).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// The list of users for a qualification.
    pub(crate) async fn find(&self, q: &str) -> Answer {
        self.get(&format!("{USERS}?q={}", encoded(q))).await
    }

    pub(crate) async fn post(&self, path: &str, values: Value) -> Answer {
        self.send(Method::POST, path, Some(&json!({ "values": values }).to_string())).await
    }

    /// A new user with what is required and these values; null takes a required one away.
    pub(crate) async fn create(&self, login: &str, mut values: Value) -> Answer {
        for (field, default) in
            [("Login Name", login), ("Full Name", "Somebody"), ("Password", "pw"), ("License Type", "Read")]
        {
            match values.get(field) {
                None => values[field] = json!(default),
                Some(Value::Null) => drop(values.as_object_mut().unwrap().remove(field)),
                Some(_) => {}
            }
        }
        self.post(USERS, values).await
    }

    pub(crate) async fn put(&self, id: &str, values: Value) -> Answer {
        self.send(Method::PUT, &format!("{USERS}/{id}"), Some(&json!({ "values": values }).to_string())).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) fn stored(&self, id: &str, field: &str) -> Value {
        self.bmc.record("User", id).unwrap()[field].clone()
    }

    /// Users `u001`, `u002`, … beside the administrator.
    pub(crate) fn fill(&self, count: usize) {
        for number in 1..=count {
            self.bmc.insert("User", json!({ "Login Name": format!("u{number:03}"), "License Type": "Read" }));
        }
    }
}
