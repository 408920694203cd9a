//! What each profile forgives: every row of the table by itself, and the clients' recorded bodies under their profile.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use scim_core::dialect::{Client, TABLE};
use scim_core::schema::{ENTERPRISE_USER_URN, GROUP_URN, USER_URN};
use scim_core::{Change, Definition, Dialect, Filter, Leniency, Notes, Profile, Resource, ScimError, ScimType, change};
use serde_json::{Value, json};

use crate::fixtures::{EXAMPLE_URN, group, groups, resource, user, users};
use crate::properties::{json, operation, runner};

/// A request that is the RFC but for one thing.
enum Sent {
    Post(Value),
    Put(Value),
    /// A whole message.
    Message(Value),
    /// Operations of a message.
    Patch(Value),
    /// One operation on a group.
    Group(Value),
    Filter(&'static str),
}

/// What becomes of it. Applying is a part of it.
fn read(sent: &Sent, notes: &Notes) -> Result<(), ScimError> {
    let applied = |definition: &Definition, before: Value, change: Result<Change, ScimError>| {
        let change = change?;
        change.refused.map_or(Ok(()), Err)?;
        change::apply_with(definition, &resource(before), &change.edits, notes).map(drop)
    };
    let message = |operations: &Value| json!({ "schemas": [change::PATCH_OP_URN], "Operations": operations });
    let users = users();
    match sent {
        Sent::Post(body) => Resource::read_with(&users, body, notes).map(drop),
        Sent::Put(body) => applied(&users, user(), Change::from_put_with(&users, body, notes)),
        Sent::Message(body) => applied(&users, user(), Change::from_patch_with(&users, body, notes)),
        Sent::Patch(operations) => {
            applied(&users, user(), Change::from_patch_with(&users, &message(operations), notes))
        }
        Sent::Group(operation) => {
            let message = message(&json!([operation]));
            applied(&groups(), group(), Change::from_patch_with(&groups(), &message, notes))
        }
        Sent::Filter(text) => Filter::parse_with(&users, text, notes).map(drop),
    }
}

/// It is forgiven and counted as this and nothing else; who does not forgive it, refuses it.
#[expect(clippy::needless_pass_by_value, reason = "the tables read better")]
fn check(what: Leniency, expected: ScimType, sent: Sent) {
    let notes = Notes::auto();
    let name = what.name();
    assert_eq!(read(&sent, &notes), Ok(()), "{name}");
    let forgiven: Vec<Leniency> = notes.forgiven().map(|(what, _)| what).collect();
    assert_eq!(forgiven, [what], "{name}: and nothing else");
    for dialect in [Dialect::STRICT, Dialect::AUTO.without(what)] {
        let notes = Notes::new(dialect);
        let refused = read(&sent, &notes).expect_err(name);
        assert_eq!((refused.status, refused.scim_type), (400, Some(expected)), "{name}: {refused}");
        assert_eq!(notes.forgiven().count(), 0, "{name}");
    }
}

fn replace(path: &str, value: impl Into<Value>) -> Sent {
    Sent::Patch(json!([{ "op": "replace", "path": path, "value": value.into() }]))
}

fn pathless(value: impl Into<Value>) -> Sent {
    Sent::Patch(json!([{ "op": "replace", "value": value.into() }]))
}

#[expect(clippy::needless_pass_by_value, reason = "the tables read better")]
fn post(more: Value) -> Sent {
    let mut body = json!({ "schemas": [USER_URN], "userName": "ada" });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    Sent::Post(body)
}

#[test]
fn the_table_is_whole_and_in_order() {
    for (position, row) in TABLE.iter().enumerate() {
        assert_eq!(row.what as usize, position, "{}", row.name);
        assert_eq!(row.what.row().name, row.what.name());
        assert_eq!(TABLE.iter().filter(|other| other.name == row.name).count(), 1, "{}", row.name);
        assert!(row.rows.iter().all(|row| (1..=53).contains(row)) && row.clause.starts_with("RFC "), "{}", row.name);
        assert!(Dialect::AUTO.forgives(row.what) && !Dialect::STRICT.forgives(row.what), "{}", row.name);
        for (dialect, client) in [(Dialect::OKTA, Client::Okta), (Dialect::ENTRA, Client::Entra)] {
            assert_eq!(dialect.forgives(row.what), row.everyone || row.clients.contains(&client), "{}", row.name);
        }
    }
    let names = [Profile::Auto, Profile::Okta, Profile::Entra, Profile::Strict].map(Profile::name);
    assert_eq!(names, ["auto", "okta", "entra", "strict"]);
    assert_eq!(Profile::default().dialect(), Dialect::AUTO);
}

#[test]
fn values_of_another_type() {
    use Leniency::{BareValue, EmptyElement, EmptyValue, ListOfOne, NumberForText, PrimaryTwice, RefForValue};
    use Leniency::{SingleForList, TextForNumber, WordForBoolean};
    let invalid = ScimType::InvalidValue;
    let manager = format!("{ENTERPRISE_USER_URN}:manager");
    let of_example = |name: &str| format!("{EXAMPLE_URN}:{name}");
    check(WordForBoolean, invalid, replace("active", "False"));
    check(WordForBoolean, invalid, replace("emails", json!([{ "value": "a", "primary": "True" }])));
    check(WordForBoolean, ScimType::InvalidFilter, Sent::Filter(r#"roles[primary eq "True"]"#));
    check(WordForBoolean, ScimType::InvalidPath, replace(r#"roles[primary eq "True"].value"#, "x"));
    check(TextForNumber, invalid, replace(&of_example("badge"), "42"));
    check(TextForNumber, invalid, replace(&of_example("rate"), "0.5"));
    check(NumberForText, invalid, replace("title", 7));
    check(NumberForText, invalid, replace("title", true));
    check(NumberForText, ScimType::InvalidFilter, Sent::Filter("title eq 7"));
    check(ListOfOne, invalid, replace("active", json!([false])));
    check(ListOfOne, invalid, replace(&manager, json!([{ "value": "U9" }])));
    check(ListOfOne, invalid, pathless(json!([{ "title": "x" }])));
    check(ListOfOne, invalid, replace(r#"emails[type eq "work"]"#, json!([{ "value": "x" }])));
    check(ListOfOne, invalid, replace(ENTERPRISE_USER_URN, json!([{ "department": "x" }])));
    check(SingleForList, invalid, post(json!({ "emails": { "value": "a" } })));
    check(SingleForList, invalid, pathless(json!({ "emails": { "value": "a" } })));
    check(BareValue, invalid, replace(&manager, "U9"));
    check(BareValue, invalid, replace("roles", json!(["Admin"])));
    check(RefForValue, invalid, replace(&manager, json!({ "$ref": "../Users/U9" })));
    check(
        PrimaryTwice,
        invalid,
        replace("emails", json!([{ "value": "a", "primary": true }, { "value": "b", "primary": true }])),
    );
    for nothing in [json!(""), json!([]), json!({})] {
        check(EmptyValue, invalid, replace("title", nothing));
    }
    check(EmptyValue, invalid, replace("name.givenName", ""));
    check(EmptyValue, invalid, post(json!({ ENTERPRISE_USER_URN: "" })));
    check(EmptyValue, invalid, pathless(json!({ ENTERPRISE_USER_URN: [] })));
    check(EmptyElement, invalid, replace("emails", json!([null, { "value": "a" }])));
}

#[test]
fn operations_and_paths() {
    use Leniency::{Blanks, UnknownAttribute, UnknownExtension};
    use Leniency::{CreateByFilter, EmptyPath, KeysAsPaths, OpLetterCase, ReadOnlyInPatch, RemoveListed, ShortPath};
    use ScimType::{InvalidPath, InvalidSyntax, Mutability, NoTarget};
    check(OpLetterCase, InvalidSyntax, Sent::Patch(json!([{ "op": "Replace", "path": "title", "value": "x" }])));
    check(EmptyPath, InvalidPath, Sent::Patch(json!([{ "op": "add", "path": "", "value": { "title": "x" } }])));
    check(KeysAsPaths, InvalidSyntax, pathless(json!({ "name.givenName": "A" })));
    check(KeysAsPaths, InvalidSyntax, pathless(json!({ format!("{ENTERPRISE_USER_URN}:department"): "A" })));
    check(KeysAsPaths, InvalidSyntax, pathless(json!({ format!("{USER_URN}:title"): "A" })));
    check(KeysAsPaths, InvalidSyntax, pathless(json!({ r#"emails[type eq "work"].value"#: "A" })));
    check(ShortPath, InvalidPath, replace("department", "x"));
    check(ShortPath, InvalidSyntax, pathless(json!({ "department": "x" })));
    check(ShortPath, ScimType::InvalidFilter, Sent::Filter(r#"id eq "U1" and manager eq "U9""#));
    check(ReadOnlyInPatch, Mutability, pathless(json!({ "id": "U1" })));
    check(ReadOnlyInPatch, Mutability, pathless(json!({ EXAMPLE_URN: { "stamp": "x" } })));
    check(
        ReadOnlyInPatch,
        Mutability,
        Sent::Group(json!({ "op": "replace", "value": { "id": "G1", "displayName": "E" } })),
    );
    check(UnknownAttribute, InvalidSyntax, pathless(json!({ "shoeSize": 43 })));
    check(UnknownAttribute, InvalidSyntax, pathless(json!({ "not a path": 43 })));
    check(UnknownAttribute, InvalidSyntax, pathless(json!({ "name": { "shoeSize": 43 } })));
    check(UnknownAttribute, InvalidSyntax, pathless(json!({ ENTERPRISE_USER_URN: { "shoeSize": 43 } })));
    check(UnknownAttribute, InvalidSyntax, replace("roles", json!([{ "value": "A", "displayName": "A" }])));
    check(UnknownExtension, InvalidPath, replace("urn:example:no:2.0:User:tag", "x"));
    check(UnknownExtension, InvalidSyntax, pathless(json!({ "urn:example:no:2.0:User": { "tag": "x" } })));
    let listed = json!({ "op": "remove", "path": "members", "value": [{ "value": "U1" }] });
    check(RemoveListed, ScimType::InvalidValue, Sent::Group(listed));
    for op in ["add", "replace"] {
        let path = r#"phoneNumbers[type eq "mobile"].value"#;
        check(CreateByFilter, NoTarget, Sent::Patch(json!([{ "op": op, "path": path, "value": "1" }])));
    }
    check(Blanks, InvalidPath, replace(r#"emails[type  eq "work"].value"#, "x"));
    check(Blanks, InvalidPath, replace(" title", "x"));
}

#[test]
fn bodies_and_their_schemas() {
    use Leniency::{PutWithoutRequired, SchemasAlias, SchemasForeign, SchemasMissing, SchemasUnlisted};
    use Leniency::{UnknownAttribute, UnknownExtension};
    let syntax = ScimType::InvalidSyntax;
    let operations = json!([{ "op": "replace", "path": "title", "value": "x" }]);
    check(SchemasMissing, syntax, Sent::Post(json!({ "userName": "ada" })));
    check(SchemasMissing, syntax, Sent::Put(json!({ "userName": "ada", "schemas": [] })));
    check(SchemasMissing, syntax, Sent::Post(json!({ "userName": "ada", "schemas": [ENTERPRISE_USER_URN] })));
    check(SchemasMissing, syntax, Sent::Message(json!({ "Operations": operations })));
    check(SchemasMissing, syntax, Sent::Message(json!({ "schemas": [USER_URN], "Operations": operations })));
    check(SchemasAlias, syntax, post(json!({ "schemas": ["urn:scim:schemas:core:2.0"] })));
    check(SchemasAlias, ScimType::InvalidPath, replace("urn:scim:schemas:core:2.0:User:title", "x"));
    check(
        SchemasForeign,
        syntax,
        post(json!({ "schemas": [USER_URN, "http://schemas.example.com/2006/11/2.0/User"] })),
    );
    let both = json!({ "schemas": [change::PATCH_OP_URN, USER_URN], "Operations": operations });
    check(SchemasForeign, syntax, Sent::Message(both));
    check(SchemasUnlisted, syntax, post(json!({ ENTERPRISE_USER_URN: { "department": "x" } })));
    check(PutWithoutRequired, ScimType::InvalidValue, Sent::Put(json!({ "schemas": [USER_URN], "title": "x" })));
    check(UnknownAttribute, syntax, post(json!({ "shoeSize": 43 })));
    check(UnknownAttribute, syntax, post(json!({ "name": { "shoeSize": 43 } })));
    check(UnknownExtension, syntax, post(json!({ "urn:example:no:2.0:User": { "tag": "x" } })));
}

#[test]
fn filters() {
    use Leniency::{Blanks, LiteralLetterCase, SchemasAlias, TestBehindBrackets};
    let check = |what, text| check(what, ScimType::InvalidFilter, Sent::Filter(text));
    check(Blanks, r#"userName  eq "ada""#);
    check(LiteralLetterCase, "active eq True");
    check(TestBehindBrackets, r#"emails[type eq "work"].value eq "ada@example.com""#);
    check(SchemasAlias, r#"urn:scim:schemas:core:1.0:User:userName eq "ada""#);
}

#[test]
fn what_the_rfcs_have_is_no_matter_of_forgiving() {
    let strict = |sent: Sent| assert_eq!(read(&sent, &Notes::new(Dialect::STRICT)), Ok(()));
    let mut echo = user();
    echo["schemas"] = json!([USER_URN, ENTERPRISE_USER_URN, EXAMPLE_URN]);
    strict(Sent::Put(echo));
    strict(post(json!({ "id": "X", "meta": {}, "groups": [], "title": null, "emails": [], "USERNAME": "ada" })));
    strict(replace("NAME.givenname", "A"));
    strict(replace(r#"emails[type eq "work"].VALUE"#, "a"));
    strict(replace("name", json!({ "givenName": "A" })));
    strict(replace("title", json!(null)));
    strict(replace("emails", json!([])));
    strict(Sent::Patch(json!([{ "op": "add", "path": "emails", "value": { "value": "a" } }])));
    strict(pathless(json!({ "title": "x", ENTERPRISE_USER_URN: { "department": "x" } })));
    strict(Sent::Group(json!({ "op": "remove", "path": r#"members[value eq "nobody"]"# })));
    let whole = json!([{ "value": "U9", "$ref": "https://example.com/Users/U9", "display": "Hal" }]);
    strict(Sent::Group(json!({ "op": "add", "path": "members", "value": whole })));
    strict(Sent::Filter(r#"emails co "example.com" or emails[type eq "work" and value pr]"#));
    strict(Sent::Filter(
        r#"not (title pr) and active eq true and urn:ietf:params:scim:schemas:core:2.0:User:userName sw "a""#,
    ));
}

#[test]
fn a_well_formed_disable_wins_over_what_strict_refuses() {
    let definition = users();
    let read = |operations: Value| {
        let body = json!({ "schemas": [change::PATCH_OP_URN], "Operations": operations });
        Change::from_patch_with(&definition, &body, &Notes::new(Dialect::STRICT)).expect("well-formed")
    };
    let off = json!({ "op": "replace", "path": "active", "value": false });
    for beside in [
        json!({ "op": "Replace", "path": "title", "value": "x" }),
        json!({ "op": "replace", "path": "title", "value": "" }),
        json!({ "op": "replace", "path": "manager", "value": "U9" }),
        json!({ "op": "replace", "value": { "id": "U1" } }),
        json!({ "op": "add", "path": "urn:example:no:2.0:User:tag", "value": "x" }),
    ] {
        for operations in [json!([off, beside]), json!([beside, off])] {
            let change = read(operations);
            assert!(change.off() && change.refused.is_some(), "{beside}");
        }
    }
    assert!(read(json!([{ "op": "replace", "value": { "active": false, "id": "U1" } }])).off());
    for malformed in [
        json!([{ "op": "replace", "path": "active", "value": "False" }]),
        json!([{ "op": "Replace", "path": "active", "value": false }]),
        json!([{ "op": "replace", "value": [{ "active": false }] }]),
    ] {
        let change = read(malformed.clone());
        assert!(!change.off() && change.refused.is_some(), "{malformed}");
    }
    for body in [json!({ "active": false }), json!({ "schemas": [USER_URN], "active": false, "shoeSize": 43 })] {
        let change = Change::from_put_with(&definition, &body, &Notes::new(Dialect::STRICT)).expect("readable");
        assert!(change.off() && change.refused.is_some(), "{body}");
    }
    let bare = json!({ "Operations": [off] });
    let change = Change::from_patch_with(&definition, &bare, &Notes::new(Dialect::STRICT)).expect("readable");
    assert!(change.off() && change.refused.is_some());
}

/// Under `strict` a request is done exactly where it is done under `auto` with nothing forgiven, and to the same end.
fn agrees(definition: &Definition, body: &Value) -> Result<(), TestCaseError> {
    let read = |notes: &Notes| {
        let change = match body.get("Operations") {
            Some(_) => Change::from_patch_with(definition, body, notes)?,
            None => Change::from_put_with(definition, body, notes)?,
        };
        let before = resource(user());
        let after = change::apply_with(definition, &before, &change.edits, notes)?;
        let switches = (change.active, change.password.map(|password| password.0));
        change.refused.map_or(Ok((switches, after)), Err)
    };
    let (auto, strict) = (Notes::auto(), Notes::new(Dialect::STRICT));
    match (read(&auto), read(&strict)) {
        (Ok(done), Ok(strictly)) => {
            prop_assert_eq!(done, strictly, "{}", body);
            prop_assert_eq!(auto.forgiven().collect::<Vec<_>>(), [], "{}", body);
        }
        (Ok(_), Err(refused)) => prop_assert!(auto.forgiven().count() > 0, "{body}: {refused}"),
        (Err(_), strictly) => prop_assert!(strictly.is_err(), "{body}"),
    }
    prop_assert_eq!(strict.forgiven().count(), 0);
    Ok(())
}

#[test]
fn strict_does_what_auto_does_where_nothing_is_forgiven() {
    let definition = users();
    let operations = (operation(), any::<bool>());
    runner(2_000)
        .run(&operations, |(mut operation, lower)| {
            if lower {
                operation["op"] = operation["op"].as_str().expect("a word").to_lowercase().into();
            }
            agrees(&definition, &json!({ "schemas": [change::PATCH_OP_URN], "Operations": [operation] }))
        })
        .expect("it holds for operations");
    let names = ["active", "title", "name", "emails", "roles", "groups", "password", ENTERPRISE_USER_URN, EXAMPLE_URN];
    let parts = prop::collection::vec((prop::sample::select(names.to_vec()), json()), 0..4);
    runner(1_000)
        .run(&parts, |parts| {
            let mut body = json!({ "schemas": [USER_URN, ENTERPRISE_USER_URN, EXAMPLE_URN], "userName": "ada" });
            for (name, value) in &parts {
                body[name] = value.clone();
            }
            agrees(&definition, &body)?;
            let value: Value = parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            let operation = json!({ "op": "replace", "value": value });
            agrees(&definition, &json!({ "schemas": [change::PATCH_OP_URN], "Operations": [operation] }))
        })
        .expect("it holds for bodies and for values without a path");
}

/// The outcome of a recorded body, as text.
fn outcome(path: &Path, notes: &Notes) -> String {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("names are ASCII");
    let body: Value = serde_json::from_str(&fs::read_to_string(path).expect("a readable file")).expect("JSON");
    let words: Vec<&str> = stem.split('-').collect();
    let (definition, before) = if words.contains(&"group") { (groups(), group()) } else { (users(), user()) };
    if words.contains(&"post") {
        return format!("{:?}", Resource::read_with(&definition, &body, notes));
    }
    let change = if words.contains(&"put") {
        Change::from_put_with(&definition, &body, notes)
    } else {
        Change::from_patch_with(&definition, &body, notes)
    };
    let after = change.as_ref().ok().map(|change| {
        change::apply_with(&definition, &resource(before), &change.edits, notes).map(Resource::into_json)
    });
    format!("{change:?} {after:?}")
}

#[test]
fn each_client_s_recorded_bodies_are_understood_under_its_profile() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples");
    for (folder, profile) in [("okta", Profile::Okta), ("entra", Profile::Entra), ("rfc7644", Profile::Strict)] {
        let mut count = 0;
        for entry in fs::read_dir(root.join(folder)).expect("the samples are in the repository") {
            let path = entry.expect("a readable folder").path();
            let (auto, own) = (Notes::auto(), Notes::new(profile.dialect()));
            assert_eq!(outcome(&path, &auto), outcome(&path, &own), "{}", path.display());
            assert!(auto.forgiven().eq(own.forgiven()), "{}", path.display());
            count += 1;
        }
        assert!(count > 10, "{folder}: the samples are there");
    }
    let other = json!({ "schemas": [GROUP_URN], "userName": "ada" });
    assert!(Resource::read_with(&users(), &other, &Notes::auto()).is_err(), "another type is forgiven to nobody");
}
