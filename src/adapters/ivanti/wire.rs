//! The OData API's bodies and errors (reference sections 2.5 and 2.6).

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http::header::RETRY_AFTER;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::translate::{FieldTable, NativeOp, NativeReply, Record, RecordSeed};
use crate::wire::{Fault, FaultKind};

/// How an empty relationship or list may be spelled.
const NO_INSTANCES: &str = "No instances found.";

/// Whether a proxy, a firewall or a login page stands in for the API.
pub(super) fn is_page(answer: &Response<Bytes>) -> bool {
    answer.body().trim_ascii_start().first() == Some(&b'<')
}

/// One record at the top level.
pub(super) fn record(fields: &FieldTable, body: &[u8]) -> Result<Record, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let record = RecordSeed(fields).deserialize(&mut json)?;
    json.end()?;
    Ok(record)
}

/// The rows of a collection. "No rows" is said in at least four ways; a link to the next page says that there are more
/// rows, however few came.
pub(super) fn page(fields: &FieldTable, answer: &Response<Bytes>) -> Result<NativeReply, serde_json::Error> {
    let body = answer.body().trim_ascii();
    if body.is_empty() {
        return Ok(NativeReply::Page(Vec::new()));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let (rows, more) = json_map(&mut json, fields)?;
    json.end()?;
    Ok(if more { NativeReply::PageOfMore(rows) } else { NativeReply::Page(rows) })
}

fn json_map<'de, D: Deserializer<'de>>(json: D, fields: &FieldTable) -> Result<(Vec<Record>, bool), D::Error> {
    json.deserialize_map(Collection(fields))
}

struct Collection<'a>(&'a FieldTable);

impl<'de> Visitor<'de> for Collection<'_> {
    type Value = (Vec<Record>, bool);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with 'value'")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut found, mut more) = (None, false);
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if name == "value" {
                found = Some(map.next_value_seed(Rows(self.0))?);
            } else if name == "@odata.nextLink" || name == "@nextLink" {
                more |= !map.next_value::<Value>()?.is_null();
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        found.map(|rows| (rows, more)).ok_or_else(|| serde::de::Error::missing_field("value"))
    }
}

struct Rows<'a>(&'a FieldTable);

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = Vec<Record>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = Vec<Record>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut records = Vec::new();
        while let Some(record) = list.next_element_seed(RecordSeed(self.0))? {
            records.push(record);
        }
        Ok(records)
    }

    /// Any other text is an error that came with a 200.
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        if text == NO_INSTANCES { Ok(Vec::new()) } else { Err(E::custom("text instead of records")) }
    }
}

/// What an answer that is no success means, for this operation.
pub(super) fn fault(fields: &FieldTable, op: &NativeOp, answer: &Response<Bytes>) -> Fault {
    let status = answer.status().as_u16();
    let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let code = body.get("code").and_then(Value::as_str).unwrap_or_default();
    let said = texts(&body).to_lowercase();
    let new = |kind| Fault::new(kind, format!("HTTP {status} {code}"));
    let passing = |kind| Fault { retry_after: retry_after(answer), ..new(kind) };
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let writes = matches!(op, NativeOp::Insert { .. } | NativeOp::Update { .. } | NativeOp::Remove { .. });
    let by_key = matches!(op, NativeOp::Read { .. } | NativeOp::Update { .. } | NativeOp::Remove { .. });
    match status {
        401 => new(FaultKind::SessionRejected),
        403 => new(FaultKind::Denied),
        409 => new(FaultKind::Duplicate),
        429 => passing(FaultKind::Throttled),
        // A missing record is a 400 by the vendor's word; a 404 names a wrong path or object.
        400 | 404 if by_key && says(&["invalid key", "cannot be found", "does not exist", "no record"]) => {
            new(FaultKind::NotFound)
        }
        404 if code == "ISM_4004" || says(&["no service", "invalid path", "requested resource not found"]) => {
            new(FaultKind::Misconfigured)
        }
        404 if by_key => new(FaultKind::NotFoundUnproven),
        400 if says(&["rights to", "permission"]) => new(FaultKind::Denied),
        400 if writes && says(&["unique", "duplicate", "already exists"]) => new(FaultKind::Duplicate),
        400 | 422 if writes => new(FaultKind::Invalid(named(fields, &said))),
        400 | 404 => new(FaultKind::Misconfigured),
        // An unresolved pick-list value comes as 500 with this code and no word.
        500 if writes && code == "ISM_5000" => new(FaultKind::Invalid(Vec::new())),
        503 => passing(FaultKind::Busy).perhaps_applied(),
        500.. => new(FaultKind::Busy).perhaps_applied(),
        402..=499 => new(FaultKind::Rejected),
        _ => new(FaultKind::Garbled),
    }
}

/// Everything that an error body says, in whatever shape.
fn texts(body: &Value) -> String {
    match body {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(texts).collect::<Vec<_>>().join(" "),
        Value::Object(members) => members.values().map(texts).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}

/// The mapped fields that a message names, by their own or their display name ("First Name", "Login ID").
fn named(fields: &FieldTable, said: &str) -> Vec<String> {
    let squeeze = |text: &str| text.chars().filter(|it| it.is_alphanumeric()).collect::<String>().to_lowercase();
    let said = squeeze(said);
    fields
        .all()
        .map(|field| fields.name(field))
        .filter(|name| said.contains(&squeeze(name)))
        .map(str::to_owned)
        .collect()
}

fn retry_after(answer: &Response<Bytes>) -> Option<Duration> {
    answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}
