//! The tour's story as Okta sends it.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::entra::on;
use super::side::Side;
use super::story::Wanted::{AnyBut, Text};
use super::story::{Expected, Fields, Step, Story, Who};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const DEPARTMENT: &str = "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department";
const NAME: &str = "grace.hopper@example.com";
/// What Okta puts in the place of a password that is not to be kept in step.
const PLACEHOLDER: &str = "1mz050nq";

/// The story on this target.
pub(super) fn story(side: &Side) -> Story {
    let lookup = |what| Step::get(what, format!("/Users?filter=userName eq \"{NAME}\"&startIndex=1&count=100"));
    let read = |what| Step::get(what, "/Users/{id}").remember(Who::User);
    let off = || on(side, Some(vec![("Status", Text("Disabled"))]), Some(vec![("Status", Text("Inactive"))]));
    let steps = vec![
        Step::get("connection test: asks for two users", "/Users?startIndex=1&count=2")
            .shows("/itemsPerPage", 2)
            .shows("/startIndex", 1),
        lookup("joiner: looks the user up").shows("/totalResults", 0),
        Step::new("joiner: creates the user", Method::POST, "/Users")
            .json(joiner())
            .status(StatusCode::CREATED)
            .shows("/userName", NAME)
            .shows("/active", true)
            .shows("/password", Value::Null)
            .remember(Who::User)
            .record(Who::User, Expected::Created(created(side))),
        read("mover: reads the user").shows("/externalId", "00uabc123DEF456ghi7").shows("/locale", "en-US"),
        mover(side),
        Step::patch("leaver: switches the account off", &json!([{ "op": "replace", "value": { "active": false } }]))
            .shows("/active", false)
            .record(Who::User, off()),
        lookup("comes back: finds the user, switched off")
            .shows("/totalResults", 1)
            .shows("/Resources/0/active", false),
        read("comes back: reads the user").shows("/active", false).shows("/title", "Rear Admiral"),
        Step::put_merged("comes back: switches the account on", json!({ "active": true }))
            .shows("/active", true)
            .shows("/title", "Rear Admiral")
            .record(
                Who::User,
                on(side, Some(vec![("Status", Text("Current"))]), Some(vec![("Status", Text("Active"))])),
            ),
        read("leaver again: reads the user").shows("/active", true),
        Step::put_merged("leaver again: switches the account off by PUT", json!({ "active": false }))
            .shows("/active", false)
            .record(Who::User, off()),
    ];
    Story { client: "Okta", steps }
}

fn joiner() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": NAME,
        "name": { "givenName": "Grace", "familyName": "Hopper" },
        "emails": [{ "primary": true, "value": NAME, "type": "work" }],
        "displayName": "Grace Hopper",
        "locale": "en-US",
        "externalId": "00uabc123DEF456ghi7",
        "groups": [],
        "password": PLACEHOLDER,
        "active": true,
    })
}

fn created(side: &Side) -> Fields {
    match side {
        Side::Bmc(_) => vec![
            ("Login Name", Text(NAME)),
            ("Full Name", Text("Grace Hopper")),
            ("Password", AnyBut(PLACEHOLDER)),
            ("Email Address", Text(NAME)),
            ("Locale", Text("en-US")),
            ("License Type", Text("Read")),
            ("Status", Text("Current")),
        ],
        Side::Ivanti(_) => vec![
            ("LoginID", Text(NAME)),
            ("FirstName", Text("Grace")),
            ("LastName", Text("Hopper")),
            ("Email", Text(NAME)),
            ("Role", Text("SelfService")),
            ("Status", Text("Active")),
        ],
    }
}

/// What was read comes back whole, with the changes in it.
fn mover(side: &Side) -> Step {
    let change = json!({
        "title": "Rear Admiral",
        "name": { "familyName": "Murray" },
        "displayName": "Grace Murray",
        "phoneNumbers": [{ "value": "+1 202 555 0100", "type": "work", "primary": true }],
        ENTERPRISE: { "department": "Compilers" },
    });
    Step::put_merged("mover: changes name, title, department and phone", change)
        .shows("/title", "Rear Admiral")
        .shows("/displayName", "Grace Murray")
        .shows("/phoneNumbers/0/value", "+1 202 555 0100")
        .shows(DEPARTMENT, "Compilers")
        .record(
            Who::User,
            on(
                side,
                Some(vec![
                    ("Full Name", Text("Grace Murray")),
                    ("Phone Number", Text("+1 202 555 0100")),
                    ("Department", Text("Compilers")),
                ]),
                Some(vec![
                    ("LastName", Text("Murray")),
                    ("Title", Text("Rear Admiral")),
                    ("Phone", Text("+1 202 555 0100")),
                    ("Department", Text("Compilers")),
                ]),
            ),
        )
}
