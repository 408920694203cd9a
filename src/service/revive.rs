//! What a POST does whose userName belongs to a record that was deleted through SCIM.
//!
//! Order of a revival: the access that the record still has is taken away and its password changed; the account is
//! switched on; the tombstone goes, together with what was kept. Each step is confirmed before the next. Whatever
//! fails, the record stays deleted, so that a repeat of the POST begins anew; and an account that was switched on for
//! it is switched off again, because nobody could do that through SCIM.

use std::time::Duration;

use scim_core::fold::{fold, same};
use scim_core::schema::enterprise_user;
use scim_core::{AttrId, AttrSet, Change, Resource, ScimError};
use serde_json::Value;

use super::lock::Waits;
use super::target::OnRecreate;
use super::write::{create, external_id_of, taken};
use super::{Caller, Failure, TargetService, external_id};
use crate::backend::{BackendError, BackendErrorKind, Cx, Endpoint, Id, Kept, Written};
use crate::store::{ExternalIdUpdate, Record, RecordUpdate};

/// For a record that changed under our hands: the next look settles it.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A create that met the deleted record `id`. The caller holds no lock.
pub(super) async fn recreate(
    service: &TargetService,
    caller: &Caller,
    base: &str,
    body: &Value,
    new: &Resource,
    id: &Id,
) -> Result<Resource, Failure> {
    let name = new.text(service.definition(), service.backend.describe().user_name).unwrap_or_default();
    let external_id = external_id_of(service, new);
    let cx = service.cx(caller);
    let mut names = vec![format!("id {id}"), format!("name {}", fold(name))];
    names.extend(external_id.as_deref().map(|it| format!("external {} {it}", caller.credential)));
    let held = service.locks.hold(names, Waits::Ordinarily, &cx.hurry).await;
    // Asked under the lock: somebody else may have revived it while this waited.
    if !service.store.is_buried(&service.key(id.as_str())) {
        return Err(taken(name));
    }
    match service.options.on_recreate {
        OnRecreate::Refuse => Err(refused(name, id, "this target does not bring deleted users back")),
        OnRecreate::Revive => {
            if let Some(wanted) = &external_id {
                external_id::refuse_taken(service, &cx, caller, Endpoint::Users, wanted, None).await?;
            }
            revive(service, &cx, caller, base, new, id, external_id).await
        }
        OnRecreate::NewRecord => {
            service.backend.set_aside(&cx, id, name).await?;
            service.wrote();
            drop(held);
            Box::pin(create(service, caller, base, body)).await
        }
    }
}

fn refused(name: &str, id: &Id, why: &str) -> Failure {
    let text = format!(
        "the user with the userName '{name}' was deleted through SCIM and only disabled at the target, as the record \
         '{id}': {why}; an administrator of the target has to rename or remove the record before the name is free"
    );
    ScimError::uniqueness(text).into()
}

async fn revive(
    service: &TargetService,
    cx: &Cx,
    caller: &Caller,
    base: &str,
    new: &Resource,
    id: &Id,
    external_id: Option<String>,
) -> Result<Resource, Failure> {
    let key = service.key(id.as_str());
    let stored = service.stored(&key).await?;
    let name = new.text(service.definition(), service.backend.describe().user_name).unwrap_or_default();
    if let Some(why) = somebody_else(service, cx, caller, new, id, &stored).await? {
        return Err(refused(name, id, &why));
    }
    let on = new.get(service.definition(), active(service)) != Some(&false.into());
    if !on {
        service.backend.change(&cx.disabling(), id, &Change::only_off(), &Kept::default()).await?;
    }
    let stripped = service.backend.revive(cx, id, new).await.map_err(or_gone)?;
    service.wrote();
    let written = if on { switch_on(service, cx, caller, id, stripped).await? } else { stripped };
    let external_ids = external_id.iter().map(|value| (caller.credential.clone(), value.clone())).collect();
    let update = RecordUpdate {
        kept: Some(written.kept.0.clone()),
        external_id: external_id.map_or(ExternalIdUpdate::Untouched, |value| ExternalIdUpdate::Set {
            credential: caller.credential.clone(),
            value,
        }),
        user_name: Some(fold(name)),
        created_at_ms: None,
    };
    if let Err(error) = service.store.unbury(&key, update).await {
        let failure = Failure::from(error);
        return Err(if on { switch_off_again(service, caller, id, failure).await } else { failure });
    }
    service.wrote();
    let stored = Record { external_ids, ..stored };
    Ok(service.dress(caller, base, id, written.resource, &stored))
}

fn active(service: &TargetService) -> AttrId {
    service.definition().root(0, "active").expect("the core User schema has 'active'")
}

/// The record vanished, or was renamed, since it was found by its name.
fn or_gone(error: BackendError) -> Failure {
    if error.kind == BackendErrorKind::NotFound {
        let text = "the deleted user's record has just gone at the target: repeat the request";
        return Failure { retry_after: Some(RETRY_AFTER), ..ScimError::plain(503, text).into() };
    }
    error.into()
}

/// What a request and a deleted user say of one identifier.
enum Told {
    Same,
    Other,
    NotSent,
    NotKnown,
}

impl Told {
    fn of(sent: Option<&str>, had: Option<&str>, equal: fn(&str, &str) -> bool) -> Self {
        let some = |text: Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
        match (sent, had) {
            _ if !some(had) => Self::NotKnown,
            _ if !some(sent) => Self::NotSent,
            (Some(sent), Some(had)) if equal(sent, had) => Self::Same,
            _ => Self::Other,
        }
    }

    fn text(&self, attribute: &str) -> String {
        match self {
            Self::Same => format!("'{attribute}' is the same"),
            Self::Other => format!("'{attribute}' is another one"),
            Self::NotSent => format!("'{attribute}' was not sent"),
            Self::NotKnown => format!("the deleted user has no '{attribute}'"),
        }
    }
}

/// Why nothing shows that the request is about the person who was deleted; none when externalId or employeeNumber does.
/// The externalId is the one that this credential gave.
async fn somebody_else(
    service: &TargetService,
    cx: &Cx,
    caller: &Caller,
    new: &Resource,
    id: &Id,
    stored: &Record,
) -> Result<Option<String>, Failure> {
    let definition = service.definition();
    let external_id = definition.common().external_id;
    let employee_number = definition.attribute(&format!("{}:employeeNumber", enterprise_user().id)).ok();
    let tombstone = service.store.tombstone(&service.key(id.as_str())).await?;
    let had = tombstone.as_ref().and_then(|it| it.external_ids.get(&caller.credential)).map(String::as_str);
    let sent = new.text(definition, external_id);
    let mut by_external_id = Told::of(sent, had, |sent, had| sent == had);
    if matches!(by_external_id, Told::Same) {
        return Ok(None);
    }
    let want: AttrSet = employee_number.into_iter().chain([external_id]).collect();
    let native = service.backend.get(cx, Endpoint::Users, id, &want).await?;
    let native = native.ok_or_else(|| or_gone(BackendError::new("read", BackendErrorKind::NotFound)))?;
    let old = service.backend.complete(native, &Kept(stored.kept.clone()));
    if service.backend.describe().native_external_id {
        by_external_id = Told::of(sent, old.text(definition, external_id), |sent, had| sent == had);
    }
    let text = |resource: &Resource| employee_number.and_then(|it| resource.text(definition, it).map(str::to_owned));
    let by_number = Told::of(text(new).as_deref(), text(&old).as_deref(), same);
    if matches!(by_external_id, Told::Same) || matches!(by_number, Told::Same) {
        return Ok(None);
    }
    let differences = [by_external_id.text("externalId"), by_number.text("employeeNumber")].join(", and ");
    Ok(Some(format!("a user comes back only with the same externalId or employeeNumber, but {differences}")))
}

/// Switches the account on. Where that fails, nobody knows whether it is on.
async fn switch_on(
    service: &TargetService,
    cx: &Cx,
    caller: &Caller,
    id: &Id,
    stripped: Written,
) -> Result<Written, Failure> {
    let on = Change { active: Some(true), ..Change::default() };
    match service.backend.change(cx, id, &on, &stripped.kept).await {
        Ok(written) => Ok(written),
        Err(failed) => Err(switch_off_again(service, caller, id, or_gone(failed.error)).await),
    }
}

/// The failure of a revival after the account was switched on: it is switched off again, in time of its own.
async fn switch_off_again(service: &TargetService, caller: &Caller, id: &Id, mut failure: Failure) -> Failure {
    let cx = service.cx(caller).disabling();
    let off = service.backend.change(&cx, id, &Change::only_off(), &Kept::default()).await;
    service.wrote();
    failure.error.detail.push_str(match off {
        Ok(_) => "; the deleted user was not revived, and the account is off",
        Err(failed) => {
            tracing::warn!(request.id = %caller.request_id, target = %service.options.name, error = %failed.error,
                "a revival failed, and the account may be on although it counts as deleted");
            "; the account may be on at the target although the user counts as deleted: repeat the request"
        }
    });
    failure
}
