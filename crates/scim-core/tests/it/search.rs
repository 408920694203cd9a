//! The `SearchRequest` message, and filters over several resource types.

use scim_core::filter::{Share, matches};
use scim_core::{Filter, ScimType, SearchRequest};
use serde_json::{Value, json};

use crate::fixtures::{group, groups, resource, user, users};

#[test]
fn the_message_is_read_in_all_its_spellings() {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let plain = SearchRequest::default();
    for (body, expected) in [
        (json!({}), plain.clone()),
        (json!({ "filter": null, "attributes": null, "count": null, "cursor": null }), plain.clone()),
        (json!({ "filter": " ", "sortBy": "", "count": "" }), plain.clone()),
        (
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SEARCHREQUEST"], "Filter": "title pr" }),
            SearchRequest { filter: Some("title pr".to_owned()), ..plain.clone() },
        ),
        (
            json!({ "attributes": ["userName", "name.givenName,title"], "excludedAttributes": "emails, roles" }),
            SearchRequest {
                attributes: names(&["userName", "name.givenName", "title"]),
                excluded_attributes: names(&["emails", "roles"]),
                ..plain.clone()
            },
        ),
        (
            json!({ "startIndex": -3, "count": "12", "sortBy": "title", "sortOrder": "descending", "cursor": "" }),
            SearchRequest {
                start_index: Some(-3),
                count: Some(12),
                sort_by: Some("title".to_owned()),
                sort_order: Some("descending".to_owned()),
                cursor: Some(String::new()),
                ..plain.clone()
            },
        ),
        (json!({ "count": 18_446_744_073_709_551_615_u64 }), SearchRequest { count: Some(i64::MAX), ..plain.clone() }),
    ] {
        assert_eq!(SearchRequest::read(&body), Ok(expected), "{body}");
    }
}

#[test]
fn what_is_no_search_request_is_refused_by_name() {
    for (body, scim_type, word) in [
        (json!([]), ScimType::InvalidSyntax, "object"),
        (json!("x"), ScimType::InvalidSyntax, "object"),
        (
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] }),
            ScimType::InvalidSyntax,
            "SearchRequest",
        ),
        (json!({ "filter": 1 }), ScimType::InvalidValue, "'filter'"),
        (json!({ "sortBy": ["title"] }), ScimType::InvalidValue, "'sortBy'"),
        (json!({ "attributes": [1] }), ScimType::InvalidValue, "'attributes'"),
        (json!({ "excludedAttributes": {} }), ScimType::InvalidValue, "'excludedAttributes'"),
        (json!({ "count": 1.5 }), ScimType::InvalidValue, "'count'"),
        (json!({ "count": "x" }), ScimType::InvalidValue, "'count'"),
        (json!({ "startIndex": true }), ScimType::InvalidValue, "'startIndex'"),
        (json!({ "count": "x", "cursor": "" }), ScimType::InvalidCount, "'count'"),
        (json!({ "cursor": 7 }), ScimType::InvalidCursor, "'cursor'"),
    ] {
        let refused = SearchRequest::read(&body).expect_err("it is none");
        assert_eq!((refused.status, refused.scim_type), (400, Some(scim_type)), "{body}");
        assert!(refused.detail.contains(word), "{body}: {refused}");
    }
}

#[test]
fn an_attribute_that_a_type_lacks_has_no_value_there() {
    let (users, groups) = (users(), groups());
    let satisfied = |share: &Share, definition, value: Value| match share {
        Share::All => true,
        Share::Nothing => false,
        Share::Where(filter) => matches(definition, filter, &resource(value)),
    };
    for (filter, of_user, of_group) in [
        (r#"userName eq "ada@example.com""#, true, false),
        (r#"displayName co "e""#, true, true),
        (r#"displayName eq "engineers""#, false, true),
        ("members pr", false, true),
        ("userName pr or members pr", true, true),
        ("userName pr and members pr", false, false),
        ("not (userName pr)", false, true),
        ("not (userName pr) and not (members pr)", false, false),
        (r#"userName ne "x" and id pr"#, true, true),
        ("userName eq null", false, true),
        ("userName ne null", true, false),
        (r#"emails[type eq "work"] or members[value eq "U1"]"#, true, true),
        (r#"not (emails[type eq "work"])"#, false, true),
        ("active gt true or members pr", false, false),
    ] {
        let shares = match Filter::parse_each(&[&users, &groups], filter) {
            Ok(shares) => shares,
            Err(refused) => {
                assert!(filter.starts_with("active gt") && refused.detail.contains("boolean"), "{filter}: {refused}");
                continue;
            }
        };
        let outcome = (satisfied(&shares[0], &users, user()), satisfied(&shares[1], &groups, group()));
        assert_eq!(outcome, (of_user, of_group), "{filter}");
    }
}

#[test]
fn what_decides_for_a_type_leaves_no_filter_behind() {
    let (users, groups) = (users(), groups());
    for (filter, of_groups) in [
        ("userName pr", Share::Nothing),
        ("userName pr or emails pr", Share::Nothing),
        ("not (userName pr)", Share::All),
        ("userName pr and displayName pr", Share::Nothing),
        ("not (userName pr) or displayName pr", Share::All),
    ] {
        let shares = Filter::parse_each(&[&users, &groups], filter).expect("a filter");
        assert_eq!(shares[1], of_groups, "{filter}");
    }
}

#[test]
fn what_means_nothing_to_any_type_is_refused() {
    let (users, groups) = (users(), groups());
    for (filter, reason) in [
        ("", "position"),
        (r#"shoeSize eq "43""#, "has no attribute 'shoeSize'"),
        (r#"userName pr or shoeSize eq "43""#, "has no attribute 'shoeSize'"),
        ("password pr", "cannot be searched"),
        (r#"members[shoeSize eq "1"]"#, "members has no attribute"),
        (r#"name eq "x""#, "complex"),
    ] {
        let refused = Filter::parse_each(&[&users, &groups], filter).expect_err(filter);
        assert_eq!((refused.status, refused.scim_type), (400, Some(ScimType::InvalidFilter)), "{filter}");
        assert!(refused.detail.contains(reason), "{filter}: {refused}");
    }
}

#[test]
fn for_one_type_the_share_is_the_filter() {
    let users = users();
    let filter = r#"userName sw "a" and (title pr or not (active eq true))"#;
    let alone = Filter::parse(&users, filter).expect("a filter");
    assert_eq!(Filter::parse_each(&[&users], filter), Ok(vec![Share::Where(alone)]));
}
