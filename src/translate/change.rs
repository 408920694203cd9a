//! Changing a record: read, resolve, write, confirm. Switching off is written first and by itself.

use scim_core::change::apply_with;
use scim_core::{Change, Filter, Resource, ScimError};

use super::fields::{Values, differences, verify};
use super::narrow::narrow;
use super::{
    Access, Condition, Driver, Model, NativeOp, NativeValue, Plan, Record, Translated, create, fault, password,
};
use crate::backend::{BackendError, BackendErrorKind, ChangeError, Cx, Id, Kept, Written, refuse_access, split};

/// What a change comes down to.
struct Resolved {
    values: Values,
    kept: Kept,
}

/// Applies a change. The caller holds the record's lock.
pub(super) async fn change<D: Driver>(
    backend: &Translated<D>,
    cx: &Cx,
    id: &Id,
    change: &Change,
    kept: &Kept,
) -> Result<Written, ChangeError> {
    let record = read_for(backend, cx, id, change).await?;
    backend.refuse_protected(&record)?;
    if change.off() {
        return switch_off(backend, cx, id, record, change, kept).await;
    }
    let resolved = resolve(backend, cx, id, &record, change, kept).await?;
    Ok(write(backend, cx, id, record, resolved).await?)
}

/// Reads the record. A PATCH of userName reads whoever has the new name in the same call.
async fn read_for<D: Driver>(
    backend: &Translated<D>,
    cx: &Cx,
    id: &Id,
    change: &Change,
) -> Result<Record, BackendError> {
    let model = backend.model();
    let gone = || BackendError::new("read", BackendErrorKind::NotFound);
    let Some((name, wanted)) = name_to_read(backend, id, change) else {
        return backend.read(cx, id, model.fields_all()).await?.ok_or_else(gone);
    };
    let rows = backend.look_up(cx, &wanted, &model.fields_all()).await?;
    let (own, others): (Vec<Record>, Vec<Record>) =
        rows.into_iter().partition(|record| record.key().as_deref() == Some(id.as_str()));
    // A record that has the name already is not renamed, whoever else has it.
    let renamed = backend.holder(&own, name)?.is_none();
    if renamed && let Some(holder) = backend.holder(&others, name)?.and_then(Record::key) {
        return Err(BackendError::new("rename", BackendErrorKind::AlreadyExists(Some(Id(holder)))));
    }
    match own.into_iter().next() {
        Some(record) => Ok(record),
        // A key in another spelling, as `read` has it, or none.
        None => Err(gone()),
    }
}

/// The userName that a change asks for, and the conditions that find whoever has it and the record itself, where both fit
/// into one lookup.
fn name_to_read<'a, D: Driver>(
    backend: &Translated<D>,
    id: &Id,
    change: &'a Change,
) -> Option<(&'a str, Vec<Condition>)> {
    let model = backend.model();
    let name = wanted_name(backend, change)?;
    // In a full representation it is mostly an echo. Whoever has it must not stand in the way of switching off.
    if !model.policy.rename || change.echo || change.off() {
        return None;
    }
    match narrow(backend.narrowing(), &Filter::equals(model.description.user_name, name)).plan {
        Plan::Where(condition) => {
            let mut wanted = condition.pinned(model.user_name().field)?;
            wanted.push(backend.keyed(id.as_str())?);
            backend.can_look_up(&wanted).then_some((name, wanted))
        }
        _ => None,
    }
}

/// The userName that a change asks for.
fn wanted_name<'a, D: Driver>(backend: &Translated<D>, change: &'a Change) -> Option<&'a str> {
    let user_name = backend.model().description.user_name;
    let edits = change.edits.iter().rev();
    edits.filter(|edit| edit.attribute == user_name).find_map(|edit| edit.value.as_ref()?.as_str())
}

/// What is to be written, and what is to be kept.
async fn resolve<D: Driver>(
    backend: &Translated<D>,
    cx: &Cx,
    id: &Id,
    record: &Record,
    change: &Change,
    kept: &Kept,
) -> Result<Resolved, BackendError> {
    let model = backend.model();
    let definition = &model.description.users;
    let refused = |error: ScimError| BackendError::refused("change", error);
    if let Some(error) = &change.refused {
        return Err(refused(error.clone()));
    }
    let old = backend.whole(record, kept);
    let applied = cx.client.reading(|notes| apply_with(definition, &old, &change.edits, notes));
    let mut new = applied.map_err(refused)?;
    model.names.settle(definition, &old, &mut new, change);
    refuse_access(&model.description, &new).map_err(refused)?;
    let (native_old, _) = split(&model.description, &settled(backend, &old));
    let (native_new, kept_new) = split(&model.description, &new);
    let mut values = differences(model, &native_old, &native_new).map_err(refused)?;
    let written = values.iter().filter_map(|(field, value)| Some((*field, value.as_ref()?)));
    backend.refuse_protected_groups(cx, written).await?;
    if let Some(name) = wanted_name(backend, change)
        && name_to_read(backend, id, change).is_none()
        && values.iter().any(|(field, _)| *field == model.user_name().field)
    {
        refuse_taken(backend, cx, id, name).await?;
    }
    if change.active == Some(true) {
        let on = model.account.switch_on(record.get(model.account.field)).map_err(refused)?;
        values.extend(on.map(|value| (model.account.field, Some(value))));
    }
    let sent = change.password.as_ref().map(|password| password.0.as_str());
    let secret = password::for_update(model, sent).map_err(refused)?;
    values.extend(secret.map(|(field, value)| (field, Some(value))));
    // Without an edit there is nothing to keep that was not kept before.
    let kept = if change.edits.is_empty() { kept.clone() } else { kept_new };
    Ok(Resolved { values, kept })
}

/// The old state in the form in which the new one is divided: composed names are not kept twice.
fn settled<D: Driver>(backend: &Translated<D>, old: &Resource) -> Resource {
    let model = backend.model();
    let mut same = old.clone();
    model.names.settle(&model.description.users, old, &mut same, &Change { echo: true, ..Change::default() });
    same
}

async fn refuse_taken<D: Driver>(backend: &Translated<D>, cx: &Cx, id: &Id, name: &str) -> Result<(), BackendError> {
    match create::find(backend, cx, name).await?.and_then(|record| record.key()) {
        Some(holder) if holder != id.0 => {
            Err(BackendError::new("rename", BackendErrorKind::AlreadyExists(Some(Id(holder)))))
        }
        _ => Ok(()),
    }
}

pub(super) async fn update<D: Driver>(
    backend: &Translated<D>,
    cx: &Cx,
    id: &Id,
    values: &Values,
) -> Result<(), BackendError> {
    let op = NativeOp::Update { key: id.0.clone(), values: values.clone() };
    match backend.call(cx, "update", &op).await {
        // Said of a record that was there a moment ago, it may mean that the service account may not write it.
        Err(error) if error.kind == BackendErrorKind::NotFound => {
            let there = backend.read(cx, id, vec![backend.model().fields.key()]).await?.is_some();
            Err(if there { BackendError { kind: BackendErrorKind::Denied, ..error } } else { error })
        }
        outcome => outcome.map(|_| ()),
    }
}

/// An ordinary change.
async fn write<D: Driver>(
    backend: &Translated<D>,
    cx: &Cx,
    id: &Id,
    before: Record,
    resolved: Resolved,
) -> Result<Written, BackendError> {
    let Resolved { values, kept } = resolved;
    if values.is_empty() {
        backend.groups_for_records(cx, std::slice::from_ref(&before)).await;
        return Ok(Written { id: id.clone(), resource: backend.whole(&before, &kept), kept, changed: false });
    }
    let outcome = update(backend, cx, id, &values).await;
    if let Err(error) = &outcome
        && !fault::is_doubtful(error)
    {
        return Err(error.clone());
    }
    let after = reread(backend, cx, id).await?;
    verify(backend.model(), &values, &before, &after).map_err(|unconfirmed| outcome.err().unwrap_or(unconfirmed))?;
    // The answer shows what a read would show. A disable does not wait for that.
    backend.groups_for_records(cx, std::slice::from_ref(&after)).await;
    Ok(Written { id: id.clone(), resource: backend.whole(&after, &kept), kept, changed: true })
}

/// The kill step, and only then whatever else was asked for: what that needs, and what becomes of it, cannot delay or undo
/// switching off. One reading confirms both.
async fn switch_off<D: Driver>(
    backend: &Translated<D>,
    cx: &Cx,
    id: &Id,
    before: Record,
    change: &Change,
    kept: &Kept,
) -> Result<Written, ChangeError> {
    let account = &backend.model().account;
    let was_off = !account.must_switch_off(before.get(account.field));
    let mut doubt = None;
    if !was_off {
        let kill = vec![(account.field, Some(NativeValue::text(&account.off)))];
        match update(backend, cx, id, &kill).await {
            Ok(()) => {}
            Err(error) if fault::is_doubtful(&error) => doubt = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    let rest = match doubt {
        None => write_rest(backend, cx, id, &before, change, kept).await,
        // A vendor that did not answer is asked for nothing more than whether the account is off.
        Some(ref doubt) if change.is_only_off() => Ok(Rest::nothing(kept, doubt.clone())),
        Some(ref doubt) => Err(doubt.clone()),
    };
    let wrote = !was_off || rest.as_ref().is_ok_and(|rest| !rest.values.is_empty());
    let after = if wrote { reread(backend, cx, id).await? } else { before.clone() };
    if !account.is_off(after.get(account.field)) {
        let not_off = BackendError::new("disable", BackendErrorKind::NotEffective(vec!["active".to_owned()]));
        return Err(doubt.unwrap_or(not_off).into());
    }
    let others_changed = written_fields_changed(backend.model(), &before, &after);
    let off = |error| ChangeError { error, off_confirmed: true, others_changed };
    let Rest { values, kept, unanswered } = rest.map_err(off)?;
    verify(backend.model(), &values, &before, &after).map_err(|unconfirmed| off(unanswered.unwrap_or(unconfirmed)))?;
    Ok(Written { id: id.clone(), resource: backend.whole(&after, &kept), kept, changed: wrote })
}

/// Whether a field that clients write, the status apart, is not what it was.
fn written_fields_changed(model: &Model, before: &Record, after: &Record) -> bool {
    let written = model.rules.iter().filter(|rule| rule.access == Access::ReadWrite);
    written.map(|rule| rule.field).any(|field| field != model.account.field && before.get(field) != after.get(field))
}

/// What was asked for beside switching off, as far as it was written.
struct Rest {
    values: Values,
    kept: Kept,
    /// The write was sent, but nobody knows what became of it.
    unanswered: Option<BackendError>,
}

impl Rest {
    fn nothing(kept: &Kept, doubt: BackendError) -> Self {
        Self { values: Vec::new(), kept: kept.clone(), unanswered: Some(doubt) }
    }
}

async fn write_rest<D: Driver>(
    backend: &Translated<D>,
    cx: &Cx,
    id: &Id,
    before: &Record,
    change: &Change,
    kept: &Kept,
) -> Result<Rest, BackendError> {
    let Resolved { values, kept } = resolve(backend, cx, id, before, change, kept).await?;
    let unanswered = match update_any(backend, cx, id, &values).await {
        Ok(()) => None,
        Err(error) if fault::is_doubtful(&error) => Some(error),
        Err(error) => return Err(error),
    };
    Ok(Rest { values, kept, unanswered })
}

/// Writes the fields, if there are any.
async fn update_any<D: Driver>(backend: &Translated<D>, cx: &Cx, id: &Id, values: &Values) -> Result<(), BackendError> {
    if values.is_empty() { Ok(()) } else { update(backend, cx, id, values).await }
}

pub(super) async fn reread<D: Driver>(backend: &Translated<D>, cx: &Cx, id: &Id) -> Result<Record, BackendError> {
    let record = backend.read(cx, id, backend.model().fields_all()).await?;
    record.ok_or_else(|| BackendError::new("confirm", BackendErrorKind::NotFound))
}
