//! The tour's story as Microsoft Entra ID sends it.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::side::Side;
use super::story::Wanted::{AnyBut, Text};
use super::story::{Expected, Fields, Step, Story, Who};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const MANAGER: &str = "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/manager/value";
const DEPARTMENT: &str = "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department";
const NAME: &str = "ada.example@example.com";

/// The story on this target.
pub(super) fn story(side: &Side) -> Story {
    let lookup = |what| Step::get(what, format!("/Users?filter=userName eq \"{NAME}\""));
    let manager = &simulators::demo::people(1)[0].login;
    let steps = vec![
        Step::get(
            "connection test: looks up a name that nobody has",
            "/Users?filter=userName eq \"3f5e2a51-7d5c-4f0e-9d52-0c1c8c3f6c11\"",
        )
        .shows("/totalResults", 0),
        lookup("joiner: looks the user up").shows("/totalResults", 0),
        Step::new("joiner: creates the user", Method::POST, "/Users")
            .json(joiner())
            .status(StatusCode::CREATED)
            .shows("/userName", NAME)
            .shows("/active", true)
            .remember(Who::User)
            .record(Who::User, Expected::Created(created(side))),
        Step::get("joiner: reads the user back", "/Users/{id}")
            .shows("/externalId", "b1c2d3e4-0000-4a4a-9b9b-000000000001")
            .shows("/displayName", "Ada Example")
            .shows("/name/familyName", "Example")
            .shows("/phoneNumbers/0/value", "+47 22 00 00 01")
            .shows("/phoneNumbers/1/value", "55555555555")
            .shows("/phoneNumbers/2/type", "fax")
            .shows(DEPARTMENT, "Finance"),
        Step::get("joiner: looks the manager up", format!("/Users?filter=userName eq \"{manager}\""))
            .shows("/totalResults", 1)
            .remember(Who::Manager),
        Step::patch(
            "joiner: sets the manager",
            &json!([{ "op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": "{manager}" }]),
        )
        .shows(MANAGER, "{manager}")
        .record(Who::User, on(side, None, Some(vec![("Manager", Text("{manager}"))]))),
        mover(side),
        // The style of the tenant URL's flag aadOptscim062020: one value without a path, with dotted keys.
        Step::patch(
            "mover: takes another name",
            &json!([{ "op": "replace", "value": { "displayName": "Ada Pike", "name.familyName": "Pike" } }]),
        )
        .shows("/displayName", "Ada Pike")
        .shows("/name/givenName", "Ada")
        .shows("/name/familyName", "Pike")
        .record(
            Who::User,
            on(side, Some(vec![("Full Name", Text("Ada Pike"))]), Some(vec![("LastName", Text("Pike"))])),
        ),
        Step::patch(
            "leaver: switches the account off",
            &json!([{ "op": "Replace", "path": "active", "value": "False" }]),
        )
        .shows("/active", false)
        .record(
            Who::User,
            on(side, Some(vec![("Status", Text("Disabled"))]), Some(vec![("Status", Text("Inactive"))])),
        ),
        lookup("leaver: finds the user, switched off").shows("/totalResults", 1).shows("/Resources/0/active", false),
        Step::new("leaver: deletes the user, thirty days later", Method::DELETE, "/Users/{id}")
            .status(StatusCode::NO_CONTENT),
        Step::get("leaver: the user is gone for SCIM", "/Users/{id}")
            .status(StatusCode::NOT_FOUND)
            .shows("/schemas/0", "urn:ietf:params:scim:api:messages:2.0:Error"),
        lookup("leaver: a lookup finds nobody either").shows("/totalResults", 0),
    ];
    Story { client: "Microsoft Entra ID", steps }
}

fn joiner() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "externalId": "b1c2d3e4-0000-4a4a-9b9b-000000000001",
        "userName": NAME,
        "active": true,
        "displayName": "Ada Example",
        "emails": [{ "primary": true, "type": "work", "value": NAME }],
        "meta": { "resourceType": "User" },
        "name": { "formatted": "Ada Example", "familyName": "Example", "givenName": "Ada" },
        "phoneNumbers": [
            { "type": "work", "value": "+47 22 00 00 01" },
            { "type": "mobile", "value": "55555555555" },
            { "type": "fax", "value": "22000002" },
        ],
        "roles": [],
        ENTERPRISE: { "employeeNumber": "4711", "department": "Finance" },
    })
}

fn created(side: &Side) -> Fields {
    match side {
        Side::Bmc(_) => vec![
            ("Login Name", Text(NAME)),
            ("Full Name", Text("Ada Example")),
            ("Password", AnyBut("")),
            ("Email Address", Text(NAME)),
            ("Phone Number", Text("+47 22 00 00 01")),
            ("Department", Text("Finance")),
            ("License Type", Text("Read")),
            ("Status", Text("Current")),
        ],
        Side::Ivanti(_) => vec![
            ("LoginID", Text(NAME)),
            ("FirstName", Text("Ada")),
            ("LastName", Text("Example")),
            ("Email", Text(NAME)),
            ("Phone", Text("+47 22 00 00 01")),
            ("Department", Text("Finance")),
            ("Role", Text("SelfService")),
            ("Status", Text("Active")),
        ],
    }
}

fn mover(side: &Side) -> Step {
    let operations = json!([
        { "op": "Replace", "path": format!("{ENTERPRISE}:department"), "value": "Controlling" },
        { "op": "Add", "path": "title", "value": "Controller" },
        { "op": "Replace", "path": "phoneNumbers[type eq \"work\"].value", "value": "+47 22 00 00 09" },
        { "op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "44444444444" },
    ]);
    Step::patch("mover: changes department, title and phones", &operations)
        .shows(DEPARTMENT, "Controlling")
        .shows("/title", "Controller")
        .shows("/phoneNumbers/0/value", "+47 22 00 00 09")
        .shows("/phoneNumbers/1/value", "44444444444")
        .shows("/phoneNumbers/2/value", "22000002")
        .record(
            Who::User,
            on(
                side,
                Some(vec![("Department", Text("Controlling")), ("Phone Number", Text("+47 22 00 00 09"))]),
                Some(vec![
                    ("Department", Text("Controlling")),
                    ("Title", Text("Controller")),
                    ("Phone", Text("+47 22 00 00 09")),
                ]),
            ),
        )
}

/// What a change comes to on either side; none where the bridge keeps what the vendor has no field for.
pub(super) fn on(side: &Side, bmc: Option<Fields>, ivanti: Option<Fields>) -> Option<Expected> {
    let fields = match side {
        Side::Bmc(_) => bmc,
        Side::Ivanti(_) => ivanti,
    };
    fields.map(Expected::Changed)
}
