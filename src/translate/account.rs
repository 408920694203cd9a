//! The state of an account: which native values mean that it can be used, and what may be written over what.

use scim_core::{ScimError, fold};

use super::{FieldId, NativeValue};

/// How `active` lives in a native status field.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// The status field.
    pub field: FieldId,
    /// Written to switch on.
    pub on: String,
    /// Written to switch off.
    pub off: String,
    /// Values that read as active.
    pub active: Vec<String>,
    /// Values beside `off` that need no switching off any more.
    pub ended: Vec<String>,
    /// Values over which `on` may be written. Others that read as inactive are the vendor's own doing: an expired
    /// account is renewed there, not here.
    pub on_over: Vec<String>,
}

impl Account {
    /// Whether a native status means that the account can be used. A missing status does not.
    pub fn is_active(&self, status: Option<&NativeValue>) -> bool {
        status.is_some_and(|status| self.active.iter().any(|active| fold::same(active, &status.as_text())))
    }

    /// Whether a native status proves that the account cannot be used. A missing one, which may only be hidden from the
    /// service account, proves nothing.
    pub fn is_off(&self, status: Option<&NativeValue>) -> bool {
        status.is_some() && !self.is_active(status)
    }

    /// Whether switching off has to be written: always but where the state is one that is known to be off. A state that
    /// nobody told the bridge about may let somebody in.
    pub fn must_switch_off(&self, status: Option<&NativeValue>) -> bool {
        let known = || self.ended.iter().chain([&self.off]);
        !status.is_some_and(|status| known().any(|known| fold::same(known, &status.as_text())))
    }

    /// The value to be written so that the account can be used; none when it can be already.
    ///
    /// # Errors
    /// `mutability` when the status is one that SCIM must not override.
    pub fn switch_on(&self, status: Option<&NativeValue>) -> Result<Option<NativeValue>, ScimError> {
        if self.is_active(status) {
            return Ok(None);
        }
        match status {
            Some(status) if !self.on_over.iter().any(|over| fold::same(over, &status.as_text())) => {
                let text = format!(
                    "'active' cannot be set to true: the account's state at the target is '{}', which only its \
                     administrators can change",
                    status.as_text()
                );
                Err(ScimError::mutability(text))
            }
            _ => Ok(Some(NativeValue::text(&self.on))),
        }
    }
}
