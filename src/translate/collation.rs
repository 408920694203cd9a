//! Whether the vendor compares text without regard to letter case, as SCIM does for userName. It is configured, or found
//! out by asking for a name that is there in its other letter case. Until it is known, and where the vendor compares
//! exactly, names are looked for by walking: a lookup that misses "ADA" beside "ada" would create a second account.

use std::sync::atomic::{AtomicU8, Ordering};

use super::{Condition, Driver, Model, NativeValue, Record, Relation, Scan, Translated};
use crate::backend::Cx;

const UNKNOWN: u8 = 0;
const FOLDS: u8 = 1;
const EXACT: u8 = 2;

const EXACT_UNKNOWN: &str = "the target compares letter case exactly, which makes every lookup a walk over all users: no \
                             user is created until its operator has set collation = \"exact\", which accepts that";

/// What is known of the vendor's comparisons.
#[derive(Debug)]
pub(super) struct Collation {
    state: AtomicU8,
    /// The same model for a vendor that compares exactly.
    exact: Model,
}

impl Collation {
    pub(super) fn new(model: &Model) -> Self {
        let state = match (model.policy.collation_known, model.dialect.case_insensitive) {
            (false, _) => UNKNOWN,
            (true, true) => FOLDS,
            (true, false) => EXACT,
        };
        let mut exact = model.clone();
        exact.dialect.case_insensitive = false;
        Self { state: AtomicU8::new(state), exact }
    }
}

impl<D: Driver> Translated<D> {
    /// The model by which filters are narrowed at present.
    pub(super) fn narrowing(&self) -> &Model {
        if self.collation.state.load(Ordering::Relaxed) == FOLDS { self.model() } else { &self.collation.exact }
    }

    /// The model by which filters will be narrowed once it is known how the vendor compares: as most do, unless it is
    /// known otherwise.
    pub(super) fn likely_narrowing(&self) -> &Model {
        if self.compares_exactly() { &self.collation.exact } else { self.model() }
    }

    /// Whether it is known how the vendor compares.
    pub(super) fn collation_is_known(&self) -> bool {
        self.collation.state.load(Ordering::Relaxed) != UNKNOWN
    }

    /// Whether the vendor is known to compare exactly.
    pub(super) fn compares_exactly(&self) -> bool {
        self.collation.state.load(Ordering::Relaxed) == EXACT
    }

    /// Why nobody can be created: the vendor compares exactly and the operator has not said that this is known, with the
    /// way out.
    pub(super) fn collation_fault(&self) -> Option<&'static str> {
        (self.compares_exactly() && !self.model().policy.collation_known).then_some(EXACT_UNKNOWN)
    }

    /// Finds out how the vendor compares, by one of these rows; nothing is asked when it is known or no name has a
    /// letter. Where the vendor does not answer it stays unknown, which is safe.
    pub(super) async fn learn_collation(&self, cx: &Cx, rows: &[Record]) {
        if self.collation.state.load(Ordering::Relaxed) != UNKNOWN {
            return;
        }
        let model = self.model();
        let field = model.user_name().field;
        let probe = rows.iter().find_map(|row| {
            let name = row.get(field)?.as_text();
            let other = other_case(&name);
            let plain = name.is_ascii() && !(model.dialect.is_keyword)(&name);
            (plain && other != name).then(|| Some((row.key()?, name, other)))?
        });
        let Some((key, name, other)) = probe else { return };
        let condition = Condition::Compare(field, Relation::Eq, NativeValue::Text(other));
        let fields = vec![model.fields.key(), field];
        let scan = Scan { condition: Some(condition), fields, limit: 2, ..Scan::default() };
        let Ok(found) = self.rows(cx, scan).await else { return };
        let folds = found.iter().any(|row| row.key().as_ref() == Some(&key));
        let strays = found.iter().any(|row| !self.is_canary(row, &name));
        // Nothing is learned from a target that ignores the question, or answers every one with nothing.
        if strays || (!folds && self.look_up(cx, &[self.named(&name)], &[]).await.is_err()) {
            return;
        }
        self.collation.state.store(if folds { FOLDS } else { EXACT }, Ordering::Relaxed);
        if !folds {
            tracing::warn!("the target compares letter case exactly: users are looked for by walking over all of them");
        }
    }
}

fn other_case(name: &str) -> String {
    let swap = |letter: char| {
        if letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
    };
    name.chars().map(swap).collect()
}
