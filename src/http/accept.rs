//! The media type of answers: SCIM's own, or `application/json` for a client that accepts just that.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::answer::SCIM_JSON;

/// Gives SCIM answers the name that the client accepts; the bytes are the same.
pub(super) async fn negotiate(request: Request, next: Next) -> Response {
    let plain = accepts_plain_json_alone(request.headers());
    let mut response = next.run(request).await;
    if plain && response.headers().get(header::CONTENT_TYPE) == Some(&SCIM_JSON) {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}

fn accepts_plain_json_alone(headers: &HeaderMap) -> bool {
    let values: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let accepts = |wanted: &[&str]| {
        values.iter().flat_map(|value| value.split(',')).any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let named = parts.next().unwrap_or_default();
            let refused = parts.any(|part| {
                let quality = part.to_ascii_lowercase();
                quality.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0))
            });
            !refused && wanted.iter().any(|wanted| named.eq_ignore_ascii_case(wanted))
        })
    };
    accepts(&["application/json"]) && !accepts(&["application/scim+json", "application/*", "*/*"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_json_is_for_clients_that_accept_nothing_else() {
        let cases = [
            ("", false),
            ("*/*", false),
            ("application/scim+json; charset=utf-8", false),
            ("application/json, application/scim+json", false),
            ("application/json, */*;q=0.1", false),
            ("text/html", false),
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/json, text/json", true),
            ("application/json, application/scim+json;q=0", true),
        ];
        for (accept, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(accepts_plain_json_alone(&headers), expected, "{accept}");
        }
        assert!(!accepts_plain_json_alone(&HeaderMap::new()));
    }
}
