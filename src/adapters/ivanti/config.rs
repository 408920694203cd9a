//! What the driver needs to know of a target.

use secrecy::SecretString;

use crate::translate::mapping::Override;
use crate::translate::{FieldTable, NativeValue, PasswordPolicy, Policy};

/// The settings of one Ivanti target.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each of them a key of the configuration")]
pub struct Settings {
    /// Scheme, host and perhaps a path (`/HEAT` on premises), without a slash at the end.
    pub base_url: String,
    /// How requests are authorised.
    pub auth: Auth,
    /// Which fields and values a tenant has.
    pub preset: Preset,
    /// Whether text is compared without regard to letter case.
    pub case_insensitive: bool,
    /// Whether that is known; otherwise it is found out, and `case_insensitive` is true.
    pub collation_known: bool,
    /// Whether the bridge keeps what Employee has no field for.
    pub keep: bool,
    /// Whether `LoginID` may be changed.
    pub rename: bool,
    /// Whether a create that finds its name taken adopts the record; else it is refused.
    pub adopt: bool,
    /// Values for fields that a create does not set, by native name: a default role and team.
    pub create_defaults: Vec<(String, String)>,
    /// Accounts that are never written, as patterns.
    pub protected: Vec<String>,
    /// What is served as groups.
    pub groups: GroupSettings,
    /// Teams and roles that nobody is given, as patterns for their ids or names.
    pub protected_groups: Vec<String>,
    /// Rows asked for at once.
    pub page_size: usize,
    /// The name of the row that proves that a query looked; otherwise one is learned.
    pub canary: Option<String>,
    /// Whether there may be no users at all.
    pub allow_empty: bool,
    /// Changes to the built-in mapping.
    pub overrides: Vec<Override>,
}

/// What is served as groups.
#[derive(Debug, Clone, Default)]
pub struct GroupSettings {
    /// The kinds, in the order in which they are shown.
    pub kinds: Vec<GroupWord>,
    /// The names of the roles.
    pub roles: Vec<String>,
    /// Whether joining another team or role leaves the one there was; otherwise it is refused.
    pub moves: bool,
}

/// A kind of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupWord {
    /// Teams, which are records.
    Team,
    /// Roles, whose names are configured.
    Role,
}

/// How requests are authorised.
#[derive(Debug, Clone)]
pub enum Auth {
    /// A session token from a login.
    Session {
        /// The service account.
        username: String,
        /// Its password.
        password: SecretString,
        /// The tenant.
        tenant: String,
        /// The role's internal name, where one is to be asked for.
        role: Option<String>,
        /// The names in the login's body.
        body: LoginBody,
        /// How the token is put into a request.
        scheme: Scheme,
    },
    /// A static key.
    ApiKey(SecretString),
}

/// The names in the login's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginBody {
    /// `UserName`, `Password`, `tenant`: the vendor guide.
    Seed,
    /// `tenant`, `username`, `password`, `role`: the vendor's own pages.
    Documented,
}

/// How a session token is put into a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `Bearer {token}`: the vendor guide.
    Bearer,
    /// The token alone: the vendor's own pages.
    Raw,
}

/// Which fields and values a tenant has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// The vendor guide's.
    Documented,
    /// What tenants were measured to have.
    Stock,
}

impl Settings {
    /// The operator's decisions in translate's terms; the service account and the built-in employee that runs
    /// workflows protect themselves.
    pub(super) fn policy(&self, fields: &mut FieldTable) -> Policy {
        let default = |(field, value): &(String, String)| (fields.id(field), NativeValue::text(value));
        let create_defaults = self.create_defaults.iter().map(default).collect();
        let mut protected = self.protected.clone();
        protected.push("InternalServices".to_owned());
        let own_name = match &self.auth {
            Auth::Session { username, .. } => Some(username.clone()),
            Auth::ApiKey(_) => None,
        };
        protected.extend(own_name.clone());
        Policy {
            rename: self.rename,
            password: PasswordPolicy::Ignore,
            create_defaults,
            protected,
            protected_groups: self.protected_groups.clone(),
            page_size: self.page_size,
            collation_known: self.collation_known,
            own_name,
            canary: self.canary.clone(),
            allow_empty: self.allow_empty,
        }
    }
}
