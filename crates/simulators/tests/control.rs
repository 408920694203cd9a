//! Journal, faults and control routes around a small vendor of our own, in process and over a socket.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::{Value, json};
use simulators::control::{Clock, Control, Cut, Fault, Hook, Matcher, Record, Sessions, Vendor, When, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::ServiceExt;

#[derive(Clone, Default)]
struct Shop(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    rows: BTreeMap<String, Record>,
    sold: u64,
    color: String,
}

impl Vendor for Shop {
    fn records(&self, object: &str) -> Option<Vec<Record>> {
        (object == "Thing").then(|| self.0.lock().unwrap().rows.values().cloned().collect())
    }
    fn record(&self, _: &str, key: &str) -> Option<Record> {
        self.0.lock().unwrap().rows.get(key).cloned()
    }
    fn insert(&self, _: &str, values: Record) -> Result<String, String> {
        let mut state = self.0.lock().unwrap();
        let key = state.rows.len().to_string();
        state.rows.insert(key.clone(), values);
        Ok(key)
    }
    fn patch(&self, _: &str, key: &str, values: Record) -> bool {
        self.0.lock().unwrap().rows.get_mut(key).map(|row| row.extend(values)).is_some()
    }
    fn remove(&self, _: &str, key: &str) -> bool {
        self.0.lock().unwrap().rows.remove(key).is_some()
    }
    fn expire_sessions(&self) -> usize {
        3
    }
    fn sessions(&self) -> Sessions {
        Sessions { live: 3, logins: 4, refused: 1 }
    }
    fn options_json(&self) -> Value {
        json!({ "color": self.0.lock().unwrap().color })
    }
    fn set_options_json(&self, options: Value) -> Result<(), String> {
        options["color"].as_str().map_or_else(
            || Err("color is a string".to_owned()),
            |color| {
                color.clone_into(&mut self.0.lock().unwrap().color);
                Ok(())
            },
        )
    }
}

struct World {
    shop: Shop,
    control: Control,
    router: Router,
}

fn world() -> World {
    let shop = Shop::default();
    let control = Control::new(Clock::manual(Timestamp::UNIX_EPOCH));
    let sell = shop.clone();
    let shop_routes = Router::new()
        .route("/things", get(|| async { "a list of many things" }))
        .route("/sell", post(move || async move { sell.0.lock().unwrap().sold += 1 }));
    let router = control.wrap(shop.clone(), shop_routes);
    World { shop, control, router }
}

impl World {
    async fn send(&self, method: &str, path: &str, body: Value) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        if !body.is_null() {
            request = request.header("content-type", "application/json");
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let response = self.send("GET", path, Value::Null).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
    }

    fn sold(&self) -> u64 {
        self.shop.0.lock().unwrap().sold
    }
}

#[tokio::test]
async fn vendor_requests_are_noted_and_control_requests_are_not() {
    let world = world();
    world.send("GET", "/things?limit=2", Value::Null).await;
    world.send("GET", "/nothing", Value::Null).await;
    world.get("/_sim/sessions").await;
    world.send("GET", "/_sim/no-such-route", Value::Null).await;
    let noted = world.get("/_sim/journal").await;
    let brief: Vec<_> = noted.as_array().unwrap().iter().map(|entry| (&entry["path"], &entry["status"])).collect();
    assert_eq!(brief, [(&json!("/things"), &json!(200)), (&json!("/nothing"), &json!(404))]);
    assert_eq!(noted[0]["query_pairs"], json!([["limit", "2"]]));
    assert_eq!(world.send("DELETE", "/_sim/journal", Value::Null).await.status(), 204);
    assert_eq!(world.control.journal().count(), 0);
}

#[tokio::test]
async fn a_fault_before_keeps_the_vendor_from_applying_and_one_after_does_not() {
    let world = world();
    let answer = Fault::status(503, &[("Retry-After", "7")], json!({"busy": true}));
    world.control.inject(answer.clone());
    let refused = world.send("POST", "/sell", Value::Null).await;
    assert_eq!((refused.status().as_u16(), world.sold()), (503, 0));
    assert_eq!(refused.headers()["retry-after"], "7");
    assert_eq!(refused.headers()["content-type"], "application/json");

    world.control.inject(answer.after());
    assert_eq!(world.send("POST", "/sell", Value::Null).await.status(), 503);
    assert_eq!(world.sold(), 1);
    let entries = world.control.journal().entries();
    assert_eq!((entries[0].vendor_status, entries[1].vendor_status), (None, Some(200)));
    assert_eq!(entries[1].fault, Some("status"));
}

#[tokio::test]
async fn faults_come_in_over_http_and_can_be_taken_back() {
    let world = world();
    let injected = world.send("POST", "/_sim/faults", json!({"what": "reset", "nth": 2, "method": "POST"})).await;
    assert_eq!(injected.status(), 204);
    assert_eq!(world.get("/_sim/faults").await.as_array().unwrap().len(), 1);
    world.send("POST", "/sell", Value::Null).await;
    let second = world.send("POST", "/sell", Value::Null).await;
    assert!(second.extensions().get::<Cut>().is_some());
    assert_eq!(world.control.journal().entries()[1].status, 0);

    world.send("POST", "/_sim/faults", json!({"what": "reset"})).await;
    world.send("DELETE", "/_sim/faults", Value::Null).await;
    assert_eq!(world.send("POST", "/sell", Value::Null).await.status(), 200);
    assert_eq!(world.send("POST", "/_sim/faults", json!({"what": "implode"})).await.status(), 422);
}

#[tokio::test]
async fn half_a_body_ends_in_an_error_in_process() {
    let world = world();
    world.control.inject(Fault::half_body());
    let response = world.send("GET", "/things", Value::Null).await;
    assert_eq!((response.status().as_u16(), &response.headers()["content-length"]), (200, &"21".parse().unwrap()));
    assert!(response.into_body().collect().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_is_the_right_one_later() {
    let world = world();
    let start = tokio::time::Instant::now();
    world.control.inject(Fault::slow(1_000));
    world.control.inject(Fault::slow(500).after());
    assert_eq!(world.send("POST", "/sell", Value::Null).await.status(), 200);
    assert_eq!((start.elapsed(), world.sold()), (Duration::from_millis(1_500), 1));
}

/// Aim: faults, pauses and the latency of every answer do not get into each other's way. Method: all at once, in paused
/// time.
#[tokio::test(start_paused = true)]
async fn faults_armed_at_once_count_each_for_itself_and_join_the_latency() {
    let world = world();
    world.control.set_latency_ms(201);
    world.control.inject_all([
        Fault::slow(1_000).method("POST").nth(2),
        Fault::status(500, &[], Value::Null).method("PUT|post").nth(2),
        Fault::status(503, &[], Value::Null).method("POST").nth(3).after(),
        Fault::reset().method("POST").nth(4).after(),
        Fault::slow(50).method("GET").always(),
    ]);
    let mut seen = Vec::new();
    for method in ["POST", "POST", "POST", "POST", "POST", "GET", "GET"] {
        let start = tokio::time::Instant::now();
        let path = if method == "GET" { "/things" } else { "/sell" };
        let status = world.send(method, path, Value::Null).await.status().as_u16();
        seen.push((status, start.elapsed().as_millis(), world.sold()));
    }
    assert_eq!(
        seen,
        [(200, 201, 1), (500, 1_201, 1), (503, 201, 2), (599, 201, 3), (200, 201, 4), (200, 251, 4), (200, 251, 4)]
    );
    let noted: Vec<_> = world.control.journal().entries().iter().map(|entry| entry.fault.unwrap_or("-")).collect();
    assert_eq!(noted, ["-", "status", "status", "reset", "-", "slow", "slow"]);
}

#[tokio::test(start_paused = true)]
async fn requests_that_wait_do_not_wait_for_each_other() {
    let world = world();
    assert_eq!(world.send("PUT", "/_sim/latency", json!({"ms": 200})).await.status(), 204);
    assert_eq!(world.get("/_sim/latency").await, json!({"ms": 200}));
    let start = tokio::time::Instant::now();
    let one = || world.send("POST", "/sell", Value::Null);
    tokio::join!(one(), one(), one(), one());
    assert_eq!((start.elapsed(), world.sold()), (Duration::from_millis(200), 4));
}

#[tokio::test]
async fn several_faults_come_in_over_http() {
    let world = world();
    let both = json!([{"what": "reset", "nth": 2}, {"what": {"status": {"status": 503}}}]);
    assert_eq!(world.send("POST", "/_sim/faults", both).await.status(), 204);
    assert_eq!(world.send("POST", "/sell", Value::Null).await.status(), 503);
    assert!(world.send("POST", "/sell", Value::Null).await.extensions().get::<Cut>().is_some());
}

#[tokio::test]
async fn a_foreign_writer_acts_at_the_nth_request_before_or_after_it() {
    let world = world();
    world.shop.insert("Thing", Record::new()).unwrap();
    let sold = |shop: &Shop| shop.0.lock().unwrap().sold;
    let note = move |place: &'static str| {
        move |shop: &Shop| {
            let count = json!(sold(shop));
            shop.patch("Thing", "0", Record::from_iter([(place.to_owned(), count)]));
        }
    };
    let sale = || Matcher::new().method("POST").path_contains("sell");
    world.control.hooks().before(sale().nth(2), note("before the 2nd"));
    world.control.hooks().after(sale().nth(2), note("after the 2nd"));
    world.control.hooks().after(sale().nth(3).always(), note("after the last"));
    for _ in 0..5 {
        world.send("GET", "/things", Value::Null).await;
        world.send("POST", "/sell", Value::Null).await;
    }
    let expected = json!({"before the 2nd": 1, "after the 2nd": 2, "after the last": 5});
    assert_eq!(world.get("/_sim/records/Thing/0").await, expected);
}

#[tokio::test]
async fn a_foreign_writer_sees_the_query_and_the_body_and_acts_though_a_fault_does_too() {
    let world = world();
    world.shop.insert("Thing", Record::new()).unwrap();
    let set = |name: &str, request: Matcher| Hook {
        request,
        when: When::After,
        object: "Thing".to_owned(),
        key: "0".to_owned(),
        values: Record::from_iter([(name.to_owned(), json!(true))]),
    };
    world.control.hooks().add(set("query", Matcher::new().query_contains("q='A B'")));
    world.control.hooks().add(set("body", Matcher::new().body_contains("Group List")));
    world.control.hooks().add(set("never", Matcher::new().body_contains("nobody says so")));
    world.control.inject(Fault::reset());
    world.send("GET", "/things?q=%27A+B%27", Value::Null).await;
    world.send("POST", "/sell", json!({"Group List": "1;"})).await;
    assert_eq!(world.get("/_sim/records/Thing/0").await, json!({"query": true, "body": true}));
    assert_eq!(world.control.hooks().pending().len(), 1);
}

#[tokio::test]
async fn foreign_writers_come_in_over_http_and_can_be_taken_back() {
    let world = world();
    world.shop.insert("Thing", Record::new()).unwrap();
    let hook = json!({
        "request": {"method": "POST", "times": 2}, "when": "before",
        "object": "Thing", "key": "0", "values": {"Ink": "red"},
    });
    assert_eq!(world.send("POST", "/_sim/hooks", hook.clone()).await.status(), 204);
    assert_eq!(world.get("/_sim/hooks").await[0]["request"]["times"], 2);
    world.send("POST", "/sell", Value::Null).await;
    assert_eq!(world.get("/_sim/records/Thing/0").await, json!({"Ink": "red"}));
    world.shop.patch("Thing", "0", Record::from_iter([("Ink".to_owned(), json!("blue"))]));
    assert_eq!(world.send("DELETE", "/_sim/hooks", Value::Null).await.status(), 204);
    world.send("POST", "/sell", Value::Null).await;
    assert_eq!(world.get("/_sim/records/Thing/0").await, json!({"Ink": "blue"}));
    assert_eq!(world.send("POST", "/_sim/hooks", json!({"object": "Thing", "who": 1})).await.status(), 422);
}

#[tokio::test]
async fn records_can_be_read_and_changed_behind_the_vendors_back() {
    let world = world();
    let inserted = world.send("PUT", "/_sim/records/Thing", json!({"Name": "pen"})).await;
    assert_eq!(inserted.status(), 201);
    assert_eq!(world.send("PATCH", "/_sim/records/Thing/0", json!({"Ink": "red"})).await.status(), 204);
    assert_eq!(world.get("/_sim/records/Thing").await, json!([{"Name": "pen", "Ink": "red"}]));
    assert_eq!(world.get("/_sim/records/Thing/0").await["Ink"], "red");
    assert_eq!(world.send("DELETE", "/_sim/records/Thing/0", Value::Null).await.status(), 204);
    assert_eq!(world.send("DELETE", "/_sim/records/Thing/0", Value::Null).await.status(), 404);
    assert_eq!(world.send("GET", "/_sim/records/Other", Value::Null).await.status(), 404);
}

#[tokio::test]
async fn sessions_options_and_clock_are_within_reach() {
    let world = world();
    assert_eq!(world.get("/_sim/sessions").await, json!({"live": 3, "logins": 4, "refused": 1}));
    assert_eq!(world.send("POST", "/_sim/sessions/expire", Value::Null).await.status(), 200);
    assert_eq!(world.send("PATCH", "/_sim/options", json!({"color": "blue"})).await.status(), 200);
    assert_eq!(world.get("/_sim/options").await, json!({"color": "blue"}));
    assert_eq!(world.send("PATCH", "/_sim/options", json!({"color": 5})).await.status(), 400);
    assert_eq!(world.send("POST", "/_sim/clock/advance", json!({"ms": 1500})).await.status(), 200);
    assert_eq!(world.control.clock().now().as_millisecond(), 1500);
    assert_eq!(world.get("/_sim/clock").await["manual"], true);
}

/// Aim: what a client sees on the wire. Method: raw bytes over a loopback socket, read to the end of the connection.
#[tokio::test]
async fn over_a_socket_resets_send_nothing_and_half_bodies_stop_short() {
    let world = world();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, world.router.clone(), async move { drop(stopped.await) }));
    let ask = async |keep: &str| {
        let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET /things HTTP/1.1\r\nHost: sim\r\nConnection: {keep}\r\n\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    };

    assert!(ask("close").await.ends_with("a list of many things"));
    world.control.inject(Fault::reset());
    assert_eq!(ask("keep-alive").await, "");
    world.control.inject(Fault::half_body());
    let half = ask("keep-alive").await;
    assert!(half.contains("content-length: 21") && half.ends_with("\r\n\r\na list of "), "{half}");
    assert!(ask("close").await.ends_with("a list of many things"));

    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}
