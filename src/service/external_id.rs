//! The client's own identifier of a resource, where the bridge is the one who keeps it.

use scim_core::{AttrSet, Change, Definition, Op, ScimError};
use serde_json::Value;

use super::target::type_name;
use super::{Caller, Failure, TargetService};
use crate::backend::{Cx, Endpoint, Id};
use crate::store::{ExternalIdUpdate, Record};

/// What a change asks of the externalId: nothing, a value, or its end.
pub(super) type Wish = Option<Option<String>>;

/// What a change asks for.
pub(super) fn wish(definition: &Definition, change: &Change) -> Wish {
    let external_id = definition.common().external_id;
    let edit = change.edits.iter().rev().find(|edit| edit.attribute == external_id)?;
    Some(match (edit.op, &edit.value) {
        (Op::Add | Op::Replace, Some(Value::String(text))) => Some(text.clone()),
        _ => None,
    })
}

/// What is to be stored so that the wish comes true.
pub(super) fn update(caller: &Caller, stored: &Record, wish: Wish) -> ExternalIdUpdate {
    let credential = caller.credential.clone();
    match wish {
        Some(Some(value)) if stored.external_ids.get(&credential) != Some(&value) => {
            ExternalIdUpdate::Set { credential, value }
        }
        Some(None) if stored.external_ids.contains_key(&credential) => ExternalIdUpdate::Clear { credential },
        _ => ExternalIdUpdate::Untouched,
    }
}

/// Refuses an externalId that another living resource has. One whose record is gone at the vendor is forgotten.
pub(super) async fn refuse_taken(
    service: &TargetService,
    cx: &Cx,
    caller: &Caller,
    endpoint: Endpoint,
    external_id: &str,
    own: Option<&str>,
) -> Result<(), Failure> {
    let (target, resource_type) = (&service.options.name, type_name(endpoint));
    let holder = service.store.id_by_external_id(target, resource_type, &caller.credential, external_id).await?;
    let Some(holder) = holder.filter(|holder| Some(holder.as_str()) != own) else { return Ok(()) };
    if service.backend.get(cx, endpoint, &Id(holder.clone()), &AttrSet::default()).await?.is_none() {
        service.store.forget(&service.key_at(endpoint, &holder)).await?;
        return Ok(());
    }
    let kind = resource_type.to_lowercase();
    Err(ScimError::uniqueness(format!("'externalId' is taken by the {kind} with id '{holder}'")).into())
}
