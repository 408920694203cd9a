//! A user, a group and their definitions.

use scim_core::{Attribute, Definition, Kind, Mutability, Resource, ResourceType, Returned, Schema, schema};
use serde_json::{Value, json};

/// An extension with an attribute of every kind that the RFC's schemas leave out.
pub(crate) const EXAMPLE_URN: &str = "urn:example:ext:1.0";

pub(crate) fn users() -> Definition {
    let example = Schema {
        id: EXAMPLE_URN.to_owned(),
        name: "Example".to_owned(),
        description: "Kinds".to_owned(),
        attributes: vec![
            Attribute::new("badge", Kind::Integer, "A number."),
            Attribute::new("rate", Kind::Decimal, "A fraction."),
            Attribute::new("hired", Kind::DateTime, "A moment."),
            Attribute::new("key", Kind::Binary, "Bytes.").case_exact(),
            Attribute::string("tags", "Words.").multi(),
            Attribute::string("note", "Shown when asked for.").returned(Returned::Request),
            Attribute::string("stamp", "Ours.").mutability(Mutability::ReadOnly),
        ],
    };
    Definition::new(ResourceType::user(vec![schema::enterprise_user(), example]))
}

pub(crate) fn groups() -> Definition {
    Definition::new(ResourceType::group(Vec::new()))
}

pub(crate) fn resource(value: Value) -> Resource {
    match value {
        Value::Object(map) => Resource::from_canonical(map),
        other => unreachable!("{other} is no object"),
    }
}

pub(crate) fn user() -> Value {
    json!({
        "id": "U1", "externalId": "ext-1", "userName": "Ada@example.com",
        "name": { "formatted": "Ada Example", "familyName": "Example", "givenName": "Ada" },
        "displayName": "Ada Example", "title": "Countess", "active": true,
        "emails": [
            { "value": "ada@example.com", "type": "work", "primary": true },
            { "value": "ada@home.example", "type": "home" }
        ],
        "addresses": [
            { "type": "work", "streetAddress": "1 Main St", "locality": "Bergen" },
            { "type": "other", "locality": "Rome" }
        ],
        "roles": [{ "value": "User", "primary": true }],
        "groups": [{ "value": "G1", "display": "Engineers" }],
        "meta": { "resourceType": "User", "created": "2026-01-31T10:00:00Z" },
        schema::ENTERPRISE_USER_URN: {
            "department": "Research",
            "manager": { "value": "U8", "$ref": "../Users/U8", "displayName": "Grace Example" }
        },
        EXAMPLE_URN: { "badge": 77, "rate": 0.5, "hired": "2020-02-29T12:00:00+01:00", "key": "QUJD", "tags": ["a", "B"] }
    })
}

pub(crate) fn group() -> Value {
    json!({
        "id": "G1", "displayName": "Engineers",
        "members": [
            { "value": "U1", "$ref": "../Users/U1", "type": "User", "display": "Ada Example" },
            { "value": "U2", "type": "User" },
            { "value": "U3" }
        ]
    })
}
