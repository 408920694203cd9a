//! What a target can do with groups beyond showing them.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use scim_core::{AttrId, Definition, ScimError};

use super::{BackendError, Cx, Id};

/// The groups of a target: data, known without I/O.
#[derive(Debug, Clone)]
pub struct GroupsDescription {
    /// The resource type Group as this target serves it.
    pub definition: Arc<Definition>,
    /// `displayName`
    pub name: AttrId,
    /// `members`
    pub members: AttrId,
    /// Whether the vendor can make new groups.
    pub creates: bool,
}

/// A user as a member of a group, or as one to be.
#[derive(Debug, Clone, Default)]
pub struct Candidate {
    /// Whether the user is a member now.
    pub holds: bool,
    /// Why the user cannot become a member, if so.
    pub join: Option<ScimError>,
    /// Why the user cannot cease to be a member, if so.
    pub leave: Option<ScimError>,
}

/// Groups as a target holds them. Memberships are changed one user at a time; whoever asks for it holds the lock of
/// that user's record.
#[async_trait]
pub trait Groups: Send + Sync {
    /// Those of the users that exist, with what is to be said of their membership. One that is left out may exist all the
    /// same: whoever concludes from it asks for the user.
    async fn candidates(&self, cx: &Cx, group: &Id, users: &[Id]) -> Result<HashMap<Id, Candidate>, BackendError>;

    /// The same for a group that is still to be made, with this name.
    async fn newcomers(&self, cx: &Cx, name: &str, users: &[Id]) -> Result<HashMap<Id, Candidate>, BackendError>;

    /// The ids of all members, in their order.
    async fn member_ids(&self, cx: &Cx, group: &Id) -> Result<Vec<Id>, BackendError>;

    /// Makes a user a member, or no member; says whether anything was written. Read right before, confirmed by reading.
    async fn set_member(&self, cx: &Cx, group: &Id, user: &Id, member: bool) -> Result<bool, BackendError>;

    /// Makes a new group, after making sure that none has its name. Confirmed by reading.
    async fn create_group(&self, cx: &Cx, name: &str) -> Result<Id, BackendError>;

    /// Gives a group another name. Confirmed by reading.
    async fn rename_group(&self, cx: &Cx, group: &Id, name: &str) -> Result<(), BackendError>;

    /// Deletes a group for good.
    async fn delete_group(&self, cx: &Cx, group: &Id) -> Result<(), BackendError>;
}
