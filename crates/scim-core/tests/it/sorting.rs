//! `sortBy` and `sortOrder`: tables, the laws of an order, and a second implementation that sorts by other means.

use std::cmp::Ordering;

use proptest::prelude::*;
use scim_core::sort::{SortKey, SortOrder, attributes, sort_key};
use scim_core::{Definition, ScimType};
use serde_json::{Value, json};

use crate::fixtures::{EXAMPLE_URN, group, groups, resource, user, users};

/// A naive sort key.
type Naive = Option<(i128, Vec<u32>)>;

fn key(definition: &Definition, path: &str, value: Value) -> Option<SortKey> {
    let attribute = attributes(&[definition], path).expect("an attribute")[0].expect("it has it");
    sort_key(definition, attribute, &resource(value))
}

#[test]
fn each_type_has_its_key() {
    let users = users();
    let text = |text: &str| Some(SortKey::Text(text.to_owned()));
    let instant = "2020-02-29T11:00:00Z".parse().expect("an instant");
    for (path, expected) in [
        ("userName", text("ada@example.com")),
        ("USERNAME", text("ada@example.com")),
        ("id", text("U1")),
        ("name.familyName", text("example")),
        ("urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", text("ada")),
        ("active", Some(SortKey::Boolean(true))),
        ("emails", text("ada@example.com")),
        ("emails.type", text("work")),
        ("addresses.locality", text("bergen")),
        ("manager", text("U8")),
        ("manager.displayName", text("grace example")),
        ("meta.created", Some(SortKey::Instant("2026-01-31T10:00:00Z".parse().expect("an instant")))),
        ("nickName", None),
        ("phoneNumbers", None),
        (&format!("{EXAMPLE_URN}:badge"), Some(SortKey::Number(77.0))),
        (&format!("{EXAMPLE_URN}:hired"), Some(SortKey::Instant(instant))),
        (&format!("{EXAMPLE_URN}:key"), text("QUJD")),
        (&format!("{EXAMPLE_URN}:tags"), text("a")),
    ] {
        assert_eq!(key(&users, path, user()), expected, "{path}");
    }
    let emails = json!({ "emails": [{ "value": "a" }, { "value": "B", "primary": true }] });
    assert_eq!(key(&users, "emails.value", emails), text("b"), "the primary one");
    let emails = json!({ "emails": [{ "type": "work", "primary": true }, { "value": "b" }] });
    assert_eq!(key(&users, "emails.value", emails), None, "the primary one has none");
    assert_eq!(key(&groups(), "members", group()), text("U1"));
}

#[test]
fn what_cannot_be_sorted_by_is_refused() {
    let (users, groups) = (users(), groups());
    for (path, word) in [
        ("shoeSize", "User nor Group has no attribute 'shoeSize'"),
        ("name", "complex"),
        ("name.shoeSize", "no attribute"),
        ("meta", "complex"),
        ("password", "cannot be sorted by"),
        ("a b", "attribute path"),
        ("emails[type eq \"work\"].value", "attribute path"),
        ("urn:ietf:params:scim:schemas:core:2.0:User", "no attribute"),
    ] {
        let refused = attributes(&[&users, &groups], path).expect_err(path);
        assert_eq!((refused.status, refused.scim_type), (400, Some(ScimType::InvalidValue)), "{path}");
        assert!(refused.detail.contains("sortBy") && refused.detail.contains(word), "{path}: {refused}");
    }
    let found = attributes(&[&users, &groups], "userName").expect("one of them has it");
    assert!(found[0].is_some() && found[1].is_none());
    for word in ["up", "asc", ""] {
        assert_eq!(SortOrder::parse(Some(word)).expect_err(word).scim_type, Some(ScimType::InvalidValue));
    }
    assert_eq!(SortOrder::parse(None), Ok(SortOrder::Ascending));
    assert_eq!(SortOrder::parse(Some("Descending")), Ok(SortOrder::Descending));
}

fn values() -> impl Strategy<Value = Option<Value>> {
    let word = proptest::sample::select(vec!["a", "A", "b", "B", "é", "É", "z", "Z", "ab", "aB", "😀", "", "straße"]);
    let date = proptest::sample::select(vec![
        "2020-01-01T00:00:00Z",
        "2020-01-01T01:00:00+01:00",
        "2019-12-31T23:59:59Z",
        "2020-01-01T00:00:00.5Z",
        "not a date",
    ]);
    prop_oneof![
        Just(None),
        word.prop_map(|word| Some(
            json!({ "userName": word, "emails": [{ "value": "x" }, { "value": word, "primary": true }] })
        )),
        any::<bool>().prop_map(|flag| Some(json!({ "active": flag }))),
        any::<i32>().prop_map(|number| Some(json!({ EXAMPLE_URN: { "badge": number } }))),
        date.prop_map(|date| Some(json!({ EXAMPLE_URN: { "hired": date } }))),
    ]
}

fn paths() -> Vec<String> {
    let own = ["badge", "hired"].map(|name| format!("{EXAMPLE_URN}:{name}"));
    ["userName", "emails", "active"].map(str::to_owned).into_iter().chain(own).collect()
}

/// What a value sorts as, written down as text and numbers that compare as they are.
fn naive(path: &str, value: &Value) -> Naive {
    let folded = |text: &str| -> Vec<u32> {
        let lower = text.chars().map(|it| it.to_lowercase().next().expect("one at least"));
        lower.map(u32::from).collect()
    };
    match path {
        "userName" => value["userName"].as_str().filter(|text| !text.is_empty()).map(|text| (0, folded(text))),
        "emails" => value["emails"][1]["value"].as_str().filter(|text| !text.is_empty()).map(|text| (0, folded(text))),
        "active" => value["active"].as_bool().map(|flag| (i128::from(flag), Vec::new())),
        path if path.ends_with("badge") => value[EXAMPLE_URN]["badge"].as_i64().map(|it| (it.into(), Vec::new())),
        _ => {
            let text = value[EXAMPLE_URN]["hired"].as_str()?;
            Some((text.parse::<jiff::Timestamp>().ok()?.as_nanosecond(), Vec::new()))
        }
    }
}

proptest! {
    #[test]
    fn the_order_is_that_of_a_naive_sort(values in prop::collection::vec(values(), 0..20), descending: bool) {
        let users = users();
        let order = if descending { SortOrder::Descending } else { SortOrder::Ascending };
        for path in paths() {
            let numbered: Vec<(usize, Value)> =
                values.iter().map(|it| it.clone().unwrap_or_else(|| json!({}))).enumerate().collect();
            let mut sorted: Vec<(usize, Option<SortKey>)> =
                numbered.iter().map(|(number, value)| (*number, key(&users, &path, value.clone()))).collect();
            sorted.sort_by(|left, right| order.compare(left.1.as_ref(), right.1.as_ref()).then(left.0.cmp(&right.0)));
            // By selection: the least of what is left, again and again. Missing values count as the greatest.
            let mut left: Vec<(usize, Naive)> =
                numbered.iter().map(|(number, value)| (*number, naive(&path, value))).collect();
            let mut expected = Vec::new();
            while !left.is_empty() {
                let before = |a: &Naive, b: &Naive| match (a, b) {
                    (Some(a), Some(b)) => if descending { a > b } else { a < b },
                    (Some(_), None) => !descending,
                    (None, Some(_)) => descending,
                    (None, None) => false,
                };
                let mut best = 0;
                for at in 1..left.len() {
                    if before(&left[at].1, &left[best].1) {
                        best = at;
                    }
                }
                expected.push(left.remove(best).0);
            }
            let got: Vec<usize> = sorted.into_iter().map(|(number, _)| number).collect();
            prop_assert_eq!(got, expected, "{}", path);
        }
    }

    #[test]
    fn the_order_is_total(keys in prop::collection::vec(any_key(), 3)) {
        for order in [SortOrder::Ascending, SortOrder::Descending] {
            let compare = |left: usize, right: usize| order.compare(keys[left].as_ref(), keys[right].as_ref());
            prop_assert_eq!(compare(0, 0), Ordering::Equal);
            prop_assert_eq!(compare(0, 1), compare(1, 0).reverse());
            if compare(0, 1).is_le() && compare(1, 2).is_le() {
                prop_assert!(compare(0, 2).is_le());
            }
        }
    }
}

fn any_key() -> impl Strategy<Value = Option<SortKey>> {
    prop_oneof![
        Just(None),
        any::<bool>().prop_map(|it| Some(SortKey::Boolean(it))),
        any::<f64>().prop_map(|it| Some(SortKey::Number(it))),
        (-1_000_i64..1_000).prop_map(|it| Some(SortKey::Instant(jiff::Timestamp::from_second(it).expect("near 1970")))),
        "[abAB]{0,3}".prop_map(|it| Some(SortKey::Text(it))),
    ]
}
