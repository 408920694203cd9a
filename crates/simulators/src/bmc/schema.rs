//! The forms and their fields: names, ids, kinds, lengths, enum labels.
//!
//! Names and ids are those of the vendor's manual; the User form has the personal fields that the seed lists as well. Where
//! no source gives an id (those personal fields, the free text ones of CTM:People) it lies in the range that sites use.

mod forms;

use forms::{GROUP, PEOPLE, USER};

/// Length of an entry id; a longer one is error 101.
pub const ENTRY_ID_LENGTH: usize = 15;

/// Group ids up to this one belong to the server; clients make others.
pub const GROUP_ID_RESERVED_MAX: i64 = 10;
/// The ids of dynamic groups.
pub const GROUP_IDS_DYNAMIC: std::ops::RangeInclusive<i64> = 60_000..=60_999;

/// A form: a table with fields.
#[derive(Debug)]
pub struct Form {
    pub name: &'static str,
    /// Entry ids are this text and as many zero-padded digits as fit.
    pub prefix: &'static str,
    pub fields: &'static [Field],
}

/// A field of a form.
#[derive(Debug)]
pub struct Field {
    pub id: u64,
    pub name: &'static str,
    pub kind: Kind,
    pub access: Access,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Text of at most so many characters.
    Text(usize),
    /// Text that is never shown, of at most so many characters.
    Secret(usize),
    Integer,
    /// The labels in the order of their index.
    Selection(&'static [&'static str]),
    /// A moment, shown as `2014-12-03T22:53:37.000+0000`.
    Time,
    /// An object keyed by the labels of Status: who gave the entry that status, and when.
    StatusHistory,
}

/// Who may write a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Access {
    Optional,
    Required,
    /// Required on create and read-only afterwards, unless the option `login_name_writable` says otherwise.
    Key,
    /// Kept by the server alone.
    System,
}

/// The forms there are.
pub const FORMS: &[&Form] = &[&USER, &GROUP, &PEOPLE];

impl Form {
    /// The form of this name, to the letter.
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMS.iter().copied().find(|form| form.name == name)
    }

    /// The field of this name, to the letter.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub fn field_by_id(&self, id: u64) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// The field that a reference means: digits are an id, all else a name.
    pub fn resolve(&self, reference: &str) -> Option<&'static Field> {
        reference.parse().ok().and_then(|id| self.field_by_id(id)).or_else(|| self.field(reference))
    }

    /// The field with the entry id: `Request ID`, on CTM:People `Person ID`.
    pub fn key(&self) -> &'static Field {
        self.field_by_id(1).expect("every form has field 1")
    }

    /// The entry id with this number.
    pub fn entry_id(&self, number: u64) -> String {
        format!("{}{number:0width$}", self.prefix, width = ENTRY_ID_LENGTH - self.prefix.len())
    }
}

impl Kind {
    /// The index of an enum label.
    pub fn index_of(self, label: &str) -> Option<usize> {
        match self {
            Self::Selection(labels) => labels.iter().position(|known| *known == label),
            _ => None,
        }
    }
}
