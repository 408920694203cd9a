//! Fields that not every site has. A server that does not know a field refuses the whole request; the bridge then finds
//! out which one it is, and goes on without it.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Driver, FieldId, FieldTable, NativeOp, NativeReply, Object, Scan, Translated};
use crate::backend::Cx;
use crate::wire::{Fault, FaultKind};

/// How long a field that was not there is not asked for again: somebody may add it.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3_600);

/// The fields that were found missing, and when.
#[derive(Debug, Default)]
pub(super) struct Absent(Mutex<Vec<(Object, FieldId, Instant)>>);

impl Absent {
    fn of(&self, object: Object) -> Vec<FieldId> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, _, at)| at.elapsed() < FORGOTTEN_AFTER);
        all.iter().filter(|(of, ..)| *of == object).map(|(_, field, _)| *field).collect()
    }

    fn note(&self, object: Object, field: FieldId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((object, field, Instant::now()));
    }
}

impl<D: Driver> Translated<D> {
    /// Makes one native call, without the optional fields that the vendor does not have.
    pub(super) async fn exchange(&self, cx: &Cx, object: Object, op: &NativeOp) -> Result<NativeReply, Fault> {
        let absent = self.absent.of(object);
        let op = without(op, object, &absent);
        let outcome = self.send(cx, object, &op).await;
        if !matches!(&outcome, Err(fault) if fault.kind == FaultKind::Misconfigured) {
            return outcome;
        }
        let optional = self.model().optional(object);
        let asked: Vec<FieldId> = optional.iter().copied().filter(|&field| speaks_of(&op, field)).collect();
        let mut missing = Vec::new();
        // An object that answers without any of them lacks something else, if it answers at all.
        if !asked.is_empty() && self.answers(cx, object, None).await == Some(true) {
            for field in asked {
                match self.answers(cx, object, Some(field)).await {
                    Some(true) => {}
                    Some(false) => missing.push(field),
                    None => return outcome,
                }
            }
        }
        if missing.is_empty() {
            return outcome;
        }
        for &field in &missing {
            let name = self.table(object).name(field);
            tracing::warn!(request.id = %cx.request_id, field = name, "the target has no such field: it is left out");
            self.absent.note(object, field);
        }
        self.send(cx, object, &without(&op, object, &missing)).await
    }

    async fn send(&self, cx: &Cx, object: Object, op: &NativeOp) -> Result<NativeReply, Fault> {
        let call = self.driver.encode(object, op);
        self.wire.exchange(cx, &call, |answer| self.driver.decode(object, op, answer)).await
    }

    fn table(&self, object: Object) -> &FieldTable {
        self.model().table(object)
    }

    /// Whether the object knows its key and this field; none when something else is the matter.
    async fn answers(&self, cx: &Cx, object: Object, field: Option<FieldId>) -> Option<bool> {
        let fields = [self.table(object).key()].into_iter().chain(field).collect();
        let op = NativeOp::Scan(Scan { fields, limit: 1, ..Scan::default() });
        match self.send(cx, object, &op).await {
            Ok(_) => Some(true),
            Err(fault) if fault.kind == FaultKind::Misconfigured => Some(false),
            Err(_) => None,
        }
    }
}

fn speaks_of(op: &NativeOp, field: FieldId) -> bool {
    match op {
        NativeOp::Read { fields, .. } => fields.contains(&field),
        NativeOp::Scan(scan) => scan.fields.contains(&field),
        NativeOp::Insert { values } => values.iter().any(|(own, _)| *own == field),
        NativeOp::Update { values, .. } => values.iter().any(|(own, _)| *own == field),
        NativeOp::Remove { .. } | NativeOp::Describe { .. } => false,
    }
}

/// The operation without these fields. What is written to users is what somebody asked for: it stays.
fn without<'a>(op: &'a NativeOp, object: Object, absent: &[FieldId]) -> Cow<'a, NativeOp> {
    if !absent.iter().any(|&field| speaks_of(op, field)) {
        return Cow::Borrowed(op);
    }
    let mut op = op.clone();
    match &mut op {
        NativeOp::Read { fields, .. } => fields.retain(|field| !absent.contains(field)),
        NativeOp::Scan(scan) => scan.fields.retain(|field| !absent.contains(field)),
        NativeOp::Insert { values } if object != Object::Users => values.retain(|(field, _)| !absent.contains(field)),
        NativeOp::Update { values, .. } if object != Object::Users => {
            values.retain(|(field, _)| !absent.contains(field));
        }
        _ => {}
    }
    Cow::Owned(op)
}
