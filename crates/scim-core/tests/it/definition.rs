//! `Definition::resolve`: what a path names.

use scim_core::definition::{Target, Unknown};
use scim_core::parser::parse_attribute_path;
use scim_core::schema::{ENTERPRISE_USER_URN, GROUP_URN, USER_URN};

use crate::fixtures::{EXAMPLE_URN, groups, users};

fn check(path: &str, expected: &str) {
    let users = users();
    let got = match users.resolve(&parse_attribute_path(path).expect("a path")) {
        Ok(Target::Attribute(id)) => users.path(id),
        Ok(Target::Extension(schema)) => format!("extension {schema}"),
        Ok(Target::Whole) => "whole".to_owned(),
        Err(Unknown::Schema) => "unknown schema".to_owned(),
        Err(Unknown::Attribute) => "unknown attribute".to_owned(),
    };
    assert_eq!(got, expected, "{path}");
}

#[test]
fn paths_are_resolved_without_regard_to_letter_case() {
    check("userName", "userName");
    check("USERNAME", "userName");
    check("Name.GIVENNAME", "name.givenName");
    check("emails.Value", "emails.value");
    check("meta.lastmodified", "meta.lastModified");
    check("ID", "id");
}

#[test]
fn a_urn_qualifies_a_path() {
    check(&format!("{USER_URN}:userName"), "userName");
    check(&format!("{USER_URN}:name.familyName"), "name.familyName");
    check(&USER_URN.to_uppercase().replace("USER", "User:DISPLAYNAME"), "displayName");
    check(&format!("{ENTERPRISE_USER_URN}:department"), &format!("{ENTERPRISE_USER_URN}:department"));
    check(&format!("{ENTERPRISE_USER_URN}:manager.value"), &format!("{ENTERPRISE_USER_URN}:manager.value"));
    check(&format!("{EXAMPLE_URN}:badge"), &format!("{EXAMPLE_URN}:badge"));
    check("urn:scim:schemas:core:1.0:userName", "userName");
    check("urn:scim:schemas:extension:enterprise:1.0:department", &format!("{ENTERPRISE_USER_URN}:department"));
}

#[test]
fn a_bare_urn_names_the_schema() {
    check(USER_URN, "whole");
    check(ENTERPRISE_USER_URN, "extension 1");
    check(&ENTERPRISE_USER_URN.to_uppercase(), "extension 1");
    assert!(parse_attribute_path(EXAMPLE_URN).is_err(), "it ends in no name");
    assert_eq!(users().schema_target(EXAMPLE_URN), Some(Target::Extension(2)));
    assert_eq!(users().schema_target("userName"), None);
}

#[test]
fn a_short_path_finds_the_extension_s_attribute() {
    check("manager", &format!("{ENTERPRISE_USER_URN}:manager"));
    check("Manager.Value", &format!("{ENTERPRISE_USER_URN}:manager.value"));
    check("badge", &format!("{EXAMPLE_URN}:badge"));
}

#[test]
fn an_unknown_schema_is_told_from_an_unknown_attribute() {
    check("urn:ietf:params:scim:schemas:extension:AcmeExt:2.0:User:tag", "unknown schema");
    check("urn:ietf:params:scim:schemas:extension:AcmeExt:2.0:User", "unknown schema");
    check(&format!("{GROUP_URN}:members"), "unknown schema");
    check("shoeSize", "unknown attribute");
    check("name.shoeSize", "unknown attribute");
    check("userName.value", "unknown attribute");
    check(&format!("{USER_URN}:department"), "unknown attribute");
    check(&format!("{ENTERPRISE_USER_URN}:userName"), "unknown attribute");
}

#[test]
fn every_path_resolves_to_itself() {
    for definition in [users(), groups()] {
        for &root in definition.roots() {
            for id in definition.family(root).iter() {
                assert_eq!(definition.attribute(&definition.path(id)), Ok(id));
            }
        }
    }
}

#[test]
fn schemas_that_name_another_type_alone_are_not_admitted() {
    let check = |schemas: &[&str], admitted: bool| {
        assert_eq!(users().admits(schemas.iter().copied()), admitted, "{schemas:?}");
    };
    check(&[], true);
    check(&[USER_URN], true);
    check(&[GROUP_URN], false);
    check(&[GROUP_URN, USER_URN], true);
    check(&["urn:scim:schemas:core:2.0"], true);
    check(&["http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/User"], true);
    check(&[ENTERPRISE_USER_URN], true);
}
