//! The recorded bodies under `tests/samples/` of the repository, each against its file under `tests/expected/`.
//!
//! `UPDATE_EXPECT=1 cargo test -p scim-core` rewrites the expectations; the difference is to be read before it is kept.

use std::fs;
use std::path::{Path, PathBuf};

use scim_core::messages::{Paging, list_response};
use scim_core::{Change, Definition, Resource, ResourceType, ScimError, SearchRequest, change, discovery, schema};
use serde_json::{Value, json};

/// What the name of a sample may say that it is.
const VERBS: [&str; 6] = ["post", "put", "patch", "search", "list", "config"];

fn user() -> Value {
    json!({
        "id": "U1", "externalId": "ext-1", "userName": "Ada@example.com",
        "name": { "formatted": "Ada Example", "familyName": "Example", "givenName": "Ada" },
        "displayName": "Ada Example", "title": "Countess",
        "emails": [
            { "value": "ada@example.com", "type": "work", "primary": true },
            { "value": "ada@home.example", "type": "home" }
        ],
        "addresses": [
            { "type": "work", "streetAddress": "1 Main St", "locality": "Bergen" },
            { "type": "other", "locality": "Rome" }
        ],
        "roles": [{ "value": "User", "primary": true }],
        "groups": [{ "value": "G1", "display": "Engineers" }],
        schema::ENTERPRISE_USER_URN: {
            "department": "Research",
            "manager": { "value": "U8", "$ref": "../Users/U8", "displayName": "Grace Example" }
        }
    })
}

fn group() -> Value {
    json!({
        "id": "G1", "externalId": "ext-g1", "displayName": "Engineers",
        "members": [
            { "value": "U1", "$ref": "../Users/U1", "type": "User", "display": "Ada Example" },
            { "value": "U2", "type": "User" },
            { "value": "U3" }
        ]
    })
}

/// A query as it is understood.
fn searched(body: &Value) -> Result<Value, ScimError> {
    let request = SearchRequest::read(body)?;
    Ok(json!({
        "attributes": request.attributes, "excludedAttributes": request.excluded_attributes,
        "filter": request.filter, "sortBy": request.sort_by, "sortOrder": request.sort_order,
        "startIndex": request.start_index, "count": request.count, "cursor": request.cursor,
    }))
}

/// How a page would be written here otherwise.
fn listed(body: &Value) -> Value {
    let number = |name: &str| body[name].as_u64().and_then(|number| usize::try_from(number).ok());
    let paging = Paging {
        total_results: number("totalResults"),
        start_index: number("startIndex"),
        next_cursor: body["nextCursor"].as_str().map(str::to_owned),
    };
    let resources = body["Resources"].as_array().cloned().unwrap_or_default();
    json!({ "otherwise": difference(body, &list_response(resources, &paging)) })
}

/// What of the example the own configuration has otherwise, with the example's limits.
fn configured(body: &Value) -> Value {
    let number = |name: &str| body["pagination"][name].as_u64().expect("a number");
    let own = discovery::service_provider_config(
        &discovery::Features {
            results_max: usize::try_from(number("maxPageSize")).expect("a small number"),
            change_password: false,
            bulk_operations_max: 1_000,
            cursor_timeout_s: number("cursorTimeout"),
        },
        1_048_576,
        "https://bridge.example.com/scim/v2",
    );
    json!({ "otherwise": difference(&body["pagination"], &own["pagination"]) })
}

fn outcome(definition: &Definition, verb: &str, before: Value, body: &Value) -> Result<Value, ScimError> {
    match verb {
        "search" => return searched(body),
        "list" => return Ok(listed(body)),
        "config" => return Ok(configured(body)),
        _ => {}
    }
    if verb == "post" {
        let mut resource = Resource::read(definition, body)?;
        resource.finish(definition);
        return Ok(json!({ "created": resource.into_json() }));
    }
    let change =
        if verb == "put" { Change::from_put(definition, body)? } else { Change::from_patch(definition, body)? };
    let Value::Object(before) = before else { unreachable!("the fixtures are objects") };
    let before = Resource::from_canonical(before);
    let after = change::apply(definition, &before, &change.edits);
    let mut out = json!({});
    if let Some(active) = change.active {
        out["active"] = active.into();
    }
    if let Some(password) = &change.password {
        out["password"] = password.0.as_str().into();
    }
    match change.refused.map_or(after, Err) {
        Err(refused) => out["refused"] = refused.to_string().into(),
        Ok(mut after) => {
            after.finish(definition);
            out["after"] = difference(&before.into_json(), &after.into_json());
        }
    }
    Ok(out)
}

/// The members that are not as they were; null for what is gone.
fn difference(before: &Value, after: &Value) -> Value {
    let (before, after) = (before.as_object().expect("an object"), after.as_object().expect("an object"));
    let changed = after.iter().filter(|(name, value)| *name != "schemas" && before.get(*name) != Some(value));
    let gone = before.keys().filter(|name| !after.contains_key(*name)).map(|name| (name.clone(), Value::Null));
    changed.map(|(name, value)| (name.clone(), value.clone())).chain(gone).collect()
}

fn samples(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the samples are in the repository") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            found.extend(samples(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn every_recorded_body_comes_to_what_is_expected() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../../tests/samples");
    let users = Definition::new(ResourceType::user(vec![schema::enterprise_user()]));
    let groups = Definition::new(ResourceType::group(Vec::new()));
    let all = samples(&root);
    assert!(all.len() > 70, "only {} samples were found", all.len());
    for path in all {
        let name = path.strip_prefix(&root).expect("it was found below the root");
        let stem = name.file_stem().and_then(|stem| stem.to_str()).expect("names are ASCII");
        let words: Vec<&str> = stem.split('-').collect();
        let verb = words.iter().find(|word| VERBS.contains(word)).expect("a verb in the name");
        let (definition, before) = if words.contains(&"group") { (&groups, group()) } else { (&users, user()) };
        let body = serde_json::from_str(&fs::read_to_string(&path).expect("a readable file")).expect("JSON");
        let got =
            outcome(definition, verb, before, &body).unwrap_or_else(|error| json!({ "malformed": error.to_string() }));
        let got = serde_json::to_string_pretty(&got).expect("a JSON value prints") + "\n";
        let expected = here.join("tests/expected").join(name);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::create_dir_all(expected.parent().expect("a folder")).expect("a writable folder");
            fs::write(&expected, &got).expect("a writable file");
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(got, wanted, "{}", name.display());
    }
}
