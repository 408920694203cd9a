//! Resource types as JSON Schemas (draft 2020-12), for interface descriptions.
//!
//! They follow from the same definitions as `/Schemas`, and say less: JSON Schema has no word for `caseExact` or
//! `uniqueness`.

use serde_json::{Map, Value, json};

use crate::definition::{AttrId, Definition};
use crate::schema::{Kind, Mutability, Returned};

/// Whom a schema is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What the service provider answers. What may be left out by `attributes` is not required, and nothing else than
    /// what is defined is in it.
    Answer,
    /// What a client sends. Unknown attributes are no fault: they are overlooked.
    Request,
}

/// The schema of a resource.
pub fn resource(definition: &Definition, side: Side) -> Value {
    let urns: Vec<&str> = definition.schemas().map(|schema| schema.id.as_str()).collect();
    let mut properties = Map::new();
    let mut required = vec!["schemas"];
    for &root in definition.roots() {
        let node = definition.node(root);
        if root == definition.common().schemas || !is_there(definition, root, side) {
            continue;
        }
        if is_required(definition, root, side) && node.schema == 0 {
            required.push(&node.attribute.name);
        }
        let schema = attribute(definition, root, side);
        if node.schema == 0 {
            properties.insert(node.attribute.name.clone(), schema);
        } else {
            let extension = properties
                .entry(definition.schema_urn(node.schema))
                .or_insert_with(|| object(&Map::new(), &[], side, "An extension."));
            extension["properties"][&node.attribute.name] = schema;
        }
    }
    let mut schema = object(&properties, &required, side, &definition.resource_type().description);
    schema["properties"]["schemas"] = json!({
        "type": "array", "items": { "enum": urns }, "uniqueItems": true, "minItems": 1,
        "description": "The schemas of the resource.",
    });
    schema
}

fn is_there(definition: &Definition, id: AttrId, side: Side) -> bool {
    let attribute = &definition.node(id).attribute;
    attribute.advertised
        && match side {
            Side::Answer => attribute.returned != Returned::Never,
            Side::Request => attribute.mutability != Mutability::ReadOnly,
        }
}

fn is_required(definition: &Definition, id: AttrId, side: Side) -> bool {
    let attribute = &definition.node(id).attribute;
    match side {
        Side::Answer => attribute.returned == Returned::Always,
        Side::Request => attribute.is_demanded(),
    }
}

fn attribute(definition: &Definition, id: AttrId, side: Side) -> Value {
    let node = definition.node(id);
    let mut schema = match node.attribute.kind {
        Kind::String | Kind::Reference => json!({ "type": "string" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Decimal => json!({ "type": "number" }),
        Kind::Integer => json!({ "type": "integer" }),
        Kind::DateTime => json!({ "type": "string", "format": "date-time" }),
        Kind::Binary => json!({ "type": "string", "contentEncoding": "base64" }),
        Kind::Complex => {
            let parts = node.children.iter().copied().filter(|&part| is_there(definition, part, side));
            let properties =
                parts.map(|part| (definition.node(part).attribute.name.clone(), attribute(definition, part, side)));
            object(&properties.collect(), &[], side, &node.attribute.description)
        }
    };
    schema["description"] = node.attribute.description.as_str().into();
    if side == Side::Request && node.attribute.is_demanded() && node.attribute.kind == Kind::String {
        // An empty text is no value (RFC 7643 section 2.5).
        schema["minLength"] = 1.into();
    }
    if !node.attribute.canonical_values.is_empty() {
        schema["examples"] = json!(node.attribute.canonical_values);
    }
    if side == Side::Answer && node.attribute.mutability == Mutability::ReadOnly {
        schema["readOnly"] = true.into();
    }
    if node.attribute.multi_valued {
        return json!({ "type": "array", "items": schema, "description": node.attribute.description });
    }
    schema
}

fn object(properties: &Map<String, Value>, required: &[&str], side: Side, description: &str) -> Value {
    let mut schema = json!({ "type": "object", "description": description, "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    if side == Side::Answer {
        schema["additionalProperties"] = false.into();
    }
    schema
}
