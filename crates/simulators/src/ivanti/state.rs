//! Records, and how they are stamped and rendered.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::fields::{Kind, LINKS, Object};
use super::options::{IvantiOptions, Preset, RecIdForm, UnsetDates};
use super::sessions::Sessions;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) options: Arc<IvantiOptions>,
    pub(super) sessions: Sessions,
    /// By lower-case entity set and key.
    objects: BTreeMap<String, BTreeMap<String, Stored>>,
    /// A key was put in whose place among the others hangs on the collation.
    has_odd_keys: bool,
    /// Counts changes, so that records of one second have an order.
    changes: u64,
    ids: u64,
    /// Counts empty answers, for those that take turns.
    pub(super) empties: usize,
}

/// A record. Dates are kept in UTC and whole seconds.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) fields: Map<String, Value>,
    pub(super) created: u64,
    pub(super) modified: u64,
}

impl State {
    pub(super) fn new(options: IvantiOptions) -> Self {
        Self { options: Arc::new(options), ..Self::default() }
    }

    pub(super) fn rows(&self, set: &str) -> impl Iterator<Item = &Stored> {
        self.objects.get(&set.to_lowercase()).into_iter().flat_map(BTreeMap::values)
    }

    /// The records in the order of their keys, from a least one on; none when that order hangs on the collation.
    pub(super) fn by_key(&self, set: &str, least: Option<&str>) -> Option<impl Iterator<Item = &Stored>> {
        if self.has_odd_keys || !least.is_none_or(is_plain) {
            return None;
        }
        let from = (least.map_or(Bound::Unbounded, Bound::Included), Bound::Unbounded);
        let rows = self.objects.get(&set.to_lowercase());
        Some(rows.into_iter().flat_map(move |rows| rows.range::<str, _>(from).map(|(_, row)| row)))
    }

    pub(super) fn find(&self, set: &str, key: &str) -> Option<&Stored> {
        self.objects.get(&set.to_lowercase())?.get(key)
    }

    /// Whether another record has this text in this field, in any letter case.
    pub(super) fn is_taken(&self, set: &str, field: &str, wanted: &str, except: Option<&str>) -> bool {
        let wanted = wanted.trim_end().to_lowercase();
        self.rows(set).any(|row| {
            text(&row.fields, field).trim_end().to_lowercase() == wanted
                && except.is_none_or(|key| text(&row.fields, "RecId") != key)
        })
    }

    /// The sign-in refuses an account whose employee is inactive or disabled; one that is no employee may pass.
    pub(super) fn may_sign_in(&self, login: &str) -> bool {
        let own = self.rows("employees").find(|row| text(&row.fields, "LoginID").eq_ignore_ascii_case(login));
        own.is_none_or(|row| {
            text(&row.fields, "Status") != "Inactive" && row.fields.get("Disabled") != Some(&Value::Bool(true))
        })
    }

    /// Adds a record and returns its key. Stamps that `fields` lacks are set.
    pub(super) fn add(&mut self, object: &Object, fields: Map<String, Value>, by: &str, now: Timestamp) -> String {
        let key = match fields.get("RecId") {
            Some(Value::String(key)) => key.clone(),
            _ => self.new_rec_id(),
        };
        let stamp = Value::from(stamp(now));
        let mut whole = Map::new();
        whole.insert("RecId".to_owned(), Value::from(key.clone()));
        if object.is_employee {
            whole.insert("Status".to_owned(), Value::from("Active"));
        }
        whole.insert("CreatedDateTime".to_owned(), stamp.clone());
        whole.insert("CreatedBy".to_owned(), Value::from(by));
        whole.insert("LastModDateTime".to_owned(), stamp);
        whole.insert("LastModBy".to_owned(), Value::from(by));
        for (name, value) in fields {
            if !(value.is_null() && whole.contains_key(&name)) {
                whole.insert(name, value);
            }
        }
        settle(&mut whole, object, &self.options);
        self.changes += 1;
        let stored = Stored { fields: whole, created: self.changes, modified: self.changes };
        self.has_odd_keys |= !is_plain(&key);
        self.objects.entry(object.set.clone()).or_default().insert(key.clone(), stored);
        key
    }

    /// Changes a record and stamps it; stamps among the changes win.
    pub(super) fn change(
        &mut self,
        object: &Object,
        key: &str,
        changes: Map<String, Value>,
        by: &str,
        now: Timestamp,
    ) -> bool {
        self.changes += 1;
        let Some(stored) = self.objects.get_mut(&object.set).and_then(|rows| rows.get_mut(key)) else { return false };
        stored.fields.insert("LastModDateTime".to_owned(), Value::from(stamp(now)));
        stored.fields.insert("LastModBy".to_owned(), Value::from(by));
        stored.fields.extend(changes);
        settle(&mut stored.fields, object, &self.options);
        stored.modified = self.changes;
        true
    }

    pub(super) fn remove(&mut self, set: &str, key: &str) -> bool {
        self.objects.get_mut(&set.to_lowercase()).is_some_and(|rows| rows.remove(key).is_some())
    }

    /// Three parts, not a GUID.
    pub(super) fn new_token(&mut self) -> String {
        let id = self.new_id();
        format!("{}#{id:032X}#{}", self.options.tenant, self.sessions.logins + 1)
    }

    fn new_rec_id(&mut self) -> String {
        let id = uuid::Builder::from_random_bytes(self.new_id().to_be_bytes()).into_uuid();
        match self.options.rec_id {
            RecIdForm::Hex32 => format!("{:X}", id.simple()),
            RecIdForm::Guid => id.to_string(),
        }
    }

    /// Looks random, and is the same on every run.
    fn new_id(&mut self) -> u128 {
        self.ids += 1;
        u128::from(scatter(self.ids * 2)) << 64 | u128::from(scatter(self.ids * 2 + 1))
    }
}

/// Whether keys of this kind have the same order as bytes and as text, whatever the collation.
fn is_plain(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

/// What the server itself keeps in step after a write of the stock fields.
fn settle(fields: &mut Map<String, Value>, object: &Object, options: &IvantiOptions) {
    if !object.is_employee || options.preset != Preset::Stock {
        return;
    }
    let parts = ["FirstName", "MiddleName", "LastName"].map(|name| text(fields, name).to_owned());
    let name = parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ");
    fields.insert("DisplayName".to_owned(), Value::from(name));
    fields.entry("Disabled").or_insert(Value::Bool(false));
    for (link, _) in LINKS {
        let target = fields.get(&format!("{link}_RecID")).cloned().unwrap_or_default();
        fields.insert((*link).to_owned(), target);
    }
}

/// The record as the API shows it: every field, dates with the tenant's offset.
pub(super) fn rendered(fields: &Map<String, Value>, object: &Object, options: &IvantiOptions) -> Map<String, Value> {
    let zone = zone(&options.time_zone);
    let show = |name: &str, kind: Kind| match (kind, fields.get(name)) {
        (Kind::DateTime, Some(Value::String(text))) => Value::from(local(text, &zone)),
        (Kind::DateTime, None | Some(Value::Null)) if options.unset_dates == UnsetDates::YearOne => {
            Value::from("0001-01-01T00:00:00Z")
        }
        (_, value) => value.cloned().unwrap_or_default(),
    };
    object.fields.iter().map(|field| (field.name.clone(), show(&field.name, field.kind))).collect()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::posix(name).or_else(|_| TimeZone::get(name)).unwrap_or(TimeZone::UTC)
}

fn local(text: &str, zone: &TimeZone) -> String {
    let Ok(instant) = text.parse::<Timestamp>() else { return text.to_owned() };
    let at = instant.to_zoned(zone.clone());
    let form = if at.offset().is_zero() { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%:z" };
    at.strftime(form).to_string()
}

/// Whole seconds: the vendor's stamps have no fractions.
pub(super) fn stamp(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

pub(super) fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The `splitmix64` finalizer.
fn scatter(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
