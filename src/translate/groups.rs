//! What a driver declares of a target's groups: which native things they are, and how users' records hold membership.

use scim_core::AttrId;

use super::{FieldId, FieldTable, NativeValue, Record};
use crate::backend::GroupsDescription;

/// The groups of a target.
#[derive(Debug, Clone)]
pub struct Groups {
    /// Their face to the service.
    pub description: GroupsDescription,
    /// The native things that are served, in the order in which they are shown. The ids of all but the first begin with
    /// the kind's word and a colon.
    pub kinds: Vec<GroupKind>,
}

/// One kind of native thing that is served as a Group.
#[derive(Debug, Clone)]
pub struct GroupKind {
    /// `permission-group`, `team`, `role`
    pub word: &'static str,
    /// Where its groups are.
    pub source: Source,
    /// Where a user's record says that it belongs to one.
    pub membership: Membership,
}

/// Where groups are.
#[derive(Debug, Clone)]
pub enum Source {
    /// Records of an object of their own.
    Records(GroupRecords),
    /// Names that the operator lists; a name is also what members hold.
    Listed(Vec<String>),
}

/// Groups that are records.
#[derive(Debug, Clone)]
pub struct GroupRecords {
    /// The native fields in use, the key first.
    pub fields: FieldTable,
    /// The field of the name.
    pub name: FieldId,
    /// A second field that a new group's name is written to, and that follows a rename.
    pub long_name: Option<FieldId>,
    /// What members hold: the key, or a number.
    pub token: FieldId,
    /// The most characters of a name.
    pub name_length_max: usize,
    /// Attributes of an extension and the fields they are shown from.
    pub shown: Vec<(AttrId, FieldId)>,
    /// Fields that are not on every site's object: where they are not, groups are served without them.
    pub optional: Vec<FieldId>,
    /// What a new group is made with beside its name.
    pub defaults: Vec<(FieldId, NativeValue)>,
    /// How new groups get the number that members hold; none where that is the key.
    pub numbers: Option<Numbers>,
    /// Why the membership in a group cannot be changed, if so.
    pub closed: fn(&FieldTable, &Record) -> Option<&'static str>,
}

/// The numbers for new groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// The smallest.
    pub min: i64,
    /// The largest.
    pub max: i64,
}

/// How a user's record says to which groups the user belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// The field of the user's record.
    pub field: FieldId,
    /// How many groups it holds, and how.
    pub form: Form,
}

/// What a membership field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Any number of groups: `id;id;`.
    List {
        /// The most characters.
        length_max: usize,
    },
    /// One group.
    Single {
        /// Whether joining another one leaves this one; otherwise it is refused.
        moves: bool,
        /// A field that is written along with the group's name.
        name: Option<FieldId>,
    },
}

impl Membership {
    /// Whether writing a field makes somebody a member.
    pub fn writes(&self, field: FieldId) -> bool {
        self.field == field || matches!(self.form, Form::Single { name: Some(name), .. } if name == field)
    }
}

impl Groups {
    /// The id of a group.
    pub fn id(&self, kind: usize, key: &str) -> String {
        if kind == 0 { key.to_owned() } else { format!("{}:{key}", self.kinds[kind].word) }
    }

    /// The kind and the key of an id.
    pub fn parse_id<'a>(&self, id: &'a str) -> (usize, &'a str) {
        let mut others = self.kinds.iter().enumerate().skip(1);
        others.find_map(|(kind, it)| Some((kind, id.strip_prefix(it.word)?.strip_prefix(':')?))).unwrap_or((0, id))
    }

    /// The groups of a kind, where they are records.
    pub fn records(&self, kind: usize) -> Option<&GroupRecords> {
        match &self.kinds.get(kind)?.source {
            Source::Records(records) => Some(records),
            Source::Listed(_) => None,
        }
    }

    /// The fields of users' records that hold memberships.
    pub fn user_fields(&self) -> impl Iterator<Item = FieldId> + '_ {
        self.kinds.iter().map(|kind| kind.membership.field)
    }
}
