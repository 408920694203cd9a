//! Filters parsed, resolved and evaluated (RFC 7644 section 3.4.2.2).

use scim_core::filter::{Operator, matches};
use scim_core::schema::{ENTERPRISE_USER_URN, USER_URN};
use scim_core::{Definition, Filter, ScimType};
use serde_json::json;

use crate::fixtures::{EXAMPLE_URN, group, groups, resource, user, users};

fn evaluate(filter: &str) -> bool {
    let definition = users();
    let parsed = Filter::parse(&definition, filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
    matches(&definition, &parsed, &resource(user()))
}

fn check(expected: bool, filters: &[&str]) {
    for filter in filters {
        assert_eq!(evaluate(filter), expected, "{filter}");
    }
}

/// Each operator, with one letter for what it comes to: `+`, `-`, or `!` for a refusal.
fn operators(attribute: &str, operand: &str, expected: &str) {
    let definition = users();
    let got: String = Operator::ALL
        .iter()
        .map(|operator| {
            let filter = format!("{attribute} {} {operand}", operator.as_str());
            match Filter::parse(&definition, &filter) {
                Ok(filter) if matches(&definition, &filter, &resource(user())) => '+',
                Ok(_) => '-',
                Err(error) => {
                    assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidFilter)), "{filter}");
                    '!'
                }
            }
        })
        .collect();
    assert_eq!(got, expected, "{attribute} … {operand}: eq ne co sw ew gt ge lt le");
}

#[test]
fn every_operator_with_every_kind() {
    //                                              eq ne co sw ew gt ge lt le
    operators("userName", r#""ADA@EXAMPLE.COM""#, "+-+++-+-+");
    operators("userName", r#""ada""#, "-+++-++--");
    operators("userName", r#""zoe""#, "-+-----++");
    operators("id", r#""U1""#, "+-+++-+-+");
    operators("id", r#""u1""#, "-+-----++");
    operators("active", "true", "+-!!!!!!!");
    operators("active", r#""False""#, "-+!!!!!!!");
    operators("active", r#""maybe""#, "!!!!!!!!!");
    operators("active", "1", "!!!!!!!!!");
    operators("badge", "77", "+-!!!-+-+");
    operators("badge", "76.5", "-+!!!++--");
    operators("badge", r#""77""#, "!!!!!!!!!");
    operators("rate", "5e-1", "+-!!!-+-+");
    operators("hired", r#""2020-02-29T11:00:00Z""#, "+-----+-+");
    operators("hired", r#""2020""#, "!!++-!!!!");
    operators("key", r#""QUJD""#, "+-+++!!!!");
    operators("key", r#""qujd""#, "-+---!!!!");
    operators("tags", r#""b""#, "+++++-+++");
    operators("manager.$ref", r#""../Users/U8""#, "+-+++-+-+");
    operators("manager.$ref", r#""../users/u8""#, "-+-----++");
    operators("name", r#""Ada""#, "!!!!!!!!!");
    operators("addresses", r#""Ada""#, "!!!!!!!!!");
    operators("userName", "null", "-+!!!!!!!");
    operators("nickName", "null", "+-!!!!!!!");
    operators("nickName", r#""x""#, "-+-------");
    operators("password", r#""x""#, "!!!!!!!!!");
    operators("userName", r#""a\u0000""#, "!!!!!!!!!");
    operators("shoeSize", "43", "!!!!!!!!!");
}

#[test]
fn what_is_absent_satisfies_ne_and_eq_null_alone() {
    check(true, &[r#"nickName ne "x""#, "nickName eq null", "not (nickName pr)", "phoneNumbers eq null"]);
    check(true, &[r#"phoneNumbers.type ne "work""#, r#"costCenter ne "1""#]);
    check(false, &[r#"nickName eq "x""#, r#"nickName sw """#, r#"nickName lt "x""#, "nickName pr", "nickName ne null"]);
    check(false, &[r#"phoneNumbers[type eq "work"]"#, r#"phoneNumbers[not (type eq "work")]"#, "phoneNumbers pr"]);
}

#[test]
fn one_value_of_many_is_enough() {
    check(
        true,
        &[r#"emails eq "ADA@home.example""#, r#"emails.value ew "example.com""#, r#"emails ne "ada@example.com""#],
    );
    check(true, &[r#"emails.type eq "home" and emails.value eq "ada@example.com""#, "emails pr", "emails.primary pr"]);
    check(false, &[r#"emails[type eq "home" and value eq "ada@example.com"]"#, r#"emails eq "x""#]);
    check(true, &[r#"emails[type eq "HOME" and value co "@home"]"#, "emails[not (primary eq true)]"]);
    check(true, &[r#"emails[primary ne true and type eq "home"]"#, r#"tags eq "b" and tags eq "A""#]);
}

#[test]
fn the_rfc_s_examples() {
    let definition = users();
    let mut bjensen = user();
    bjensen["userName"] = json!("bjensen");
    bjensen["name"]["familyName"] = json!("O'Malley");
    bjensen["title"] = json!("Job Title");
    bjensen["userType"] = json!("Employee");
    bjensen["meta"]["lastModified"] = json!("2011-05-13T04:42:34Z");
    bjensen["emails"] = json!([{ "value": "b@example.com", "type": "work" }, { "value": "b@example.org" }]);
    bjensen["ims"] = json!([{ "value": "b@foo.com", "type": "xmpp" }]);
    let bjensen = resource(bjensen);
    for filter in [
        r#"userName Eq "bjensen""#,
        r#"name.familyName co "O'Malley""#,
        r#"userName sw "J" or userName sw "b""#,
        &format!(r#"{USER_URN}:userName sw "b""#),
        "title pr",
        r#"meta.lastModified gt "2011-05-13T04:42:33Z""#,
        r#"meta.lastModified ge "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified lt "2011-05-13T04:42:34.5Z""#,
        r#"meta.lastModified le "2011-05-13T06:42:34+02:00""#,
        r#"title pr and userType eq "Employee""#,
        r#"title pr or userType eq "Intern""#,
        r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType ne "Intern" and not (emails co "example.net" or emails.value co "example.edu")"#,
        r#"userType eq "Employee" and (emails.type eq "work")"#,
        r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
    ] {
        let parsed = Filter::parse(&definition, filter).expect("the RFC has it");
        assert!(matches(&definition, &parsed, &bjensen), "{filter}");
    }
}

#[test]
fn entra_s_lookups() {
    check(
        true,
        &[
            r#"externalId eq "ext-1""#,
            r#"emails[type eq "work"].value eq "ADA@example.com""#,
            r#"id eq "U1" and manager eq "U8""#,
            r#"manager eq "U8" and id eq "U1""#,
            r#"roles[primary eq "True"].value eq "User""#,
            r#"roles.primary eq "true""#,
            &format!(r#"{ENTERPRISE_USER_URN}:manager.value eq "U8""#),
            &format!("{EXAMPLE_URN}:badge eq 77"),
        ],
    );
    check(
        false,
        &[
            r#"userName eq "3f5e2a51-0000-0000-0000-random""#,
            r#"externalId eq "EXT-1""#,
            r#"emails[type eq "home"].value eq "ada@example.com""#,
            r#"id eq "U1" and manager eq "u8""#,
        ],
    );
    let definition = groups();
    for (filter, expected) in [
        (r#"id eq "G1" and members eq "U1""#, true),
        (r#"id eq "G1" and members eq "u1""#, false),
        (r#"members.value eq "U3" and displayName eq "ENGINEERS""#, true),
        (r#"members[type eq "User"].value eq "U3""#, false),
    ] {
        let parsed = Filter::parse(&definition, filter).expect("Entra sends it");
        assert_eq!(matches(&definition, &parsed, &resource(group())), expected, "{filter}");
    }
}

#[test]
fn a_lookup_is_seen_as_one() {
    let definition = users();
    let check = |filter: &str, attribute: &str, expected: Option<&str>| {
        let parsed = Filter::parse(&definition, filter).expect("a filter");
        let id = definition.attribute(attribute).expect("a path");
        assert_eq!(parsed.required_text(id), expected, "{filter}");
        assert!(parsed.attributes(&definition).contains(definition.root_of(id)));
    };
    check(r#"userName eq "a""#, "userName", Some("a"));
    check(r#"active eq true and (title pr and userName eq "a")"#, "userName", Some("a"));
    check(r#"userName eq "a" or title pr"#, "userName", None);
    check(r#"not (userName eq "a")"#, "userName", None);
    check(r#"userName sw "a""#, "userName", None);
    check(r#"emails[value eq "a"]"#, "emails", None);
}

#[test]
fn nonsense_is_refused_with_a_reason() {
    let check = |definition: &Definition, filter: &str, reason: &str| {
        let error = Filter::parse(definition, filter).expect_err(filter);
        assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidFilter)));
        assert!(error.detail.contains(reason), "{filter}: {}", error.detail);
    };
    let users = users();
    check(&users, "", "position");
    check(&users, "userName eq ada", "position");
    check(&users, r#"shoeSize eq "43""#, "User has no attribute 'shoeSize'");
    check(&users, r#"urn:example:no:User:x eq "1""#, "belongs to no schema of User");
    check(&users, r#"emails[shoeSize eq "43"]"#, "emails has no attribute");
    check(&users, r#"emails[emails.value eq "43"]"#, "emails has no attribute");
    check(&users, r#"userName[value eq "43"]"#, "has no elements");
    check(&users, &format!(r#"{ENTERPRISE_USER_URN} eq "x""#), "no attribute");
    check(&users, "active gt true", "eq, ne and pr only");
    check(&users, r#"password sw "a""#, "cannot be searched");
    check(&users, "password pr", "cannot be searched");
    check(&groups(), r#"userName eq "a""#, "Group has no attribute");
}
