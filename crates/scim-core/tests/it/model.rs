//! A second PATCH, written naively from RFC 7644 section 3.5.2 and the clients' reference over plain JSON: no schema,
//! no identifiers, no index. It shares no code with the crate, and the two must agree.

use proptest::prelude::*;
use scim_core::schema::ENTERPRISE_USER_URN;
use scim_core::{Change, change};
use serde_json::{Map, Value, json};

use crate::fixtures::{resource, users};
use crate::properties::{list, runner};

/// Where an operation points.
#[derive(Debug, Clone)]
enum Path {
    Title,
    Given,
    Name,
    Manager,
    Emails,
    Selected(Vec<(&'static str, &'static str)>, Option<&'static str>),
}

impl Path {
    fn text(&self) -> String {
        match self {
            Self::Title => "title".to_owned(),
            Self::Given => "name.givenName".to_owned(),
            Self::Name => "name".to_owned(),
            Self::Manager => format!("{ENTERPRISE_USER_URN}:manager"),
            Self::Emails => "emails".to_owned(),
            Self::Selected(terms, part) => {
                let terms: Vec<String> = terms.iter().map(|(name, value)| format!("{name} eq \"{value}\"")).collect();
                format!("emails[{}]{}", terms.join(" and "), part.map_or(String::new(), |part| format!(".{part}")))
            }
        }
    }
}

fn lower(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.to_lowercase()),
        other => Some(other.to_string()),
    }
}

fn empty(value: &Value) -> bool {
    [json!(null), json!(""), json!([]), json!({})].contains(value)
}

fn set(holder: &mut Value, name: &str, value: Value) {
    if !holder.is_object() {
        *holder = json!({});
    }
    holder[name] = value;
}

fn unset(holder: &mut Value, name: &str) {
    if let Some(holder) = holder.as_object_mut() {
        holder.shift_remove(name);
    }
}

/// Same value, and same type unless one has none.
fn same(left: &Value, right: &Value) -> bool {
    let (own, other) = (lower(left.get("type")), lower(right.get("type")));
    lower(left.get("value")) == lower(right.get("value")) && (own.is_none() || other.is_none() || own == other)
}

fn insert(emails: &mut Vec<Value>, at: usize, element: &Value) {
    if element["primary"] == true {
        demote(emails);
    }
    lay(emails, at, element);
}

/// Puts an element in its place, or over the one that is the same.
fn lay(emails: &mut Vec<Value>, at: usize, element: &Value) {
    let exact = |present: &Value| same(present, element) && lower(present.get("type")) == lower(element.get("type"));
    let found = if element.get("type").is_some() { emails.iter().position(exact) } else { None };
    match found.or_else(|| emails.iter().position(|present| same(present, element))) {
        None => emails.insert(at.min(emails.len()), element.clone()),
        Some(found) => {
            for name in ["type", "display", "primary"] {
                if let Some(value) = element.get(name)
                    && (name != "type" || emails[found].get("type").is_none())
                {
                    emails[found][name] = value.clone();
                }
            }
        }
    }
}

fn demote(emails: &mut [Value]) {
    for email in emails.iter_mut().filter(|email| email.get("primary").is_some()) {
        email["primary"] = json!(false);
    }
}

/// At most one primary, and nothing without a value.
fn tidy(emails: &mut Vec<Value>) {
    emails.retain(|email| email.get("value").is_some_and(|value| !empty(value)));
    let last = emails.iter().rposition(|email| email["primary"] == true);
    for (position, email) in emails.iter_mut().enumerate() {
        if email["primary"] == true && Some(position) != last {
            email["primary"] = json!(false);
        }
    }
}

/// The elements of a list that hold something.
fn usable(value: &Value) -> Vec<Value> {
    let given = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    given
        .into_iter()
        .map(|element| if element.is_string() { json!({ "value": element }) } else { element })
        .filter(|element| element.get("value").is_some_and(|value| !empty(value)))
        .collect()
}

/// A list as a client means it.
fn read(value: &Value) -> Vec<Value> {
    let mut out = Vec::new();
    for email in usable(value) {
        let end = out.len();
        lay(&mut out, end, &email);
    }
    tidy(&mut out);
    out
}

fn chosen(email: &Value, terms: &[(&str, &str)]) -> bool {
    terms.iter().all(|(name, value)| lower(email.get(*name)).as_deref() == Some(value.to_lowercase().as_str()))
}

/// The operation done, or nothing where it has no target.
fn naive(before: &Value, op: &str, path: &Path, value: &Value) -> Option<Value> {
    let mut user = before.clone();
    let gone = op == "remove" || empty(value);
    match path {
        Path::Title if gone => unset(&mut user, "title"),
        Path::Title => set(&mut user, "title", value.clone()),
        Path::Given if gone => unset(&mut user["name"], "givenName"),
        Path::Given => set(&mut user["name"], "givenName", value.clone()),
        Path::Name if op == "add" && *value == json!({}) => {}
        Path::Name if gone => unset(&mut user, "name"),
        Path::Name => {
            for (name, part) in value.as_object()? {
                if empty(part) {
                    unset(&mut user["name"], name);
                } else {
                    set(&mut user["name"], name, part.clone());
                }
            }
        }
        Path::Manager => {
            let id = if value.is_object() { value["value"].clone() } else { value.clone() };
            let block = &mut user[ENTERPRISE_USER_URN];
            if op == "add" && *value == json!({}) {
            } else if gone || empty(&id) {
                unset(block, "manager");
            } else if block["manager"]["value"] != id {
                set(block, "manager", json!({ "value": id }));
            }
        }
        Path::Emails => {
            let mut emails = user["emails"].as_array().cloned().unwrap_or_default();
            let given = read(value);
            match op {
                "add" => {
                    for email in &given {
                        let end = emails.len();
                        insert(&mut emails, end, email);
                    }
                }
                "replace" => emails = given,
                _ if *value == json!(null) || *value == json!("") => emails.clear(),
                _ => emails.retain(|email| !usable(value).iter().any(|gone| same(email, gone))),
            }
            user["emails"] = json!(emails);
        }
        Path::Selected(terms, part) => {
            let mut emails = user["emails"].as_array().cloned().unwrap_or_default();
            select(&mut emails, op, terms, *part, value)?;
            tidy(&mut emails);
            user["emails"] = json!(emails);
        }
    }
    for name in ["emails", "name", ENTERPRISE_USER_URN] {
        if user.get(name).is_some_and(empty) || user.get(name).is_some_and(Value::is_null) {
            unset(&mut user, name);
        }
    }
    Some(user)
}

fn select(
    emails: &mut Vec<Value>,
    op: &str,
    terms: &[(&'static str, &'static str)],
    part: Option<&str>,
    value: &Value,
) -> Option<()> {
    let first = emails.iter().position(|email| chosen(email, terms));
    if op == "remove" || empty(value) {
        match part {
            None => emails.retain(|email| !chosen(email, terms)),
            Some(part) => emails.iter_mut().filter(|email| chosen(email, terms)).for_each(|email| unset(email, part)),
        }
        return Some(());
    }
    let given: Map<String, Value> = match (part, value) {
        (Some(part), value) => Map::from_iter([(part.to_owned(), value.clone())]),
        (None, Value::String(_)) => Map::from_iter([("value".to_owned(), value.clone())]),
        (None, value) => value.as_object()?.clone(),
    };
    if first.is_some() && (part.is_some() || op == "add") {
        let marks: Vec<bool> = emails.iter().map(|email| chosen(email, terms)).collect();
        if given.get("primary") == Some(&json!(true)) {
            demote(emails);
        }
        for (email, _) in emails.iter_mut().zip(marks).filter(|(_, chosen)| *chosen) {
            given.iter().for_each(|(name, value)| email[name] = value.clone());
        }
        return Some(());
    }
    let mut element = json!({});
    for (name, value) in terms {
        element[*name] = match first {
            Some(first) => emails[first][*name].clone(),
            None if *name == "value" => return None,
            None => json!(value),
        };
    }
    given.iter().for_each(|(name, value)| element[name] = value.clone());
    emails.retain(|email| !chosen(email, terms));
    insert(emails, first.unwrap_or(emails.len()), &element);
    Some(())
}

fn step() -> impl Strategy<Value = (&'static str, Path, Value)> {
    let op = prop::sample::select(vec!["add", "replace", "remove"]);
    let text = prop::sample::select(vec![json!("a"), json!("B"), json!(""), json!(null)]).boxed();
    let flag = prop::sample::select(vec![json!(true), json!(false), json!(null)]).boxed();
    let name = prop::sample::select(vec![
        json!({}),
        json!({ "givenName": "G" }),
        json!({ "familyName": "F", "givenName": null }),
        json!(null),
    ]);
    let manager = prop::sample::select(vec![
        json!("U1"),
        json!("U9"),
        json!(""),
        json!({}),
        json!({ "value": "U9" }),
        json!({ "value": null }),
    ]);
    let kind = || prop::sample::select(vec!["work", "Home", "other"]);
    let id = || prop::sample::select(vec!["a", "b"]);
    let terms = prop_oneof![
        4 => kind().prop_map(|kind| vec![("type", kind)]),
        2 => id().prop_map(|id| vec![("value", id)]),
        1 => (kind(), id()).prop_map(|(kind, id)| vec![("type", kind), ("value", id)]),
    ]
    .boxed();
    let part = prop::sample::select(vec!["value", "display", "type"]);
    let element = prop::sample::select(vec![
        json!("a"),
        json!({ "value": "c" }),
        json!({ "value": "A", "type": "home" }),
        json!({ "display": "D" }),
        json!({ "value": "b", "primary": true }),
        json!(null),
    ]);
    let whole = prop_oneof![4 => list(), 1 => Just(json!(null)), 1 => Just(json!("")), 1 => Just(json!("b"))];
    let target = prop_oneof![
        1 => text.clone().prop_map(|value| (Path::Title, value)),
        1 => text.clone().prop_map(|value| (Path::Given, value)),
        1 => name.prop_map(|value| (Path::Name, value)),
        1 => manager.prop_map(|value| (Path::Manager, value)),
        3 => whole.prop_map(|value| (Path::Emails, value)),
        3 => (terms.clone(), part, text).prop_map(|(terms, part, value)| (Path::Selected(terms, Some(part)), value)),
        1 => (terms.clone(), flag).prop_map(|(terms, value)| (Path::Selected(terms, Some("primary")), value)),
        3 => (terms, element).prop_map(|(terms, value)| (Path::Selected(terms, None), value)),
    ];
    (op, target).prop_map(|(op, (path, value))| (op, path, value))
}

#[test]
fn two_implementations_agree() {
    let definition = users();
    let steps = prop::collection::vec(step(), 1..6);
    let agree = |(emails, steps): (Value, Vec<(&'static str, Path, Value)>)| {
        let mut before = json!({
            "userName": "ada", "title": "T", "name": { "givenName": "G0", "familyName": "F0" },
            ENTERPRISE_USER_URN: { "manager": { "value": "U1", "$ref": "x/U1", "displayName": "One" } }
        });
        let emails = read(&emails);
        if !emails.is_empty() {
            before["emails"] = json!(emails);
        }
        let operations: Vec<Value> =
            steps.iter().map(|(op, path, value)| json!({ "op": op, "path": path.text(), "value": value })).collect();
        let change = Change::from_patch(&definition, &json!({ "Operations": operations })).expect("well-formed");
        prop_assert_eq!(&change.refused, &None);
        let ours = change::apply(&definition, &resource(before.clone()), &change.edits);
        let theirs = steps.iter().try_fold(before, |user, (op, path, value)| naive(&user, op, path, value));
        prop_assert_eq!(ours.ok().map(scim_core::Resource::into_json), theirs);
        Ok(())
    };
    runner(4_000).run(&(list(), steps), agree).expect("they agree");
}
