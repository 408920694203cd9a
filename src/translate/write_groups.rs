//! Changing memberships, and making, renaming and deleting groups.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use async_trait::async_trait;
use scim_core::{ScimError, fold};

use super::directory::{Group, Known};
use super::fields::Values;
use super::groups::{Form, GroupRecords, Membership};
use super::membership::Held;
use super::{Driver, FieldId, NativeOp, NativeReply, NativeValue, Object, Record, Translated, change, fault};
use crate::backend::{BackendError, BackendErrorKind, Candidate, Cx, Groups, Id};

/// So many numbers in a row are tried for a new group.
const NUMBERS_TRIED_MAX: usize = 20;
/// How old the groups may be by which it is told what is protected.
const FOR_PROTECTION: Duration = Duration::from_secs(300);
/// When a change that another program undid is worth another try.
const CONTENDED_RETRY: Duration = Duration::from_secs(5);

#[async_trait]
impl<D: Driver> Groups for Translated<D> {
    async fn candidates(&self, cx: &Cx, group: &Id, users: &[Id]) -> Result<HashMap<Id, Candidate>, BackendError> {
        let group = self.group_for_step(cx, group).await?;
        self.candidates_of(cx, &group, users).await
    }

    async fn newcomers(&self, cx: &Cx, name: &str, users: &[Id]) -> Result<HashMap<Id, Candidate>, BackendError> {
        let numbers = self.declared_groups()?.records(0).and_then(|records| records.numbers);
        // It is not known yet which number it gets; the longest one takes most room.
        let token = numbers.map_or_else(String::new, |numbers| numbers.max.to_string());
        let mut group = Group::unknown(token);
        (group.name, group.shown_name) = (name.to_owned(), name.to_owned());
        self.candidates_of(cx, &group, users).await
    }

    async fn member_ids(&self, cx: &Cx, group: &Id) -> Result<Vec<Id>, BackendError> {
        let group = self.group_for_step(cx, group).await?;
        let membership = self.membership_of(&group)?;
        let records = self.members_of(cx, std::slice::from_ref(&group)).await?;
        let members = records.iter().filter(|record| holds(&group, &membership, record));
        Ok(members.filter_map(|record| record.key().map(Id)).collect())
    }

    /// Somebody else may write the same field between our reading and our confirmation: theirs and ours are merged
    /// once, and then it is said.
    async fn set_member(&self, cx: &Cx, group: &Id, user: &Id, member: bool) -> Result<bool, BackendError> {
        let group = self.group_for_step(cx, group).await?;
        let membership = self.membership_of(&group)?;
        // "Not found" speaks of the group.
        let gone = || {
            let text = format!("'members': there is no user with the id '{user}'");
            BackendError::refused("membership", ScimError::invalid_value(text))
        };
        let mut before = match self.read(cx, user, self.member_fields()).await? {
            Some(before) => before,
            None if member => return Err(gone()),
            // Whoever is gone is no member.
            None => return Ok(false),
        };
        if holds(&group, &membership, &before) == member {
            return Ok(false);
        }
        self.require_shown(cx, &membership, std::slice::from_ref(&before)).await?;
        self.know_protected(cx).await?;
        let mut overwritten = false;
        for _ in 0..2 {
            let refusal = if member {
                self.refuse_join(&group, &membership, &before)
            } else {
                self.refuse_leave(&group, &before)
            };
            if let Some(refusal) = refusal {
                return Err(BackendError::refused("membership", refusal));
            }
            let values = changed(&group, &membership, &before, member);
            let outcome = change::update(self, cx, user, &values).await;
            if let Err(error) = &outcome
                && !fault::is_doubtful(error)
            {
                return Err(error.clone());
            }
            let after = match self.read(cx, user, self.member_fields()).await? {
                Some(after) => after,
                None if member => return Err(gone()),
                None => return Ok(true),
            };
            if holds(&group, &membership, &after) == member {
                return Ok(true);
            }
            outcome?;
            overwritten |= after.get(membership.field) != before.get(membership.field);
            before = after;
        }
        // What stayed as it was both times, nobody overwrote.
        if overwritten {
            return Err(BackendError::new("membership", BackendErrorKind::Contended).after(CONTENDED_RETRY));
        }
        Err(BackendError::new("membership", BackendErrorKind::NotEffective(vec!["members".to_owned()])))
    }

    async fn create_group(&self, cx: &Cx, name: &str) -> Result<Id, BackendError> {
        let declared = self.declared_groups()?;
        let refused = |text: &str| BackendError::refused("create group", ScimError::mutability(text));
        let records = declared.records(0).ok_or_else(|| refused("groups of this target cannot be created"))?;
        refuse_length(records, name)?;
        let known = self.groups_within(cx, Duration::ZERO).await?;
        if let Some(taken) = known.groups().iter().find(|group| fold::same(&group.shown_name, name)) {
            return Err(BackendError::new("create group", BackendErrorKind::AlreadyExists(Some(taken.id.clone()))));
        }
        let mut values = vec![(records.name, NativeValue::text(name))];
        values.extend(records.long_name.map(|field| (field, NativeValue::text(name))));
        values.extend(records.defaults.iter().cloned());
        if records.numbers.is_some() {
            let number = self.unused_number(cx, records, &known).await?;
            values.push((records.token, NativeValue::Number(number.into())));
        }
        self.directory.forget();
        let made = self.call_on(cx, Object::Groups(0), "create group", &NativeOp::Insert { values }).await;
        if let Err(error) = &made
            && !fault::is_doubtful(error)
        {
            return Err(error.clone());
        }
        // Confirmed by reading, which also tells the key where the answer did not.
        let known = self.groups_within(cx, Duration::ZERO).await?;
        let key = match &made {
            Ok(NativeReply::Created(key)) => key.clone(),
            _ => None,
        };
        let is_it = |group: &&Group| match &key {
            Some(key) => group.key == *key,
            None => fold::same(&group.name, name),
        };
        let found = known.groups().iter().filter(|group| group.kind == 0).find(is_it);
        match (found, made) {
            (Some(group), _) => {
                self.refuse_shared_number(cx, &known, group, key.is_some()).await?;
                Ok(group.id.clone())
            }
            (None, Err(error)) => Err(error),
            (None, Ok(_)) => Err(BackendError::new("create group", BackendErrorKind::NotEffective(Vec::new()))),
        }
    }

    async fn rename_group(&self, cx: &Cx, group: &Id, name: &str) -> Result<(), BackendError> {
        let group = self.group_for_step(cx, group).await?;
        let declared = self.declared_groups()?;
        let refused = |text: &str| BackendError::refused("rename group", ScimError::mutability(text));
        let records = declared.records(group.kind).ok_or_else(|| refused("groups of this kind cannot be renamed"))?;
        self.refuse_protected_group(&group)?;
        refuse_length(records, name)?;
        let known = self.groups_within(cx, Duration::ZERO).await?;
        let taken = known.groups().iter().find(|other| other.id != group.id && fold::same(&other.shown_name, name));
        if let Some(taken) = taken {
            return Err(BackendError::new("rename group", BackendErrorKind::AlreadyExists(Some(taken.id.clone()))));
        }
        let mut values: Values = vec![(records.name, Some(NativeValue::text(name)))];
        values.extend(records.long_name.map(|field| (field, Some(NativeValue::text(name)))));
        self.directory.forget();
        let op = NativeOp::Update { key: group.key.clone(), values };
        let outcome = self.call_on(cx, Object::Groups(group.kind), "rename group", &op).await;
        if let Err(error) = &outcome
            && !fault::is_doubtful(error)
        {
            // Said of a group that is there, it may mean that the service account may not write it.
            let there = error.kind == BackendErrorKind::NotFound && self.group(cx, &group.id).await?.is_some();
            let kind = if there { BackendErrorKind::Denied } else { error.kind.clone() };
            return Err(BackendError { kind, ..error.clone() });
        }
        match self.group(cx, &group.id).await? {
            Some(after) if after.name.trim() == name.trim() => Ok(()),
            None => Err(BackendError::new("rename group", BackendErrorKind::NotFound)),
            Some(_) => {
                outcome?;
                let kind = BackendErrorKind::NotEffective(vec!["displayName".to_owned()]);
                Err(BackendError::new("rename group", kind))
            }
        }
    }

    async fn delete_group(&self, cx: &Cx, group: &Id) -> Result<(), BackendError> {
        let group = self.group_for_step(cx, group).await?;
        let refused = |text: &str| BackendError::refused("delete group", ScimError::mutability(text));
        if self.declared_groups()?.records(group.kind).is_none() {
            return Err(refused("groups of this kind cannot be deleted"));
        }
        self.refuse_protected_group(&group)?;
        self.directory.forget();
        let op = NativeOp::Remove { key: group.key.clone() };
        match self.call_on(cx, Object::Groups(group.kind), "delete group", &op).await {
            Ok(_) => {}
            Err(error) if error.kind == BackendErrorKind::NotFound || fault::is_doubtful(&error) => {}
            Err(error) => return Err(error),
        }
        // A deletion that did not happen must not be told as one.
        match self.group(cx, &group.id).await? {
            None => Ok(()),
            Some(_) => Err(BackendError::new("delete group", BackendErrorKind::NotEffective(Vec::new()))),
        }
    }
}

impl<D: Driver> Translated<D> {
    pub(super) fn membership_of(&self, group: &Group) -> Result<Membership, BackendError> {
        Ok(self.declared_groups()?.kinds[group.kind].membership)
    }

    fn refuse_protected_group(&self, group: &Group) -> Result<(), BackendError> {
        if !self.is_protected_group(group) {
            return Ok(());
        }
        let text = format!("the group '{}' is protected by the bridge's configuration", group.shown_name);
        Err(BackendError::refused("group", ScimError::mutability(text)))
    }

    async fn candidates_of(
        &self,
        cx: &Cx,
        group: &Group,
        users: &[Id],
    ) -> Result<HashMap<Id, Candidate>, BackendError> {
        let membership = self.membership_of(group)?;
        self.know_protected(cx).await?;
        let records = self.users_by_id(cx, users).await?;
        self.require_shown(cx, &membership, &records).await?;
        let candidates = records.iter().filter_map(|record| {
            let holds = holds(group, &membership, record);
            let join = self.refuse_join(group, &membership, record);
            let leave = self.refuse_leave(group, record);
            Some((Id(record.key()?), Candidate { holds, join, leave }))
        });
        Ok(candidates.collect())
    }

    /// Why a user cannot be put into a group.
    fn refuse_join(&self, group: &Group, membership: &Membership, user: &Record) -> Option<ScimError> {
        let model = self.model();
        let name = &group.shown_name;
        if let Some(refusal) = self.refuse_leave(group, user) {
            return Some(refusal);
        }
        if self.is_protected_group(group) {
            let text =
                format!("'members': the group '{name}' is protected by the bridge's configuration: nobody is added");
            return Some(ScimError::mutability(text));
        }
        let held = Held::of(membership, user);
        match membership.form {
            Form::Single { moves: false, .. } if !held.tokens().is_empty() => {
                let text = format!(
                    "'members': the user '{}' has another {} already, and can have one only",
                    user.key().unwrap_or_default(),
                    model.groups.as_ref().map_or("group", |groups| groups.kinds[group.kind].word)
                );
                Some(ScimError::mutability(text))
            }
            Form::List { length_max } if !held.with(&group.token).fits() => {
                let text = format!(
                    "'members': the user '{}' is in so many groups that another one does not fit into the target's \
                     field of {length_max} characters",
                    user.key().unwrap_or_default()
                );
                Some(ScimError::invalid_value(text))
            }
            _ => None,
        }
    }

    /// Whether nobody is put into a group, be it for what another row of the same number is called.
    fn is_protected_group(&self, group: &Group) -> bool {
        let known = self.directory.known();
        self.model().is_protected_group(&group.token, &group.name)
            || known.is_some_and(|known| {
                let mut all = known.all_by_token(group.kind, &group.token);
                all.any(|other| same_token(group, other) && self.model().is_protected_group(&other.token, &other.name))
            })
    }

    /// Makes sure that the groups are known where what is protected may be told by the name of another row.
    async fn know_protected(&self, cx: &Cx) -> Result<(), BackendError> {
        if !self.model().policy.protected_groups.is_empty() {
            self.groups_within(cx, FOR_PROTECTION).await?;
        }
        Ok(())
    }

    /// Why a user's membership in a group cannot be changed at all.
    fn refuse_leave(&self, group: &Group, user: &Record) -> Option<ScimError> {
        if let Some(why) = group.closed {
            return Some(ScimError::mutability(format!("'members': the group '{}' {why}", group.shown_name)));
        }
        self.model().is_protected(user).then(|| {
            let text = format!(
                "'members': the user '{}' is protected by the bridge's configuration and is never changed through SCIM",
                user.key().unwrap_or_default()
            );
            ScimError::mutability(text)
        })
    }

    /// A number for a new group that no group has and no user's record names: a number that is left over somewhere
    /// would make members of strangers.
    async fn unused_number(&self, cx: &Cx, records: &GroupRecords, known: &Known) -> Result<i64, BackendError> {
        let full = || {
            let text = "the target has no free number for a new group";
            BackendError::refused("create group", ScimError::plain(500, text))
        };
        let range = records.numbers.ok_or_else(full)?;
        let taken: HashSet<i64> = known.groups().iter().filter_map(|group| group.token.parse().ok()).collect();
        let last = taken.iter().copied().filter(|number| (range.min..=range.max).contains(number)).max();
        let first = last.map_or(range.min, |last| last + 1);
        // Behind the last one there is; where that is the very last, in the gaps.
        let numbers = (first..=range.max).chain((range.min..first).filter(|number| !taken.contains(number)));
        for number in numbers.take(NUMBERS_TRIED_MAX) {
            if !self.is_named(cx, number).await? {
                return Ok(number);
            }
        }
        Err(full())
    }

    /// Whether a user's record names this number. Looked for in full: longer numbers that begin alike may be in front.
    async fn is_named(&self, cx: &Cx, number: i64) -> Result<bool, BackendError> {
        let group = Group::unknown(number.to_string());
        let membership = self.membership_of(&group)?;
        let rows = self.members_of(cx, std::slice::from_ref(&group)).await?;
        Ok(rows.iter().any(|row| holds(&group, &membership, row)))
    }

    /// Takes a new group back that got a number which another one got at the same moment: nobody is in it yet. Where it
    /// is not `certain` that it is the one that was made, it is left.
    async fn refuse_shared_number(
        &self,
        cx: &Cx,
        known: &Known,
        made: &Group,
        certain: bool,
    ) -> Result<(), BackendError> {
        let shared = known.groups().iter().any(|it| it.kind == made.kind && it.id != made.id && same_token(it, made));
        if !shared {
            return Ok(());
        }
        self.directory.forget();
        if certain {
            let op = NativeOp::Remove { key: made.key.clone() };
            self.call_on(cx, Object::Groups(made.kind), "withdraw group", &op).await?;
        }
        Err(BackendError::new("create group", BackendErrorKind::Contended).after(CONTENDED_RETRY))
    }
}

fn refuse_length(records: &GroupRecords, name: &str) -> Result<(), BackendError> {
    let length = name.chars().count();
    if length <= records.name_length_max {
        return Ok(());
    }
    let max = records.name_length_max;
    let text = format!("'displayName' is {length} characters long; the target takes at most {max}");
    Err(BackendError::refused("group", ScimError::invalid_value(text)))
}

fn same_token(one: &Group, other: &Group) -> bool {
    fold::same(&one.token, &other.token)
}

/// Whether a user's record names a group, by what members hold or, in a list, by its name.
pub(super) fn holds(group: &Group, membership: &Membership, user: &Record) -> bool {
    let held = Held::of(membership, user);
    held.has(&group.token) || group.name_in(membership).is_some_and(|name| held.has(name))
}

/// The fields of a user's record that make it a member, or none.
fn changed(group: &Group, membership: &Membership, user: &Record, member: bool) -> Values {
    let held = Held::of(membership, user);
    let next = if member {
        held.with(&group.token)
    } else {
        let left = held.without(&group.token);
        group.name_in(membership).map_or_else(|| left.clone(), |name| left.without(name))
    };
    let mut values: Values = vec![(membership.field, next.value())];
    if let Form::Single { name: Some(field), .. } = membership.form {
        values.push((field, member.then(|| NativeValue::text(&group.name))));
    }
    values
}

impl<D: Driver> Translated<D> {
    /// Refuses values for a user's fields that would grant a protected group or role, however the request names it.
    ///
    /// # Errors
    /// `mutability`; those of the calls where it has to be looked up what a value means.
    pub(super) async fn refuse_protected_groups<'a>(
        &self,
        cx: &Cx,
        values: impl Iterator<Item = (FieldId, &'a NativeValue)> + Send,
    ) -> Result<(), BackendError> {
        let model = self.model();
        if model.policy.protected_groups.is_empty() {
            return Ok(());
        }
        let kinds = || model.groups.iter().flat_map(|groups| groups.kinds.iter().enumerate());
        for (field, value) in values {
            let served = kinds().find(|(_, it)| it.membership.writes(field));
            if served.is_none() && !model.grants.resets.iter().any(|(own, _)| *own == field) {
                continue;
            }
            let tokens = match served {
                Some((_, it)) => Held::read(&it.membership, Some(value)).tokens().to_vec(),
                None => vec![value.as_text()],
            };
            let known = match served {
                Some((kind, _)) if self.declared_groups()?.records(kind).is_some() => {
                    Some((kind, self.groups_within(cx, FOR_PROTECTION).await?))
                }
                _ => None,
            };
            for token in tokens {
                let by_another_name = known.as_ref().is_some_and(|(kind, known)| {
                    let all = known.groups().iter().filter(|group| group.kind == *kind);
                    let mut meant = all.filter(|it| fold::same(&it.token, &token) || fold::same(&it.name, &token));
                    meant.any(|group| model.is_protected_group(&group.token, &group.name))
                });
                if by_another_name || model.is_protected_group(&token, &token) {
                    let text = format!("'{token}' is protected by the bridge's configuration: nobody is given it");
                    return Err(BackendError::refused("membership", ScimError::mutability(text)));
                }
            }
        }
        Ok(())
    }

    /// The fields that a user's membership is told from.
    pub(super) fn member_fields(&self) -> Vec<FieldId> {
        let model = self.model();
        let mut fields = vec![model.fields.key(), model.user_name().field];
        fields.extend(model.groups.iter().flat_map(super::groups::Groups::user_fields));
        fields.sort_unstable();
        fields.dedup();
        fields
    }
}
