//! What the driver needs to know of a target.

use secrecy::SecretString;

use crate::translate::mapping::Override;
use crate::translate::{PasswordPolicy, Policy};

/// The settings of one AR System target.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each of them a key of the configuration")]
pub struct Settings {
    /// Scheme, host, port and perhaps a path, without a slash at the end.
    pub base_url: String,
    /// The service account.
    pub username: String,
    /// Its password.
    pub password: SecretString,
    /// An authentication string, on servers that want one.
    pub auth_string: Option<SecretString>,
    /// Whether text is compared without regard to letter case.
    pub case_insensitive: bool,
    /// Whether that is known; otherwise it is found out, and `case_insensitive` is true.
    pub collation_known: bool,
    /// Whether the bridge keeps what the User form has no field for.
    pub keep: bool,
    /// Whether Login Name may be changed: the vendor guide calls it read-only on update.
    pub rename: bool,
    /// What becomes of passwords.
    pub passwords: PasswordPolicy,
    /// Values for fields that a create does not set, by native name.
    pub create_defaults: Vec<(String, String)>,
    /// Accounts that are never written, as patterns.
    pub protected: Vec<String>,
    /// Whether the Group form is served.
    pub groups: bool,
    /// Groups that nobody is put into, as patterns for their ids or names.
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

impl Settings {
    /// The operator's decisions in translate's terms; the service account protects itself.
    pub(super) fn policy(&self, fields: &mut crate::translate::FieldTable) -> Policy {
        let text = |text: &str| crate::translate::NativeValue::text(text);
        let mut create_defaults: Vec<_> =
            self.create_defaults.iter().map(|(field, value)| (fields.id(field), text(value))).collect();
        // The vendor demands a licence type at creation; Read is the one that costs nothing.
        let license = fields.id(super::mapping::LICENSE_TYPE);
        if !create_defaults.iter().any(|(field, _)| *field == license) {
            create_defaults.push((license, text(super::mapping::FREE_LICENSE)));
        }
        let mut protected = self.protected.clone();
        protected.push(self.username.clone());
        Policy {
            rename: self.rename,
            password: self.passwords,
            create_defaults,
            protected,
            protected_groups: self.protected_groups.clone(),
            page_size: self.page_size,
            collation_known: self.collation_known,
            own_name: Some(self.username.clone()),
            canary: self.canary.clone(),
            allow_empty: self.allow_empty,
        }
    }
}
