//! Addresses in the configuration.
//!
//! Invariant: an address that was accepted holds no user name, password, query or fragment.

use http::Uri;
use toml_span::Spanned;

use super::read::Reader;

/// An `http` or `https` address without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) text: String,
    pub(super) plain: bool,
    pub(super) loopback: bool,
}

/// Reads an address, or says what is wrong with it.
pub(super) fn read(reader: &mut Reader<'_>, key: &str, text: &Spanned<String>) -> Option<Url> {
    if text.value.contains('@') {
        // It may hold a password: it must not appear in the snippet.
        reader.mask(text.span);
        reader.fault(text.span, format!("{key}: no user name or password may stand in an address"));
        return None;
    }
    match parse(&text.value) {
        Ok(url) => Some(url),
        Err(problem) => {
            reader.fault(text.span, format!("{key}: {problem}"));
            None
        }
    }
}

fn parse(text: &str) -> Result<Url, &'static str> {
    const SHAPE: &str = "expected an address such as \"https://host.example.com:8443\"";
    if text.contains(['?', '#']) {
        return Err("no query and no fragment may stand in an address");
    }
    let uri: Uri = text.parse().map_err(|_| SHAPE)?;
    let plain = match uri.scheme_str() {
        Some("https") => false,
        Some("http") => true,
        _ => return Err("expected an address that begins with https:// or http://"),
    };
    let host = uri.host().filter(|host| !host.is_empty()).ok_or(SHAPE)?;
    if uri.authority().is_some_and(|authority| authority.as_str().ends_with(':')) {
        return Err("the port is missing after the colon");
    }
    Ok(Url { text: text.trim_end_matches('/').to_owned(), plain, loopback: is_loopback(host) })
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn addresses_are_read_without_a_slash_at_their_end() {
        let cases = [
            ("https://a.example.com", "https://a.example.com", false, false),
            ("https://a.example.com:8443/", "https://a.example.com:8443", false, false),
            ("http://127.0.0.1:8080/base//", "http://127.0.0.1:8080/base", true, true),
            ("http://[::1]:8080", "http://[::1]:8080", true, true),
            ("http://LOCALHOST", "http://LOCALHOST", true, true),
            ("http://127.0.0.1.example.com", "http://127.0.0.1.example.com", true, false),
        ];
        for (text, expected, plain, loopback) in cases {
            let url = parse(text).unwrap();
            assert_eq!((url.text.as_str(), url.plain, url.loopback), (expected, plain, loopback), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in
            ["", "a.example.com", "ftp://a", "https://", "https:///x", "https://a:", "https://a?b=c", "https://a b"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
