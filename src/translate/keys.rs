//! Whether the vendor can go on after a key. A server that does not understand the comparison may answer it with nothing,
//! which looks like the end of a list; so an empty page after a key counts only once a key was found by comparing.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Condition, Driver, NativeOp, NativeReply, NativeValue, Record, Relation, Scan, Translated};
use crate::backend::{BackendError, BackendErrorKind, Cx};

/// Whether comparing keys was seen to work.
#[derive(Debug, Default)]
pub(super) struct KeysCompare(AtomicBool);

impl<D: Driver> Translated<D> {
    /// Makes sure that the vendor finds this key when it is asked for keys from it on; asks only until it has worked once.
    ///
    /// # Errors
    /// `Garbled` when it does not find the key, else those of the call.
    pub(super) async fn prove_keys_compare(&self, cx: &Cx, key: &str) -> Result<(), BackendError> {
        if self.keys_compare.0.load(Ordering::Relaxed) {
            return Ok(());
        }
        let field = self.model().fields.key();
        let condition = Some(Condition::Compare(field, Relation::Ge, NativeValue::text(key)));
        let scan = Scan { condition, fields: vec![field], limit: 2, ..Scan::default() };
        let found = match self.call(cx, "scan", &NativeOp::Scan(scan)).await? {
            NativeReply::Page(rows) | NativeReply::PageOfMore(rows) => rows.iter().any(|row| has_key(row, key)),
            _ => false,
        };
        if !found {
            let error = BackendError::new("scan", BackendErrorKind::Garbled);
            return Err(error.because("the target does not find a key by comparing: lists cannot be walked"));
        }
        self.keys_compare.0.store(true, Ordering::Relaxed);
        Ok(())
    }
}

fn has_key(row: &Record, key: &str) -> bool {
    row.key().as_deref() == Some(key)
}
