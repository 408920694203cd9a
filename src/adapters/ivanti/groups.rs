//! Teams and roles as groups: an employee's record names one of each (seed; reference section 2.11).

use std::sync::Arc;

use scim_core::{Definition, ResourceType};

use super::mapping::REC_ID;
use super::{GroupWord, Preset, Settings};
use crate::backend::GroupsDescription;
use crate::translate::FieldTable;
use crate::translate::groups::{Form, GroupKind, GroupRecords, Groups, Membership, Source};

const TEAM: &str = "Team";
const TEAM_VALID: &str = "Team_Valid";
const ROLE: &str = "Role";
const NAME_LENGTH_MAX: usize = 255;

/// The groups of a target; none where no kind is configured. `users` are the fields of the employee.
pub(super) fn groups(users: &mut FieldTable, settings: &Settings) -> Option<Groups> {
    let definition = Definition::new(ResourceType::group(Vec::new()));
    let attribute = |path: &str| definition.attribute(path).expect("the core Group schema has it");
    let kinds: Vec<GroupKind> = settings.groups.kinds.iter().map(|word| kind(users, settings, *word)).collect();
    let first = kinds.first()?;
    let description = GroupsDescription {
        name: attribute("displayName"),
        members: attribute("members"),
        creates: matches!(first.source, Source::Records(_)),
        definition: Arc::new(definition),
    };
    Some(Groups { description, kinds })
}

fn kind(users: &mut FieldTable, settings: &Settings, word: GroupWord) -> GroupKind {
    let moves = settings.groups.moves;
    match word {
        GroupWord::Team => {
            // By the guide the field holds the team's key; on measured tenants its name, and the key lies beside it.
            let (field, name) = match settings.preset {
                Preset::Documented => (users.id(TEAM), None),
                Preset::Stock => (users.id(TEAM_VALID), Some(users.id(TEAM))),
            };
            let membership = Membership { field, form: Form::Single { moves, name } };
            GroupKind { word: "team", source: Source::Records(teams()), membership }
        }
        GroupWord::Role => {
            let membership = Membership { field: users.id(ROLE), form: Form::Single { moves, name: None } };
            GroupKind { word: "role", source: Source::Listed(settings.groups.roles.clone()), membership }
        }
    }
}

fn teams() -> GroupRecords {
    let mut fields = FieldTable::new(REC_ID);
    GroupRecords {
        name: fields.id(TEAM),
        long_name: None,
        token: fields.key(),
        name_length_max: NAME_LENGTH_MAX,
        shown: Vec::new(),
        optional: Vec::new(),
        defaults: Vec::new(),
        numbers: None,
        closed: |_, _| None,
        fields,
    }
}
