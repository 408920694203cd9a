//! Odd and large input: an answer or an error, never a panic, and no work that grows with the square.

use scim_core::resource::coerce;
use scim_core::{Change, Filter, Projection, Resource, change};
use serde_json::{Value, json};

use crate::fixtures::{groups, resource, user, users};

/// Everything that takes a body takes this one, whatever it makes of it.
fn survive(body: &Value) {
    for definition in [users(), groups()] {
        let _ = Resource::read(&definition, body);
        let _ = Change::from_put(&definition, body);
        let _ = Change::from_patch(&definition, body);
        for &root in definition.roots() {
            for id in definition.family(root).iter() {
                let _ = coerce(&definition, id, body);
                for op in ["add", "replace", "remove"] {
                    let operation = json!({ "op": op, "path": definition.path(id), "value": body });
                    for operation in [operation, json!({ "op": op, "value": { definition.path(id): body } })] {
                        if let Ok(change) = Change::from_patch(&definition, &json!({ "Operations": [operation] })) {
                            let _ = change.named(&definition);
                            let _ = change::apply(&definition, &resource(user()), &change.edits);
                            let _ = change::apply(&definition, &Resource::new(), &change.edits);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn odd_json_never_panics() {
    let mut deep = json!("x");
    for depth in 0..120 {
        deep = if depth % 2 == 0 { json!([deep]) } else { json!({ "value": deep, "name": 1 }) };
    }
    for body in [
        deep,
        json!(null),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(f64::MAX),
        json!(-0.0),
        json!("x".repeat(100_000)),
        json!("\u{202e}\u{feff}\u{10ffff}İﬀ"),
        json!([[], {}, null, [[]], { "value": {} }, { "value": [{}] }]),
        json!({ "": "", "value": ["a", "b"], "$ref": "///", "type": 1, "primary": "" }),
        json!({ "$ref": "", "VALUE": null }),
        json!({ "emails": { "value": 1e300 }, "name": [[]], "active": [[false]], "schemas": [1, null, {}] }),
        json!({ "Operations": [{ "op": "add", "value": [] }], "operations": 1 }),
        json!({ "Operations": [null] }),
    ] {
        survive(&body);
    }
    let users = users();
    for text in
        ["\u{0}", "emails[", "[", "urn:", ":", "a.b.c", "ü", &"(".repeat(10_000), &"a".repeat(100_000), "urn:x:Ü:y"]
    {
        let _ = Filter::parse(&users, text);
        let _ = users.attribute(text);
        let _ = Projection::new(&users, Some([text]), [text]);
        let body = json!({ "schemas": [text], "Operations": [{ "op": "replace", "path": text, "value": "x" }, { "op": "add", "value": { text: 1 } }] });
        let _ = Change::from_patch(&users, &body);
    }
}

#[test]
fn a_pathless_value_with_too_many_keys_is_refused() {
    let keys: Value = (0..20_000).map(|n| (format!("emails[type eq \"{n}\"].value"), json!("x"))).collect();
    let body = json!({ "Operations": [{ "op": "add", "value": keys }] });
    assert_eq!(Change::from_patch(&users(), &body).map_err(|error| error.status).unwrap_err(), 413);
}

/// Ids from `from` on.
fn members(from: usize, count: usize) -> Value {
    (from..from + count).map(|n| json!({ "value": format!("U{n}"), "display": null })).collect()
}

fn patched(before: &Resource, operations: &Value) -> Resource {
    let definition = groups();
    let change = Change::from_patch(&definition, &json!({ "Operations": operations })).expect("well-formed");
    assert_eq!(change.refused, None);
    change::apply(&definition, before, &change.edits).expect("it can be done")
}

fn count(group: &Resource) -> usize {
    group.as_map().get("members").and_then(Value::as_array).map_or(0, Vec::len)
}

/// There is no clock here: 50,000 squared would keep this test running for minutes, which is noticed.
#[test]
fn long_lists_take_linear_work() {
    let many = 50_000;
    let group = patched(&Resource::new(), &json!([{ "op": "add", "path": "members", "value": members(0, many) }]));
    assert_eq!(count(&group), many);
    let group = patched(&group, &json!([{ "op": "add", "path": "members", "value": members(many / 2, many) }]));
    assert_eq!(count(&group), many + many / 2);
    let group = patched(&group, &json!([{ "op": "remove", "path": "members", "value": members(0, many) }]));
    assert_eq!(count(&group), many / 2);
    let mut twice = members(0, many);
    twice.as_array_mut().expect("a list").extend(members(0, many).as_array().expect("a list").clone());
    let group = patched(&group, &json!([{ "op": "replace", "path": "members", "value": twice }]));
    assert_eq!(count(&group), many);
}

#[test]
fn a_thousand_operations_meet_ten_thousand_members() {
    let group = patched(&Resource::new(), &json!([{ "op": "add", "path": "members", "value": members(0, 10_000) }]));
    let add: Value =
        (0..1_000).map(|n| json!({ "op": "add", "path": "members", "value": members(20_000 + n, 1) })).collect();
    let group = patched(&group, &add);
    assert_eq!(count(&group), 11_000);
    let remove: Value =
        (0..1_000).map(|n| json!({ "op": "remove", "path": format!("members[value eq \"U{n}\"]") })).collect();
    assert_eq!(count(&patched(&group, &remove)), 10_000);
}
