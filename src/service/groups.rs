//! Creating, changing and deleting groups.
//!
//! A group that is there already is *adopted*: from then on it is linked to the client's, but only groups that the bridge
//! made are ever renamed or deleted. Linked is what the store has a name for, made what it has a time of creation for.

use scim_core::change::Members;
use scim_core::filter::matches;
use scim_core::fold::{fold, same};
use scim_core::{AttrSet, Change, Filter, Projection, Resource, ScimError, Tags};
use serde_json::Value;

use super::lock::Waits;
use super::members::{Plan, plan, refuse_newcomers};
use super::target::{GroupCreate, RESULTS_MAX};
use super::{Caller, Failure, TargetService, external_id};
use crate::backend::{BackendErrorKind, Cx, Endpoint, GroupsDescription, Id, Query};
use crate::store::{Burial, ExternalIdUpdate, Record, RecordUpdate};

/// `POST /Groups`
pub(super) async fn create(
    service: &TargetService,
    caller: &Caller,
    base: &str,
    body: &Value,
    show: &Projection,
) -> Result<Resource, Failure> {
    let description = describe(service)?;
    let definition = &*description.definition;
    let new = caller.client.reading(|notes| Resource::read_with(definition, body, notes))?;
    let name = new.text(definition, description.name).map(str::trim).unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(ScimError::invalid_value("'displayName' is required").into());
    }
    let listed = new.get(definition, description.members).and_then(Value::as_array);
    let members = Members::named(listed.map(Vec::as_slice).unwrap_or_default())?;
    let members = Members::Delta(members.into_iter().map(|id| (id, true)).collect());
    let wanted_id = new.text(definition, definition.common().external_id).map(str::to_owned);
    service.probing.first(service.options.deadline / 2).await;
    let cx = service.cx(caller);
    // New groups are made one at a time: each takes the next free number.
    let names = vec!["group new".to_owned(), format!("group name {}", fold(&name))];
    let held = service.locks.hold(names, Waits::Ordinarily, &cx.hurry).await;
    if let Some(wanted) = &wanted_id {
        external_id::refuse_taken(service, &cx, caller, Endpoint::Groups, wanted, None).await?;
    }
    let existing = by_name(service, &cx, description, &name).await?;
    let id = match existing {
        Some(id) => adoptable(service, &name, id).await?,
        None => make(service, &cx, &name, &members).await?,
    };
    let plan = plan(service, caller, &id, members).await?;
    let key = service.key_at(Endpoint::Groups, id.as_str());
    let update = RecordUpdate {
        external_id: wanted_id.map_or(ExternalIdUpdate::Untouched, |value| ExternalIdUpdate::Set {
            credential: caller.credential.clone(),
            value,
        }),
        user_name: Some(fold(&name)),
        ..RecordUpdate::default()
    };
    if service.store.is_buried(&key) {
        service.store.unbury(&key, update).await?;
    } else {
        service.store.put(&key, update).await?;
    }
    service.wrote();
    drop(held);
    carry_out(plan).await?;
    let found = service.find(caller, Endpoint::Groups, base, id.as_str(), show).await?;
    found.ok_or_else(|| TargetService::not_found_at(Endpoint::Groups, id.as_str()))
}

fn describe(service: &TargetService) -> Result<&GroupsDescription, Failure> {
    let groups = service.backend.describe().groups.as_ref();
    groups.ok_or_else(|| ScimError::plain(404, "this target serves no groups").into())
}

/// The group of this name.
async fn by_name(
    service: &TargetService,
    cx: &Cx,
    description: &GroupsDescription,
    name: &str,
) -> Result<Option<Id>, Failure> {
    let filter = Filter::equals(description.name, name);
    let mut found: Vec<Id> = Vec::new();
    let mut after = None;
    loop {
        let query = Query {
            endpoint: Endpoint::Groups,
            filter: Some(filter.clone()),
            also: None,
            want: AttrSet::default(),
            after: after.take(),
            until: None,
            limit: RESULTS_MAX,
        };
        let batch = service.backend.scan(cx, &query).await?;
        let named = batch.rows.into_iter().filter(|row| matches(&description.definition, &filter, &row.resource));
        found.extend(named.map(|row| row.id));
        match batch.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    match found.as_slice() {
        [_, _, ..] => {
            let ids: Vec<String> = found.iter().map(|id| format!("'{id}'")).collect();
            let text = format!("several groups of the target are called '{name}': {}", ids.join(", "));
            Err(ScimError::uniqueness(text).into())
        }
        _ => Ok(found.pop()),
    }
}

/// Whether a group that is there may become the client's: one that is linked already is a duplicate.
async fn adoptable(service: &TargetService, name: &str, id: Id) -> Result<Id, Failure> {
    let key = service.key_at(Endpoint::Groups, id.as_str());
    let linked = service.stored(&key).await?.user_name.is_some() && !service.store.is_buried(&key);
    if linked || service.options.group_create == GroupCreate::Refuse {
        let text = format!("a group with the displayName '{name}' exists, with the id '{id}'");
        return Err(ScimError::uniqueness(text).into());
    }
    Ok(id)
}

async fn make(service: &TargetService, cx: &Cx, name: &str, members: &Members) -> Result<Id, Failure> {
    let description = describe(service)?;
    if service.options.group_create != GroupCreate::Create || !description.creates {
        let text = format!(
            "the target has no group with the displayName '{name}', and the bridge makes none there: groups are made by \
             the target's administrators"
        );
        return Err(ScimError::mutability(text).into());
    }
    // Nothing is made for members who are not there, or who may not join.
    if let Members::Delta(wishes) = members {
        let ids: Vec<Id> = wishes.keys().cloned().map(Id).collect();
        refuse_newcomers(service, cx, name, &ids).await?;
    }
    let id = service.groups()?.create_group(cx, name).await.map_err(taken)?;
    // From now on it is the bridge's, whatever becomes of the rest of the request.
    let made = RecordUpdate { created_at_ms: Some((service.clock.0)()), ..RecordUpdate::default() };
    service.store.put(&service.key_at(Endpoint::Groups, id.as_str()), made).await?;
    service.wrote();
    Ok(id)
}

/// A name that is taken, in the words of groups.
fn taken(error: crate::backend::BackendError) -> Failure {
    let by = match &error.kind {
        BackendErrorKind::AlreadyExists(by) => by.clone(),
        _ => return error.into(),
    };
    let who = by.map(|id| format!(", with the id '{id}'")).unwrap_or_default();
    let error_text = error.to_string();
    let refusal = ScimError::uniqueness(format!("'displayName' is taken by another group of the target{who}"));
    Failure { internal: Some(error_text), ..refusal.into() }
}

async fn carry_out(plan: Option<Plan<'_>>) -> Result<(), Failure> {
    match plan {
        Some(plan) => plan.carry_out().await,
        None => Ok(()),
    }
}

/// `PUT` and `PATCH` of `/Groups/{id}`: everything is checked before anything is written, and the members come last.
pub(super) async fn change(
    service: &TargetService,
    caller: &Caller,
    id: &str,
    mut change: Change,
    only_if: Option<&Tags>,
) -> Result<(), Failure> {
    let description = describe(service)?;
    let definition = &*description.definition;
    if let Some(refused) = &change.refused {
        return Err(refused.clone().into());
    }
    let members = change.take_members(definition, description.members)?;
    service.probing.first(service.options.deadline / 2).await;
    let cx = service.cx(caller);
    let wish = external_id::wish(definition, &change);
    let new_name = wanted_name(&change, description);
    let mut names = vec![format!("group id {id}")];
    names.extend(new_name.as_deref().map(|name| format!("group name {}", fold(name))));
    let held = service.locks.hold(names, Waits::Ordinarily, &cx.hurry).await;
    let key = service.key_at(Endpoint::Groups, id);
    let missing = || TargetService::not_found_at(Endpoint::Groups, id);
    if service.store.is_buried(&key) {
        return Err(missing());
    }
    let id = &Id(id.to_owned());
    let found = service.backend.get(&cx, Endpoint::Groups, id, &AttrSet::default()).await?.ok_or_else(missing)?;
    service.refuse_changed(&cx, caller, Endpoint::Groups, id.as_str(), only_if).await?;
    let stored = service.stored(&key).await?;
    let name = found.text(definition, description.name).unwrap_or_default();
    // Letter case is nothing to a client; a group of our own gets it as it is asked for.
    let ours = stored.created_at_ms.is_some();
    let new_name = new_name.filter(|new_name| if ours { new_name != name } else { !same(new_name, name) });
    refuse_rename(&stored, new_name.as_deref())?;
    if let Some(Some(wanted)) = &wish {
        external_id::refuse_taken(service, &cx, caller, Endpoint::Groups, wanted, Some(id.as_str())).await?;
    }
    let plan = plan(service, caller, id, members).await?;
    if let Some(new_name) = &new_name {
        service.groups()?.rename_group(&cx, id, new_name).await.map_err(taken)?;
        service.wrote();
    }
    let external_id = external_id::update(caller, &stored, wish);
    if external_id != ExternalIdUpdate::Untouched || new_name.is_some() {
        let user_name = new_name.as_deref().map(fold);
        let update = RecordUpdate { external_id, user_name, ..RecordUpdate::default() };
        service.store.put(&key, update).await?;
        service.wrote();
    }
    drop(held);
    carry_out(plan).await
}

/// The name that a change asks for.
fn wanted_name(change: &Change, description: &GroupsDescription) -> Option<String> {
    let mut edits = change.edits.iter().rev().filter(|edit| edit.attribute == description.name);
    edits.find_map(|edit| edit.value.as_ref()?.as_str().map(|name| name.trim().to_owned()))
}

fn refuse_rename(stored: &Record, new_name: Option<&str>) -> Result<(), Failure> {
    if new_name.is_none() || stored.created_at_ms.is_some() {
        return Ok(());
    }
    let text =
        "'displayName' cannot be changed: the bridge did not make this group, and renames only those that it made";
    Err(ScimError::mutability(text).into())
}

/// `DELETE /Groups/{id}`: a group that the bridge made is deleted, after its members have left it; any other one is only
/// gone for SCIM.
pub(super) async fn delete(
    service: &TargetService,
    caller: &Caller,
    id: &str,
    only_if: Option<&Tags>,
) -> Result<(), Failure> {
    let description = describe(service)?;
    service.probing.first(service.options.deadline / 2).await;
    let cx = service.cx(caller);
    let _held = service.locks.hold(vec![format!("group id {id}")], Waits::Ordinarily, &cx.hurry).await;
    let key = service.key_at(Endpoint::Groups, id);
    let missing = || TargetService::not_found_at(Endpoint::Groups, id);
    if service.store.is_buried(&key) {
        return Err(missing());
    }
    let id = &Id(id.to_owned());
    let Some(found) = service.backend.get(&cx, Endpoint::Groups, id, &AttrSet::default()).await? else {
        service.store.forget(&key).await?;
        return Err(missing());
    };
    service.refuse_changed(&cx, caller, Endpoint::Groups, id.as_str(), only_if).await?;
    if service.stored(&key).await?.created_at_ms.is_some() {
        // A number that stays behind in users' records would make them members of whatever gets it next.
        carry_out(plan(service, caller, id, Members::Exactly(Vec::new())).await?).await?;
        service.groups()?.delete_group(&cx, id).await?;
        service.store.forget(&key).await?;
    } else {
        let name = found.text(&description.definition, description.name).map(fold);
        let burial = Burial {
            user_name: name.unwrap_or_default(),
            at_ms: (service.clock.0)(),
            credential: caller.credential.clone(),
        };
        service.store.bury(&key, burial).await?;
    }
    service.wrote();
    Ok(())
}
