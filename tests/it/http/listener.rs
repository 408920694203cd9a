//! The accept loop over real sockets, with short times.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use scim_bridge::http::{ListenerLimits, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::stub::{Bridge, Trouble};

const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(100);
const PATIENT: ListenerLimits = ListenerLimits {
    header_timeout: LONG,
    idle_timeout: LONG,
    request_timeout: LONG,
    connections_max: 100,
    drain_timeout: LONG,
};
const HEALTH: &str = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
const USERS: &str = "GET /scim/v2/Users HTTP/1.1\r\nhost: x\r\nauthorization: Bearer writer\r\n\r\n";

struct Server {
    address: SocketAddr,
    bridge: Bridge,
    stop: oneshot::Sender<()>,
    served: JoinHandle<usize>,
}

async fn start(limits: ListenerLimits) -> Server {
    let bridge = Bridge::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async {
        let _ = stopped.await;
    };
    let served = tokio::spawn(serve(listener, bridge.router.clone(), limits, shutdown));
    Server { address, bridge, stop, served }
}

impl Server {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// Sends a request and reads its answer, whose body is one JSON object.
async fn exchange(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    answer(stream).await
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 4_096];
    while !text.ends_with(b"}") {
        match stream.read(&mut buffer).await.unwrap() {
            0 => break,
            read => text.extend_from_slice(&buffer[..read]),
        }
    }
    String::from_utf8(text).unwrap()
}

/// How long it takes until the server closes the connection.
async fn closed(stream: &mut TcpStream) -> Duration {
    let started = Instant::now();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(rest.is_empty(), "{}", String::from_utf8_lossy(&rest));
    started.elapsed()
}

#[tokio::test]
async fn a_connection_serves_several_requests() {
    let server = start(PATIENT).await;
    let mut stream = server.connect().await;
    for _ in 0..3 {
        let answer = exchange(&mut stream, HEALTH).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with(r#"{"status":"ok"}"#), "{answer}");
    }
}

#[tokio::test]
async fn a_head_that_does_not_arrive_closes_the_connection() {
    let server = start(ListenerLimits { header_timeout: SHORT, ..PATIENT }).await;
    let (mut silent, mut slow) = (server.connect().await, server.connect().await);
    slow.write_all(b"GET /healthz HTTP/1.1\r\nhost:").await.unwrap();
    let (silent, slow) = tokio::join!(closed(&mut silent), closed(&mut slow));
    assert!(silent < LONG / 2 && slow < LONG / 2);
}

#[tokio::test]
async fn dripping_bytes_do_not_buy_a_head_more_time() {
    let server = start(ListenerLimits { header_timeout: SHORT, ..PATIENT }).await;
    let mut stream = server.connect().await;
    let started = Instant::now();
    for byte in HEALTH.bytes().cycle() {
        if stream.write_all(&[byte]).await.is_err() || started.elapsed() > LONG / 2 {
            break;
        }
        let mut buffer = [0; 1];
        let pause = tokio::time::timeout(Duration::from_millis(20), stream.read(&mut buffer)).await;
        if matches!(pause, Ok(Ok(0) | Err(_))) {
            break;
        }
    }
    assert!(started.elapsed() < LONG / 2);
}

#[tokio::test]
async fn an_idle_connection_has_its_own_longer_time() {
    let server = start(ListenerLimits { header_timeout: SHORT, idle_timeout: SHORT * 5, ..PATIENT }).await;
    let mut stream = server.connect().await;
    exchange(&mut stream, HEALTH).await;
    let open = closed(&mut stream).await;
    assert!(open >= SHORT * 4 && open < LONG / 2, "{open:?}");
}

#[tokio::test]
async fn a_second_head_has_the_time_of_a_head() {
    let server = start(ListenerLimits { header_timeout: SHORT, ..PATIENT }).await;
    let mut stream = server.connect().await;
    exchange(&mut stream, HEALTH).await;
    stream.write_all(b"GET /healthz").await.unwrap();
    assert!(closed(&mut stream).await < LONG / 2);
}

#[tokio::test]
async fn a_request_without_an_end_is_cut() {
    let server = start(ListenerLimits { request_timeout: SHORT, ..PATIENT }).await;
    *server.bridge.bmc.trouble.lock().unwrap() = Some(Trouble::Wait);
    let mut stream = server.connect().await;
    stream.write_all(USERS.as_bytes()).await.unwrap();
    assert!(closed(&mut stream).await < LONG / 2);
}

#[tokio::test]
async fn more_connections_than_allowed_wait_for_their_turn() {
    let server = start(ListenerLimits { connections_max: 1, ..PATIENT }).await;
    let mut first = server.connect().await;
    exchange(&mut first, HEALTH).await;
    let mut second = server.connect().await;
    second.write_all(HEALTH.as_bytes()).await.unwrap();
    assert!(tokio::time::timeout(SHORT, answer(&mut second)).await.is_err());
    drop(first);
    assert!(answer(&mut second).await.starts_with("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn the_end_waits_for_requests_and_not_for_idle_connections() {
    let server = start(PATIENT).await;
    let mut idle = server.connect().await;
    exchange(&mut idle, HEALTH).await;
    *server.bridge.bmc.trouble.lock().unwrap() = Some(Trouble::Wait);
    let mut busy = server.connect().await;
    busy.write_all(USERS.as_bytes()).await.unwrap();
    server.bridge.bmc.started.notified().await;

    server.stop.send(()).unwrap();
    assert!(closed(&mut idle).await < LONG / 2);
    assert!(!server.served.is_finished());
    server.bridge.bmc.go.notify_one();
    let answer = answer(&mut busy).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    assert_eq!(server.served.await.unwrap(), 0);
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn the_end_does_not_wait_for_ever() {
    let server = start(ListenerLimits { drain_timeout: SHORT, ..PATIENT }).await;
    *server.bridge.bmc.trouble.lock().unwrap() = Some(Trouble::Wait);
    let mut busy = server.connect().await;
    busy.write_all(USERS.as_bytes()).await.unwrap();
    server.bridge.bmc.started.notified().await;
    server.stop.send(()).unwrap();
    assert_eq!(server.served.await.unwrap(), 1);
}

#[tokio::test]
async fn a_malformed_head_is_the_library_s_to_answer() {
    let server = start(PATIENT).await;
    let mut stream = server.connect().await;
    stream.write_all(b"no http at all\r\n\r\n").await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 400 Bad Request"), "{text}");
}
