//! Creating, changing and deleting users.

use scim_core::fold::fold;
use scim_core::{AttrId, Change, Resource, ScimError, Tags, version};
use serde_json::Value;

use super::external_id::Wish;
use super::lock::Waits;
use super::target::OnDelete;
use super::{Caller, Failure, TargetService, external_id};
use crate::backend::{BackendErrorKind, Cx, Endpoint, Id, Kept, Written};
use crate::store::{Burial, ExternalIdUpdate, Record, RecordUpdate};

/// `POST /Users`
pub(super) async fn create(
    service: &TargetService,
    caller: &Caller,
    base: &str,
    body: &Value,
) -> Result<Resource, Failure> {
    let definition = service.definition();
    let new = caller.client.reading(|notes| Resource::read_with(definition, body, notes))?;
    let name = new
        .text(definition, service.backend.describe().user_name)
        .ok_or_else(|| ScimError::invalid_value("'userName' is required"))?
        .to_owned();
    let external_id = external_id_of(service, &new);
    service.probing.first(service.options.deadline / 2).await;
    let cx = service.cx(caller);
    let mut names = vec![format!("name {}", fold(&name))];
    names.extend(external_id.as_deref().map(|it| format!("external {} {it}", caller.credential)));
    let held = service.locks.hold(names, Waits::Ordinarily, &cx.hurry).await;
    if let Some(external_id) = &external_id {
        external_id::refuse_taken(service, &cx, caller, Endpoint::Users, external_id, None).await?;
    }
    let written = match service.backend.create(&cx, &new).await {
        Ok(written) => written,
        Err(error) => match &error.kind {
            BackendErrorKind::AlreadyExists(Some(id)) if service.store.is_buried(&service.key(id.as_str())) => {
                let id = id.clone();
                drop(held);
                return Box::pin(super::revive::recreate(service, caller, base, body, &new, &id)).await;
            }
            BackendErrorKind::AlreadyExists(Some(id)) if service.backend.describe().adopts => {
                let id = id.0.clone();
                drop(held);
                let wishes = caller.client.reading(|notes| Change::from_put_with(definition, body, notes))?;
                return Box::pin(change(service, caller, base, &id, wishes, None)).await;
            }
            BackendErrorKind::AlreadyExists(_) => {
                return Err(Failure { internal: Some(error.to_string()), ..taken(&name) });
            }
            _ => return Err(error.into()),
        },
    };
    service.wrote();
    let key = service.key(written.id.as_str());
    let update = RecordUpdate {
        kept: Some(written.kept.0.clone()),
        external_id: external_id.map_or(ExternalIdUpdate::Untouched, |value| ExternalIdUpdate::Set {
            credential: caller.credential.clone(),
            value,
        }),
        user_name: Some(fold(&name)),
        created_at_ms: Some((service.clock.0)()),
    };
    service.store.put(&key, update).await?;
    let stored = service.stored(&key).await?;
    Ok(service.dress(caller, base, &written.id, written.resource, &stored))
}

pub(super) fn taken(name: &str) -> Failure {
    let text = format!(
        "a user with the userName '{name}' exists at the target; if it was deleted through SCIM, it was only disabled \
         there, and an administrator of the target has to rename or remove it before the name is free"
    );
    ScimError::uniqueness(text).into()
}

/// The externalId of a new resource, where the bridge is the one who keeps it.
pub(super) fn external_id_of(service: &TargetService, resource: &Resource) -> Option<String> {
    if service.backend.describe().native_external_id {
        return None;
    }
    let definition = service.definition();
    resource.text(definition, definition.common().external_id).map(str::to_owned)
}

/// `PUT` and `PATCH` of `/Users/{id}`
pub(super) async fn change(
    service: &TargetService,
    caller: &Caller,
    base: &str,
    id: &str,
    change: Change,
    only_if: Option<&Tags>,
) -> Result<Resource, Failure> {
    if !change.off() {
        if let Some(refused) = &change.refused {
            return Err(refused.clone().into());
        }
        service.probing.first(service.options.deadline / 2).await;
    }
    let key = service.key(id);
    let wish = external_id_wish(service, &change);
    let cx = service.cx(caller);
    let waits = if change.off() { Waits::Urgently } else { Waits::Ordinarily };
    let _held = service.locks.hold(names_to_hold(service, caller, id, &change, &wish), waits, &cx.hurry).await;
    // Whoever held the lock cannot use up the time of a disable.
    let cx = if change.off() { service.cx(caller).disabling() } else { cx };
    // Asked under the lock: it may have been deleted while this waited.
    if service.store.is_buried(&key) {
        return Err(TargetService::not_found(id));
    }
    // The client itself has made everything conditional, switching off as well.
    service.refuse_changed(&cx, caller, Endpoint::Users, id, only_if).await?;
    let prepared = prepare(service, &cx, caller, id, &wish).await;
    let id = Id(id.to_owned());
    let (stored, change) = match prepared {
        Ok(stored) => (stored, change),
        Err(failure) if change.off() => {
            let written = off_only(service, &cx, &id, &change, failure).await?;
            let definition = service.definition();
            let mut shown = service.dress(caller, base, &id, written.resource, &Record::default());
            // Without what is kept it is no whole resource.
            shown.remove(definition, version::attribute(definition));
            return Ok(shown);
        }
        Err(failure) => return Err(failure),
    };
    let kept = Kept(stored.kept.clone());
    let written = service.backend.change(&cx, &id, &change, &kept).await.map_err(|failed| {
        let missing = failed.error.kind == BackendErrorKind::NotFound;
        if missing { TargetService::not_found(id.as_str()) } else { Failure::from(failed) }
    })?;
    if written.changed {
        service.wrote();
    }
    let stored = remember(service, caller, &written, stored, wish)
        .await
        .map_err(|failure| if change.off() { failure.with_account_off("") } else { failure })?;
    Ok(service.dress(caller, base, &id, written.resource, &stored))
}

/// What a change asks of the externalId, where the bridge is the one who keeps it.
fn external_id_wish(service: &TargetService, change: &Change) -> Wish {
    if service.backend.describe().native_external_id {
        return None;
    }
    external_id::wish(service.definition(), change)
}

/// The record; the name it is to have, if it is to have another; the externalId it is to have.
fn names_to_hold(service: &TargetService, caller: &Caller, id: &str, change: &Change, wish: &Wish) -> Vec<String> {
    let mut names = vec![format!("id {id}")];
    names.extend(text_of(change, service.backend.describe().user_name).map(|name| format!("name {}", fold(&name))));
    names.extend(wish.iter().flatten().map(|it| format!("external {} {it}", caller.credential)));
    names
}

fn text_of(change: &Change, attribute: AttrId) -> Option<String> {
    let mut edits = change.edits.iter().rev().filter(|edit| edit.attribute == attribute);
    edits.find_map(|edit| edit.value.as_ref()?.as_str().map(str::to_owned))
}

/// What is kept for the record, after making sure that the externalId it is to have is free.
async fn prepare(service: &TargetService, cx: &Cx, caller: &Caller, id: &str, wish: &Wish) -> Result<Record, Failure> {
    let stored = service.stored(&service.key(id)).await?;
    if let Some(Some(external_id)) = wish
        && stored.external_ids.get(&caller.credential) != Some(external_id)
    {
        external_id::refuse_taken(service, cx, caller, Endpoint::Users, external_id, Some(id)).await?;
    }
    Ok(stored)
}

/// Switching off goes through even where our own store cannot answer, or refuses what stands beside it. A request that
/// asks for nothing else is then done; otherwise the answer is the refusal of the rest.
async fn off_only(
    service: &TargetService,
    cx: &Cx,
    id: &Id,
    change: &Change,
    failure: Failure,
) -> Result<Written, Failure> {
    let mut off = Change::only_off();
    off.refused = (!change.is_only_off()).then(|| change.refused.clone().unwrap_or(failure.error.clone()));
    let outcome = service.backend.change(cx, id, &off, &Kept::default()).await;
    service.wrote();
    outcome.map_err(|failed| {
        let retry_after = failure.retry_after.filter(|_| failed.off_confirmed);
        let failed = Failure::from(failed);
        Failure { retry_after: retry_after.or(failed.retry_after), ..failed }
    })
}

/// Stores what the bridge has to keep from now on.
async fn remember(
    service: &TargetService,
    caller: &Caller,
    written: &Written,
    stored: Record,
    wish: Wish,
) -> Result<Record, Failure> {
    let kept = (written.kept.0 != stored.kept).then(|| written.kept.0.clone());
    let external_id = external_id::update(caller, &stored, wish);
    if kept.is_none() && external_id == ExternalIdUpdate::Untouched {
        return Ok(stored);
    }
    let key = service.key(written.id.as_str());
    service.store.put(&key, RecordUpdate { kept, external_id, ..RecordUpdate::default() }).await?;
    service.wrote();
    service.stored(&key).await
}

/// `DELETE /Users/{id}`
pub(super) async fn delete(
    service: &TargetService,
    caller: &Caller,
    id: &str,
    only_if: Option<&Tags>,
) -> Result<(), Failure> {
    let key = service.key(id);
    let waits = match service.options.on_delete {
        OnDelete::Disable => Waits::Urgently,
        OnDelete::Delete | OnDelete::Refuse => Waits::Ordinarily,
    };
    let cx = service.cx(caller);
    let _held = service.locks.hold(vec![format!("id {id}")], waits, &cx.hurry).await;
    // Asked under the lock: it may have been deleted while this waited.
    if service.store.is_buried(&key) {
        return Err(TargetService::not_found(id));
    }
    service.refuse_changed(&cx, caller, Endpoint::Users, id, only_if).await?;
    let id = Id(id.to_owned());
    let gone = |kind: &BackendErrorKind| *kind == BackendErrorKind::NotFound;
    match service.options.on_delete {
        OnDelete::Refuse => {
            let text = "this target does not delete users: set 'active' to false instead";
            Err(ScimError::mutability(text).into())
        }
        OnDelete::Disable => {
            let cx = service.cx(caller).disabling();
            let written = match service.backend.change(&cx, &id, &Change::only_off(), &Kept::default()).await {
                Ok(written) => written,
                Err(failed) if gone(&failed.error.kind) => return Err(TargetService::not_found(id.as_str())),
                Err(failed) => return Err(failed.into()),
            };
            let name = written.resource.text(service.definition(), service.backend.describe().user_name);
            let burial = Burial {
                user_name: name.map(fold).unwrap_or_default(),
                at_ms: (service.clock.0)(),
                credential: caller.credential.clone(),
            };
            service.store.bury(&key, burial).await?;
            service.wrote();
            Ok(())
        }
        OnDelete::Delete => {
            service.probing.first(service.options.deadline / 2).await;
            match service.backend.delete(&cx, &id).await {
                Ok(()) => {}
                Err(error) if gone(&error.kind) => {
                    service.store.forget(&key).await?;
                    return Err(TargetService::not_found(id.as_str()));
                }
                Err(error) => return Err(error.into()),
            }
            service.store.forget(&key).await?;
            service.wrote();
            Ok(())
        }
    }
}
