//! How one native value and one SCIM value stand for each other. Codecs are data and reversible, so that filters go
//! through them as well.

use jiff::Timestamp;
use jiff::fmt::strtime;
use scim_core::fold;
use serde_json::Value;

use super::NativeValue;

/// Letter case of a vendor's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// The vendor's names are in capitals.
    Upper,
    /// The vendor's names are in small letters.
    Lower,
}

/// How a vendor writes an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstantFormat {
    /// `2014-12-03T22:53:37.000+0000`; queries take seconds since the epoch.
    ArSystem,
    /// RFC 3339 with any offset; `0001-01-01T00:00:00Z` means unset.
    Iso,
}

/// A reversible pair of functions.
#[derive(Debug, Clone, PartialEq)]
pub enum Codec {
    /// The same text on both sides.
    Text,
    /// The vendor's names lack `@domain`.
    StripDomain(String),
    /// The vendor's names are in one letter case; SCIM shows small letters.
    Case(Case),
    /// Pairs of SCIM and native values; values outside the pairs go through as they are.
    Values(Vec<(String, String)>),
    /// An instant.
    Instant(InstantFormat),
    /// Read-only: true when the native value is this one.
    Is(String),
    /// Read-only: this text when the field is empty.
    NoteIfEmpty(String),
}

impl Codec {
    /// The SCIM value of a native one.
    pub fn decode(&self, native: Option<&NativeValue>) -> Option<Value> {
        if let Self::NoteIfEmpty(note) = self {
            return native.is_none().then(|| note.as_str().into());
        }
        // No attribute of ours lives in a list.
        let text = native.filter(|native| !matches!(native, NativeValue::List(_) | NativeValue::Numbers(_)))?.as_text();
        Some(match self {
            Self::Text | Self::NoteIfEmpty(_) => text.into(),
            Self::StripDomain(domain) if text.contains('@') || domain.is_empty() => text.into(),
            Self::StripDomain(domain) => format!("{text}@{domain}").into(),
            Self::Case(_) => fold::fold(&text).into(),
            Self::Values(pairs) => match pairs.iter().find(|(_, native)| fold::same(native, &text)) {
                Some((scim, _)) => scim.as_str().into(),
                None => text.into(),
            },
            Self::Instant(format) => return format.read(&text).map(|instant| instant.to_string().into()),
            Self::Is(value) => fold::same(value, &text).into(),
        })
    }

    /// The native value of a SCIM one.
    ///
    /// # Errors
    /// What is wrong with the value, to be put behind the attribute's name.
    pub fn encode(&self, value: &Value) -> Result<NativeValue, String> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Bool(flag) => flag.to_string(),
            Value::Number(number) => number.to_string(),
            _ => return Err("must be a single value".to_owned()),
        };
        match self {
            Self::Text => Ok(NativeValue::Text(text)),
            Self::StripDomain(domain) => match text.rsplit_once('@') {
                Some((local, own)) if fold::same(own, domain) && !local.is_empty() && !local.contains('@') => {
                    Ok(NativeValue::text(local))
                }
                Some(_) => Ok(NativeValue::Text(text)),
                None => Err(format!("must end in '@' and a domain; names here belong to '@{domain}'")),
            },
            Self::Case(Case::Upper) => Ok(NativeValue::Text(text.chars().map(capital).collect())),
            Self::Case(Case::Lower) => Ok(NativeValue::Text(fold::fold(&text))),
            Self::Values(pairs) => Ok(match pairs.iter().find(|(scim, _)| fold::same(scim, &text)) {
                Some((_, native)) => NativeValue::text(native),
                None => NativeValue::Text(text),
            }),
            Self::Instant(_) | Self::Is(_) | Self::NoteIfEmpty(_) => Err("is read-only".to_owned()),
        }
    }

    /// Every native text that decodes to `text` or its other letter cases; none when they cannot be listed.
    pub fn natives(&self, text: &str) -> Option<Vec<String>> {
        match self {
            Self::Text => Some(vec![text.to_owned()]),
            Self::StripDomain(domain) => {
                let mut natives = vec![text.to_owned()];
                if let Some((local, own)) = text.rsplit_once('@')
                    && fold::same(own, domain)
                {
                    natives.insert(0, local.to_owned());
                }
                Some(natives)
            }
            // A vendor's collation may fold other letters differently, so only plain names are safe to ask for.
            Self::Case(_) => text.is_ascii().then(|| vec![text.to_owned()]),
            Self::Values(pairs) => {
                let mut natives: Vec<String> =
                    pairs.iter().filter(|(scim, _)| fold::same(scim, text)).map(|(_, native)| native.clone()).collect();
                if !pairs.iter().any(|(_, native)| fold::same(native, text)) {
                    natives.push(text.to_owned());
                }
                Some(natives)
            }
            Self::Instant(_) | Self::Is(_) | Self::NoteIfEmpty(_) => None,
        }
    }

    /// Whether SCIM text is the native text, so that patterns on one are patterns on the other.
    pub fn is_plain(&self) -> bool {
        matches!(self, Self::Text)
    }
}

/// The one capital letter that reads back as this letter; a letter without one stays as it is.
fn capital(letter: char) -> char {
    let mut capitals = letter.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) if fold::fold_char(capital) == fold::fold_char(letter) => capital,
        _ => letter,
    }
}

impl InstantFormat {
    /// Reads a vendor's instant; unset ones are none.
    pub fn read(self, text: &str) -> Option<Timestamp> {
        let parsed = match self {
            Self::Iso => text.parse::<Timestamp>().ok(),
            Self::ArSystem => strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).ok().and_then(|it| it.to_timestamp().ok()),
        };
        let parsed = parsed.or_else(|| text.parse().ok())?;
        (parsed.as_second() > -62_000_000_000).then_some(parsed)
    }

    /// The value to which a vendor's query compares, for an instant rounded to a whole second.
    pub fn query_value(self, second: i64) -> Option<NativeValue> {
        match self {
            Self::ArSystem => Some(NativeValue::Number(second.into())),
            Self::Iso => Some(NativeValue::Instant(Timestamp::from_second(second).ok()?.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codecs_are_reversible() {
        let strip = Codec::StripDomain("example.com".into());
        for (scim, native) in [("ada@example.com", "ada"), ("bob@other.org", "bob@other.org")] {
            assert_eq!(strip.encode(&scim.into()), Ok(NativeValue::text(native)));
            assert_eq!(strip.decode(Some(&NativeValue::text(native))), Some(scim.into()));
        }
        assert!(strip.encode(&"ada".into()).is_err(), "it would come back as another name");
        let upper = Codec::Case(Case::Upper);
        assert_eq!(upper.encode(&"ada".into()), Ok(NativeValue::text("ADA")));
        assert_eq!(upper.decode(Some(&NativeValue::text("ADA"))), Some("ada".into()));
        for (scim, native) in [("josé", "JOSÉ"), ("straße", "STRAßE"), ("ıx", "ıX"), ("ǆ", "Ǆ")] {
            assert_eq!(upper.encode(&scim.into()), Ok(NativeValue::text(native)));
            assert_eq!(upper.decode(Some(&NativeValue::text(native))), Some(scim.into()));
        }
        let values = Codec::Values(vec![("en-US".into(), "en_US".into())]);
        assert_eq!(values.encode(&"EN-us".into()), Ok(NativeValue::text("en_US")));
        assert_eq!(values.decode(Some(&NativeValue::text("fr_FR"))), Some("fr_FR".into()));
    }

    #[test]
    fn every_native_text_behind_a_name_is_asked_for() {
        let strip = Codec::StripDomain("example.com".into());
        assert_eq!(strip.natives("Ada@EXAMPLE.com"), Some(vec!["Ada".into(), "Ada@EXAMPLE.com".into()]));
        assert_eq!(strip.natives("ada@other.org"), Some(vec!["ada@other.org".into()]));
    }

    #[test]
    fn vendors_instants_are_read_and_unset_ones_are_not() {
        let instant = InstantFormat::ArSystem.read("2014-12-03T22:53:37.000+0000").expect("the documented form");
        assert_eq!(instant.to_string(), "2014-12-03T22:53:37Z");
        let instant = InstantFormat::Iso.read("2026-01-31T10:00:00+05:30").expect("an offset");
        assert_eq!(instant.to_string(), "2026-01-31T04:30:00Z");
        assert_eq!(InstantFormat::Iso.read("0001-01-01T00:00:00Z"), None);
        assert_eq!(InstantFormat::Iso.read("soon"), None);
    }
}
