//! What a driver declares: fields, rules, dialect and policies. Reading, writing, filters, projection and `/Schemas`
//! all follow from it.

use scim_core::{AttrId, AttrSet};

use super::groups::Groups;
use super::{Account, Codec, FieldId, FieldTable, Grants, NameModel, NativeValue, Object, Record};
use crate::backend::Description;

/// One attribute and the native field in which it lives.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The attribute or part; for a list of which the vendor holds one value, its part `value`.
    pub attribute: AttrId,
    /// The field.
    pub field: FieldId,
    /// How the values stand for each other.
    pub codec: Codec,
    /// Who writes it.
    pub access: Access,
    /// Whether the vendor demands a value at creation.
    pub required: bool,
    /// Where a value comes from when a create brings none.
    pub fallback: Option<Fallback>,
    /// The most characters that the field takes.
    pub length_max: usize,
    /// The labels of a selection field, which is compared with a label to the letter and never with a pattern; none for
    /// free text.
    pub labels: &'static [&'static str],
    /// A field that is written along with this one, with its value.
    pub companion: Option<(FieldId, NativeValue)>,
}

/// Who may write a mapped field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Clients.
    ReadWrite,
    /// The vendor alone.
    ReadOnly,
}

/// Where a required value comes from when a create brings none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// The userName, if it is an e-mail address.
    UserNameIfAddress,
}

/// How a vendor's queries behave.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing about queries, independent of the others")]
pub struct Dialect {
    /// Whether text is compared without regard to letter case.
    pub case_insensitive: bool,
    /// Whether a test for a field without a value means the same on every server.
    pub nulls: bool,
    /// Whether there are patterns.
    pub like: bool,
    /// Whether a text is read as something else than itself, even inside quotes.
    pub is_keyword: fn(&str) -> bool,
    /// Whether a page shorter than asked for is the last one.
    pub short_page_ends: bool,
    /// The longest condition, in bytes as it stands in a URL; a longer one is left out.
    pub condition_max: usize,
    /// How many native spellings one comparison may be split into.
    pub spellings_max: usize,
}

/// What becomes of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordPolicy {
    /// A sent one is ignored; a generated one is used where the vendor demands one.
    Ignore,
    /// Used at creation, ignored afterwards.
    CreateOnly,
    /// Used whenever it is sent.
    Sync,
}

/// What the operator decided.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Whether userName can be changed.
    pub rename: bool,
    /// What becomes of passwords.
    pub password: PasswordPolicy,
    /// Values for fields that a create does not set.
    pub create_defaults: Vec<(FieldId, NativeValue)>,
    /// Names of accounts that are never written, as patterns with `*`; the service account's own is among them.
    pub protected: Vec<String>,
    /// Groups and roles that nobody is given, as patterns for what records hold or for names; whether they are served
    /// does not matter.
    pub protected_groups: Vec<String>,
    /// Rows asked for at once.
    pub page_size: usize,
    /// Whether the operator says how the vendor compares text; otherwise it is found out.
    pub collation_known: bool,
    /// The service account's own name, where it has one: its row proves nothing about the rows of others.
    pub own_name: Option<String>,
    /// The name of the row that proves that a query looked; otherwise one is learned.
    pub canary: Option<String>,
    /// Whether the vendor may hold nobody at all, so that there is no such row yet.
    pub allow_empty: bool,
}

/// A password field.
#[derive(Debug, Clone)]
pub struct Password {
    /// The field.
    pub field: FieldId,
    /// Whether a create must have one.
    pub required: bool,
    /// The most characters that work.
    pub length_max: usize,
}

/// Everything that is declared about one target.
#[derive(Debug, Clone)]
pub struct Model {
    /// The target's face to the service.
    pub description: Description,
    /// The native fields in use.
    pub fields: FieldTable,
    /// The attributes with a field.
    pub rules: Vec<Rule>,
    /// The state of the account.
    pub account: Account,
    /// How the parts of a name are held.
    pub names: NameModel,
    /// The password field, where there is one.
    pub password: Option<Password>,
    /// The fields that give access beside the state of the account.
    pub grants: Grants,
    /// Fields of users that are not on every site's object and that no client writes: where they are not, there is nothing
    /// in them.
    pub optional: Vec<FieldId>,
    /// The groups, where they are served.
    pub groups: Option<Groups>,
    /// How queries behave.
    pub dialect: Dialect,
    /// What the operator decided.
    pub policy: Policy,
}

pub use Password as PasswordField;

impl Model {
    /// The rule of an attribute or part.
    pub fn rule(&self, attribute: AttrId) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.attribute == attribute)
    }

    /// The rule of userName.
    pub fn user_name(&self) -> &Rule {
        self.rule(self.description.user_name).expect("every model maps userName")
    }

    /// The fields that have to be read so that these attributes can be shown or compared: always the key, the unique
    /// name and the status, because every record is checked before it is used.
    pub fn fields_for(&self, want: &AttrSet) -> Vec<FieldId> {
        let definition = &self.description.users;
        let mut fields = vec![self.fields.key(), self.user_name().field, self.account.field];
        let mut want = want.clone();
        self.names.widen(&mut want);
        for rule in &self.rules {
            if want.contains(rule.attribute) || want.contains(definition.root_of(rule.attribute)) {
                fields.push(rule.field);
            }
        }
        if self.groups_attribute().is_some_and(|groups| want.contains(groups)) {
            fields.extend(self.groups.iter().flat_map(Groups::user_fields));
        }
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// The fields of every rule.
    pub fn fields_all(&self) -> Vec<FieldId> {
        let mut fields = vec![self.fields.key(), self.account.field];
        fields.extend(self.rules.iter().map(|rule| rule.field));
        fields.extend(self.groups.iter().flat_map(Groups::user_fields));
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// The native fields of an object; of groups, of a kind that are records.
    pub fn table(&self, object: Object) -> &FieldTable {
        match object {
            Object::Users => &self.fields,
            Object::Groups(kind) => {
                let records = self.groups.as_ref().and_then(|groups| groups.records(kind));
                &records.expect("only groups that are records are operated on").fields
            }
        }
    }

    /// The fields of an object that are not on every site's.
    pub fn optional(&self, object: Object) -> &[FieldId] {
        match object {
            Object::Users => &self.optional,
            Object::Groups(kind) => {
                let records = self.groups.as_ref().and_then(|groups| groups.records(kind));
                records.map(|records| records.optional.as_slice()).unwrap_or_default()
            }
        }
    }

    /// `groups` of a user.
    pub fn groups_attribute(&self) -> Option<AttrId> {
        self.description.users.root(0, "groups")
    }

    /// Whether nobody is put into a group that is called so, or held so by users' records.
    pub fn is_protected_group(&self, token: &str, name: &str) -> bool {
        let mut patterns = self.policy.protected_groups.iter();
        patterns.any(|pattern| matches_pattern(pattern, token) || matches_pattern(pattern, name))
    }

    /// Whether a native name is one of the protected accounts.
    pub fn is_protected(&self, record: &Record) -> bool {
        let Some(name) = record.get(self.user_name().field) else { return false };
        let name = name.as_text();
        self.policy.protected.iter().any(|pattern| matches_pattern(pattern, &name))
    }
}

/// Whether a name matches a pattern in which `*` stands for any run of characters, without regard to letter case.
fn matches_pattern(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (scim_core::fold::fold(pattern), scim_core::fold::fold(name));
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches_pattern;

    #[test]
    fn patterns_protect_what_they_name_and_nothing_else() {
        for (pattern, name, expected) in [
            ("Demo", "demo", true),
            ("Demo", "demo2", false),
            ("svc_*", "SVC_scim", true),
            ("svc_*", "xsvc_scim", false),
            ("*admin*", "the-administrator", true),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(matches_pattern(pattern, name), expected, "{pattern} {name}");
        }
    }
}
