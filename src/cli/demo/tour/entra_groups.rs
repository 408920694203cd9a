//! The tour's story of groups as Microsoft Entra ID provisions them.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::okta_groups::{GROUP, joined, left};
use super::side::Side;
use super::story::{Step, Story, Who};

/// A group that the demo company has.
const NATIVE: &str = "Service Desk";
/// What Entra sends along with the Group schema.
const AD_GROUP: &str = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";

/// Two people of the demo company: at Ivanti they are in no team, at BMC in these groups.
const MEMBERS: [usize; 2] = [27, 55];
const LISTS: [&str; 2] = ["20009;20014;20001;", "20003;20008;20013;"];
const LISTS_WITH: [&str; 2] = ["20009;20014;20001;20000;", "20003;20008;20013;20000;"];

/// The story on this target.
pub(super) fn story(side: &Side) -> Story {
    let member = |what, index: usize, who| look_up(what, &simulators::demo::people(index + 1)[index].login, who);
    let mut steps = vec![
        member("in scope: looks the first member up", MEMBERS[0], Who::User),
        member("in scope: looks the second member up", MEMBERS[1], Who::Other),
        group("match: looks the group up without its members", NATIVE)
            .shows("/Resources/0/displayName", NATIVE)
            .remember(Who::Group),
        change(
            "link: gives the target's group an externalId",
            &json!([{
                "op": "Add",
                "path": "externalId",
                "value": "b1c2d3e4-0000-4a4a-9b9b-000000000002",
            }]),
        ),
        change(
            "members: adds two",
            &json!([{
                "op": "Add",
                "path": "members",
                "value": [{ "$ref": null, "value": "{id}" }, { "$ref": null, "value": "{other}" }],
            }]),
        )
        .record(Who::User, joined(side, LISTS_WITH[0]))
        .record(Who::Other, joined(side, LISTS_WITH[1])),
        is_member("members: asks whether the user is one").shows("/totalResults", 1),
        change(
            "members: removes those in the list, and no others",
            &json!([{
                "op": "Remove",
                "path": "members",
                "value": [{ "$ref": null, "value": "{id}" }],
            }]),
        )
        .record(Who::User, left(side, LISTS[0])),
        is_member("members: asks whether the user is one still").shows("/totalResults", 0),
        Step::get("members: reads the group without them", "/Groups/{group}?excludedAttributes=members")
            .shows("/displayName", NATIVE)
            .shows("/externalId", "b1c2d3e4-0000-4a4a-9b9b-000000000002")
            .shows("/members", Value::Null),
    ];
    steps.extend(refused(side));
    steps.extend([
        group("out of scope: finds the group", NATIVE).remember(Who::Group),
        change(
            "out of scope: takes the other member out",
            &json!([{
                "op": "Remove",
                "path": "members",
                "value": [{ "$ref": null, "value": "{other}" }],
            }]),
        )
        .record(Who::Other, left(side, LISTS[1])),
        Step::new("out of scope: unlinks the target's group, which stays there", Method::DELETE, "/Groups/{group}")
            .status(StatusCode::NO_CONTENT),
        Step::get("out of scope: the group is gone for SCIM", "/Groups/{group}").status(StatusCode::NOT_FOUND),
        Step::new("in scope again: the same group comes back", Method::POST, "/Groups")
            .json(json!({ "schemas": [GROUP, AD_GROUP], "displayName": NATIVE, "meta": { "resourceType": "Group" } }))
            .status(StatusCode::CREATED)
            .shows("/id", "{group}"),
    ]);
    Story { client: "Microsoft Entra ID groups", steps }
}

fn look_up(what: &'static str, name: &str, who: Who) -> Step {
    Step::get(what, format!("/Users?filter=userName eq \"{name}\"")).shows("/totalResults", 1).remember(who)
}

fn group(what: &'static str, name: &str) -> Step {
    Step::get(what, format!("/Groups?excludedAttributes=members&filter=displayName eq \"{name}\""))
        .shows("/totalResults", 1)
        .shows("/Resources/0/members", Value::Null)
}

fn is_member(what: &'static str) -> Step {
    let filter = "id eq \"{group}\" and members eq \"{id}\"";
    Step::get(what, format!("/Groups?excludedAttributes=members&filter={filter}"))
}

fn change(what: &'static str, operations: &Value) -> Step {
    Step::patch_group(what, operations)
}

/// What a target refuses: a member of a group that others make up, or a second team.
fn refused(side: &Side) -> Vec<Step> {
    let add = json!([{ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": "{id}" }] }]);
    let refused = |what| change(what, &add).status(StatusCode::BAD_REQUEST).shows("/scimType", "mutability");
    match side {
        Side::Bmc(_) => vec![
            group("refused: looks a computed group up", "Every Desk").remember(Who::Group),
            refused("refused: nobody is put into a computed group"),
        ],
        Side::Ivanti(_) => vec![
            look_up("refused: looks somebody of another team up", &simulators::demo::people(2)[1].login, Who::User),
            refused("refused: an employee is in one team only"),
        ],
    }
}
