//! Creating: look the name up, insert, read back.

use scim_core::{Change, Filter, Resource, ScimError};

use super::{
    Driver, Fallback, NativeOp, NativeReply, NativeValue, Plan, Record, Scan, Translated, fault, fields,
    narrow::narrow, password,
};
use crate::backend::{BackendError, BackendErrorKind, Cx, Id, Kept, Written, refuse_access, split};

/// Creates a record: at most three native calls where nothing goes wrong.
pub(super) async fn create<D: Driver>(
    backend: &Translated<D>,
    cx: &Cx,
    new: &Resource,
) -> Result<Written, BackendError> {
    let model = backend.model();
    let definition = &model.description.users;
    let refused = |error: ScimError| BackendError::refused("create", error);
    let name = new
        .text(definition, model.description.user_name)
        .ok_or_else(|| refused(ScimError::invalid_value("'userName' is required")))?
        .to_owned();
    let mut settled = new.clone();
    model.names.settle_new(definition, &mut settled);
    apply_fallbacks(backend, &mut settled, &name);
    refuse_access(&model.description, &settled).map_err(refused)?;
    let (native, kept) = split(&model.description, &settled);
    let mut values = fields::for_insert(model, &native).map_err(refused)?;
    let asked = values.iter().filter(|value| !model.policy.create_defaults.contains(value));
    backend.refuse_protected_groups(cx, asked.map(|(field, value)| (*field, value))).await?;
    let active = new.get(definition, backend.active_id()) != Some(&false.into());
    let status = if active { &model.account.on } else { &model.account.off };
    values.retain(|(field, _)| *field != model.account.field);
    values.push((model.account.field, NativeValue::text(status)));
    let sent = definition.root(0, "password").and_then(|id| new.text(definition, id));
    values.extend(password::for_insert(model, sent, &backend.random).map_err(refused)?);

    if let Some(existing) = find(backend, cx, &name).await? {
        return Err(BackendError::new("create", BackendErrorKind::AlreadyExists(existing.key().map(Id))));
    }
    if let Some(reason) = backend.collation_fault() {
        return Err(refused(ScimError::plain(503, reason)));
    }
    let id = insert(backend, cx, values, &name).await?;
    confirm(backend, cx, &id, active, kept).await
}

pub(super) fn apply_fallbacks<D: Driver>(backend: &Translated<D>, resource: &mut Resource, name: &str) {
    let model = backend.model();
    let definition = &model.description.users;
    for rule in &model.rules {
        let missing = fields::scim_value(definition, resource, rule).is_none();
        if missing && rule.fallback == Some(Fallback::UserNameIfAddress) && is_address(name) {
            let root = definition.root_of(rule.attribute);
            let element = serde_json::json!([{ "value": name, "type": "work", "primary": true }]);
            resource.set(definition, root, element);
        }
    }
}

fn is_address(name: &str) -> bool {
    name.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
}

/// The record that has this unique name; that there is none is proven.
pub(super) async fn find<D: Driver>(
    backend: &Translated<D>,
    cx: &Cx,
    name: &str,
) -> Result<Option<Record>, BackendError> {
    let model = backend.model();
    let filter = Filter::equals(model.description.user_name, name);
    let condition = match narrow(backend.narrowing(), &filter).plan {
        Plan::Nothing => return Ok(None),
        Plan::All => None,
        Plan::Where(condition) => Some(condition),
    };
    let limit = model.policy.page_size;
    let mut scan = Scan { condition, fields: model.fields_all(), limit, ..Scan::default() };
    let mut found: Vec<Record> = Vec::new();
    let mut walked = false;
    loop {
        walked |= backend.as_lookup(scan.condition.as_ref()).is_none();
        let step = backend.step(cx, scan.clone()).await?;
        found.extend(backend.holder(&step.records, name)?.cloned());
        if step.next.is_none() {
            break;
        }
        // Walking is about to cost more than finding out whether it is needed.
        backend.learn_collation(cx, &step.records).await;
        scan.from = step.next;
    }
    let holder = backend.holder(&found, name)?.cloned();
    // A target that cannot look up even the canary is not one to create in, whatever its pages show.
    if holder.is_none() && walked && !backend.may_be_empty() {
        backend.look_up(cx, &[], &[]).await?;
    }
    Ok(holder)
}

async fn insert<D: Driver>(
    backend: &Translated<D>,
    cx: &Cx,
    values: Vec<(super::FieldId, NativeValue)>,
    name: &str,
) -> Result<Id, BackendError> {
    match backend.call(cx, "create", &NativeOp::Insert { values }).await {
        Ok(NativeReply::Created(Some(key))) => Ok(Id(key)),
        // Created, but the answer does not say under which key.
        Ok(_) => match find(backend, cx, name).await?.and_then(|record| record.key()) {
            Some(key) => Ok(Id(key)),
            None => Err(BackendError::new("create", BackendErrorKind::NotEffective(Vec::new()))),
        },
        // The answer was lost: what has the name now is what was created, because nothing had it a moment ago.
        Err(error) if fault::is_doubtful(&error) => match find(backend, cx, name).await?.and_then(|it| it.key()) {
            Some(key) => Ok(Id(key)),
            None => Err(BackendError { applied: crate::backend::Applied::No, ..error }),
        },
        // Taken since it was looked up: whoever adopts has to know by whom.
        Err(error) if error.kind == BackendErrorKind::AlreadyExists(None) && backend.model().description.adopts => {
            let holder = find(backend, cx, name).await?.and_then(|record| record.key()).map(Id);
            Err(BackendError { kind: BackendErrorKind::AlreadyExists(holder), ..error })
        }
        Err(error) => Err(error),
    }
}

/// Reads the new record back; one that was to be inactive and is not is switched off.
async fn confirm<D: Driver>(
    backend: &Translated<D>,
    cx: &Cx,
    id: &Id,
    active: bool,
    kept: Kept,
) -> Result<Written, BackendError> {
    let model = backend.model();
    let missing = || BackendError::new("confirm", BackendErrorKind::NotEffective(Vec::new()));
    let record = backend.read(cx, id, model.fields_all()).await?.ok_or_else(missing)?;
    if !active && !model.account.is_off(record.get(model.account.field)) {
        let off = Change::only_off();
        return super::change::change(backend, cx, id, &off, &kept).await.map_err(|failed| failed.error);
    }
    Ok(Written { id: id.clone(), resource: backend.whole(&record, &kept), kept, changed: true })
}
