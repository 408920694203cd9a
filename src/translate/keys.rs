//! Whether the vendor can go on from a key. A server that does not understand the comparison may answer it with nothing,
//! which looks like the end of a list; so an empty page counts only once a key was found by comparing.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Driver, Record, Scan, Translated};
use crate::backend::{BackendError, BackendErrorKind, Cx};

/// Whether comparing keys was seen to work.
#[derive(Debug, Default)]
pub(super) struct KeysCompare(AtomicBool);

impl KeysCompare {
    /// Takes note that a key was found by comparing.
    pub(super) fn seen(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl<D: Driver> Translated<D> {
    /// The same with the key of any record, where no key is known that is there.
    ///
    /// # Errors
    /// As [`Translated::prove_keys_compare`].
    pub(super) async fn prove_some_key_compares(&self, cx: &Cx) -> Result<(), BackendError> {
        if self.keys_compare.0.load(Ordering::Relaxed) {
            return Ok(());
        }
        let fields = vec![self.model().fields.key()];
        let rows = self.rows(cx, Scan { fields, limit: 2, ..Scan::default() }).await?;
        match rows.first().and_then(Record::key) {
            Some(key) => self.prove_keys_compare(cx, &key).await,
            // Everybody left, which nothing contradicts.
            None => Ok(()),
        }
    }

    /// Makes sure that the vendor finds this key when it is asked for keys from it on; asks only until it has worked once.
    ///
    /// # Errors
    /// `Garbled` when it does not find the key, else those of the call.
    pub(super) async fn prove_keys_compare(&self, cx: &Cx, key: &str) -> Result<(), BackendError> {
        if self.keys_compare.0.load(Ordering::Relaxed) {
            return Ok(());
        }
        let fields = vec![self.model().fields.key()];
        let rows = self.rows(cx, Scan { from: Some(key.to_owned()), fields, limit: 2, ..Scan::default() }).await?;
        if !rows.iter().any(|row| row.key().as_deref() == Some(key)) {
            let error = BackendError::new("scan", BackendErrorKind::Garbled);
            return Err(error.because("the target does not find a key by comparing: lists cannot be walked"));
        }
        self.keys_compare.seen();
        Ok(())
    }
}
