//! The User form's fields as the vendor guide lists them, and the target's extension schema.

use scim_core::schema::enterprise_user;
use scim_core::{Attribute, Kind, Mutability, ResourceType, Schema};

use crate::translate::mapping::{Entry, Mapping, MappingFault, Shape, build};
use crate::translate::{
    Account, Codec, FieldId, Grants, Model, NameIds, NameModel, NativeValue, PasswordField, PasswordPolicy,
};

use super::{Settings, dialect, groups};

/// The URN of what a BMC user has beyond SCIM's own schemas.
pub(super) const EXTENSION_URN: &str = "urn:ietf:params:scim:schemas:extension:bmc:2.0:User";

pub(super) const REQUEST_ID: &str = "Request ID";
pub(super) const LICENSE_TYPE: &str = "License Type";
/// The licence type that costs nothing and lets nobody write.
pub(super) const FREE_LICENSE: &str = "Read";
const APPLICATION_LICENSE: &str = "Application License";
const FULL_TEXT_LICENSE: &str = "Full Text License Type";
const STATUS: &str = "Status";
const PASSWORD: &str = "Password";

const STATES: &[&str] = &["Current", "Expired", "Disabled", "Locked-Out"];
const LICENSES: &[&str] = &["Read", "Fixed", "Floating", "Restricted Read"];
const NOTIFICATIONS: &[&str] = &["None", "Alert", "E-mail"];

/// The longest password that works: the field takes 30, but 28 is where authentication is said to break beyond.
const PASSWORD_LENGTH_MAX: usize = 28;

fn extension() -> Schema {
    let read_only = |attribute: Attribute| attribute.mutability(Mutability::ReadOnly);
    let attributes = vec![
        Attribute::string("licenseType", "The AR System licence: Read, Fixed, Floating or Restricted Read.")
            .canonical(LICENSES)
            .always_there(),
        Attribute::string("defaultNotifyMechanism", "How the user is notified by default.").canonical(NOTIFICATIONS),
        Attribute::string("region", "The geographic region."),
        Attribute::string("site", "The physical site."),
        read_only(Attribute::string("accountStatus", "The status field: Current, Expired, Disabled or Locked-Out.")),
        read_only(Attribute::new("locked", Kind::Boolean, "Whether the account is locked after wrong passwords.")),
    ];
    Schema {
        id: EXTENSION_URN.to_owned(),
        name: "BmcUser".to_owned(),
        description: "What a BMC AR System user has beyond the core schemas".to_owned(),
        attributes,
    }
}

fn table() -> Vec<Entry> {
    let extension = |name: &str, field: &str| Entry::new(&format!("{EXTENSION_URN}:{name}"), field);
    let enterprise = |name: &str, field: &str| Entry::new(&format!("{}:{name}", enterprise_user().id), field);
    vec![
        Entry::new("userName", "Login Name").required(),
        Entry::new("displayName", "Full Name").required(),
        Entry::new("name.formatted", "Full Name").required(),
        Entry { length_max: 255, ..Entry::new("emails.value", "Email Address") },
        Entry::new("phoneNumbers.value", "Phone Number"),
        Entry::new("locale", "Locale"),
        Entry::new("timezone", "Time Zone"),
        enterprise("department", "Department"),
        enterprise("organization", "Organization"),
        Entry { labels: LICENSES, ..extension("licenseType", LICENSE_TYPE).required() },
        Entry { labels: NOTIFICATIONS, ..extension("defaultNotifyMechanism", "Default Notify Mechanism") },
        extension("region", "Region"),
        extension("site", "Site"),
        Entry { labels: STATES, ..extension("accountStatus", STATUS).read_only(Codec::Text) },
        extension("locked", STATUS).read_only(Codec::Is("Locked-Out".to_owned())),
    ]
}

/// The model of a target with these settings.
pub(super) fn model(settings: &Settings) -> Result<Model, Vec<MappingFault>> {
    let shape = Shape {
        kind: "bmc-ar",
        key: REQUEST_ID,
        own_fields: &[STATUS, PASSWORD, groups::GROUP_LIST],
        // One field for the whole name, never empty; its parts are taken from it.
        always: &["name", "displayName", "active"],
        refused: &["roles", "entitlements"],
        keep: settings.keep,
        adopts: false,
        rename: settings.rename,
        change_password: settings.passwords == PasswordPolicy::Sync,
    };
    let resource_type = ResourceType::user(vec![enterprise_user(), extension()]);
    let mapping = build(&shape, resource_type, table(), &settings.overrides)?;
    let mapped = ["roles.value", "entitlements.value"].map(|path| mapping.field_of(path));
    let license = mapping.field_of(&format!("{EXTENSION_URN}:licenseType"));
    let Mapping { mut description, mut fields, rules } = mapping;
    let (application, full_text) = (fields.id(APPLICATION_LICENSE), fields.id(FULL_TEXT_LICENSE));
    // What an operator maps has to be there.
    let unmapped = |field: &FieldId| !rules.iter().any(|rule| rule.field == *field);
    let optional: Vec<FieldId> = [application, full_text].into_iter().filter(unmapped).collect();
    let free = || Some(NativeValue::text(FREE_LICENSE));
    let mut grants = vec![(fields.id(groups::GROUP_LIST), None), (application, None)];
    grants.push((full_text, free()));
    grants.extend(license.map(|field| (field, free())));
    grants.extend(mapped.into_iter().flatten().map(|field| (field, None)));
    let text = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
    let groups = settings.groups.then(|| groups::groups(&mut fields));
    description.groups = groups.as_ref().map(|groups| groups.description.clone());
    Ok(Model {
        optional,
        groups,
        account: Account {
            field: fields.id(STATUS),
            on: "Current".to_owned(),
            off: "Disabled".to_owned(),
            // A lock-out passes and does not make a leaver of a user; an expired account stays the vendor's business.
            active: text(&["Current", "Locked-Out"]),
            ended: text(&["Expired"]),
            on_over: text(&["Disabled"]),
        },
        names: NameModel::Full(NameIds::new(&description.users)),
        password: Some(PasswordField { field: fields.id(PASSWORD), required: true, length_max: PASSWORD_LENGTH_MAX }),
        grants: Grants { resets: grants, out_of_reach: None },
        dialect: dialect::dialect(settings.case_insensitive),
        policy: settings.policy(&mut fields),
        description,
        fields,
        rules,
    })
}
