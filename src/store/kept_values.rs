//! The texts among what is kept for a record, by the path of the attribute: what an index over kept values holds.
//!
//! Texts are folded, so that whoever looks one up finds at least every record that SCIM means.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// A path as clients write it (`nickName`, `emails.value`, `urn:…:User:costCenter`) and a folded text.
pub(super) type KeptValue = (String, String);

/// All texts that are kept, each once. Marks of our own, whose names begin with `$`, are no values.
pub(super) fn values_of(kept: &Map<String, Value>) -> BTreeSet<KeptValue> {
    let mut found = BTreeSet::new();
    for (name, value) in kept {
        match value {
            // An extension: its attributes stand behind its URN.
            Value::Object(parts) if name.contains(':') => {
                parts.iter().for_each(|(part, value)| collect(&format!("{name}:{part}"), value, &mut found));
            }
            value => collect(name, value, &mut found),
        }
    }
    found
}

/// The form in which texts are compared here: SCIM's for text in which letter case does not count.
pub(super) fn folded(text: &str) -> String {
    scim_core::fold::fold(text)
}

fn collect(path: &str, value: &Value, found: &mut BTreeSet<KeptValue>) {
    match value {
        Value::String(text) => {
            found.insert((path.to_owned(), folded(text)));
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect(path, element, found)),
        Value::Object(parts) => {
            for (name, value) in parts.iter().filter(|(name, _)| !name.starts_with('$')) {
                collect(&format!("{path}.{name}"), value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::values_of;

    #[test]
    fn texts_are_found_wherever_they_are_kept() {
        let kept = json!({
            "nickName": "Äda",
            "name": { "middleName": "K." },
            "emails": [{ "$native": "x@example.com", "type": "work" }, { "value": "ADA@home.example", "primary": true }],
            "urn:example:User": { "costCenter": "77", "manager": { "displayName": "Bob" } },
        });
        let values = values_of(kept.as_object().expect("an object"));
        let expected = [
            ("emails.type", "work"),
            ("emails.value", "ada@home.example"),
            ("name.middleName", "k."),
            ("nickName", "äda"),
            ("urn:example:User:costCenter", "77"),
            ("urn:example:User:manager.displayName", "bob"),
        ];
        assert_eq!(
            values.into_iter().collect::<Vec<_>>(),
            expected.map(|(path, text)| (path.to_owned(), text.to_owned()))
        );
    }
}
