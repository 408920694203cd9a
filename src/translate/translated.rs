//! The one [`Backend`] over every [`Driver`].

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use scim_core::{AttrSet, Change, Filter, Resource};

use super::canary::Canary;
use super::collation::Collation;
use super::directory::Directory;
use super::keys::KeysCompare;
use super::narrow::{Narrowed, narrow, narrow_indexed};
use super::optional::Absent;
use super::walk::Step;
use super::{Condition, Driver, Model, NativeOp, NativeReply, Object, Plan, Random, Record, Scan, fault};
use crate::backend::{
    Backend, BackendError, BackendErrorKind, Batch, ChangeError, Cursor, Cx, Description, Endpoint, Explained, Finding,
    Groups, Id, Kept, Query, Row, WriteTrial, Written, join,
};
use crate::wire::{FaultKind, Wire};

/// A driver and the way to its vendor.
pub struct Translated<D: Driver> {
    pub(super) driver: Arc<D>,
    pub(super) wire: Wire,
    pub(super) random: Random,
    pub(super) collation: Collation,
    pub(super) keys_compare: KeysCompare,
    pub(super) directory: Directory,
    pub(super) canary: Canary,
    pub(super) absent: Absent,
    last: Mutex<Option<Result<(), String>>>,
}

impl<D: Driver> fmt::Debug for Translated<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Translated").field("driver", &self.driver).finish_non_exhaustive()
    }
}

impl<D: Driver> Translated<D> {
    /// The backend of this driver over this wire. `random` makes passwords.
    pub fn new(driver: Arc<D>, wire: Wire, random: Random) -> Self {
        let collation = Collation::new(driver.model());
        let (keys_compare, directory, canary, absent, last) = Default::default();
        Self { driver, wire, random, collation, keys_compare, directory, canary, absent, last }
    }

    pub(super) fn model(&self) -> &Model {
        self.driver.model()
    }

    /// Makes one native call about users.
    pub(super) async fn call(
        &self,
        cx: &Cx,
        operation: &'static str,
        op: &NativeOp,
    ) -> Result<NativeReply, BackendError> {
        self.call_on(cx, Object::Users, operation, op).await
    }

    /// Makes one native call.
    pub(super) async fn call_on(
        &self,
        cx: &Cx,
        object: Object,
        operation: &'static str,
        op: &NativeOp,
    ) -> Result<NativeReply, BackendError> {
        let outcome = self.exchange(cx, object, op).await;
        if let Err(fault) = &outcome {
            tracing::debug!(request.id = %cx.request_id, operation, kind = ?fault.kind, text = %fault.text, "native fault");
        }
        self.remember(&outcome);
        outcome.map_err(|fault| fault::translate(self.model(), operation, fault))
    }

    fn remember<T>(&self, outcome: &Result<T, crate::wire::Fault>) {
        let state = match outcome {
            Err(fault) if fault.kind.is_passing() => Err("the target does not answer".to_owned()),
            Err(fault) if fault.kind == FaultKind::CredentialsRefused => {
                Err("the service account's login is refused".to_owned())
            }
            Err(fault) if fault.kind == FaultKind::Misconfigured => {
                Err("the target does not know a field or object of the configuration".to_owned())
            }
            _ => Ok(()),
        };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }

    /// One record, as the vendor holds it now. That it is not there is said only after a list has confirmed it.
    pub(super) async fn read(
        &self,
        cx: &Cx,
        id: &Id,
        fields: Vec<super::FieldId>,
    ) -> Result<Option<Record>, BackendError> {
        // As a segment of a path these lead elsewhere.
        if matches!(id.as_str(), "" | "." | "..") {
            return Ok(None);
        }
        let op = NativeOp::Read { key: id.0.clone(), fields: fields.clone() };
        let outcome = self.exchange(cx, Object::Users, &op).await;
        self.remember(&outcome);
        if outcome.as_ref().is_err_and(|fault| fault.kind == FaultKind::NoSuchKey) {
            return Ok(None);
        }
        if outcome.as_ref().is_err_and(|it| matches!(it.kind, FaultKind::NotFound | FaultKind::NotFoundUnproven)) {
            return self.read_in_list(cx, id, &fields).await;
        }
        match outcome.map_err(|fault| fault::translate(self.model(), "read", fault)) {
            Ok(NativeReply::Record(record)) => match record.key() {
                Some(key) if key == id.0 => Ok(Some(record)),
                // The vendor compares keys without regard to letter case; ids are exact.
                Some(key) if scim_core::fold::same(&key, &id.0) => Ok(None),
                _ => Err(BackendError::new("read", BackendErrorKind::Garbled).because("another record than asked for")),
            },
            Ok(_) => Err(BackendError::new("read", BackendErrorKind::Garbled)),
            Err(error) => Err(error),
        }
    }

    /// One record, asked for in a list: "not found" at the record's own address may mean that the service account may not
    /// see it, or that something else is missing on the way; a list that has the canary and not the record settles it.
    async fn read_in_list(&self, cx: &Cx, id: &Id, fields: &[super::FieldId]) -> Result<Option<Record>, BackendError> {
        let own: Vec<Condition> = self.keyed(id.as_str()).into_iter().filter(|own| self.driver.carries(own)).collect();
        let rows = self.look_up(cx, &own, fields).await?;
        Ok(rows.into_iter().find(|record| record.key().as_deref() == Some(id.as_str())))
    }

    /// Rows of a scan, as they come.
    pub(super) async fn rows(&self, cx: &Cx, scan: Scan) -> Result<Vec<Record>, BackendError> {
        self.page(cx, scan).await.map(|(rows, _)| rows)
    }

    /// Rows of a scan, and whether the vendor says that there are more.
    pub(super) async fn page(&self, cx: &Cx, scan: Scan) -> Result<(Vec<Record>, bool), BackendError> {
        match self.call(cx, "scan", &NativeOp::Scan(scan)).await? {
            NativeReply::Page(rows) => Ok((rows, false)),
            NativeReply::PageOfMore(rows) => Ok((rows, true)),
            _ => Err(BackendError::new("scan", BackendErrorKind::Garbled)),
        }
    }

    /// A record as a resource: the mapped attributes, nothing kept, nothing derived.
    pub(super) fn resource(&self, record: &Record) -> Resource {
        let model = self.model();
        let definition = &model.description.users;
        let mut resource = Resource::new();
        for rule in &model.rules {
            let Some(value) = rule.codec.decode(record.get(rule.field)) else { continue };
            let root = definition.root_of(rule.attribute);
            if definition.node(root).attribute.multi_valued {
                resource.set(definition, root, serde_json::json!([{ "value": value }]));
            } else {
                resource.set(definition, rule.attribute, value);
            }
        }
        let active = model.account.is_active(record.get(model.account.field));
        resource.set(definition, self.active_id(), active.into());
        if let (Some(attribute), Some(groups)) = (model.groups_attribute(), self.groups_of(record)) {
            resource.set(definition, attribute, groups);
        }
        resource
    }

    /// A record with what is kept and what is derived: the resource as clients see it.
    pub(super) fn whole(&self, record: &Record, kept: &Kept) -> Resource {
        self.complete(self.resource(record), kept)
    }

    pub(super) fn active_id(&self) -> scim_core::AttrId {
        let definition = &self.model().description.users;
        definition.root(0, "active").expect("the core User schema has 'active'")
    }

    /// The scan of a query, its filter narrowed by this model.
    fn scan_for(&self, query: &Query, narrowing: &Model) -> (Plan, bool, Scan) {
        let model = self.model();
        let mut want = query.want.clone();
        let narrowed = match &query.filter {
            None => Narrowed { plan: Plan::All, exact: true },
            Some(filter) => {
                want.extend(&filter.attributes(&model.description.users));
                let with_kept = query.also.as_deref().and_then(|also| self.narrow_with(narrowing, filter, also));
                with_kept.unwrap_or_else(|| narrow(narrowing, filter))
            }
        };
        let condition = match &narrowed.plan {
            Plan::Where(condition) => Some(condition.clone()),
            Plan::All | Plan::Nothing => None,
        };
        let scan = Scan {
            condition,
            fields: model.fields_for(&want),
            from: query.after.as_ref().map(|cursor| cursor.0.0.clone()),
            until: query.until.as_ref().map(|id| id.0.clone()),
            limit: query.limit.clamp(1, model.policy.page_size),
        };
        (narrowed.plan, narrowed.exact, scan)
    }

    /// A filter narrowed with the help of the records that are known by what is kept for them; none where those cannot be
    /// asked for beside the rest.
    fn narrow_with(&self, narrowing: &Model, filter: &Filter, also: &[Id]) -> Option<Narrowed> {
        let narrowed = narrow_indexed(narrowing, filter);
        let native = match narrowed.plan {
            Plan::All => return None,
            Plan::Nothing if also.is_empty() => return Some(narrowed),
            Plan::Nothing => None,
            Plan::Where(condition) => Some(condition),
        };
        let keys: Vec<Condition> = also.iter().map(|id| self.keyed(id.as_str())).collect::<Option<_>>()?;
        let condition = Condition::any(native.into_iter().chain(keys).collect())?;
        let exact = narrowed.exact && also.is_empty();
        self.driver.carries(&condition).then_some(Narrowed { plan: Plan::Where(condition), exact })
    }
}

#[async_trait]
impl<D: Driver> Backend for Translated<D> {
    fn describe(&self) -> &Description {
        &self.model().description
    }

    fn explain(&self, query: &Query) -> Explained {
        let (plan, mut exact, mut scan) = self.scan_for(query, self.likely_narrowing());
        if let Some(wanted) = self.as_lookup(scan.condition.as_ref()) {
            let lookup = Condition::any(wanted);
            exact &= lookup == scan.condition;
            scan.condition = lookup;
        }
        let call = self.driver.encode(Object::Users, &NativeOp::Scan(scan));
        Explained {
            call: format!("{} {}", call.request.method(), call.readable_target()),
            pushed: plan != Plan::All,
            exact,
            nothing: plan == Plan::Nothing,
        }
    }

    fn complete(&self, native: Resource, kept: &Kept) -> Resource {
        let model = self.model();
        let mut resource = join(&model.description, native, kept);
        model.names.derive(&model.description.users, &mut resource);
        resource
    }

    async fn get(
        &self,
        cx: &Cx,
        endpoint: Endpoint,
        id: &Id,
        want: &AttrSet,
    ) -> Result<Option<Resource>, BackendError> {
        if endpoint == Endpoint::Groups {
            return self.get_group(cx, id, want).await;
        }
        let fields = self.model().fields_for(want);
        let Some(record) = self.read(cx, id, fields).await? else { return Ok(None) };
        self.groups_for(cx, want, std::slice::from_ref(&record)).await;
        Ok(Some(self.resource(&record)))
    }

    fn groups(&self) -> Option<&dyn Groups> {
        self.model().groups.is_some().then_some(self)
    }

    async fn scan(&self, cx: &Cx, query: &Query) -> Result<Batch, BackendError> {
        if query.endpoint == Endpoint::Groups {
            return self.scan_groups(cx, query).await;
        }
        let (plan, _, mut scan) = self.scan_for(query, self.narrowing());
        if plan == Plan::Nothing {
            return Ok(Batch::default());
        }
        if let Some(members) = self.members_asked(cx, query).await? {
            scan.condition = Condition::all(scan.condition.into_iter().chain([members]).collect());
        }
        let mut want = query.want.clone();
        if let Some(filter) = &query.filter {
            want.extend(&filter.attributes(&self.model().description.users));
        }
        let Step { records, next } = self.step(cx, scan).await?;
        self.groups_for(cx, &want, &records).await;
        if next.is_some() {
            self.learn_collation(cx, &records).await;
        }
        let row = |record: &Record| Some(Row { id: Id(record.key()?), resource: self.resource(record) });
        Ok(Batch { rows: records.iter().filter_map(row).collect(), next: next.map(|key| Cursor(Id(key))) })
    }

    async fn create(&self, cx: &Cx, new: &Resource) -> Result<Written, BackendError> {
        super::create::create(self, cx, new).await
    }

    async fn change(&self, cx: &Cx, id: &Id, change: &Change, kept: &Kept) -> Result<Written, ChangeError> {
        super::change::change(self, cx, id, change, kept).await
    }

    async fn revive(&self, cx: &Cx, id: &Id, new: &Resource) -> Result<Written, BackendError> {
        super::revive::revive(self, cx, id, new).await
    }

    async fn set_aside(&self, cx: &Cx, id: &Id, name: &str) -> Result<(), BackendError> {
        super::revive::set_aside(self, cx, id, name).await
    }

    async fn delete(&self, cx: &Cx, id: &Id) -> Result<(), BackendError> {
        let record = self.read(cx, id, vec![self.model().fields.key(), self.model().user_name().field]).await?;
        let Some(record) = record else { return Err(BackendError::new("delete", BackendErrorKind::NotFound)) };
        self.refuse_protected(&record)?;
        self.note_removal(&record);
        let removed = self.call(cx, "delete", &NativeOp::Remove { key: id.0.clone() }).await;
        match removed {
            Ok(_) => {}
            Err(error) if error.kind == BackendErrorKind::NotFound || fault::is_doubtful(&error) => {}
            Err(error) => return Err(error),
        }
        // A deletion that did not happen must not be told as one.
        match self.read(cx, id, vec![self.model().fields.key()]).await? {
            None => Ok(()),
            Some(_) => Err(BackendError::new("delete", BackendErrorKind::NotEffective(Vec::new()))),
        }
    }

    async fn probe(&self, cx: &Cx) -> Vec<Finding> {
        self.findings(cx).await
    }

    async fn examine(&self, cx: &Cx, write: Option<&WriteTrial>) -> Vec<Finding> {
        self.examined(cx, write).await
    }

    fn last_state(&self) -> Option<Result<(), String>> {
        if let Some(Err(reason)) = self.wire.login_state() {
            return Some(Err(reason));
        }
        if let Some(reason) = self.wire.outage() {
            return Some(Err(reason));
        }
        if let Some(reason) = self.canary.doubt().or_else(|| self.collation_fault()) {
            return Some(Err(reason.to_owned()));
        }
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn close(&self) {
        self.wire.close().await;
    }
}

impl<D: Driver> Translated<D> {
    /// Sees to it that the groups are known by which these records are shown, where they are shown.
    async fn groups_for(&self, cx: &Cx, want: &AttrSet, records: &[Record]) {
        if self.model().groups_attribute().is_some_and(|groups| want.contains(groups)) && !records.is_empty() {
            self.groups_for_records(cx, records).await;
        }
    }

    /// Protected accounts are never written (design, invariant 5).
    pub(super) fn refuse_protected(&self, record: &Record) -> Result<(), BackendError> {
        if self.model().is_protected(record) {
            let text = "this account is protected by the bridge's configuration and is never changed through SCIM";
            return Err(BackendError::refused("write", scim_core::ScimError::mutability(text)));
        }
        Ok(())
    }

    /// The row whose unique name this is, checked by our own comparison; several are an error that names them.
    pub(super) fn holder<'a>(&self, rows: &'a [Record], name: &str) -> Result<Option<&'a Record>, BackendError> {
        let model = self.model();
        let definition = &model.description.users;
        let filter = Filter::equals(model.description.user_name, name);
        let mut holders = rows
            .iter()
            .filter(|record| scim_core::filter::matches(definition, &filter, &self.resource(record)))
            .collect::<Vec<_>>();
        let mut seen = HashSet::new();
        holders.retain(|record| seen.insert(record.key()));
        if holders.len() > 1 {
            let keys = holders.iter().filter_map(|record| record.key()).collect();
            return Err(BackendError::new("lookup", BackendErrorKind::Ambiguous(keys)));
        }
        Ok(holders.pop())
    }
}
