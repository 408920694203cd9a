//! The demo company on an AR System server: 250 users with their people records, 20 groups, one service account.

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

pub(super) fn build(clock: Clock) -> Bmc {
    let bmc = Bmc::new(BmcOptions::default(), clock);
    bmc.insert("Group", group(0, "Public", "Everybody", "Dynamic"));
    bmc.insert("Group", group(1, "Administrators", "May do everything", "Regular"));
    for demo in groups(GROUPS) {
        bmc.insert("Group", group(demo.id, &demo.name, &demo.description, "Regular"));
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

/// Each is in up to three groups, none in the last two of them.
fn group_list(index: usize) -> Option<String> {
    let ids = (0..index % 4).map(|step| (index * 3 + step * 5) % (GROUPS - 2));
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
