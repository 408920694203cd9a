//! Plays the `curl` lines of a text as they are printed, without needing curl itself.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use scim_bridge::wire::{ClientOptions, HttpClient, Transport};

/// The `curl` commands of a text: lines that begin with it, with what a backslash at their end joins to them.
pub(crate) fn commands(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    joined.lines().map(str::trim).filter(|line| line.starts_with("curl ")).map(str::to_owned).collect()
}

/// What curl would send.
pub(crate) fn request(command: &str) -> Request<Bytes> {
    let mut words = words(command).into_iter().skip(1);
    let (mut url, mut method, mut data, mut as_query) = (String::new(), None, None::<String>, false);
    let mut builder = Request::builder();
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_else(|| panic!("{word} needs a value: {command}"));
        match word.as_str() {
            "-s" | "-i" => {}
            "-G" => as_query = true,
            "-X" => method = Some(value()),
            "-H" => {
                let header = value();
                let (name, value) = header.split_once(": ").unwrap_or_else(|| panic!("a header: {header}"));
                builder = builder.header(name, value);
            }
            "-d" => data = Some(value()),
            "--data-urlencode" => {
                let pair = value();
                let (name, value) = pair.split_once('=').unwrap_or_else(|| panic!("a pair: {pair}"));
                data = Some(format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
            }
            _ if word.starts_with('-') => panic!("the test does not know {word}: {command}"),
            _ => url = word,
        }
    }
    if as_query {
        url = format!("{url}?{}", data.take().expect("-G goes with data"));
    }
    let method = method.unwrap_or_else(|| if data.is_some() { "POST".to_owned() } else { "GET".to_owned() });
    builder.method(method.as_str()).uri(url).body(data.unwrap_or_default().into()).expect("a request")
}

/// Sends it over a socket.
pub(crate) async fn send(request: Request<Bytes>) -> Response<Bytes> {
    let client = HttpClient::new(&ClientOptions::default()).expect("a client");
    client.send(request, Duration::from_secs(30)).await.expect("an answer")
}

/// Words as a shell reads them: single quotes, double quotes without escapes, nothing else.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote, mut begun) = (String::new(), None, false);
    for letter in command.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (Some(_), _) => word.push(letter),
            (None, '\'' | '"') => (quote, begun) = (Some(letter), true),
            (None, ' ') if !begun => {}
            (None, ' ') => {
                words.push(std::mem::take(&mut word));
                begun = false;
            }
            (None, '|' | '>' | '&' | ';' | '$' | '`' | '\\') => panic!("the test is no shell: {command}"),
            (None, _) => {
                word.push(letter);
                begun = true;
            }
        }
    }
    assert!(quote.is_none(), "an open quote: {command}");
    words.extend(begun.then_some(word));
    words
}
