//! The demo company on an AR System server: 250 users with their people records, 20 groups, the server's own groups, one
//! service account.

use serde_json::{Value, json};

use super::{Bmc, BmcOptions};
use crate::control::Clock;
use crate::demo::{FIRST_GROUP_ID, Person, groups, people};

/// Login name of the service account.
pub const SERVICE_ACCOUNT: &str = "svc_scim";
/// Password of the service account.
pub const SERVICE_PASSWORD: &str = "demo-secret";

const USERS: usize = 250;
const GROUPS: usize = 20;
/// Groups that nobody is put into: id, name, type, category, definition. The server does not say which of its own are
/// implicit.
const FURTHER_GROUPS: [(u32, &str, &str, &str, Option<&str>); 7] = [
    (2, "Customize", "Change", "Regular", None),
    (3, "Submitter", "Change", "Regular", None),
    (4, "Assignee", "Change", "Regular", None),
    (5, "Sub Administrator", "Change", "Regular", None),
    (7, "Assignee Group", "Change", "Regular", None),
    (60_000, "Record Owners", "Change", "Dynamic", None),
    (20_100, "Every Desk", "View", "Computed", Some("20000 OR 20001")),
];
/// Users whose Group List is unlike all others: one names a group that is not there, one was typed by hand.
const STRAY: [(usize, &str); 2] = [(45, "20009;29999;"), (46, "20007; 20012;20003")];

pub(super) fn build(clock: Clock) -> Bmc {
    let bmc = Bmc::new(BmcOptions::default(), clock);
    bmc.insert("Group", group(0, "Public", "Everybody", "Dynamic"));
    bmc.insert("Group", group(1, "Administrators", "May do everything", "Regular"));
    for demo in groups(GROUPS) {
        bmc.insert("Group", group(demo.id, &demo.name, &demo.description, "Regular"));
    }
    for (id, name, kind, category, definition) in FURTHER_GROUPS {
        bmc.insert(
            "Group",
            json!({
                "Group ID": id,
                "Group Name": name,
                "Long Group Name": name,
                "Group Type": kind,
                "Group Category": category,
                "Computed Group Definition": definition,
            }),
        );
    }
    bmc.insert(
        "User",
        json!({
            "Login Name": SERVICE_ACCOUNT,
            "Full Name": "SCIM service account",
            "Password": SERVICE_PASSWORD,
            "License Type": "Fixed",
            "Group List": "1;",
        }),
    );
    for (index, person) in people(USERS).iter().enumerate() {
        bmc.insert("User", user(index, person));
        bmc.insert("CTM:People", person_record(index, person));
    }
    bmc
}

fn group(id: u32, name: &str, long_name: &str, category: &str) -> Value {
    json!({
        "Group ID": id,
        "Group Name": name,
        "Long Group Name": long_name,
        "Group Type": "Regular",
        "Group Category": category,
    })
}

fn status(index: usize) -> &'static str {
    match index {
        77 => "Locked-Out",
        88 => "Expired",
        _ if index % 20 == 12 => "Disabled",
        _ => "Current",
    }
}

/// Most are in up to three groups, some in one more.
fn group_list(index: usize) -> Option<String> {
    if let Some((_, list)) = STRAY.iter().find(|(stray, _)| *stray == index) {
        return Some((*list).to_owned());
    }
    let ids = (0..index % 4).map(|step| (index * 3 + step * 5) % (GROUPS - 2));
    // Those that the steps never come by.
    let rest = match index % 24 {
        1 => Some(4),
        5 => Some(10),
        13 => Some(16),
        10 => Some(GROUPS - 2),
        17 => Some(GROUPS - 1),
        _ => None,
    };
    let ids = ids.chain(rest);
    let list: String = ids.map(|id| (FIRST_GROUP_ID as usize + id).to_string() + ";").collect();
    (!list.is_empty()).then_some(list)
}

fn user(index: usize, person: &Person) -> Value {
    json!({
        "Login Name": person.login,
        "Full Name": person.full_name(),
        "Password": format!("Demo-{index:04}!"),
        "Email Address": person.email,
        "License Type": (["Read", "Read", "Floating", "Read", "Fixed"][index % 5]),
        "Status": status(index),
        "Group List": group_list(index),
        "Default Notify Mechanism": "E-mail",
        "Phone Number": person.phone,
        "Department": person.department,
        "Organization": person.organization,
        "Region": person.region,
        "Site": person.site,
        "Locale": person.locale,
        "Time Zone": person.time_zone,
    })
}

fn person_record(index: usize, person: &Person) -> Value {
    json!({
        "Remedy Login ID": person.login,
        "First Name": person.given,
        "Last Name": person.family,
        "Full Name": person.full_name(),
        "Internet E-mail": person.email,
        "Corporate ID": person.employee_number,
        "Profile Status": if status(index) == "Disabled" { "Offline" } else { "Enabled" },
        "Support Staff": if index % 5 == 4 { "Yes" } else { "No" },
        "Client Type": "Office-Based Employee",
        "Company": person.organization,
        "Department": person.department,
        "Region": person.region,
        "Site": person.site,
        "JobTitle": person.title,
        "Phone Number Business": person.phone,
        "Time Zone": person.time_zone,
    })
}
