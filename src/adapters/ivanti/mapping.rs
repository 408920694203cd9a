//! Employee's fields as the vendor guide lists them, and the target's extension schema.

use scim_core::schema::enterprise_user;
use scim_core::{Attribute, Mutability, ResourceType, Schema};

use crate::translate::mapping::{Entry, Mapping, MappingFault, Shape, build};
use crate::translate::{Account, Codec, Fallback, Grants, InstantFormat, Model, NameIds, NameModel};

use super::{Preset, Settings, dialect, groups};

/// The URN of what an Ivanti user has beyond SCIM's own schemas.
pub(super) const EXTENSION_URN: &str = "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User";

pub(super) const REC_ID: &str = "RecId";
const STATUS: &str = "Status";
const LENGTH_MAX: usize = 255;
const NO_ROLE: &str = "No role is assigned: the account cannot use Ivanti until it has one. Set 'roles', or a default \
                       Role in the target's create_defaults.";

fn extension() -> Schema {
    let attributes = vec![
        Attribute::string("team", "The primary team.").case_exact(),
        Attribute::string("location", "The physical or organizational location."),
        Attribute::string("accessNote", "What keeps the account from being used, if anything.")
            .mutability(Mutability::ReadOnly),
    ];
    Schema {
        id: EXTENSION_URN.to_owned(),
        name: "IvantiUser".to_owned(),
        description: "What an Ivanti employee has beyond the core schemas".to_owned(),
        attributes,
    }
}

fn table(preset: Preset) -> Vec<Entry> {
    let entry = |path: &str, field: &str| Entry { length_max: LENGTH_MAX, ..Entry::new(path, field) };
    let extension = |name: &str, field: &str| entry(&format!("{EXTENSION_URN}:{name}"), field);
    let enterprise = |name: &str, field: &str| entry(&format!("{}:{name}", enterprise_user().id), field);
    let (email, phone, location) = match preset {
        Preset::Documented => ("Email", "Phone", "Location"),
        Preset::Stock => ("PrimaryEmail", "PrimaryPhone", "EmployeeLocation"),
    };
    let manager = match preset {
        Preset::Documented => enterprise("manager.value", "Manager"),
        // A link without its category is stored as nothing.
        Preset::Stock => Entry {
            companion: Some(("ManagerLink_Category".to_owned(), "Employee".to_owned())),
            ..enterprise("manager.value", "ManagerLink_RecID")
        },
    };
    let instant = Codec::Instant(InstantFormat::Iso);
    let mut table = vec![
        entry("userName", "LoginID").required(),
        entry("name.givenName", "FirstName").required(),
        entry("name.familyName", "LastName").required(),
        Entry { fallback: Some(Fallback::UserNameIfAddress), ..entry("emails.value", email).required() },
        entry("phoneNumbers.value", phone),
        entry("title", "Title"),
        enterprise("department", "Department"),
        manager,
        extension("team", "Team"),
        extension("location", location),
        entry("meta.created", "CreatedDateTime").read_only(instant.clone()),
        entry("meta.lastModified", "LastModDateTime").read_only(instant),
    ];
    if preset == Preset::Documented {
        // On measured tenants a role is a link, not a field.
        table.push(entry("roles.value", "Role"));
        table.push(extension("accessNote", "Role").read_only(Codec::NoteIfEmpty(NO_ROLE.to_owned())));
    }
    table
}

/// Role and team. What is not mapped, as the roles of stock tenants, which are links, can neither be seen nor taken away.
fn grants(mapping: &Mapping) -> Grants {
    let team = format!("{EXTENSION_URN}:team");
    let fields = ["roles.value", team.as_str(), "entitlements.value"].map(|path| mapping.field_of(path));
    let out_of_reach = match fields {
        [None, ..] => Some("its roles"),
        [_, None, _] => Some("its team"),
        _ => None,
    };
    Grants { resets: fields.into_iter().flatten().map(|field| (field, None)).collect(), out_of_reach }
}

/// The model of a target with these settings.
pub(super) fn model(settings: &Settings) -> Result<Model, Vec<MappingFault>> {
    let shape = Shape {
        kind: "ivanti",
        key: REC_ID,
        own_fields: &[STATUS],
        always: &["name", "displayName", "active", "emails"],
        refused: &["roles", "entitlements"],
        keep: settings.keep,
        adopts: settings.adopt,
        rename: settings.rename,
        change_password: false,
    };
    let resource_type = ResourceType::user(vec![enterprise_user(), extension()]);
    let mapping = build(&shape, resource_type, table(settings.preset), &settings.overrides)?;
    let grants = grants(&mapping);
    let Mapping { mut description, mut fields, rules } = mapping;
    let text = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
    let groups = groups::groups(&mut fields, settings);
    description.groups = groups.as_ref().map(|groups| groups.description.clone());
    Ok(Model {
        optional: Vec::new(),
        groups,
        account: Account {
            field: fields.id(STATUS),
            on: "Active".to_owned(),
            off: "Inactive".to_owned(),
            active: text(&["Active"]),
            ended: text(&["Terminated"]),
            on_over: text(&["Inactive"]),
        },
        names: NameModel::Parts(NameIds::new(&description.users)),
        // Creating an employee makes no login; there is no field for a password.
        password: None,
        grants,
        dialect: dialect::dialect(settings.case_insensitive),
        policy: settings.policy(&mut fields),
        description,
        fields,
        rules,
    })
}
