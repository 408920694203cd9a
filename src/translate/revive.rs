//! Bringing a deleted record back: its attributes and a new password, and none of the access that it had. And putting
//! one aside, so that its name is free.

use scim_core::{AttrSet, Resource, ScimError, fold};

use super::fields::{self, Values};
use super::{Access, Driver, FieldId, Model, NativeValue, Record, Translated, change, create, password};
use crate::backend::{BackendError, BackendErrorKind, Cx, Id, Kept, Written, refuse_access, split};

/// The native fields that give access beside the state of the account: groups, roles, licences.
#[derive(Debug, Clone, Default)]
pub struct Grants {
    /// Each with what it is set back to when a user comes back who does not ask for it; `None` clears. An entry in
    /// `create_defaults` takes precedence.
    pub resets: Vec<(FieldId, Option<NativeValue>)>,
    /// What gives access but is in no field that the bridge knows of, in words: then nobody comes back, because it
    /// would come back, too.
    pub out_of_reach: Option<&'static str>,
}

/// What a revival comes down to.
struct Resolved {
    /// To be written, the password among it.
    values: Values,
    /// What fields that give access must hold afterwards, to the letter.
    resets: Values,
    kept: Kept,
}

/// Makes a deleted record what a create asks for, but for its state. The caller holds the record's lock.
pub(super) async fn revive<D: Driver>(
    backend: &Translated<D>,
    cx: &Cx,
    id: &Id,
    new: &Resource,
) -> Result<Written, BackendError> {
    let model = backend.model();
    let refused = |error: ScimError| BackendError::refused("revive", error);
    if let Some(what) = model.grants.out_of_reach {
        let text = format!(
            "the deleted user cannot be revived, because the bridge cannot take away {what} at this target; an \
             administrator of the target has to rename or remove the record before its name is free"
        );
        return Err(refused(ScimError::uniqueness(text)));
    }
    let fields = fields_read(model);
    let gone = || BackendError::new("revive", BackendErrorKind::NotFound);
    let before = backend.read(cx, id, fields.clone()).await?.ok_or_else(gone)?;
    backend.refuse_protected(&before)?;
    let name = new.text(&model.description.users, model.description.user_name).unwrap_or_default();
    if backend.holder(std::slice::from_ref(&before), name)?.is_none() {
        return Err(gone());
    }
    if new.get(&model.description.users, backend.active_id()) != Some(&false.into()) {
        model.account.switch_on(before.get(model.account.field)).map_err(refused)?;
    }
    let Resolved { values, resets, kept } = resolve(backend, &before, new).map_err(refused)?;
    let changed = !values.is_empty();
    if changed {
        // An answer that was lost leaves open whether the password is the new one: the whole is repeated.
        change::update(backend, cx, id, &values).await?;
    }
    let after = backend.read(cx, id, fields.clone()).await?.ok_or_else(gone)?;
    let seen: Values = values.into_iter().filter(|(field, _)| fields.contains(field)).collect();
    verify_resets(model, &resets, &after)?;
    fields::verify(model, &seen, &before, &after)?;
    Ok(Written { id: id.clone(), resource: backend.whole(&after, &kept), kept, changed })
}

/// What gives access and what it is set back to: memberships in groups that are served are among it.
fn grants(model: &Model) -> Values {
    let mut grants = model.grants.resets.clone();
    let kinds = model.groups.iter().flat_map(|groups| &groups.kinds);
    for field in kinds.map(|kind| kind.membership.field) {
        if !grants.iter().any(|(own, _)| *own == field) {
            grants.push((field, None));
        }
    }
    grants
}

/// What is mapped, and what gives access.
fn fields_read(model: &Model) -> Vec<FieldId> {
    let mut fields = model.fields_all();
    fields.extend(grants(model).into_iter().map(|(field, _)| field));
    fields.sort_unstable();
    fields.dedup();
    fields
}

fn resolve<D: Driver>(backend: &Translated<D>, before: &Record, new: &Resource) -> Result<Resolved, ScimError> {
    let model = backend.model();
    let definition = &model.description.users;
    let mut settled = new.clone();
    model.names.settle_new(definition, &mut settled);
    create::apply_fallbacks(
        backend,
        &mut settled,
        new.text(definition, model.description.user_name).unwrap_or_default(),
    );
    refuse_access(&model.description, &settled)?;
    let (native, kept) = split(&model.description, &settled);
    let wanted = fields::for_insert(model, &native)?;

    let asked = asked_for(model, new);
    let default = |field| model.policy.create_defaults.iter().find(|(own, _)| *own == field);
    let mut values: Values = Vec::new();
    for (field, value) in wanted {
        if is_apart(model, field) {
            continue;
        }
        match default(field) {
            _ if asked.contains(&field) => values.push((field, Some(value))),
            Some((_, value)) => values.push((field, Some(value.clone()))),
            // Made up from the userName, as a new record needs it: this one has a value.
            None if before.get(field).is_some() => {}
            None => values.push((field, Some(value))),
        }
    }
    let mut resets: Values = Vec::new();
    for (field, reset) in grants(model) {
        match values.iter().find(|(own, _)| *own == field) {
            Some(_) if asked.contains(&field) => {}
            Some(default) => resets.push(default.clone()),
            // Where there is nothing, nothing has to be taken away.
            None => resets.push((field, reset.filter(|_| before.get(field).is_some()))),
        }
    }
    for reset in &resets {
        values.retain(|(field, _)| *field != reset.0);
        values.push(reset.clone());
    }
    values.retain(|(field, value)| {
        before.get(*field).map(NativeValue::as_text) != value.as_ref().map(NativeValue::as_text)
    });
    let sent = definition.root(0, "password").and_then(|id| new.text(definition, id));
    let secret = password::for_revival(model, sent, &backend.random)?;
    values.extend(secret.map(|(field, value)| (field, Some(value))));
    Ok(Resolved { values, resets, kept })
}

/// The fields of which a request speaks.
fn asked_for(model: &Model, new: &Resource) -> Vec<FieldId> {
    let definition = &model.description.users;
    let mut named: AttrSet = new.present(definition).map(|(root, _)| root).collect();
    model.names.widen(&mut named);
    let rules = model.rules.iter().filter(|rule| rule.access == Access::ReadWrite);
    let asked = rules.filter(|rule| named.contains(definition.root_of(rule.attribute)));
    asked.flat_map(|rule| [Some(rule.field), rule.companion.as_ref().map(|it| it.0)]).flatten().collect()
}

/// The state and the password are written by rules of their own, and a name that cannot be changed is not written.
fn is_apart(model: &Model, field: FieldId) -> bool {
    field == model.account.field
        || model.password.as_ref().is_some_and(|password| password.field == field)
        || (field == model.user_name().field && !model.policy.rename)
}

/// Access that is still there is no matter of spelling.
fn verify_resets(model: &Model, resets: &Values, after: &Record) -> Result<(), BackendError> {
    let text = |value: Option<&NativeValue>| {
        value.map(|value| fold::fold(value.as_text().trim())).filter(|text| !text.is_empty())
    };
    let left: Vec<String> = resets
        .iter()
        .filter(|(field, wanted)| text(after.get(*field)) != text(wanted.as_ref()))
        .map(|(field, _)| format!("'{}'", model.fields.name(*field)))
        .collect();
    if left.is_empty() {
        return Ok(());
    }
    let text = format!(
        "the deleted user was not revived: the target accepted that access is taken away, but reading back shows {} as \
         before or filled again",
        left.join(", ")
    );
    Err(BackendError::refused("revive", ScimError::plain(500, text)))
}

/// Renames a deleted record out of the way. The caller holds the record's lock.
pub(super) async fn set_aside<D: Driver>(
    backend: &Translated<D>,
    cx: &Cx,
    id: &Id,
    name: &str,
) -> Result<(), BackendError> {
    let model = backend.model();
    let before = backend.read(cx, id, model.fields_all()).await?;
    // Gone, or renamed by somebody else: the name is free.
    let Some(before) = before else { return Ok(()) };
    if backend.holder(std::slice::from_ref(&before), name)?.is_none() {
        return Ok(());
    }
    backend.refuse_protected(&before)?;
    if !model.account.is_off(before.get(model.account.field)) {
        let text = "the deleted user's record is in use again at the target: an administrator of the target has to \
                    rename it or switch it off before its name is free";
        return Err(BackendError::refused("set aside", ScimError::uniqueness(text)));
    }
    let rule = model.user_name();
    let native = before.get(rule.field).map(NativeValue::as_text).unwrap_or_default();
    let aside = aside(&native, id.as_str(), rule.length_max);
    let values = vec![(rule.field, Some(NativeValue::Text(aside)))];
    let outcome = change::update(backend, cx, id, &values).await;
    if let Err(error) = &outcome
        && !super::fault::is_doubtful(error)
    {
        return Err(error.clone());
    }
    let after = change::reread(backend, cx, id).await?;
    fields::verify(model, &values, &before, &after).map_err(|unconfirmed| outcome.err().unwrap_or(unconfirmed))
}

/// A name that nobody else has, because the key is in it; the same whenever it is made.
fn aside(name: &str, key: &str, length_max: usize) -> String {
    let suffix = format!("~{key}");
    let room = length_max.saturating_sub(suffix.chars().count());
    name.chars().take(room).chain(suffix.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::aside;

    #[test]
    fn a_name_put_aside_fits_and_ends_with_the_key() {
        assert_eq!(aside("ada", "000000000000042", 254), "ada~000000000000042");
        assert_eq!(aside("ada@example.com", "42", 8), "ada@e~42");
        assert_eq!(aside("äöü", "42", 5), "äö~42");
        assert_eq!(aside(&"x".repeat(254), "42", 254).chars().count(), 254);
    }
}
