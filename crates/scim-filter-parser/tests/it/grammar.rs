//! What is accepted, and which tree it gives: each case is a text and the canonical form of its tree.

use scim_filter_parser::{
    AttributePath, Filter, Literal, Number, Operator, parse_attribute_path, parse_filter, parse_patch_path,
};

/// `text` reads as the tree that prints as `printed`, and that form reads as the same tree.
#[track_caller]
fn check(text: &str, printed: &str) {
    let tree = parse_filter(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(tree.to_string(), printed, "{text}");
    assert_eq!(parse_filter(printed).as_ref(), Ok(&tree), "{printed}");
}

/// `text` is already in canonical form.
#[track_caller]
fn check_same(text: &str) {
    check(text, text);
}

#[track_caller]
fn check_path(text: &str, schema: Option<&str>, name: &str, sub_attribute: Option<&str>) {
    let path = parse_attribute_path(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let expected = AttributePath {
        schema: schema.map(str::to_owned),
        name: name.to_owned(),
        sub_attribute: sub_attribute.map(str::to_owned),
    };
    assert_eq!(path, expected, "{text}");
    assert_eq!(path.full_name(), text);
    assert_eq!(text.parse(), Ok(path));
}

#[track_caller]
fn check_patch(text: &str, path: &str, filter: Option<&str>, sub_attribute: Option<&str>) {
    let target = parse_patch_path(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(target.path.to_string(), path, "{text}");
    assert_eq!(target.filter.as_ref().map(ToString::to_string).as_deref(), filter, "{text}");
    assert_eq!(target.sub_attribute.as_deref(), sub_attribute, "{text}");
    assert_eq!(target.to_string().parse().as_ref(), Ok(&target), "{text}");
}

#[track_caller]
fn check_value(text: &str, expected: Literal) {
    let filter = parse_filter(&format!("a eq {text}")).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(filter, Filter::Compare { path: AttributePath::new("a"), operator: Operator::Eq, value: expected });
}

#[test]
fn examples_of_rfc_7644_section_3_4_2_2() {
    check_same(r#"userName eq "bjensen""#);
    check_same(r#"name.familyName co "O'Malley""#);
    check_same(r#"userName sw "J""#);
    check_same(r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#);
    check_same("title pr");
    check_same(r#"meta.lastModified gt "2011-05-13T04:42:34Z""#);
    check_same(r#"meta.lastModified ge "2011-05-13T04:42:34Z""#);
    check_same(r#"meta.lastModified lt "2011-05-13T04:42:34Z""#);
    check_same(r#"meta.lastModified le "2011-05-13T04:42:34Z""#);
    check_same(r#"title pr and userType eq "Employee""#);
    check_same(r#"title pr or userType eq "Intern""#);
    check_same(r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#);
    check_same(r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#);
    check_same(r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#);
    check(
        r#"userType eq "Employee" and (emails.type eq "work")"#,
        r#"userType eq "Employee" and emails.type eq "work""#,
    );
    check_same(r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#);
    check_same(r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#);
}

#[test]
fn examples_of_other_sections_of_the_rfcs() {
    check_same(r#"externalId eq "701984""#);
    check_same(r#"id eq "2819c223-7f76-453a-919d-413861904646""#);
    check_same(r#"displayName sw "smith""#);
    check_same(r#"meta.resourceType eq "User""#);
    check(
        r#"(meta.resourceType eq "User") or (meta.resourceType eq "Group")"#,
        r#"meta.resourceType eq "User" or meta.resourceType eq "Group""#,
    );
}

#[test]
fn examples_of_rfc_7644_section_3_5_2() {
    check_patch("members", "members", None, None);
    check_patch("name.familyName", "name.familyName", None, None);
    check_patch(r#"addresses[type eq "work"]"#, "addresses", Some(r#"type eq "work""#), None);
    check_patch(
        r#"members[value eq "2819c223-7f76-453a-919d-413861904646"]"#,
        "members",
        Some(r#"value eq "2819c223-7f76-453a-919d-413861904646""#),
        None,
    );
    check_patch(
        r#"members[value eq "2819c223-7f76-453a-919d-413861904646"].displayName"#,
        "members",
        Some(r#"value eq "2819c223-7f76-453a-919d-413861904646""#),
        Some("displayName"),
    );
    check_patch(
        r#"emails[type eq "work" and value ew "example.com"]"#,
        "emails",
        Some(r#"type eq "work" and value ew "example.com""#),
        None,
    );
    check_patch(
        r#"addresses[type eq "work"].streetAddress"#,
        "addresses",
        Some(r#"type eq "work""#),
        Some("streetAddress"),
    );
    check_patch(
        "urn:ietf:params:scim:schemas:core:2.0:User:name",
        "urn:ietf:params:scim:schemas:core:2.0:User:name",
        None,
        None,
    );
}

#[test]
fn patch_paths_beyond_the_examples() {
    let user = "urn:ietf:params:scim:schemas:core:2.0:User";
    check_patch(
        &format!(r#"{user}:emails[type eq "work"].value"#),
        &format!("{user}:emails"),
        Some(r#"type eq "work""#),
        Some("value"),
    );
    check_patch(" members \t", "members", None, None);
    check_patch("members[ value eq 1 ].$ref", "members", Some("value eq 1"), Some("$ref"));
    check_patch("members.$ref", "members.$ref", None, None);
    check_patch("roles[primary EQ True]", "roles", Some("primary eq true"), None);
    check_patch("a[b pr or c pr and not(d pr)].e", "a", Some("b pr or c pr and not (d pr)"), Some("e"));
    check_patch("a.b[c pr].d", "a.b", Some("c pr"), Some("d"));
    check_patch(user, user, None, None);
}

#[test]
fn attribute_paths() {
    check_path("userName", None, "userName", None);
    check_path("name.givenName", None, "name", Some("givenName"));
    check_path("$ref", None, "$ref", None);
    check_path("members.$ref", None, "members", Some("$ref"));
    check_path("x-y_z9", None, "x-y_z9", None);
    check_path("not", None, "not", None);
    check_path("and.or", None, "and", Some("or"));
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    check_path(&format!("{enterprise}:department"), Some(enterprise), "department", None);
    check_path(&format!("{enterprise}:manager.displayName"), Some(enterprise), "manager", Some("displayName"));
    check_path("URN:IETF:Params:x:userName", Some("URN:IETF:Params:x"), "userName", None);
    check_path("urn::name", Some("urn:"), "name", None);
    check_path("urn:a.b-c_d:1.0:e.f", Some("urn:a.b-c_d:1.0"), "e", Some("f"));
    check_path("urn:example:a,b(c)%20d+e;f'g~h*!@$=/:name", Some("urn:example:a,b(c)%20d+e;f'g~h*!@$=/"), "name", None);
    check_path(
        "https://example.com/schemas/1.0:name.sub",
        Some("https://example.com/schemas/1.0"),
        "name",
        Some("sub"),
    );
}

#[test]
fn a_bare_schema_uri_is_split_at_its_last_colon() {
    let schema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    check_path(schema, Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0"), "User", None);
}

#[test]
fn precedence_and_groups() {
    check("a pr or b pr and c pr", "a pr or b pr and c pr");
    check("a pr or (b pr and c pr)", "a pr or b pr and c pr");
    check_same("(a pr or b pr) and c pr");
    check_same("a pr and (b pr or c pr)");
    check_same("(a pr and b pr) and c pr");
    check_same("a pr and (b pr and c pr)");
    check_same("(a pr or b pr) or c pr");
    check("((a pr))", "a pr");
    check("((a pr and b pr))", "a pr and b pr");
    check_same("not (a pr) and b pr");
    check_same("not (a pr and b pr)");
    check_same("not (not (a pr))");
    check("not ((a pr))", "not (a pr)");
    check_same("a pr and b pr or c pr and d pr");
    check_same("a[(b pr or c pr) and not (d pr)]");
}

#[test]
fn chains_are_flat_and_groups_are_kept() {
    let leaf = |name: &str| Filter::Present(AttributePath::new(name));
    let three = Filter::And(vec![leaf("a"), leaf("b"), leaf("c")]);
    assert_eq!(parse_filter("a pr and b pr and c pr"), Ok(three));
    let grouped = Filter::And(vec![Filter::And(vec![leaf("a"), leaf("b")]), leaf("c")]);
    assert_eq!(parse_filter("(a pr and b pr) and c pr"), Ok(grouped));
    let mixed = Filter::Or(vec![leaf("a"), Filter::And(vec![leaf("b"), leaf("c")]), leaf("d")]);
    assert_eq!(parse_filter("a pr or b pr and c pr or d pr"), Ok(mixed));
}

#[test]
fn keywords_in_any_letter_case() {
    check(r#"userName Eq "john""#, r#"userName eq "john""#);
    check(r#"Username eq "john""#, r#"Username eq "john""#);
    check("A PR And B pR OR nOt (C Pr)", "A pr and B pr or not (C pr)");
    check("a EQ TRUE and b nE False or c eq Null", "a eq true and b ne false or c eq null");
    for operator in Operator::ALL {
        check(&format!("a {} 1", operator.as_str().to_uppercase()), &format!("a {operator} 1"));
    }
}

#[test]
fn names_may_look_like_keywords() {
    check_same("and pr and or pr or pr pr");
    check_same("not pr");
    check_same("not eq true");
    check_same("NOT.not pr");
    check_same("true eq true");
    check_same("eq eq 1");
    check_same("andy pr and orla pr");
    check_same("notes pr");
}

#[test]
fn white_space_is_free() {
    check("  a   eq\t 1 \t", "a eq 1");
    check("(  a pr  )", "a pr");
    check("not(a pr)", "not (a pr)");
    check("not \t ( a pr )", "not (a pr)");
    check("a[  b   pr  ]", "a[b pr]");
    check("a pr   and\tb pr\t\tor  c pr", "a pr and b pr or c pr");
    check("a pr and (b pr)", "a pr and b pr");
}

#[test]
fn value_paths() {
    check_same("a[b pr]");
    check_same("a[b pr] and c pr");
    check_same("not (a[b pr])");
    check_same("a.b[c.d pr]");
    check_same(r#"urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"]"#);
    check_same("a[b pr and urn:x:y:c pr]");
}

#[test]
fn microsoft_entra_tests_a_sub_attribute_behind_the_brackets() {
    check(r#"emails[type eq "work"].value eq "a@b""#, r#"emails[type eq "work" and value eq "a@b"]"#);
    check(r#"emails[type eq "work"].value pr"#, r#"emails[type eq "work" and value pr]"#);
    check("a[b pr and c pr].d eq 1", "a[b pr and c pr and d eq 1]");
    check("a[(b pr and c pr)].d eq 1", "a[b pr and c pr and d eq 1]");
    check("a[b pr or c pr].d eq 1", "a[(b pr or c pr) and d eq 1]");
    check("a[not (b pr)].d eq 1", "a[not (b pr) and d eq 1]");
    check("a[b pr].c ne 1 and d[e pr].f pr", "a[b pr and c ne 1] and d[e pr and f pr]");
}

#[test]
fn literals() {
    let string = |text: &str| Literal::String(text.to_owned());
    check_value("null", Literal::Null);
    check_value("true", Literal::Boolean(true));
    check_value("FALSE", Literal::Boolean(false));
    check_value(r#""""#, string(""));
    check_value(r#""ada""#, string("ada"));
    check_value(r#""true""#, string("true"));
    check_value(r#"" \" \\ \/ \b \f \n \r \t ""#, string(" \" \\ / \u{8} \u{c} \n \r \t "));
    check_value(r#""\u0041\u00e9\u00E9\u20ac""#, string("Aéé€"));
    check_value(r#""\ud83d\ude00 \uD83D\uDE00 😀""#, string("😀 😀 😀"));
    check_value(r#""\ud800\udc00\udbff\udfff""#, string("\u{10000}\u{10ffff}"));
    check_value(r#""\u0000""#, string("\0"));
    check_value("\"\u{7f}\u{85}\u{2028}\u{feff}\"", string("\u{7f}\u{85}\u{2028}\u{feff}"));
    check_value(r#""a and b (c) [d] eq \"e\"""#, string(r#"a and b (c) [d] eq "e""#));
}

#[test]
fn numbers_keep_their_text() {
    for (text, integer, float) in [
        ("0", Some(0), 0.0),
        ("-0", Some(0), 0.0),
        ("42", Some(42), 42.0),
        ("-7", Some(-7), -7.0),
        ("9223372036854775807", Some(i64::MAX), 9_223_372_036_854_775_807.0),
        ("9223372036854775808", None, 9_223_372_036_854_775_808.0),
        ("1.0", None, 1.0),
        ("-1.25", None, -1.25),
        ("2e3", None, 2000.0),
        ("2E+3", None, 2000.0),
        ("25e-2", None, 0.25),
        ("1.5e1", None, 15.0),
        ("1e999", None, f64::INFINITY),
    ] {
        let number: Number = text.parse().expect(text);
        assert_eq!(number.as_str(), text);
        assert_eq!(number.as_i64(), integer, "{text}");
        assert_eq!(number.as_f64().to_bits() << 1, float.to_bits() << 1, "{text}");
        check_value(text, Literal::Number(number));
        check_same(&format!("(a eq {text} or b pr) and c[d eq {text}]"));
    }
}

#[test]
fn strings_print_with_the_fewest_escapes() {
    check(r#"a eq "\/\u0041\u007f\u00e9""#, "a eq \"/A\u{7f}é\"");
    check(r#"a eq "\u0022\u005c\u0008\u000C\u000a\u000d\u0009""#, r#"a eq "\"\\\b\f\n\r\t""#);
    check(r#"a eq "\u0000\u001F\u000b""#, r#"a eq "\u0000\u001f\u000b""#);
}
