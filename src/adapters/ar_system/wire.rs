//! The REST API's bodies and error numbers (reference sections 2 and 3).

use bytes::Bytes;
use http::Response;
use http::header::{LOCATION, RETRY_AFTER};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::time::Duration;

use crate::translate::{FieldTable, NativeValue, Record, RecordSeed};
use crate::wire::{Fault, FaultKind};

/// One entry of an error list; a JSON array is an error list wherever it stands.
#[derive(Debug, Deserialize)]
pub(super) struct Message {
    #[serde(rename = "messageType")]
    kind: Option<String>,
    #[serde(rename = "messageNumber")]
    number: Option<serde_json::Value>,
    #[serde(rename = "messageText")]
    text: Option<String>,
    #[serde(rename = "messageAppendedText")]
    appended: Option<String>,
}

impl Message {
    pub(super) fn number(&self) -> i64 {
        let number = self.number.as_ref();
        number.and_then(|it| it.as_i64().or_else(|| it.as_str()?.trim().parse().ok())).unwrap_or_default()
    }

    fn is_warning(&self) -> bool {
        self.kind.as_deref().is_some_and(|kind| matches!(kind, "WARNING" | "OK" | "NOTE"))
    }
}

/// The messages of a body or header, if it is a list of them, or one by itself.
pub(super) fn messages(text: &[u8]) -> Option<Vec<Message>> {
    let one = || serde_json::from_slice::<Message>(text).ok().filter(|message| message.number.is_some());
    serde_json::from_slice(text).ok().or_else(|| one().map(|message| vec![message]))
}

/// What an answer that is no success means. Told by the message numbers first: AR System answers 500 to most mistakes,
/// a duplicate among them.
pub(super) fn fault(fields: &FieldTable, answer: &Response<Bytes>) -> Fault {
    let status = answer.status().as_u16();
    let messages = messages(answer.body()).unwrap_or_default();
    let errors = || messages.iter().filter(|message| !message.is_warning());
    if let Some((kind, number)) = errors().find_map(|message| Some((classify(message.number())?, message.number()))) {
        let kind = match kind {
            FaultKind::Invalid(_) => FaultKind::Invalid(named(fields, &messages)),
            kind => kind,
        };
        let fault = Fault::new(kind, format!("HTTP {status}, ARERR {number}"));
        // Lost connections and calls within the server leave open what became of the work; of 92 it is said that it
        // "has been accepted by the server and will usually complete".
        return if matches!(number, 91 | 92 | 94 | 567 | 9905) { fault.perhaps_applied() } else { fault };
    }
    let number = errors().map(Message::number).next();
    let text = match number {
        Some(number) => format!("HTTP {status}, ARERR {number}"),
        None => format!("HTTP {status} without an error list"),
    };
    match (status, number) {
        (401, _) => Fault::new(FaultKind::SessionRejected, text),
        (403, None) => Fault::new(FaultKind::Denied, text),
        (404, None) => Fault::new(FaultKind::NotFoundUnproven, text),
        (429, None) => Fault { retry_after: retry_after(answer), ..Fault::new(FaultKind::Throttled, text) },
        // From whatever stands in front of the server, which may have passed the call on.
        (503, None) => {
            Fault { retry_after: retry_after(answer), ..Fault::new(FaultKind::Busy, text) }.perhaps_applied()
        }
        (500.., None) => Fault::new(FaultKind::Busy, text).perhaps_applied(),
        // Numbers that nobody has met here are refusals: repeating them changes nothing.
        (_, Some(_)) | (400..=499, None) => Fault::new(FaultKind::Rejected, text),
        _ => Fault::new(FaultKind::Garbled, text),
    }
}

/// Whether the answer calls the asked key malformed (empty, too long): it is nobody's.
pub(super) fn is_malformed_key(answer: &Response<Bytes>) -> bool {
    let messages = messages(answer.body()).unwrap_or_default();
    messages.iter().find(|message| !message.is_warning()).is_some_and(|first| matches!(first.number(), 100 | 101))
}

/// The error numbers worth handling (reference section 3.2).
fn classify(number: i64) -> Option<FaultKind> {
    Some(match number {
        161 | 329 | 612 | 615 | 623 => FaultKind::SessionRejected,
        59 | 624 => FaultKind::CredentialsRefused,
        302 => FaultKind::NotFound,
        382 | 338 | 381 | 385 | 8780 | 9719 => FaultKind::Duplicate,
        30 | 8932 | 9090 | 9850..=9852 | 9856 | 9858 | 9860 | 9862 => FaultKind::License,
        304 | 315 | 330..=333 | 353 | 3225 => FaultKind::Denied,
        26 | 90 | 91 | 93 | 94 | 394 | 552 | 564 | 566 | 567 | 590 | 9084 | 9085 | 9093 | 9905 => FaultKind::Busy,
        92 => FaultKind::Timeout,
        100 | 101 | 305 | 306 | 307 | 310 | 318 | 326 | 335 | 336 | 371 | 397 | 613 | 614 | 616..=619 => {
            FaultKind::Invalid(Vec::new())
        }
        142..=148 | 213 | 221..=226 | 285 | 286 | 303 | 311..=314 | 351 | 361 | 561 | 8937 => FaultKind::Misconfigured,
        // Raised by the site's own workflow.
        10_000.. => FaultKind::Invalid(Vec::new()),
        _ => return None,
    })
}

/// The mapped fields that the messages name.
fn named(fields: &FieldTable, messages: &[Message]) -> Vec<String> {
    let text: String = messages
        .iter()
        .flat_map(|message| [message.text.as_deref(), message.appended.as_deref()])
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    fields.all().map(|field| fields.name(field)).filter(|name| text.contains(name)).map(str::to_owned).collect()
}

fn retry_after(answer: &Response<Bytes>) -> Option<Duration> {
    answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// The entry id at the end of `Location`.
pub(super) fn id_from_location(answer: &Response<Bytes>) -> Option<String> {
    id_from_link(answer.headers().get(LOCATION)?.to_str().ok()?)
}

/// The entry id at the end of a link.
fn id_from_link(location: &str) -> Option<String> {
    let path = location.split(['?', '#']).next()?;
    let segment = path.trim_end_matches('/').rsplit('/').next()?;
    let id = percent_decode_str(segment).decode_utf8().ok()?.into_owned();
    // A link that ends with the form names no entry.
    (!matches!(id.as_str(), "" | "User" | "Group")).then_some(id)
}

/// `{"values":{…}}`
pub(super) fn entry(fields: &FieldTable, body: &[u8]) -> Result<Record, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let record = EntrySeed(fields).deserialize(&mut json)?;
    json.end()?;
    Ok(record)
}

/// `{"entries":[{"values":{…}},…]}`
pub(super) fn entries(fields: &FieldTable, body: &[u8]) -> Result<Vec<Record>, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let records = Member { name: "entries", seed: EntriesSeed(fields) }.deserialize(&mut json)?;
    json.end()?;
    Ok(records)
}

/// Reads one member of an object; an object without it is an error.
struct Member<S> {
    name: &'static str,
    seed: S,
}

impl<'de, S: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for Member<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: DeserializeSeed<'de> + Copy> Visitor<'de> for Member<S> {
    type Value = S::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with '{}'", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<S::Value, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if name == self.name {
                found = Some(map.next_value_seed(self.seed)?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        found.ok_or_else(|| serde::de::Error::missing_field(self.name))
    }
}

#[derive(Clone, Copy)]
struct EntrySeed<'a>(&'a FieldTable);

impl<'de> DeserializeSeed<'de> for EntrySeed<'_> {
    type Value = Record;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Record, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for EntrySeed<'_> {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with 'values'")
    }

    /// A server that leaves the id out of the values has it in the entry's link to itself.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
        let (mut found, mut links): (Option<Record>, _) = (None, None);
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match &*name {
                "values" => found = Some(map.next_value_seed(RecordSeed(self.0))?),
                "_links" if found.as_ref().and_then(Record::key).is_none() => {
                    links = Some(map.next_value::<serde_json::Value>()?);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let mut record = found.ok_or_else(|| serde::de::Error::missing_field("values"))?;
        if record.key().is_none()
            && let Some(link) = links.as_ref().and_then(|links| links.pointer("/self/0/href")?.as_str())
        {
            record.set(self.0.key(), id_from_link(link).map(NativeValue::text));
        }
        Ok(record)
    }
}

#[derive(Clone, Copy)]
struct EntriesSeed<'a>(&'a FieldTable);

impl<'de> DeserializeSeed<'de> for EntriesSeed<'_> {
    type Value = Vec<Record>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for EntriesSeed<'_> {
    type Value = Vec<Record>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut records = Vec::new();
        while let Some(record) = list.next_element_seed(EntrySeed(self.0))? {
            records.push(record);
        }
        Ok(records)
    }
}
