//! The tenant of the demo: the company of [`crate::demo`] as Ivanti would hold it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Ivanti, IvantiOptions};
use crate::control::Clock;
use crate::demo::{self, Person};

const PEOPLE: usize = 250;
const TEAMS: usize = 12;

/// Internal name, display name, whether it is a portal role.
const ROLES: &[(&str, &str, bool)] = &[
    ("SelfService", "Self Service", true),
    ("ServiceDeskAnalyst", "Service Desk Analyst", false),
    ("ChangeManager", "Change Manager", false),
    ("Admin", "Administrator", false),
    ("ReportManager", "Report Manager", false),
];

impl Ivanti {
    /// Tenant `tenant`, account `svc_scim` with `demo-secret` and the role `Admin`, in the documented form: 250 people, a
    /// few of them inactive, all but the first with a manager, most in a team; the employees of the account and of the
    /// workflows; teams and roles.
    pub fn demo(clock: Clock) -> Self {
        let now = clock.now();
        let ivanti = Self::new(IvantiOptions::default(), clock);
        for (name, shown, is_portal) in ROLES {
            let role = json!({ "Name": name, "DisplayName": shown, "SelfServiceRole": is_portal });
            ivanti.insert("frs_def_roles", role);
        }
        let teams: Vec<String> = demo::groups(TEAMS)
            .into_iter()
            .map(|group| {
                let address = format!("team{}@calbro.example", group.id);
                let team = json!({ "Team": group.name, "TeamEmail": address, "Description": group.description });
                ivanti.insert("standarduserteams", team)
            })
            .collect();
        for (login, given, family) in [("InternalServices", "Internal", "Services"), ("svc_scim", "SCIM", "Bridge")] {
            let address = format!("{}@calbro.example", login.to_lowercase());
            ivanti.insert(
                "employees",
                json!({ "LoginID": login, "FirstName": given, "LastName": family, "Email": address, "Role": "Admin" }),
            );
        }
        let mut keys: Vec<String> = Vec::with_capacity(PEOPLE);
        for (index, person) in demo::people(PEOPLE).iter().enumerate() {
            let manager = (index > 0).then(|| keys[index / 10].as_str());
            // A third of those that the first rule leaves out fill the teams that it never comes by.
            let has_team = index % 4 != 3 || index / 12 % 3 == 0;
            let team = has_team.then(|| teams[index % teams.len()].as_str());
            keys.push(ivanti.insert("employees", employee(person, index, manager, team, now)));
        }
        ivanti
    }
}

fn employee(person: &Person, index: usize, manager: Option<&str>, team: Option<&str>, now: Timestamp) -> Value {
    let days_ago = i64::try_from(PEOPLE - index).expect("there are few people");
    let role = if index % 25 == 7 {
        "ChangeManager"
    } else if index % 40 == 21 {
        "ReportManager"
    } else if index % 4 != 3 {
        "ServiceDeskAnalyst"
    } else {
        "SelfService"
    };
    // The first 25 are managers, and are here.
    let is_gone = index >= 25 && index.is_multiple_of(17);
    json!({
        "LoginID": person.login,
        "FirstName": person.given,
        "LastName": person.family,
        "Email": person.email,
        "Phone": person.phone,
        "Department": person.department,
        "Title": person.title,
        "Manager": manager,
        "Status": if is_gone { "Inactive" } else { "Active" },
        "Role": role,
        "Team": team,
        "Location": person.site,
        "CreatedDateTime": super::state::stamp(now - SignedDuration::from_hours(24 * days_ago)),
        "LastModDateTime": super::state::stamp(now - SignedDuration::from_hours(days_ago)),
    })
}
