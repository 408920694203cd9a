//! `$metadata`: XML, and never a refusal.

use std::fmt::Write;

use super::answer::Answer;
use super::call::Call;
use super::fields::{Kind, LENGTH_MAX, Object, entity};
use super::state::State;

/// The document of one entity set. An unknown name gets an invented entity type without fields.
pub(super) fn document(state: &State, call: &Call, set: &str) -> Answer {
    if call.wants_json() {
        return Answer::server_error();
    }
    let set = set.to_lowercase();
    let object = Object::of(&set, &state.options);
    let name: String = entity(&set).chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
    let mut xml = String::from(concat!(
        r#"<?xml version="1.0" encoding="utf-8"?>"#,
        r#"<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>"#,
        r#"<Schema Namespace="MetaData" xmlns="http://docs.oasis-open.org/odata/ns/edm">"#,
    ));
    let _ = write!(xml, r#"<EntityType Name="{name}">"#);
    if let Some(object) = object {
        xml.push_str(r#"<Key><PropertyRef Name="RecId" /></Key>"#);
        for field in &object.fields {
            let facets = match field.kind {
                Kind::Text if field.name == "RecId" => {
                    r#"Type="Edm.String" Nullable="false" MaxLength="32" Unicode="false""#.to_owned()
                }
                Kind::Text => format!(r#"Type="Edm.String" MaxLength="{LENGTH_MAX}" Unicode="true""#),
                Kind::DateTime => r#"Type="Edm.DateTimeOffset""#.to_owned(),
                Kind::Boolean => r#"Type="Edm.Boolean""#.to_owned(),
                Kind::Number => r#"Type="Edm.Int32""#.to_owned(),
            };
            let _ = write!(xml, r#"<Property Name="{}" {facets} />"#, field.name);
        }
    }
    xml.push_str("</EntityType></Schema></edmx:DataServices></edmx:Edmx>");
    Answer::xml(xml)
}
