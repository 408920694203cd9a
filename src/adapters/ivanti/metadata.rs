//! The description of an object's fields (reference section 2.2).

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// The names of the fields of the entity type that has this key field. An unknown object is described as an invented
/// type without fields, so "no such type" means "no such object".
pub(super) fn fields(xml: &[u8], key: &str) -> Option<Vec<String>> {
    let mut reader = Reader::from_reader(xml);
    let mut names: Vec<String> = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "EntityType" => names.clear(),
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "Property" => {
                names.extend(name(&tag));
            }
            Event::End(tag) if tag.local_name().as_ref() == "EntityType" && names.iter().any(|it| it == key) => {
                return Some(names);
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn name(tag: &BytesStart<'_>) -> Option<String> {
    let attribute = tag.try_get_attribute("Name").ok()??;
    attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::fields;

    #[test]
    fn the_type_with_the_key_is_the_object() {
        let xml =
            br#"<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
            <Schema Namespace="MetaData" xmlns="http://docs.oasis-open.org/odata/ns/edm">
            <EntityType Name="invented"/>
            <EntityType Name="employee"><Key><PropertyRef Name="RecId"/></Key>
            <Property Name="RecId" Type="Edm.String"/><Property Name="LoginID" Type="Edm.String"></Property>
            </EntityType></Schema></edmx:DataServices></edmx:Edmx>"#;
        assert_eq!(fields(xml, "RecId"), Some(vec!["RecId".to_owned(), "LoginID".to_owned()]));
        assert_eq!(fields(br#"<Schema><EntityType Name="nothing"></EntityType></Schema>"#, "RecId"), None);
        assert_eq!(fields(b"<html><body>sign in</body>", "RecId"), None);
    }
}
