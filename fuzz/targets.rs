//! What is fuzzed, as plain functions: any bytes are an answer or an error, never a panic, and what comes out keeps its
//! promises.

use scim_core::change::apply;
use scim_core::filter::matches;
use scim_core::parser::{parse_attribute_path, parse_filter, parse_patch_path};
use scim_core::schema::enterprise_user;
use scim_core::{Change, Definition, Filter, Projection, Resource, ResourceType};
use serde_json::{Value, json};

fn definitions() -> [Definition; 2] {
    [Definition::new(ResourceType::user(vec![enterprise_user()])), Definition::new(ResourceType::group(Vec::new()))]
}

/// One with something in it of every kind.
fn sample(definition: &Definition) -> Resource {
    let body = if definition.resource_type().name == "User" {
        json!({
            "userName": "ada", "name": { "givenName": "Ada", "familyName": "Example" }, "active": true, "title": "Head",
            "emails": [{ "value": "ada@example.com", "type": "work", "primary": true }, { "value": "a@example.com" }],
            "addresses": [{ "locality": "Oslo", "type": "home" }],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                { "department": "Research", "manager": { "value": "U8" } },
        })
    } else {
        json!({ "displayName": "Engineers", "members": [{ "value": "U1", "type": "User" }, { "value": "U2" }] })
    };
    Resource::read(definition, &body).expect("a sound body")
}

/// What is printed is read as the same tree (RFC 7644 section 3.4.2.2), and can be held against a resource.
pub(super) fn filter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(tree) = parse_filter(text) {
        let printed = tree.to_string();
        // The printed form may be a level deeper, or longer, than what is accepted.
        if let Ok(again) = parse_filter(&printed) {
            assert_eq!(again, tree, "{printed}");
        }
    }
    for definition in &definitions() {
        if let Ok(filter) = Filter::parse(definition, text) {
            let _ = matches(definition, &filter, &sample(definition));
            let _ = matches(definition, &filter, &Resource::new());
        }
    }
}

/// The same for paths (RFC 7644 sections 3.5.2 and 3.10), which also name what is shown.
pub(super) fn path(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(path) = parse_attribute_path(text) {
        assert_eq!(parse_attribute_path(&path.to_string()).as_ref(), Ok(&path));
    }
    if let Ok(path) = parse_patch_path(text)
        && let Ok(again) = parse_patch_path(&path.to_string())
    {
        assert_eq!(again, path);
    }
    for definition in &definitions() {
        let _ = definition.attribute(text);
        for projection in [
            Projection::new(definition, Some(text.split(',')), []),
            Projection::new(definition, None::<[&str; 0]>, text.split(',')),
        ] {
            let whole = sample(definition);
            let mut shown = whole.clone();
            projection.apply(definition, &mut shown);
            assert!(shown.as_map().keys().all(|key| whole.as_map().contains_key(key)), "a projection adds nothing");
        }
    }
}

/// A PATCH or PUT is refused whole or can be applied; once more, it changes nothing more of what it replaces.
pub(super) fn patch(data: &[u8]) {
    let Ok(body) = serde_json::from_slice::<Value>(data) else { return };
    for definition in &definitions() {
        for change in [Change::from_patch(definition, &body), Change::from_put(definition, &body)] {
            let Ok(mut change) = change else { continue };
            let _ = change.named(definition);
            for before in [sample(definition), Resource::new()] {
                if let Ok(after) = apply(definition, &before, &change.edits) {
                    let _ = apply(definition, &after, &change.edits);
                }
            }
            if let Ok(members) = definition.attribute("members") {
                let _ = change.take_members(definition, members);
            }
        }
    }
}

/// A resource that is read is read as the same once more.
pub(super) fn body(data: &[u8]) {
    let Ok(body) = serde_json::from_slice::<Value>(data) else { return };
    for definition in &definitions() {
        if let Ok(resource) = Resource::read(definition, &body) {
            let shown = Value::Object(resource.as_map().clone());
            let again = Resource::read(definition, &shown).expect("what was read can be read");
            assert_eq!(again.as_map(), resource.as_map());
        }
    }
}
