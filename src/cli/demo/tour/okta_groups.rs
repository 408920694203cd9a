//! The tour's story of a group that Okta pushes, and of one that it links to.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::side::Side;
use super::story::Wanted::{Empty, Number, Text};
use super::story::{Expected, Fields, Step, Story, Who};

pub(super) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const NAME: &str = "Engineers";
const LATER_NAME: &str = "Platform Engineers";
/// A group that the demo company has.
const NATIVE: &str = "Backoffice Support";

/// Two people of the demo company: at Ivanti they are in no team, at BMC in these groups.
const MEMBERS: [usize; 2] = [15, 19];
const LISTS: [&str; 2] = ["20009;20014;20001;", "20003;20008;20013;"];
/// The same lists with the group that is made here, whose number is the next free one.
const LISTS_WITH: [&str; 2] = ["20009;20014;20001;20101;", "20003;20008;20013;20101;"];

/// The story on this target.
pub(super) fn story(side: &Side) -> Story {
    let [first, second] = members();
    let steps = vec![
        look_up("assigned already: looks the first member up", &first, Who::User),
        look_up("assigned already: looks the second member up", &second, Who::Other),
        Step::new("push: creates the group", Method::POST, "/Groups")
            .json(json!({ "schemas": [GROUP], "displayName": NAME, "members": [] }))
            .status(StatusCode::CREATED)
            .shows("/displayName", NAME)
            .remember(Who::Group)
            .record(Who::Group, Expected::Created(created(side))),
        pushed(
            "push: sends the members, and the name along with them",
            &json!([{
                "op": "add",
                "path": "members",
                "value": [{ "value": "{id}", "display": first }, { "value": "{other}", "display": second }],
            }]),
        )
        .record(Who::User, joined(side, LISTS_WITH[0]))
        .record(Who::Other, joined(side, LISTS_WITH[1])),
        shows_groups(Step::get("push: the user is shown with the group", "/Users/{id}"), side),
        pushed(
            "mover: takes one member out, and sends the name along with it",
            &json!([{ "op": "remove", "path": "members[value eq \"{other}\"]" }]),
        )
        .record(Who::Other, left(side, LISTS[1])),
        Step::patch_group("rename: sends another name", &json!([rename(LATER_NAME)]))
            .record(Who::Group, Expected::Changed(named(side, LATER_NAME))),
        Step::get("rename: the members stayed", "/Groups/{group}")
            .shows("/displayName", LATER_NAME)
            .shows("/members/0/value", "{id}")
            .shows("/members/1", Value::Null),
        Step::new("unlink: deletes the group that was made here", Method::DELETE, "/Groups/{group}")
            .status(StatusCode::NO_CONTENT)
            .record(Who::User, left(side, LISTS[0]))
            .record(Who::Group, Expected::Gone),
        Step::get("unlink: the group is gone", "/Groups/{group}").status(StatusCode::NOT_FOUND),
        Step::new("push of a name that the target has: adopts its group", Method::POST, "/Groups")
            .json(json!({ "schemas": [GROUP], "displayName": NATIVE }))
            .status(StatusCode::CREATED)
            .shows("/displayName", NATIVE)
            .remember(Who::Group),
        Step::patch_group("adopted: a rename is refused", &json!([rename(LATER_NAME)]))
            .status(StatusCode::BAD_REQUEST)
            .shows("/scimType", "mutability"),
        Step::new("unlink: the target's own group stays there", Method::DELETE, "/Groups/{group}")
            .status(StatusCode::NO_CONTENT),
        Step::get("unlink: the group is gone for SCIM", "/Groups/{group}").status(StatusCode::NOT_FOUND),
    ];
    Story { client: "Okta group push", steps }
}

/// The login names of the two members.
fn members() -> [String; 2] {
    let people = simulators::demo::people(MEMBERS[1] + 1);
    MEMBERS.map(|index| people[index].login.clone())
}

fn look_up(what: &'static str, name: &str, who: Who) -> Step {
    Step::get(what, format!("/Users?filter=userName eq \"{name}\"&startIndex=1&count=100"))
        .shows("/totalResults", 1)
        .remember(who)
}

/// The name, changed or not, which Okta sends with every change of members.
fn rename(name: &str) -> Value {
    json!({ "op": "replace", "value": { "id": "{group}", "displayName": name } })
}

fn pushed(what: &'static str, change: &Value) -> Step {
    Step::patch_group(what, &json!([rename(NAME), change[0]]))
}

fn created(side: &Side) -> Fields {
    let mut fields = named(side, NAME);
    if let Side::Bmc(_) = side {
        let further =
            [("Group ID", Number(20_101)), ("Group Type", Text("Change")), ("Group Category", Text("Regular"))];
        fields.extend(further);
    }
    fields
}

fn named(side: &Side, name: &'static str) -> Fields {
    match side {
        Side::Bmc(_) => vec![("Group Name", Text(name)), ("Long Group Name", Text(name))],
        Side::Ivanti(_) => vec![("Team", Text(name))],
    }
}

/// A member's record with the group: at BMC this list, at Ivanti the one team.
pub(super) fn joined(side: &Side, list: &'static str) -> Expected {
    Expected::Changed(match side {
        Side::Bmc(_) => vec![("Group List", Text(list))],
        Side::Ivanti(_) => vec![("Team", Text("{group}"))],
    })
}

/// The same without it.
pub(super) fn left(side: &Side, list: &'static str) -> Expected {
    Expected::Changed(match side {
        Side::Bmc(_) => vec![("Group List", Text(list))],
        Side::Ivanti(_) => vec![("Team", Empty)],
    })
}

fn shows_groups(step: Step, side: &Side) -> Step {
    match side {
        Side::Bmc(_) => step
            .shows("/groups/0/display", "Knowledge Approvers")
            .shows("/groups/3/value", "{group}")
            .shows("/groups/3/display", NAME),
        Side::Ivanti(_) => {
            step.shows("/groups/0/value", "{group}").shows("/groups/0/display", NAME).shows("/groups/1", Value::Null)
        }
    }
}
