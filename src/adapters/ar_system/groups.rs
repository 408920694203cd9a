//! Permission groups on the Group form, and the User form's list of them (reference sections 5.2 and 6).

use std::sync::Arc;

use scim_core::{Attribute, Definition, Mutability, ResourceType, Schema};

use crate::backend::GroupsDescription;
use crate::translate::groups::{Form, GroupKind, GroupRecords, Groups, Membership, Numbers, Source};
use crate::translate::{FieldTable, NativeValue, Record};

/// The URN of what a BMC group has beyond SCIM's own schema.
const EXTENSION_URN: &str = "urn:ietf:params:scim:schemas:extension:bmc:2.0:Group";

const REQUEST_ID: &str = "Request ID";
const GROUP_ID: &str = "Group ID";
const GROUP_NAME: &str = "Group Name";
const LONG_GROUP_NAME: &str = "Long Group Name";
const GROUP_TYPE: &str = "Group Type";
const GROUP_CATEGORY: &str = "Group Category";
pub(super) const GROUP_LIST: &str = "Group List";

const NAME_LENGTH_MAX: usize = 30;
const LIST_LENGTH_MAX: usize = 4_000;
/// Numbers for groups of one's own; from 60,000 to 60,999 the server makes dynamic groups.
const NUMBERS: Numbers = Numbers { min: 11, max: 59_999 };

fn extension() -> Schema {
    let read_only =
        |name: &str, description: &str| Attribute::string(name, description).mutability(Mutability::ReadOnly);
    Schema {
        id: EXTENSION_URN.to_owned(),
        name: "BmcGroup".to_owned(),
        description: "What a BMC AR System group has beyond the core schema".to_owned(),
        attributes: vec![
            read_only("groupId", "The number by which users' records name the group.").case_exact(),
            read_only("longName", "The Long Group Name."),
            read_only("type", "The most that members may be given: None, View or Change."),
            read_only("category", "Regular, Dynamic or Computed; only regular groups have members of their own."),
        ],
    }
}

/// The groups of a target. `users` are the fields of the User form.
pub(super) fn groups(users: &mut FieldTable) -> Groups {
    let definition = Definition::new(ResourceType::group(vec![extension()]));
    let attribute = |path: &str| definition.attribute(path).expect("the schemas above have it");
    let mut fields = FieldTable::new(REQUEST_ID);
    let (number, name, long_name) = (fields.id(GROUP_ID), fields.id(GROUP_NAME), fields.id(LONG_GROUP_NAME));
    let (kind, category) = (fields.id(GROUP_TYPE), fields.id(GROUP_CATEGORY));
    let own = |name: &str| attribute(&format!("{EXTENSION_URN}:{name}"));
    let records = GroupRecords {
        name,
        long_name: Some(long_name),
        token: number,
        name_length_max: NAME_LENGTH_MAX,
        shown: vec![
            (own("groupId"), number),
            (own("longName"), long_name),
            (own("type"), kind),
            (own("category"), category),
        ],
        optional: vec![long_name, kind, category],
        defaults: vec![(kind, NativeValue::text("Change")), (category, NativeValue::text("Regular"))],
        numbers: Some(NUMBERS),
        closed,
        fields,
    };
    let description = GroupsDescription {
        name: attribute("displayName"),
        members: attribute("members"),
        creates: true,
        definition: Arc::new(definition),
    };
    let membership = Membership { field: users.id(GROUP_LIST), form: Form::List { length_max: LIST_LENGTH_MAX } };
    let kind = GroupKind { word: "permission-group", source: Source::Records(records), membership };
    Groups { description, kinds: vec![kind] }
}

/// Implicit groups have whoever they are about as members, computed ones whom other groups have (reference section 6).
fn closed(fields: &FieldTable, record: &Record) -> Option<&'static str> {
    let text = |name: &str| Some(record.get(fields.find(name)?)?.as_text());
    let number = text(GROUP_ID).and_then(|number| number.trim().parse::<i64>().ok());
    if matches!(number, Some(0 | 3 | 4 | 7 | 60_000..=60_999)) {
        return Some("is an implicit one: nobody is put into it");
    }
    // A selection is read by its label or by its index.
    let is = |category: &str, index: &str| {
        text(GROUP_CATEGORY).is_some_and(|own| own == index || own.eq_ignore_ascii_case(category))
            || text(GROUP_TYPE).is_some_and(|own| own.eq_ignore_ascii_case(category))
    };
    match (is("Dynamic", "1"), is("Computed", "2")) {
        (true, _) => Some("is a dynamic one: nobody is put into it"),
        (_, true) => Some("is a computed one: its members follow from other groups"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_groups_take_members() {
        let groups = groups(&mut FieldTable::new("Request ID"));
        let records = groups.records(0).expect("permission groups are records");
        for (number, category, expected) in [
            ("20001", Some("Regular"), true),
            ("20001", Some("0"), true),
            ("20001", None, true),
            ("1", Some("Regular"), true),
            ("0", Some("Regular"), false),
            ("7", None, false),
            ("60500", None, false),
            ("61000", None, true),
            ("20001", Some("Dynamic"), false),
            ("20001", Some("1"), false),
            ("20001", Some("computed"), false),
            ("20001", Some("2"), false),
        ] {
            let mut record = Record::new();
            let mut set = |name: &str, value: Option<&str>| {
                let field = records.fields.find(name).expect("the form has it");
                record.set(field, value.map(NativeValue::text));
            };
            set(GROUP_ID, Some(number));
            set(GROUP_CATEGORY, category);
            assert_eq!((records.closed)(&records.fields, &record).is_none(), expected, "{number} {category:?}");
        }
    }
}
