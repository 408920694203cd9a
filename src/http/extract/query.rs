//! The query string.
//!
//! Invariant: it is decoded once; `+` and `%20` are blanks, `%2B` is a plus. Unknown and empty parameters are ignored:
//! clients send flags and stray ampersands. A parameter that means something when it is empty is asked for by name.

use percent_encoding::percent_decode;
use scim_core::ScimError;

/// The parameters, in order. Values are kept undecoded until they are asked for, so that only those matter that mean
/// something here.
#[derive(Debug, Clone, Default)]
pub(in crate::http) struct Query(Vec<(String, Vec<u8>)>);

impl Query {
    pub(in crate::http) fn parse(query: &str) -> Self {
        let pairs = query.split('&').filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = String::from_utf8(decoded(name)).ok()?;
            Some((name, decoded(value)))
        });
        Self(pairs.collect())
    }

    /// A parameter that may come once.
    pub(in crate::http) fn text(&self, name: &str) -> Result<Option<String>, ScimError> {
        let mut values = self.values(name);
        let first = values.next();
        if values.any(|value| Some(value) != first) {
            let detail = format!("the parameter {name} came more than once");
            let filter = name == "filter";
            return Err(if filter { ScimError::invalid_filter(detail) } else { ScimError::invalid_value(detail) });
        }
        first.map(|value| utf8(name, value)).transpose()
    }

    /// A parameter that may come once, and may be empty: `cursor=` and `cursor` are the same.
    pub(in crate::http) fn given(&self, name: &str) -> Result<Option<String>, ScimError> {
        let there = self.0.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
        let text = self.text(name)?.map(|text| text.trim().to_owned());
        Ok(text.or_else(|| there.then(String::new)))
    }

    /// An integer. One that is too large for us is as good as the largest.
    pub(in crate::http) fn integer(&self, name: &str) -> Result<Option<i64>, ScimError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let text = text.trim();
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ScimError::invalid_value(format!("the parameter {name} must be an integer")));
        }
        let saturated = if text.starts_with('-') { i64::MIN } else { i64::MAX };
        Ok(Some(text.parse().unwrap_or(saturated)))
    }

    /// A list of names: comma-separated, repeated, or both.
    pub(in crate::http) fn list(&self, name: &str) -> Result<Vec<String>, ScimError> {
        let mut names = Vec::new();
        for value in self.values(name) {
            let value = utf8(name, value)?;
            names.extend(value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(ToOwned::to_owned));
        }
        Ok(names)
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let own = self.0.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name));
        own.map(|(_, value)| value.as_slice()).filter(|value| !value.trim_ascii().is_empty())
    }
}

fn decoded(part: &str) -> Vec<u8> {
    let blanks: Vec<u8> = part.bytes().map(|byte| if byte == b'+' { b' ' } else { byte }).collect();
    percent_decode(&blanks).collect()
}

fn utf8(name: &str, value: &[u8]) -> Result<String, ScimError> {
    String::from_utf8(value.to_vec())
        .map_err(|_| ScimError::invalid_value(format!("the parameter {name} is not UTF-8 text")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_once() {
        let cases = [
            ("filter=a+b", Some("a b")),
            ("filter=a%20b", Some("a b")),
            ("filter=a%2Bb", Some("a+b")),
            ("filter=a%252Bb", Some("a%2Bb")),
            ("FILTER=x", Some("x")),
            ("filter=a=b", Some("a=b")),
            ("filter=%22%5C%22", Some("\"\\\"")),
            ("filter=100%", Some("100%")),
            ("filter=%C3%A9", Some("é")),
            ("&&filter=x&", Some("x")),
            ("filter=x&filter=x", Some("x")),
            ("filter=", None),
            ("filter", None),
            ("filter=+", None),
            ("aadOptscim062020", None),
            ("", None),
        ];
        for (query, expected) in cases {
            assert_eq!(Query::parse(query).text("filter").unwrap().as_deref(), expected, "{query}");
        }
    }

    #[test]
    fn an_empty_parameter_may_be_given_all_the_same() {
        for (query, expected) in [
            ("cursor", Some("")),
            ("cursor=", Some("")),
            ("x=1&CURSOR=+&y", Some("")),
            ("cursor=a", Some("a")),
            ("cursor&cursor=a", Some("a")),
            ("cursors=a", None),
            ("", None),
        ] {
            assert_eq!(Query::parse(query).given("cursor").unwrap().as_deref(), expected, "{query}");
        }
    }

    #[test]
    fn contradictions_and_broken_text_are_refused() {
        for query in ["filter=a&filter=b", "filter=%FF", "filter=%ED%A0%80"] {
            assert!(Query::parse(query).text("filter").is_err(), "{query}");
        }
    }

    #[test]
    fn integers_are_strict_in_form_and_lenient_in_size() {
        let cases = [
            ("count=0", Some(0)),
            ("count=-5", Some(-5)),
            ("count=%2B5", Some(5)),
            ("Count=007", Some(7)),
            ("count=99999999999999999999", Some(i64::MAX)),
            ("count=-99999999999999999999", Some(i64::MIN)),
            ("count=", None),
        ];
        for (query, expected) in cases {
            assert_eq!(Query::parse(query).integer("count").unwrap(), expected, "{query}");
        }
        for query in ["count=x", "count=1.5", "count=1e3", "count=-", "count=0x10", "count=1;2"] {
            assert!(Query::parse(query).integer("count").is_err(), "{query}");
        }
    }

    #[test]
    fn lists_may_be_written_in_several_ways() {
        let query = Query::parse("attributes=userName,+name.givenName,,&x=1&ATTRIBUTES=emails%2Cid");
        assert_eq!(query.list("attributes").unwrap(), ["userName", "name.givenName", "emails", "id"]);
        assert!(query.list("excludedAttributes").unwrap().is_empty());
    }
}
