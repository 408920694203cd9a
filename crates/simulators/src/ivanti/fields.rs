//! The objects and their fields.

use super::options::{IvantiOptions, Preset};

/// Longest text of a field, in characters.
pub(super) const LENGTH_MAX: usize = 255;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    DateTime,
    Boolean,
    Number,
}

#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// An object as the API shows it.
#[derive(Clone, Debug)]
pub(super) struct Object {
    /// Entity set: the name and a literal `s`.
    pub(super) set: String,
    pub(super) fields: Vec<Field>,
    pub(super) required: Vec<String>,
    /// A field in which no two records have the same text, whatever its letter case.
    pub(super) unique: Option<&'static str>,
    pub(super) is_employee: bool,
}

/// Links come in threes: `X`, `X_RecID`, `X_Category`. Without its category, in exactly this spelling, a link is not stored.
pub(super) const LINKS: &[(&str, &str)] = &[("ManagerLink", "Employee"), ("OrgUnitLink", "OrganizationalUnit")];

const DOCUMENTED: &[&str] = &[
    "LoginID",
    "FirstName",
    "LastName",
    "Email",
    "Phone",
    "Department",
    "Title",
    "Manager",
    "Status",
    "Role",
    "Team",
    "Location",
];

const STOCK: &[&str] = &[
    "LoginID",
    "NetworkUserName",
    "DisplayName",
    "Prefix",
    "FirstName",
    "MiddleName",
    "LastName",
    "Suffix",
    "PrimaryEmail",
    "PrimaryPhone",
    "Phone1",
    "Phone2",
    "Department",
    "Department_Valid",
    "DepartmentCode",
    "OrganizationalUnit",
    "OrgUnitLink",
    "OrgUnitLink_RecID",
    "OrgUnitLink_Category",
    "BusinessUnit",
    "CostCentre",
    "Title",
    "Title_Valid",
    "ManagerLink",
    "ManagerLink_RecID",
    "ManagerLink_Category",
    "ManagerEmail",
    "Supervisor",
    "Status",
    "Status_Valid",
    "Disabled?",
    "ROLE_TO_LINK",
    "Team",
    "Team_Valid",
    "TeamEmail",
    "EmployeeLocation",
    "EmployeeLocation_Valid",
    "Address1",
    "Address1City",
    "Address1Country",
    "BuildingName",
    "Floor",
    "Room",
    "HiredDate@",
    "TerminatedDate@",
    "IsInternalAuth?",
    "IsExternalAuth?",
    "IsAutoProvisioned?",
    "InternalAuthPasswd",
    "PasswordExpiration@",
    "LockDate@",
    "LockType",
    "LoginAttemptCount#",
    "IsNamedUser?",
    "NamedLicenseBundle",
    "NamedLicenseBundle_Valid",
    "CustID",
    "ProfileID",
    "GlobalId",
    "ContactId",
    "IdentityId",
    "DN",
    "AzureAD_ID",
    "VIP?",
    "Language",
    "Language_Valid",
    "ReadOnly?",
];

const TEAM: &[&str] = &["Team", "TeamEmail", "Manager", "Description"];
const ROLE: &[&str] = &["Name", "DisplayName", "Description", "SelfServiceRole?"];

impl Object {
    /// The object behind an entity set name, in any letter case.
    pub(super) fn of(set: &str, options: &IvantiOptions) -> Option<Self> {
        let set = set.to_lowercase();
        let is = |name: &str| set == name;
        let (names, required): (Vec<&str>, &[&str]) = if is("employees") {
            match options.preset {
                Preset::Documented => (DOCUMENTED.to_vec(), &["LoginID", "FirstName", "LastName", "Email"]),
                Preset::Stock => (STOCK.to_vec(), &["LoginID", "FirstName", "LastName", "PrimaryEmail"]),
            }
        } else if is("standarduserteams") {
            (TEAM.to_vec(), &["Team"])
        } else if is("frs_def_roles") {
            (ROLE.to_vec(), &["Name"])
        } else {
            let (_, fields) = options.extra_objects.iter().find(|(name, _)| name.to_lowercase() == set)?;
            (fields.iter().map(String::as_str).collect(), &[])
        };
        let unique = match set.as_str() {
            "employees" => Some("LoginID"),
            "standarduserteams" => Some("Team"),
            "frs_def_roles" => Some("Name"),
            _ => None,
        };
        let is_employee = is("employees");
        let mut fields = vec![Field::new("RecId")];
        fields.extend(names.into_iter().map(Field::new));
        let mut required: Vec<String> = required.iter().map(|&name| name.to_owned()).collect();
        if is_employee {
            fields.extend(options.extra_fields.iter().map(|name| Field::new(name)));
            required.extend(options.extra_required.iter().cloned());
        }
        fields.extend(["CreatedDateTime@", "CreatedBy", "LastModDateTime@", "LastModBy"].map(Field::new));
        Some(Self { set, fields, required, unique, is_employee })
    }

    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The lower-case singular.
    pub(super) fn entity(&self) -> &str {
        entity(&self.set)
    }

    /// The name that messages use: `Employee#`.
    pub(super) fn business_object(&self) -> String {
        let mut letters = self.entity().chars();
        letters.next().map_or_else(String::new, |first| format!("{}{}#", first.to_uppercase(), letters.as_str()))
    }
}

pub(super) fn entity(set: &str) -> &str {
    set.strip_suffix('s').unwrap_or(set)
}

impl Field {
    /// A mark at the end of the name tells the type: `@` date, `?` boolean, `#` number, none text.
    fn new(marked: &str) -> Self {
        let name = marked.trim_end_matches(['@', '?', '#']).to_owned();
        let kind = match marked.chars().last() {
            Some('@') => Kind::DateTime,
            Some('?') => Kind::Boolean,
            Some('#') => Kind::Number,
            _ => Kind::Text,
        };
        Self { name, kind }
    }

    /// What forms and error messages call the field: `LoginID` is "Login ID".
    pub(super) fn display_name(&self) -> String {
        let mut shown = String::new();
        let mut before = ' ';
        for letter in self.name.chars() {
            if letter == '_' {
                shown.push(' ');
            } else {
                if letter.is_uppercase() && before.is_lowercase() {
                    shown.push(' ');
                }
                shown.push(letter);
            }
            before = letter;
        }
        shown
    }
}
