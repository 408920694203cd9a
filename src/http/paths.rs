//! Paths as clients make them from what an administrator typed: slashes doubled or left at the end.

use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// The request with each run of slashes as one, and none at the end.
pub(super) fn tidy<B>(mut request: Request<B>) -> Request<B> {
    let path = request.uri().path();
    if path.len() > 1 && (path.ends_with('/') || path.contains("//")) {
        let tidied: String = path.split('/').filter(|part| !part.is_empty()).flat_map(|part| ["/", part]).collect();
        let path = if tidied.is_empty() { "/".to_owned() } else { tidied };
        let target = match request.uri().query() {
            Some(query) => format!("{path}?{query}"),
            None => path,
        };
        let mut parts = request.uri().clone().into_parts();
        if let Ok(target) = PathAndQuery::try_from(target) {
            parts.path_and_query = Some(target);
            if let Ok(uri) = Uri::from_parts(parts) {
                *request.uri_mut() = uri;
            }
        }
    }
    request
}

#[cfg(test)]
mod tests {
    use axum::extract::Request;

    use super::tidy;

    #[test]
    fn slashes_too_many_are_taken_away_and_the_rest_stays() {
        for (path, expected) in [
            ("/scim/v2/Users/", "/scim/v2/Users"),
            ("/scim/v2//Users?filter=a//b/", "/scim/v2/Users?filter=a//b/"),
            ("//scim/v2/Users/1", "/scim/v2/Users/1"),
            ("/scim/v2/Users/a%2F%2Fb/", "/scim/v2/Users/a%2F%2Fb"),
            ("/", "/"),
            ("///", "/"),
            ("/scim/v2/Users?", "/scim/v2/Users?"),
        ] {
            let request = Request::builder().uri(path).body(()).expect("a request");
            assert_eq!(tidy(request).uri(), expected, "{path}");
        }
    }
}
