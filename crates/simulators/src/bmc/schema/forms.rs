//! The field tables.

use super::{Access, Field, Form, Kind};
use Access::{Key, Optional, Required, System};
use Kind::{Integer, Secret, Selection, StatusHistory, Text, Time};

const STATUS: Kind = Selection(&["Current", "Expired", "Disabled", "Locked-Out"]);
const LICENSE: Kind = Selection(&["Read", "Fixed", "Floating", "Restricted Read"]);
const NOTIFY: Kind = Selection(&["None", "Alert", "E-mail"]);
const PROFILE: Kind = Selection(&["Proposed", "Enabled", "Offline", "Obsolete", "Archive", "Delete"]);
const YES_NO: Kind = Selection(&["Yes", "No"]);
/// The last label is not in the manual; the seed's sample shows it.
const GROUP_TYPE: Kind = Selection(&["None", "View", "Change", "Regular"]);
const GROUP_CATEGORY: Kind = Selection(&["Regular", "Dynamic", "Computed"]);

const fn field(id: u64, name: &'static str, kind: Kind, access: Access) -> Field {
    Field { id, name, kind, access }
}

const fn text(id: u64, name: &'static str) -> Field {
    field(id, name, Text(254), Optional)
}

pub(super) static USER: Form = Form {
    name: "User",
    prefix: "",
    fields: &[
        field(1, "Request ID", Text(15), System),
        field(2, "Creator", Text(254), System),
        field(3, "Create Date", Time, System),
        text(4, "Assigned To"),
        field(5, "Last Modified By", Text(254), System),
        field(6, "Modified Date", Time, System),
        field(7, "Status", STATUS, Optional),
        field(8, "Full Name", Text(254), Required),
        field(15, "Status History", StatusHistory, System),
        field(101, "Login Name", Text(254), Key),
        field(102, "Password", Secret(30), Required),
        field(103, "Email Address", Text(255), Optional),
        field(104, "Group List", Text(4000), Optional),
        field(108, "Default Notify Mechanism", NOTIFY, Optional),
        field(109, "License Type", LICENSE, Required),
        field(110, "Full Text License Type", LICENSE, Optional),
        field(119, "Computed Grp List", Text(4000), System),
        text(122, "Application License"),
        field(179, "Unique Identifier", Text(38), System),
        field(490_000_000, "Instance ID", Text(38), System),
        text(536_870_913, "Phone Number"),
        text(536_870_914, "Department"),
        text(536_870_915, "Organization"),
        text(536_870_916, "Region"),
        text(536_870_917, "Site"),
        text(536_870_918, "Locale"),
        text(536_870_919, "Time Zone"),
    ],
};

pub(super) static GROUP: Form = Form {
    name: "Group",
    prefix: "",
    fields: &[
        field(1, "Request ID", Text(15), System),
        field(2, "Submitter", Text(254), System),
        field(3, "Create Date", Time, System),
        text(4, "Assigned To"),
        field(5, "Last Modified By", Text(254), System),
        field(6, "Modified Date", Time, System),
        field(8, "Long Group Name", Text(254), Optional),
        field(105, "Group Name", Text(30), Required),
        field(106, "Group ID", Integer, Required),
        field(107, "Group Type", GROUP_TYPE, Optional),
        field(120, "Group Category", GROUP_CATEGORY, Optional),
        text(121, "Computed Group Definition"),
        field(134, "Parent Group", Integer, Optional),
        field(136, "Overlay Group", Integer, Optional),
    ],
};

pub(super) static PEOPLE: Form = Form {
    name: "CTM:People",
    prefix: "PPL",
    fields: &[
        field(1, "Person ID", Text(15), System),
        field(2, "Submitter", Text(254), System),
        field(3, "Create Date", Time, System),
        text(4, "Remedy Login ID"),
        field(5, "Last Modified By", Text(254), System),
        field(6, "Modified Date", Time, System),
        field(7, "Profile Status", PROFILE, Optional),
        field(109, "License Type", LICENSE, Optional),
        field(110, "Full Text License Type", LICENSE, Optional),
        field(179, "instanceId", Text(38), System),
        field(200_000_006, "Department", Text(254), Optional),
        field(200_000_007, "Site Group", Text(254), Optional),
        field(200_000_012, "Region", Text(254), Optional),
        field(260_000_001, "Site", Text(254), Optional),
        field(1_000_000_001, "Company", Text(254), Required),
        field(1_000_000_010, "Organization", Text(254), Optional),
        field(1_000_000_017, "Full Name", Text(254), Optional),
        field(1_000_000_018, "Last Name", Text(254), Required),
        field(1_000_000_019, "First Name", Text(254), Required),
        field(1_000_000_025, "Support Staff", YES_NO, Optional),
        field(1_000_000_048, "Internet E-mail", Text(255), Optional),
        field(1_000_000_054, "Corporate ID", Text(254), Optional),
        field(1_000_000_069, "HR ID", Text(254), Optional),
        field(1_000_000_074, "Site ID", Text(254), Optional),
        field(1_000_000_346, "Assignment Availability", YES_NO, Optional),
        field(1_000_003_975, "Unrestricted Access", YES_NO, Optional),
        text(536_870_921, "Client Type"),
        text(536_870_922, "JobTitle"),
        text(536_870_923, "Phone Number Business"),
        text(536_870_924, "ManagersName"),
        text(536_870_925, "ManagerLoginID"),
        text(536_870_926, "Time Zone"),
        field(536_870_927, "Default Notify Mechanism", NOTIFY, Optional),
        field(536_870_928, "Password", Secret(30), Optional),
        field(536_870_929, "ExternalPassword", Secret(254), Optional),
    ],
};
