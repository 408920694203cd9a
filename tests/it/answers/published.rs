//! Holds a resource against the schemas as a client reads them.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// How much of a resource is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// All that it has.
    All,
    /// What a projection leaves.
    Some,
}

/// The schemas of a target by their URNs.
pub(super) struct Published(Map<String, Value>);

impl Published {
    /// From the answer of `/Schemas`.
    pub(super) fn new(schemas: &Value) -> Self {
        let all = schemas["Resources"].as_array().expect("schemas");
        Self(all.iter().map(|schema| (schema["id"].as_str().expect("a URN").to_owned(), schema.clone())).collect())
    }

    /// RFC 7643 sections 2.2 to 2.5, 3.1 and 3.3.
    #[track_caller]
    pub(super) fn check(&self, name: &str, resource: &Value, shown: Shown) {
        let core = format!("urn:ietf:params:scim:schemas:core:2.0:{name}");
        let members = resource.as_object().expect("a resource");
        let declared: BTreeSet<&str> =
            resource["schemas"].as_array().expect("schemas").iter().filter_map(Value::as_str).collect();
        assert!(declared.contains(core.as_str()), "{resource}");
        let extensions: BTreeSet<&str> =
            members.keys().map(String::as_str).filter(|key| key.starts_with("urn:")).collect();
        for urn in &extensions {
            assert!(declared.contains(urn), "{urn} is in schemas: {resource}");
            let attributes = &self.0.get(*urn).unwrap_or_else(|| panic!("{urn} is published"))["attributes"];
            object(attributes, &members[*urn], shown, urn);
        }
        if shown == Shown::All {
            assert_eq!(declared.len(), extensions.len() + 1, "no schema without attributes: {resource}");
        }
        let mut own = members.clone();
        own.retain(|key, _| !extensions.contains(key.as_str()));
        let mut attributes = self.0[&core]["attributes"].as_array().expect("attributes").clone();
        attributes.extend(common());
        object(&Value::Array(attributes), &Value::Object(own), shown, name);
        if let Some(meta) = resource.get("meta").filter(|_| shown == Shown::All) {
            let end = format!("/{name}s/{}", resource["id"].as_str().expect("an id"));
            assert_eq!(meta["resourceType"], name);
            assert!(meta["location"].as_str().is_some_and(|it| it.replace("%3A", ":").ends_with(&end)), "{resource}");
        }
    }

    /// RFC 7643 section 6: its schemas are published.
    #[track_caller]
    pub(super) fn check_resource_type(&self, resource_type: &Value) {
        let extensions = resource_type["schemaExtensions"].as_array().expect("extensions").iter();
        let urns = extensions.map(|it| &it["schema"]).chain([&resource_type["schema"]]);
        for urn in urns {
            assert!(self.0.contains_key(urn.as_str().expect("a URN")), "{urn} is published");
        }
    }
}

/// The common attributes (RFC 7643 section 3.1), which no schema lists.
fn common() -> Vec<Value> {
    let one = |name: &str, kind: &str, required: bool| {
        json!({ "name": name, "type": kind, "multiValued": false, "required": required,
            "returned": if required && name != "meta" { "always" } else { "default" } })
    };
    let meta = ["resourceType", "location", "version"].map(|name| one(name, "string", false));
    let dates = ["created", "lastModified"].map(|name| one(name, "dateTime", false));
    let mut whole = one("meta", "complex", true);
    whole["subAttributes"] = Value::Array(meta.into_iter().chain(dates).collect());
    let mut schemas = one("schemas", "reference", true);
    schemas["multiValued"] = true.into();
    vec![schemas, one("id", "string", true), one("externalId", "string", false), whole]
}

/// The members of an object are attributes in their canonical spelling, and those that must be there are.
#[track_caller]
fn object(attributes: &Value, found: &Value, shown: Shown, at: &str) {
    let attributes = attributes.as_array().expect("attributes");
    let found = found.as_object().unwrap_or_else(|| panic!("{at} is an object: {found}"));
    assert!(!found.is_empty(), "{at}: what is empty is left out");
    for (name, value) in found {
        let attribute = attributes.iter().find(|it| it["name"] == name.as_str());
        let attribute = attribute.unwrap_or_else(|| panic!("{at}.{name} is published: {value}"));
        assert_ne!(attribute["returned"], "never", "{at}.{name}");
        assert_ne!(attribute["mutability"], "writeOnly", "{at}.{name}");
        if attribute["multiValued"] == true {
            let list = value.as_array().unwrap_or_else(|| panic!("{at}.{name} is an array: {value}"));
            assert!(!list.is_empty(), "{at}.{name}: what is empty is left out");
            let primary = list.iter().filter(|element| element["primary"] == true).count();
            assert!(primary <= 1, "{at}.{name}: {value}");
            for element in list {
                one(attribute, element, shown, &format!("{at}.{name}"));
            }
        } else {
            one(attribute, value, shown, &format!("{at}.{name}"));
        }
    }
    for attribute in attributes {
        let is_due = attribute["returned"] == "always" || (shown == Shown::All && attribute["required"] == true);
        let name = attribute["name"].as_str().expect("a name");
        assert!(!is_due || found.contains_key(name), "{at}.{name} is there: {found:?}");
    }
}

/// A value is of its attribute's type (RFC 7643 section 2.3).
#[track_caller]
fn one(attribute: &Value, value: &Value, shown: Shown, at: &str) {
    let fits = match attribute["type"].as_str().expect("a type") {
        "complex" => return object(&attribute["subAttributes"], value, shown, at),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "decimal" => value.is_number(),
        "dateTime" => value.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok()),
        "string" | "reference" | "binary" => value.as_str().is_some_and(|text| !text.is_empty()),
        other => panic!("{at}: {other} is no type"),
    };
    assert!(fits, "{at} is of its type: {value}");
}

/// RFC 7644 section 3.12.
#[track_caller]
pub(super) fn check_error(body: &Value, status: u16) {
    let members = body.as_object().expect("an error");
    for name in members.keys() {
        assert!(["schemas", "scimType", "detail", "status"].contains(&name.as_str()), "{body}");
    }
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    assert_eq!(body["status"], status.to_string());
    assert!(body["detail"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    let table = ["invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget"];
    let table: Vec<&str> = table.into_iter().chain(["invalidValue", "invalidVers", "sensitive"]).collect();
    assert!(body.get("scimType").is_none_or(|it| it.as_str().is_some_and(|it| table.contains(&it))), "{body}");
    assert_eq!(status == 400, body.get("scimType").is_some(), "400 says which kind: {body}");
}
