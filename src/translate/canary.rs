//! Trustworthy absence. Vendors answer "nothing" when they mean "no rights", "a query that I did not understand" or "no
//! session any more". Whoever is looked up is therefore asked for together with the *canary*, the row of somebody else:
//! an answer without it is no answer, and neither is one with rows that nobody asked for.
//!
//! The canary is configured, or learned from rows that an unqualified page showed. A learned one may be renamed or
//! deleted at any time: when it is missing, another one is learned and the question is put once more.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::likeness::{alike, same_key};
use super::{Condition, Driver, FieldId, NativeValue, Record, Relation, Scan, Translated};
use crate::backend::{BackendError, BackendErrorKind, Cx};
use crate::wire::SessionMark;

/// A lookup asks for at least so many rows, however small pages are: those who may have one name, and the canary.
const ROWS_MIN: usize = 8;
/// The most names and keys of one lookup. More are a walk, which need not fit into one page of a server that cuts pages.
const WANTED_MAX: usize = 20;
/// Pages that are read to learn a canary, and their rows.
const PAGES_MAX: usize = 3;
const PAGE_ROWS: usize = 20;
/// The longest name that is learned, in bytes: conditions have to fit into an address.
const NAME_MAX: usize = 64;
/// How long a client waits before it asks again.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// What is known of the row that proves answers.
#[derive(Debug, Default)]
pub(super) struct Canary(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The name of a row that was seen.
    learned: Option<String>,
    /// Whether somebody else's row was ever seen: then the target is not empty, whatever it answers later.
    populated: bool,
    /// Whether an answer was proven since a session was last given up for want of proof.
    proven: bool,
    /// Why the last answer proved nothing, in our own words.
    doubt: Option<&'static str>,
}

/// What an answer to a lookup is worth.
enum Worth {
    /// It is one. These are the rows that were asked for.
    Answer(Vec<Record>),
    /// It is none; why.
    Nothing(&'static str),
}

const NO_CANARY: &str = "the row that proves an answer is missing from it";
const NO_CONFIGURED_CANARY: &str = "the row of the configured canary is not in the target's answers";
const STRAYS: &str = "the target answers a lookup with rows that nobody asked for";
const NOBODY: &str = "the service account sees no user but itself";

impl Canary {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why answers are not believed at present.
    pub(super) fn doubt(&self) -> Option<&'static str> {
        self.lock().doubt
    }
}

impl<D: Driver> Translated<D> {
    /// The records that satisfy one of these comparisons of the name or the key with a value: all of them, and no
    /// others. One call, where a canary is known.
    ///
    /// Without the canary an answer still counts where everything that was asked for is in it: what is shown is there.
    ///
    /// # Errors
    /// `Unproven` when the answer says nothing about what is missing from it; the session is given up, because it may
    /// have ended without a word. Else those of the call.
    pub(super) async fn look_up(
        &self,
        cx: &Cx,
        wanted: &[Condition],
        fields: &[FieldId],
    ) -> Result<Vec<Record>, BackendError> {
        let session = self.wire.session_mark();
        let known = self.canary(cx).await?;
        let why = match self.ask(cx, wanted, known.as_deref(), fields).await? {
            Worth::Answer(rows) => return Ok(rows),
            Worth::Nothing(why) => why,
        };
        if self.model().policy.canary.is_none()
            && let Some(known) = known
        {
            self.forget_canary(&known);
            if let Some(new) = self.learn_canary(cx, Some(&known)).await?
                && let Worth::Answer(rows) = self.ask(cx, wanted, Some(&new), fields).await?
            {
                return Ok(rows);
            }
        }
        Err(self.unproven(cx, session, why))
    }

    /// Whether a lookup fits into one request together with the longest canary.
    pub(super) fn can_look_up(&self, wanted: &[Condition]) -> bool {
        if wanted.len() > WANTED_MAX {
            return false;
        }
        let canary = self.known_canary().unwrap_or_else(|| "@".repeat(NAME_MAX));
        let parts = wanted.iter().cloned().chain([self.named(&canary)]).collect();
        Condition::any(parts).is_some_and(|condition| self.driver.carries(&condition))
    }

    /// The condition that a record has this key; none for a text that the vendor may read as something else.
    pub(super) fn keyed(&self, key: &str) -> Option<Condition> {
        let plain = key.is_ascii() && !key.chars().any(char::is_control) && !(self.model().dialect.is_keyword)(key);
        let field = self.model().fields.key();
        plain.then(|| Condition::Compare(field, Relation::Eq, NativeValue::text(key)))
    }

    /// The condition that a record has this name.
    pub(super) fn named(&self, name: &str) -> Condition {
        Condition::Compare(self.model().user_name().field, Relation::Eq, NativeValue::text(name))
    }

    /// The canary to ask for: the configured one, else one that was learned.
    pub(super) fn known_canary(&self) -> Option<String> {
        self.model().policy.canary.clone().or_else(|| self.canary.lock().learned.clone())
    }

    /// Whether a row is the one of this name.
    pub(super) fn is_canary(&self, record: &Record, canary: &str) -> bool {
        self.native_name(record).is_some_and(|name| scim_core::fold::same(name.trim(), canary.trim()))
    }

    /// Whether nobody needs to be there: until the first row is seen, where the operator says so.
    pub(super) fn may_be_empty(&self) -> bool {
        self.model().policy.allow_empty && self.model().policy.canary.is_none() && !self.canary.lock().populated
    }

    /// Whether the rows show somebody else than the service account.
    pub(super) fn shows_others(&self, rows: &[Record]) -> bool {
        rows.iter().any(|row| !self.is_own(row))
    }

    /// Takes note of the rows of an unqualified page: the best of them becomes the canary where there is none.
    pub(super) fn note_rows(&self, rows: &[Record], except: Option<&str>) -> Option<String> {
        let (best, others) = (self.candidate(rows, except), self.shows_others(rows));
        let mut state = self.canary.lock();
        state.populated |= others;
        if state.learned.is_none() {
            state.learned.clone_from(&best);
        }
        best
    }

    /// The canary to ask for; one is learned where none is known.
    pub(super) async fn canary(&self, cx: &Cx) -> Result<Option<String>, BackendError> {
        match self.known_canary() {
            Some(known) => Ok(Some(known)),
            None => self.learn_canary(cx, None).await,
        }
    }

    /// Takes note that an answer held the canary.
    pub(super) fn note_proof(&self) {
        let mut state = self.canary.lock();
        state.proven = true;
        state.doubt = None;
    }

    /// Takes note that a record was deleted by us: its name proves nothing any more, and it may have been the last one.
    pub(super) fn note_removal(&self, record: &Record) {
        let name = self.native_name(record);
        let mut state = self.canary.lock();
        if name.is_some() && state.learned == name {
            state.learned = None;
            state.populated = false;
        }
    }

    /// The failure of an answer that proves nothing; `session` is the one in which the question was put.
    pub(super) fn unproven(&self, cx: &Cx, session: SessionMark, why: &'static str) -> BackendError {
        let configured = self.model().policy.canary.is_some() && why == NO_CANARY;
        let why = if configured { NO_CONFIGURED_CANARY } else { why };
        let mut state = self.canary.lock();
        state.doubt = Some(why);
        self.wire.give_up_session(session, state.proven);
        state.proven = false;
        drop(state);
        tracing::warn!(request.id = %cx.request_id, why, "an answer of the target proves nothing");
        BackendError::new("lookup", BackendErrorKind::Unproven).after(RETRY_AFTER).because(why)
    }

    /// The failure of an unqualified page on which nobody is.
    pub(super) fn nobody(&self, cx: &Cx, session: SessionMark) -> BackendError {
        self.unproven(cx, session, NOBODY)
    }

    /// Puts the question once.
    async fn ask(
        &self,
        cx: &Cx,
        wanted: &[Condition],
        canary: Option<&str>,
        fields: &[FieldId],
    ) -> Result<Worth, BackendError> {
        let mut parts = wanted.to_vec();
        if let Some(canary) = canary.map(|canary| self.named(canary))
            && !parts.contains(&canary)
        {
            parts.push(canary);
        }
        let Some(condition) = Condition::any(parts) else {
            return Ok(if self.may_be_empty() { Worth::Answer(Vec::new()) } else { Worth::Nothing(NOBODY) });
        };
        // Two records of one name are to be seen.
        let limit = self.model().policy.page_size.max(ROWS_MIN + 2 * wanted.len());
        let fields = self.with_name(fields);
        let rows = self.rows(cx, Scan { condition: Some(condition), fields, limit, ..Scan::default() }).await?;
        Ok(self.weigh(rows, wanted, canary, limit))
    }

    fn weigh(&self, mut rows: Vec<Record>, wanted: &[Condition], canary: Option<&str>, limit: usize) -> Worth {
        let is_canary = |row: &Record| canary.is_some_and(|canary| self.is_canary(row, canary));
        let strays = rows.iter().any(|row| !is_canary(row) && !wanted.iter().any(|it| self.may_satisfy(row, it)));
        if strays || rows.len() >= limit {
            return Worth::Nothing(STRAYS);
        }
        let proven = rows.iter().any(is_canary);
        let all_found =
            !wanted.is_empty() && wanted.iter().all(|it| rows.iter().any(|row| self.certainly_satisfies(row, it)));
        let empty = canary.is_none() && self.may_be_empty();
        if !(proven || all_found || empty) {
            return Worth::Nothing(if canary.is_some() { NO_CANARY } else { NOBODY });
        }
        self.canary.lock().populated |= self.shows_others(&rows);
        if proven {
            self.note_proof();
        } else if let Some(canary) = canary {
            self.note_missing(canary);
        }
        rows.retain(|row| wanted.iter().any(|it| self.may_satisfy(row, it)));
        Worth::Answer(rows)
    }

    /// Takes note that the canary was missing from an answer that counts all the same.
    fn note_missing(&self, canary: &str) {
        self.forget_canary(canary);
        if self.model().policy.canary.is_some() {
            tracing::warn!(why = NO_CONFIGURED_CANARY, "the next answer of the target may prove nothing");
            self.canary.lock().doubt = Some(NO_CONFIGURED_CANARY);
        }
    }

    /// Whether the vendor may think that a row satisfies a comparison, by any collation that databases have.
    fn may_satisfy(&self, row: &Record, comparison: &Condition) -> bool {
        self.compared(
            row,
            comparison,
            |found, asked, is_key| {
                if is_key { same_key(found, asked) } else { alike(found, asked) }
            },
        )
    }

    fn certainly_satisfies(&self, row: &Record, comparison: &Condition) -> bool {
        self.compared(
            row,
            comparison,
            |found, asked, is_key| {
                if is_key { found == asked } else { scim_core::fold::same(found, asked) }
            },
        )
    }

    fn compared(&self, row: &Record, comparison: &Condition, test: impl Fn(&str, &str, bool) -> bool) -> bool {
        let Condition::Compare(field, Relation::Eq, value) = comparison else { return false };
        let is_key = *field == self.model().fields.key();
        row.get(*field).is_some_and(|found| test(&found.as_text(), &value.as_text(), is_key))
    }

    /// Reads unqualified pages until one has a row that can be the canary.
    async fn learn_canary(&self, cx: &Cx, except: Option<&str>) -> Result<Option<String>, BackendError> {
        let limit = self.model().policy.page_size.clamp(2, PAGE_ROWS);
        let mut from: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let scan = Scan { fields: self.with_name(&[]), from: from.clone(), limit, ..Scan::default() };
            let rows = self.rows(cx, scan).await?;
            let found = self.note_rows(&rows, except);
            let last = rows.last().and_then(Record::key);
            let ended = last.is_none() || last == from || (rows.len() < limit && self.model().dialect.short_page_ends);
            if found.is_some() || ended {
                return Ok(found);
            }
            from = last;
        }
        Ok(None)
    }

    fn forget_canary(&self, canary: &str) {
        let mut state = self.canary.lock();
        if state.learned.as_deref() == Some(canary) {
            state.learned = None;
        }
    }

    /// The name among the rows that proves most: plain, because then every server compares it alike; not one of the
    /// protected accounts, because some of those are shown to everybody; never the service account's own, which is.
    fn candidate(&self, rows: &[Record], except: Option<&str>) -> Option<String> {
        let rank = |row: &Record, name: &str| (!name.is_ascii(), self.model().is_protected(row));
        let fits = |name: &str| {
            let odd = name.chars().any(char::is_control) || (self.model().dialect.is_keyword)(name);
            let long = if name.is_ascii() { NAME_MAX } else { NAME_MAX / 3 };
            !name.is_empty() && name.len() <= long && name.trim() == name && !odd && except != Some(name)
        };
        let names = rows.iter().filter(|row| !self.is_own(row)).filter_map(|row| Some((row, self.native_name(row)?)));
        let fitting = names.filter(|(_, name)| fits(name));
        fitting.min_by_key(|(row, name)| rank(row, name)).map(|(_, name)| name)
    }

    fn is_own(&self, row: &Record) -> bool {
        let own = self.model().policy.own_name.as_deref();
        own.is_some_and(|own| self.is_canary(row, own))
    }

    fn native_name(&self, row: &Record) -> Option<String> {
        row.get(self.model().user_name().field).map(NativeValue::as_text)
    }

    /// These fields, and those by which rows are told apart.
    fn with_name(&self, fields: &[FieldId]) -> Vec<FieldId> {
        let model = self.model();
        let mut fields = fields.to_vec();
        fields.extend([model.fields.key(), model.user_name().field]);
        fields.sort_unstable();
        fields.dedup();
        fields
    }
}
