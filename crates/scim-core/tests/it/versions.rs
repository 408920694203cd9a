//! What versions cover, and how clients name them.

use scim_core::version::{content, covered, is_told, wanted};
use scim_core::{Definition, Projection, Tags};
use serde_json::{Value, json};

use crate::fixtures::{group, groups, resource, user, users};

fn projection(definition: &Definition, only: &[&str], without: &[&str]) -> Projection {
    let only = (!only.is_empty()).then(|| only.iter().copied());
    Projection::new(definition, only, without.iter().copied())
}

#[test]
fn what_depends_on_where_somebody_asks_is_not_covered() {
    let (users, groups) = (users(), groups());
    for (definition, name, body, list) in
        [(&users, "meta.location", user(), "groups"), (&groups, "x", group(), "members")]
    {
        let plain = content(definition, &resource(body.clone()));
        let mut other = body;
        other["meta"]["location"] = "https://other.example/x".into();
        other["meta"]["version"] = "W/\"1\"".into();
        other[list][0]["$ref"] = "https://other.example/y".into();
        assert_eq!(content(definition, &resource(other)), plain, "{name}");
    }
}

#[test]
fn every_other_value_is_covered_in_any_order_of_names() {
    let users = users();
    let plain = content(&users, &resource(user()));
    let Value::Object(body) = user() else { unreachable!("a user is an object") };
    let reversed: serde_json::Map<_, _> = body.clone().into_iter().rev().collect();
    assert_eq!(content(&users, &resource(Value::Object(reversed))), plain);
    for name in body.keys() {
        let mut other = body.clone();
        other[name] = json!({ "changed": true });
        assert_ne!(content(&users, &resource(Value::Object(other))), plain, "{name}");
    }
    let mut spilled = user();
    spilled["displayName"] = "Ada\",\"x\":\"".into();
    assert_ne!(content(&users, &resource(spilled)), plain);
}

#[test]
fn a_version_makes_everything_wanted_and_members_never() {
    let (users, groups) = (users(), groups());
    let members = groups.attribute("members").expect("groups have members");
    // attributes, excludedAttributes, whether a user and a group then have a version
    for (only, without, of_user, of_group) in [
        (&[][..], &[][..], true, true),
        (&["userName", "displayName"][..], &[], false, false),
        (&["meta"], &[], true, false),
        (&["meta.version", "members"], &[], true, true),
        (&["meta.location", "members"], &[], false, false),
        (&[], &["meta"], false, false),
        (&[], &["meta.version"], false, false),
        (&[], &["displayName"], true, true),
        (&[], &["members"], true, false),
        (&[], &["groups"], false, true),
    ] {
        let case = format!("{only:?} {without:?}");
        for (definition, told) in [(&users, of_user), (&groups, of_group)] {
            let show = projection(definition, only, without);
            assert_eq!(is_told(definition, &show), told, "{case}");
            let want = wanted(definition, &show);
            if told {
                assert!(covered(definition).iter().all(|id| want.contains(id)), "{case}");
            } else {
                assert_eq!(want, show.shown(definition), "{case}");
            }
        }
        let show = projection(&groups, only, without);
        assert_eq!(wanted(&groups, &show).contains(members), show.shows(&groups, members), "{case}");
    }
}

#[test]
fn tags_are_read_as_the_rfc_writes_them() {
    let of = |tags: &[&str]| Some(Tags::Of(tags.iter().map(|&tag| tag.to_owned()).collect()));
    for (text, expected) in [
        ("*", Some(Tags::Any)),
        (" * ", Some(Tags::Any)),
        (r#""a""#, of(&["a"])),
        (r#"W/"a""#, of(&["a"])),
        (r#"W/"a","b" , W/"c""#, of(&["a", "b", "c"])),
        (r#", "a",,"#, of(&["a"])),
        (r#""a,b""#, of(&["a,b"])),
        (r#""""#, of(&[""])),
        (r#""é""#, of(&["é"])),
        ("", None),
        (",", None),
        ("a", None),
        (r#"w/"a""#, None),
        (r#"W/ "a""#, None),
        (r#""a"#, None),
        (r#""a" "b""#, None),
        (r#""a", *"#, None),
        (r#""a b""#, None),
        ("W/", None),
    ] {
        assert_eq!(Tags::parse(text), expected, "{text}");
    }
}

#[test]
fn versions_are_compared_weakly() {
    let tags = Tags::parse(r#"W/"a", "b""#).expect("tags");
    for (version, admitted) in
        [(r#"W/"a""#, true), (r#"W/"b""#, true), (r#""a""#, true), (r#"W/"c""#, false), ("", false)]
    {
        assert_eq!(tags.admit(version), admitted, "{version}");
        assert!(Tags::Any.admit(version));
    }
}
