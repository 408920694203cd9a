//! Native records made of the pool's values, and the people that SCIM should show for them.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::naive::fold;
use super::pool::{Dice, LICENSES, NOTIFICATIONS, STAMPS, STATES, VALUES};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vendor {
    Bmc,
    Ivanti,
}

/// A record as the vendor keeps it.
pub(crate) type Native = Map<String, Json>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Flag(bool),
    Instant(jiff::Timestamp),
}

/// A user as SCIM should show it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    /// Plain attributes by their path without schema.
    pub(crate) plain: BTreeMap<String, Value>,
    /// `emails` and its like: elements by name of the list.
    pub(crate) lists: BTreeMap<&'static str, Vec<BTreeMap<String, Value>>>,
}

impl Person {
    /// The values of an attribute; `emails` stands for `emails.value`.
    pub(crate) fn values(&self, path: &str) -> Vec<Value> {
        let (root, part) = path.split_once('.').unwrap_or((path, "value"));
        match self.lists.get(root) {
            Some(elements) => elements.iter().filter_map(|element| element.get(part)).cloned().collect(),
            None => self.plain.get(path).into_iter().cloned().collect(),
        }
    }

    pub(crate) fn set(&mut self, path: &str, text: &str) {
        self.plain.insert(path.to_owned(), Value::Text(text.to_owned()));
    }

    fn text(&self, path: &str) -> Option<String> {
        match self.plain.get(path) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }
}

/// An element of a list.
pub(crate) fn element(value: &str, kind: &str, primary: bool) -> BTreeMap<String, Value> {
    let mut parts = BTreeMap::new();
    parts.insert("value".to_owned(), Value::Text(value.to_owned()));
    parts.insert("type".to_owned(), Value::Text(kind.to_owned()));
    if primary {
        parts.insert("primary".to_owned(), Value::Flag(true));
    }
    parts
}

/// How a native text is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shown {
    AsIs,
    /// `@domain` is put behind a name without one.
    WithDomain(&'static str),
    Small,
    /// Pairs of SCIM and native values.
    Values(&'static [(&'static str, &'static str)]),
}

impl Shown {
    fn show(self, native: &str) -> String {
        match self {
            Self::WithDomain(domain) if !native.contains('@') => format!("{native}@{domain}"),
            Self::AsIs | Self::WithDomain(_) => native.to_owned(),
            Self::Small => fold(native),
            Self::Values(pairs) => {
                let pair = pairs.iter().find(|(_, own)| fold(own) == fold(native));
                pair.map_or(native, |(scim, _)| scim).to_owned()
            }
        }
    }
}

/// An attribute whose field or look is not the usual one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unusual {
    /// With its schema.
    pub(crate) path: &'static str,
    pub(crate) field: &'static str,
    pub(crate) shown: Shown,
}

const BMC_TEXTS: &[(&str, &str)] = &[
    ("userName", "Login Name"),
    ("displayName", "Full Name"),
    ("name.formatted", "Full Name"),
    ("emails.value", "Email Address"),
    ("phoneNumbers.value", "Phone Number"),
    ("locale", "Locale"),
    ("timezone", "Time Zone"),
    ("department", "Department"),
    ("organization", "Organization"),
    ("licenseType", "License Type"),
    ("defaultNotifyMechanism", "Default Notify Mechanism"),
    ("region", "Region"),
    ("site", "Site"),
    ("accountStatus", "Status"),
];

const IVANTI_TEXTS: &[(&str, &str)] = &[
    ("userName", "LoginID"),
    ("name.givenName", "FirstName"),
    ("name.familyName", "LastName"),
    ("emails.value", "Email"),
    ("phoneNumbers.value", "Phone"),
    ("title", "Title"),
    ("department", "Department"),
    ("manager.value", "Manager"),
    ("roles.value", "Role"),
    ("team", "Team"),
    ("location", "Location"),
];

const LISTS: &[&str] = &["emails", "phoneNumbers", "roles"];

/// Who a record is, of whom the bridge keeps nothing.
pub(crate) fn person(vendor: Vendor, native: &Native, unusual: &[Unusual]) -> Person {
    let text = |field: &str| native.get(field).and_then(Json::as_str).filter(|text| !text.is_empty());
    let mut person = Person::default();
    let own = |one: &Unusual| one.path.rsplit_once(':').map_or(one.path, |(_, path)| path);
    let usual = match vendor {
        Vendor::Bmc => BMC_TEXTS,
        Vendor::Ivanti => IVANTI_TEXTS,
    };
    let usual = usual.iter().filter(|(path, _)| !unusual.iter().any(|one| own(one) == *path));
    let mut fields: Vec<(&str, &str, Shown)> = usual.map(|&(path, field)| (path, field, Shown::AsIs)).collect();
    fields.extend(unusual.iter().map(|one| (own(one), one.field, one.shown)));
    for (path, field, shown) in fields {
        let Some(value) = text(field).map(|value| shown.show(value)) else { continue };
        match LISTS.iter().find(|list| path.strip_prefix(**list).is_some()) {
            Some(list) => {
                person.lists.insert(list, vec![element(&value, "work", true)]);
            }
            None => person.set(path, &value),
        }
    }
    let active = match vendor {
        Vendor::Bmc => matches!(text("Status"), Some("Current" | "Locked-Out")),
        Vendor::Ivanti => text("Status").is_some_and(|status| fold(status) == "active"),
    };
    person.plain.insert("active".to_owned(), Value::Flag(active));
    match vendor {
        Vendor::Bmc => {
            if let Some(status) = text("Status") {
                person.plain.insert("locked".to_owned(), Value::Flag(status == "Locked-Out"));
            }
            if let Some(whole) = person.text("displayName") {
                divide(&mut person, &whole);
            }
        }
        Vendor::Ivanti => {
            compose(&mut person);
            for (path, field) in [("meta.created", "CreatedDateTime"), ("meta.lastModified", "LastModDateTime")] {
                let set = text(field).filter(|stamp| !stamp.starts_with("0001"));
                if let Some(instant) = set.and_then(|stamp| stamp.parse().ok()) {
                    person.plain.insert(path.to_owned(), Value::Instant(instant));
                }
            }
        }
    }
    person
}

/// Given and family name of a whole one: what stands after the last blank is the family name.
fn divide(person: &mut Person, whole: &str) {
    let whole = whole.trim();
    match whole.rsplit_once(' ') {
        Some((given, family)) => {
            person.set("name.givenName", given.trim_end());
            person.set("name.familyName", family);
        }
        None if whole.is_empty() => {}
        None => person.set("name.familyName", whole),
    }
}

fn compose(person: &mut Person) {
    let parts = ["name.givenName", "name.familyName"].map(|path| person.text(path));
    let whole = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    if !whole.is_empty() {
        person.set("displayName", &whole);
        person.set("name.formatted", &whole);
    }
}

/// A record of the pool's values, with this login name.
pub(crate) fn native(dice: &mut Dice, vendor: Vendor, login: &str) -> Native {
    let mut one = |empty: usize, values: &[&str]| {
        if dice.chance(empty) { Json::Null } else { Json::from(*dice.pick(values)) }
    };
    let record = match vendor {
        Vendor::Bmc => json!({
            "Login Name": login,
            "Full Name": one(5, VALUES),
            "Email Address": one(20, VALUES),
            "Phone Number": one(20, VALUES),
            "Locale": one(20, VALUES),
            "Time Zone": one(20, VALUES),
            "Department": one(20, VALUES),
            "Organization": one(20, VALUES),
            "Region": one(20, VALUES),
            "Site": one(20, VALUES),
            "Assigned To": one(20, VALUES),
            "Application License": one(20, VALUES),
            "License Type": one(0, LICENSES),
            "Default Notify Mechanism": one(20, NOTIFICATIONS),
            "Status": one(0, STATES),
        }),
        Vendor::Ivanti => json!({
            "LoginID": login,
            "FirstName": one(10, VALUES),
            "LastName": one(10, VALUES),
            "Email": one(20, VALUES),
            "Phone": one(20, VALUES),
            "Title": one(20, VALUES),
            "Department": one(20, VALUES),
            "Manager": one(20, VALUES),
            "Role": one(20, VALUES),
            "Team": one(20, VALUES),
            "Location": one(20, VALUES),
            "Status": one(10, &["Active", "Active", "Inactive", "active", "Terminated"]),
            "CreatedDateTime": one(10, STAMPS),
            "LastModDateTime": one(10, STAMPS),
        }),
    };
    let Json::Object(record) = record else { unreachable!("both are objects") };
    record
}
