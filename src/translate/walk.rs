//! A step of a walk over records, and how its answer is believed.
//!
//! A page goes on *from* the last row of the page before, not after it: that row's presence proves at every step that
//! the session, the rights and the comparison work, so that an empty page in the middle is never taken for the end. A
//! first page that is empty is proven like a lookup, by the canary.

use std::collections::HashSet;

use super::{Condition, Driver, Record, Scan, Translated};
use crate::backend::{BackendError, BackendErrorKind, Cx};

/// Rows, each once and in the order of their keys, and the key from which the walk goes on.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) records: Vec<Record>,
    pub(super) next: Option<String>,
}

impl<D: Driver> Translated<D> {
    /// A lookup where the condition leaves room for few names, else a page.
    ///
    /// # Errors
    /// `Unproven` when rows are missing and nothing shows that the vendor looked; `Garbled` when the rows are in no
    /// order or the vendor cannot compare keys; else those of the calls.
    pub(super) async fn step(&self, cx: &Cx, scan: Scan) -> Result<Step, BackendError> {
        let name = self.model().user_name().field;
        let wanted = scan.condition.as_ref().and_then(|condition| condition.pinned(name));
        if let Some(wanted) = wanted.filter(|wanted| self.can_look_up(wanted)) {
            let mut records = distinct(self.look_up(cx, &wanted, &scan.fields).await?)?;
            // Begun as a walk, before it was known how the vendor compares: what came before was shown already.
            records.retain(|record| goes_on(scan.from.as_deref(), record.key().as_ref()));
            return Ok(Step { records, next: None });
        }
        match scan.from.clone() {
            None => self.first_page(cx, scan).await,
            Some(last) => self.later_page(cx, scan, &last).await,
        }
    }

    async fn first_page(&self, cx: &Cx, scan: Scan) -> Result<Step, BackendError> {
        let session = self.wire.session_mark();
        let unqualified = scan.condition.is_none() && scan.until.is_none();
        let (rows, more) = self.page(cx, scan.clone()).await?;
        if unqualified {
            self.note_rows(&rows, None);
            if rows.is_empty() && !self.may_be_empty() {
                return Err(self.nobody(cx, session));
            }
            // The service account sees itself, and that may be all that it is allowed to see.
            if !self.shows_others(&rows) && !self.may_be_empty() {
                self.look_up(cx, &[], &[]).await?;
            }
        } else if rows.is_empty() {
            return self.prove_empty(cx, scan).await;
        }
        self.finish(rows, more, &scan, None)
    }

    /// Whether really nothing satisfies a condition: it is asked again with the canary beside it.
    async fn prove_empty(&self, cx: &Cx, scan: Scan) -> Result<Step, BackendError> {
        if let (Some(condition), None) = (&scan.condition, &scan.until)
            && let Some(canary) = self.canary(cx).await?
        {
            let wide = Condition::any(vec![condition.clone(), self.named(&canary)]);
            if wide.as_ref().is_some_and(|wide| self.driver.carries(wide)) {
                let limit = self.model().policy.page_size.max(2);
                let asked = Scan { condition: wide, limit, ..scan.clone() };
                let (rows, more) = self.page(cx, asked.clone()).await?;
                let whole = rows.len() < limit && !more;
                if whole && rows.iter().any(|row| self.is_canary(row, &canary)) {
                    self.note_proof();
                    // Rows that came meanwhile, or that the vendor found by a part of the condition: the caller checks.
                    let mut step = self.finish(rows, more, &asked, None)?;
                    if step.records.iter().all(|row| self.is_canary(row, &canary)) {
                        step.next = None;
                    }
                    return Ok(step);
                }
            }
        }
        self.look_up(cx, &[], &scan.fields).await?;
        Ok(Step::default())
    }

    async fn later_page(&self, cx: &Cx, mut scan: Scan, last: &str) -> Result<Step, BackendError> {
        scan.limit = (scan.limit + 1).min(self.model().policy.page_size).max(2);
        let (mut rows, more) = self.page(cx, scan.clone()).await?;
        let count = rows.len();
        rows.retain(|row| row.key().as_deref() != Some(last));
        if count > rows.len() {
            self.keys_compare.seen();
        } else if rows.is_empty() {
            return self.prove_end(cx, &scan, last).await;
        }
        // A page without that row has one row less to give.
        let full = count >= scan.limit || more;
        self.finish(rows, full, &scan, Some(last))
    }

    /// An empty page in the middle: the end, where the row from which it was to go on is really gone.
    async fn prove_end(&self, cx: &Cx, scan: &Scan, last: &str) -> Result<Step, BackendError> {
        let own: Vec<Condition> = self.keyed(last).into_iter().collect();
        let there = !self.look_up(cx, &own, &[]).await?.is_empty();
        if there && scan.condition.is_none() {
            let error = BackendError::new("scan", BackendErrorKind::Garbled);
            return Err(error.because("the target does not find a key by comparing: lists cannot be walked"));
        }
        // It may have ceased to satisfy the condition meanwhile.
        if there {
            self.prove_keys_compare(cx, last).await?;
        } else {
            self.prove_some_key_compares(cx).await?;
        }
        Ok(Step::default())
    }

    fn finish(&self, rows: Vec<Record>, more: bool, scan: &Scan, last: Option<&str>) -> Result<Step, BackendError> {
        let short = rows.len() < scan.limit && !more;
        let records = distinct(rows)?;
        let keys: Vec<String> = records.iter().filter_map(Record::key).collect();
        let ended = keys.is_empty() || (short && self.model().dialect.short_page_ends);
        // A walk over rows in another order would leave some of them out without a word.
        if (!ended || last.is_some()) && !(in_order(&keys) && goes_on(last, keys.first())) {
            let error = BackendError::new("scan", BackendErrorKind::Garbled);
            return Err(error.because("the rows are not in the order of their keys"));
        }
        Ok(Step { next: keys.last().filter(|_| !ended).cloned(), records })
    }
}

/// Each record once.
fn distinct(rows: Vec<Record>) -> Result<Vec<Record>, BackendError> {
    let mut seen = HashSet::with_capacity(rows.len());
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(key) = row.key() else {
            return Err(BackendError::new("scan", BackendErrorKind::Garbled).because("a row without its key"));
        };
        if seen.insert(key) {
            records.push(row);
        }
    }
    Ok(records)
}

/// Whether keys ascend by any of the orders that databases have: by code, without regard to letter case, or without
/// regard to punctuation as well.
pub(super) fn in_order(keys: &[String]) -> bool {
    let pairs = || keys.windows(2);
    pairs().all(|pair| pair[0] < pair[1])
        || pairs().all(|pair| folded(&pair[0]) <= folded(&pair[1]))
        || pairs().all(|pair| letters(&pair[0]) <= letters(&pair[1]))
}

/// Whether a page moves on from the key before it. A walk that does not would never end.
pub(super) fn goes_on(last: Option<&str>, first: Option<&String>) -> bool {
    let (Some(last), Some(first)) = (last, first) else { return true };
    *last < **first || folded(last) < folded(first) || letters(last) < letters(first)
}

fn folded(key: &str) -> String {
    scim_core::fold::fold(key)
}

fn letters(key: &str) -> String {
    folded(key).chars().filter(|it| it.is_alphanumeric()).collect()
}
