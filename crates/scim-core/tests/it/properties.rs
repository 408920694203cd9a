//! Properties over generated bodies. The seed is fixed: a failure is the same for everybody.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use scim_core::resource::{Coerced, coerce};
use scim_core::schema::ENTERPRISE_USER_URN;
use scim_core::{Change, Filter, Op, Projection, Resource, change, parser};
use serde_json::{Value, json};

use crate::fixtures::{resource, user, users};

pub(crate) fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

/// E-mail addresses with repeats, several primaries, and elements that hold nothing.
pub(crate) fn list() -> impl Strategy<Value = Value> {
    let value = prop::sample::select(vec!["a", "A", "b", "c", ""]);
    let kind = prop::sample::select(vec![None, Some("work"), Some("home"), Some("Home")]);
    let element = (value, kind, prop::option::weighted(0.3, any::<bool>())).prop_map(|(value, kind, primary)| {
        let mut element = json!({ "value": value });
        if let Some(kind) = kind {
            element["type"] = kind.into();
        }
        if let Some(primary) = primary {
            element["primary"] = primary.into();
        }
        element
    });
    prop::collection::vec(element, 0..9).prop_map(Value::from)
}

pub(crate) fn json() -> impl Strategy<Value = Value> {
    let names = ["value", "type", "primary", "$ref", "givenName", "active", "department", "x"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec!["", "True", "a", "\u{0}", "2026-01-31T10:00:00Z", "7", "ß𝄞", "../x/"])
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(names.to_vec()), inner), 0..5)
                .prop_map(|parts| parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Value>()),
        ]
    })
}

fn path() -> impl Strategy<Value = String> {
    let definition = users();
    let mut paths: Vec<String> = definition
        .roots()
        .iter()
        .flat_map(|&root| definition.family(root).iter().map(|id| definition.path(id)).collect::<Vec<_>>())
        .collect();
    paths.extend(
        [
            r#"emails[type eq "work"]"#,
            r#"emails[type eq "work"].value"#,
            r#"emails[value co "x"].display"#,
            r#"addresses[type eq "home"].locality"#,
            r#"roles[primary eq "True"].value"#,
            r#"roles[value eq "User"]"#,
            "manager",
            "shoeSize",
            ENTERPRISE_USER_URN,
            "urn:example:no:User:x",
            "emails[",
            "",
        ]
        .map(str::to_owned),
    );
    prop::sample::select(paths)
}

pub(crate) fn operation() -> impl Strategy<Value = Value> {
    let op = prop::sample::select(vec!["add", "Replace", "remove"]);
    let value = prop_oneof![json(), list()];
    (op, path(), value).prop_map(|(op, path, value)| json!({ "op": op, "path": path, "value": value }))
}

#[test]
fn a_patch_changes_nothing_or_keeps_the_resource_canonical() {
    let definition = users();
    let operations = prop::collection::vec(operation(), 1..5);
    runner(3_000)
        .run(&operations, |operations| {
            let before = resource(user());
            let Ok(change) = Change::from_patch(&definition, &json!({ "Operations": operations })) else {
                return Ok(());
            };
            let after = change::apply(&definition, &before, &change.edits);
            prop_assert_eq!(&before, &resource(user()), "a PATCH works on a copy");
            if let Ok(after) = after {
                let common = definition.common();
                for id in [common.id, common.meta, definition.attribute("groups").expect("a path")] {
                    prop_assert_eq!(after.get(&definition, id), before.get(&definition, id), "read-only");
                }
                prop_assert!(!has_nothing(&after.clone().into_json()), "{after:?}");
                let mut finished = after.clone();
                finished.finish(&definition);
                let kept = finished.as_map().keys().filter(|name| *name != "schemas").count();
                prop_assert_eq!(kept, after.as_map().len(), "nothing unknown came in");
            }
            Ok(())
        })
        .expect("it holds");
}

fn has_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty() || list.iter().any(has_nothing),
        Value::Object(parts) => parts.is_empty() || parts.values().any(has_nothing),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[test]
fn a_repeat_is_harmless() {
    let definition = users();
    runner(3_000)
        .run(&operation(), |operation| {
            let Ok(change) = Change::from_patch(&definition, &json!({ "Operations": [operation] })) else {
                return Ok(());
            };
            let Ok(once) = change::apply(&definition, &resource(user()), &change.edits) else { return Ok(()) };
            match change::apply(&definition, &once, &change.edits) {
                Ok(twice) => prop_assert_eq!(once, twice),
                // Replacing what a filter selects may leave nothing for the filter to select (RFC 7644 section 3.5.2.3).
                Err(_) => prop_assert!(change.edits.iter().any(|edit| edit.select.is_some() && edit.op != Op::Remove)),
            }
            Ok(())
        })
        .expect("it holds");
}

#[test]
fn coercing_twice_is_coercing_once() {
    let definition = users();
    let ids: Vec<_> =
        definition.roots().iter().flat_map(|&root| definition.family(root).iter().collect::<Vec<_>>()).collect();
    runner(6_000)
        .run(&(prop::sample::select(ids), prop_oneof![json(), list()]), |(id, value)| {
            if let Ok(Coerced::Value(once)) = coerce(&definition, id, &value) {
                prop_assert_eq!(coerce(&definition, id, &once), Ok(Coerced::Value(once)));
            }
            Ok(())
        })
        .expect("it holds");
}

#[test]
fn lists_added_at_once_and_one_by_one_are_the_same() {
    let definition = users();
    runner(2_000)
        .run(&(list(), list()), |(first, second)| {
            let all = |operations: Vec<Value>| {
                let change =
                    Change::from_patch(&definition, &json!({ "Operations": operations })).expect("well-formed");
                change::apply(&definition, &Resource::new(), &change.edits).expect("it can be added")
            };
            let add = |value: Value| json!({ "op": "add", "path": "emails", "value": value });
            let whole = all(vec![add(first.clone()), add(second.clone())]);
            let Ok(Coerced::Value(second)) =
                coerce(&definition, definition.attribute("emails").expect("a path"), &second)
            else {
                return Ok(());
            };
            let mut single = vec![add(first)];
            single.extend(second.as_array().expect("a list").iter().cloned().map(add));
            prop_assert_eq!(whole, all(single));
            Ok(())
        })
        .expect("it holds");
}

#[test]
fn projection_never_adds() {
    let definition = users();
    let names = prop::collection::vec(path(), 0..4).boxed();
    runner(2_000)
        .run(&(prop::option::of(names.clone()), names), |(attributes, excluded)| {
            let mut before = resource(user());
            before.finish(&definition);
            let mut after = before.clone();
            let projection = Projection::new(
                &definition,
                attributes.as_ref().map(|names| names.iter().map(String::as_str)),
                excluded.iter().map(String::as_str),
            );
            projection.apply(&definition, &mut after);
            prop_assert!(within(&after.clone().into_json(), &before.clone().into_json()));
            prop_assert!(!has_nothing(&after.clone().into_json()));
            for always in ["id", "schemas"] {
                prop_assert_eq!(after.as_map().get(always), before.as_map().get(always));
            }
            let once = after.clone();
            projection.apply(&definition, &mut after);
            prop_assert_eq!(once, after);
            Ok(())
        })
        .expect("it holds");
}

/// Whether everything in one is in the other, in the same order.
fn within(less: &Value, more: &Value) -> bool {
    match (less, more) {
        (Value::Object(less), Value::Object(more)) => {
            less.iter().all(|(name, value)| more.get(name).is_some_and(|own| within(value, own)))
        }
        (Value::Array(less), Value::Array(more)) => {
            let mut rest = more.iter();
            less.iter().all(|value| rest.any(|own| within(value, own)))
        }
        _ => less == more,
    }
}

#[test]
fn a_filter_means_the_same_when_printed() {
    let definition = users();
    let leaf = prop::sample::select(vec![
        r#"userName eq "a\"\\\u00e9""#,
        "title pr",
        r#"emails[type eq "work" and not (primary eq true)]"#,
        r#"emails[type eq "work"].value eq "a@b""#,
        r#"meta.created gt "2026-01-31T10:00:00Z""#,
        r#"roles[primary eq "True"]"#,
        r#"manager eq "U9""#,
        "badge ge -1.5e3",
        "nickName eq null",
    ])
    .prop_map(str::to_owned);
    let filter = leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| all.join(" and ")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| all.join(" OR ")),
            inner.clone().prop_map(|inner| format!("not ({inner})")),
            inner.prop_map(|inner| format!("( {inner} )")),
        ]
    });
    runner(2_000)
        .run(&filter, |text| {
            let tree = parser::parse_filter(&text).expect("the grammar has it");
            let again = parser::parse_filter(&tree.to_string()).expect("what is printed can be parsed");
            prop_assert_eq!(Filter::resolve(&definition, &tree), Filter::resolve(&definition, &again));
            prop_assert!(Filter::resolve(&definition, &tree).is_ok());
            Ok(())
        })
        .expect("it holds");
}
