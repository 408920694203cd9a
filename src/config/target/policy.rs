//! What a target does where several answers are right: each key is one word of a few.

use super::super::read::{Choice, Reader, Table, choose};
use super::{Kind, words};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub enum $name { $($(#[$word_doc])* $variant,)* }

            impl $name {
                const WORDS: &[(&str, Choice<Self>)] = &[$(($word, Choice::Is(Self::$variant)),)*];
            }
        )*
    };
}

words! {
    /// What a DELETE does.
    OnDelete {
        /// Switches the account off and hides it from SCIM.
        Disable = "disable",
        /// Removes the vendor's record.
        Delete = "delete",
        /// Nothing; the request is refused.
        Refuse = "refuse",
    }
    /// What a POST of a deleted user's name does.
    OnRecreate {
        /// The user comes back, if it is the same one by externalId or employeeNumber.
        Revive = "revive",
        /// It is refused.
        Refuse = "refuse",
        /// The deleted record is renamed, and a new one made.
        NewRecord = "new-record",
    }
    /// Whether userName may change.
    Rename {
        /// A change is refused.
        Refuse = "refuse",
        /// A change is written.
        Allow = "allow",
    }
    /// What happens to attributes that the vendor has no field for.
    Unmapped {
        /// The bridge keeps them.
        Keep = "keep",
        /// They are dropped.
        Ignore = "ignore",
    }
    /// How the vendor compares text.
    Collation {
        /// The bridge finds out.
        Probe = "probe",
        /// Without regard to letter case.
        Insensitive = "insensitive",
        /// Exactly.
        Exact = "exact",
    }
    /// Which field names and dialect are built in for Ivanti.
    Preset {
        /// Those of the documentation.
        Documented = "documented",
        /// Those that tenants were measured to have.
        Stock = "stock",
    }
    /// What a create does that the vendor answers with a conflict.
    OnConflict {
        /// It is refused.
        Refuse = "refuse",
        /// The existing record is changed instead.
        Adopt = "adopt",
    }
    /// What a POST of a group does.
    GroupCreate {
        /// It adopts the group of that name, else makes it.
        Create = "create",
        /// It adopts the group of that name, else is refused.
        Adopt = "adopt",
        /// It is refused.
        Refuse = "refuse",
    }
    /// What becomes of a user who is in one group already and can be in one only.
    Join {
        /// Joining another one is refused.
        Refuse = "refuse",
        /// The user leaves the one and joins the other.
        Move = "move",
    }
    /// What is served as groups.
    GroupKind {
        /// Permission groups of `bmc-ar`.
        PermissionGroup = "permission-group",
        /// Teams of `ivanti`.
        Team = "team",
        /// Roles of `ivanti`.
        Role = "role",
    }
    /// What happens to passwords.
    Password {
        /// They are dropped; where the vendor demands one, it is generated.
        Ignore = "ignore",
        /// They are written when a record is made.
        CreateOnly = "create-only",
        /// They are written whenever they come.
        Sync = "sync",
    }
}

impl Preset {
    pub(super) fn read(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Self {
        table.choice(reader, "preset", Self::WORDS, Self::Documented)
    }
}

impl OnConflict {
    pub(super) fn read(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Self {
        table.choice(reader, "on_conflict", Self::WORDS, Self::Refuse)
    }
}

/// What is served as groups, and what may be done with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    /// The kinds, in the order in which they are shown; none serves no groups.
    pub kinds: Vec<GroupKind>,
    /// What a POST of a group does. Default: create.
    pub create: GroupCreate,
    /// The names of the roles, for the kind `role`.
    pub roles: Vec<String>,
    /// What becomes of a user who is in one group already and can be in one only. Default: refuse.
    pub join: Join,
}

impl Groups {
    pub(super) fn read(reader: &mut Reader<'_>, table: &mut Table<'_>, kind: Kind, preset: Option<Preset>) -> Self {
        let usual = if kind == Kind::BmcAr { GroupKind::PermissionGroup } else { GroupKind::Team };
        let mut groups =
            Self { kinds: vec![usual], create: GroupCreate::Create, roles: Vec::new(), join: Join::Refuse };
        let Some(mut table) = table.table(reader, "groups") else { return groups };
        if let Some(kinds) = kinds(reader, &mut table, kind) {
            groups.kinds = kinds;
        }
        groups.create = table.choice(reader, "create", GroupCreate::WORDS, GroupCreate::Create);
        if kind == Kind::Ivanti {
            groups.roles = words(reader, &mut table, "roles");
            groups.join = table.choice(reader, "join", Join::WORDS, Join::Refuse);
        } else {
            table.only_for(reader, "roles", "ivanti");
            table.only_for(reader, "join", "ivanti");
        }
        groups.validate(reader, &table, preset);
        table.finish(reader);
        groups
    }

    fn validate(&self, reader: &mut Reader<'_>, table: &Table<'_>, preset: Option<Preset>) {
        let serves_roles = self.kinds.contains(&GroupKind::Role);
        if serves_roles && self.roles.is_empty() {
            let path = table.key_path("roles");
            reader.fault(table.span, format!("{path}: the kind \"role\" needs the names of the roles"));
        }
        if serves_roles && preset == Some(Preset::Stock) {
            let path = table.key_path("kinds");
            let text = format!("{path}: with preset = \"stock\" roles are links, which are not served as groups");
            reader.fault(table.span, text);
        }
    }
}

/// The kinds that are named, each once, as far as the target has them.
fn kinds(reader: &mut Reader<'_>, table: &mut Table<'_>, kind: Kind) -> Option<Vec<GroupKind>> {
    let path = table.key_path("kinds");
    let entry = table.take("kinds")?;
    let span = entry.span;
    let mut kinds = Vec::new();
    for entry in entry.array(reader) {
        let Some(chosen) = choose(reader, entry, GroupKind::WORDS) else { continue };
        let fits = (chosen == GroupKind::PermissionGroup) == (kind == Kind::BmcAr);
        if !fits || kinds.contains(&chosen) {
            let usual = if kind == Kind::BmcAr { "\"permission-group\"" } else { "\"team\" and \"role\"" };
            reader.fault(span, format!("{path}: this kind of target has {usual}, each of them once"));
            continue;
        }
        kinds.push(chosen);
    }
    Some(kinds)
}

/// What is never written through SCIM. Patterns: `*` stands for any characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Protected {
    /// Login names.
    pub accounts: Vec<String>,
    /// Native ids of groups.
    pub groups: Vec<String>,
}

impl Protected {
    fn read(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Self {
        let Some(mut table) = table.table(reader, "protected") else { return Self::default() };
        let protected =
            Self { accounts: words(reader, &mut table, "accounts"), groups: words(reader, &mut table, "groups") };
        table.finish(reader);
        protected
    }
}

/// The keys of this file, read together.
pub(super) struct Policy {
    pub(super) on_delete: OnDelete,
    pub(super) on_recreate: OnRecreate,
    pub(super) rename: Rename,
    pub(super) password: Password,
    pub(super) unmapped: Unmapped,
    pub(super) collation: Collation,
    pub(super) protected: Protected,
}

impl Policy {
    pub(super) fn read(reader: &mut Reader<'_>, table: &mut Table<'_>, kind: Kind) -> Self {
        // The seed of BMC says that Login Name is read-only on update; that of Ivanti lists LoginID as updatable.
        let rename = if kind == Kind::BmcAr { Rename::Refuse } else { Rename::Allow };
        let rename = table.choice(reader, "rename", Rename::WORDS, rename);
        Self {
            on_delete: table.choice(reader, "on_delete", OnDelete::WORDS, OnDelete::Disable),
            on_recreate: on_recreate(reader, table, rename),
            rename,
            password: password(reader, table, kind),
            unmapped: table.choice(reader, "unmapped", Unmapped::WORDS, Unmapped::Keep),
            collation: table.choice(reader, "collation", Collation::WORDS, Collation::Probe),
            protected: Protected::read(reader, table),
        }
    }
}

fn on_recreate(reader: &mut Reader<'_>, table: &mut Table<'_>, rename: Rename) -> OnRecreate {
    let Some(entry) = table.take("on_recreate") else { return OnRecreate::Revive };
    let (path, span) = (entry.path.clone(), entry.span);
    let chosen = super::choose(reader, entry, OnRecreate::WORDS).unwrap_or(OnRecreate::Revive);
    if chosen == OnRecreate::NewRecord && rename == Rename::Refuse {
        let text = "needs rename = \"allow\": the deleted record has the name until it is renamed";
        reader.fault(span, format!("{path} = \"new-record\" {text}"));
    }
    chosen
}

fn password(reader: &mut Reader<'_>, table: &mut Table<'_>, kind: Kind) -> Password {
    let Some(entry) = table.take("password") else { return Password::Ignore };
    let (path, span) = (entry.path.clone(), entry.span);
    let chosen = super::choose(reader, entry, Password::WORDS).unwrap_or(Password::Ignore);
    if kind == Kind::Ivanti && chosen != Password::Ignore {
        reader.fault(span, format!("{path}: Ivanti's Employee has no password field; only \"ignore\" is possible"));
        return Password::Ignore;
    }
    chosen
}
