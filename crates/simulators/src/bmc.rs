//! A look-alike of the BMC AR System REST API, written from the vendor's manual.
//!
//! Login by form, tokens of fixed life, entries of the forms `User`, `Group` and `CTM:People`, the query language, and the
//! server's habits: an empty 201 with a Location, 500 for what a client did wrong, an empty list for what it may not see.
//! Behaviour that differs between servers is an option ([`BmcOptions`]); the defaults are the seed's.
//!
//! Everything lies under one mutex, which is never held across an await.

mod bulk;
mod demo;
mod describe;
mod entry;
mod error;
mod group;
mod http;
mod index;
mod lies;
mod list;
mod options;
pub mod qualification;
pub mod schema;
mod session;
mod state;
mod time;
mod values;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::http::request::Parts;
use axum::Router;
use jiff::Timestamp;
use serde_json::Value;

use crate::control::{Clock, Control, Record, Sessions, Vendor};
use schema::Form;
use state::{State, stored};

pub use demo::{SERVICE_ACCOUNT, SERVICE_PASSWORD};
pub use error::error_body;
pub use options::{
    BmcOptions, GroupInUse, GroupListRead, IntegerRead, Location, MalformedQ, PasswordRead, Rights, Unsorted,
};

/// Stands as author of what a test or the demo puts in.
const FOREIGN_WRITER: &str = "AR_ESCALATOR";

/// One simulated server. Clones share it.
#[derive(Clone, Debug)]
pub struct Bmc {
    control: Control,
    state: Arc<Mutex<State>>,
}

impl Bmc {
    /// A server without any entries: nobody can log in until a User is inserted.
    pub fn new(options: BmcOptions, clock: Clock) -> Self {
        Self { control: Control::new(clock), state: Arc::new(Mutex::new(State::new(options))) }
    }

    /// The demo company: 250 users with people records, 20 groups with members, the server's own groups, a dynamic and a
    /// computed one, and the service account [`SERVICE_ACCOUNT`].
    pub fn demo(clock: Clock) -> Self {
        demo::build(clock)
    }

    /// The vendor's routes with journal and faults, and the control routes under `/_sim/`.
    pub fn router(&self) -> Router {
        self.control.wrap(self.clone(), http::routes(self.clone()))
    }

    /// Clock, journal and faults.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Inserts an entry as a foreign writer and returns its id. No rule is checked; system fields are filled in where
    /// `values` does not give them.
    ///
    /// # Panics
    /// When there is no such form, or `values` is no JSON object.
    pub fn insert(&self, form: &str, values: Value) -> String {
        let Value::Object(values) = values else { panic!("the values of an entry are a JSON object") };
        Vendor::insert(self, form, values).expect("the form exists")
    }

    /// An entry as it is kept, password included. Its id is in the form's field 1: `Request ID`, on CTM:People `Person ID`.
    pub fn record(&self, form: &str, key: &str) -> Option<Record> {
        self.lock().tables.get(form)?.rows.get(key).cloned()
    }

    /// All entries of a form as they are kept, by id; none when there is no such form.
    pub fn records(&self, form: &str) -> Vec<Record> {
        Vendor::records(self, form).unwrap_or_default()
    }

    /// Changes an entry as a foreign writer does, past every rule; `false` when there is none.
    ///
    /// # Panics
    /// When `values` is no JSON object.
    pub fn patch_record(&self, form: &str, key: &str, values: Value) -> bool {
        let Value::Object(values) = values else { panic!("the values of an entry are a JSON object") };
        Vendor::patch(self, form, key, values)
    }

    /// Changes an entry in one step as a foreign writer does, past every rule, so that a list in a field can be read and
    /// written at once; `false` when there is none.
    pub fn edit(&self, form: &str, key: &str, change: impl FnOnce(&mut Record)) -> bool {
        let Some(form) = Form::named(form) else { return false };
        let now = self.now();
        let mut state = self.lock();
        let Some(mut row) = state.table(form).rows.get(key).cloned() else { return false };
        change(&mut row);
        // The stamps of the change are the server's, not those of the entry as it was read.
        row.retain(|name, _| !["Modified Date", "Last Modified By", "Status History"].contains(&name.as_str()));
        state.table_mut(form).update(key, stored(form, row), FOREIGN_WRITER, now)
    }

    /// Removes an entry; `false` when there is none.
    pub fn remove(&self, form: &str, key: &str) -> bool {
        Vendor::remove(self, form, key)
    }

    /// Ends every session at once and says how many there were.
    pub fn expire_sessions(&self) -> usize {
        self.lock().sessions.expire()
    }

    /// Sessions that live now.
    pub fn session_count(&self) -> usize {
        self.lock().sessions.live(self.now())
    }

    /// Logins granted so far.
    pub fn login_count(&self) -> u64 {
        self.lock().sessions.logins
    }

    pub fn options(&self) -> BmcOptions {
        self.lock().options.clone()
    }

    pub fn set_options(&self, options: BmcOptions) {
        self.lock().options = options;
    }

    fn now(&self) -> Timestamp {
        self.control.clock().now()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vendor for Bmc {
    fn session(&self, parts: &Parts) -> Option<String> {
        self.lock().sessions.of(&parts.headers, self.now()).map(|session| session.name.clone())
    }

    fn records(&self, object: &str) -> Option<Vec<Record>> {
        Some(self.lock().tables.get(object)?.rows.values().cloned().collect())
    }

    fn record(&self, object: &str, key: &str) -> Option<Record> {
        Bmc::record(self, object, key)
    }

    fn insert(&self, object: &str, values: Record) -> Result<String, String> {
        let form = Form::named(object).ok_or_else(|| format!("there is no form {object}"))?;
        let now = self.now();
        Ok(self.lock().table_mut(form).insert(stored(form, values), FOREIGN_WRITER, now))
    }

    fn patch(&self, object: &str, key: &str, values: Record) -> bool {
        let Some(form) = Form::named(object) else { return false };
        let now = self.now();
        self.lock().table_mut(form).update(key, stored(form, values), FOREIGN_WRITER, now)
    }

    fn remove(&self, object: &str, key: &str) -> bool {
        self.lock().tables.get_mut(object).is_some_and(|table| table.rows.remove(key).is_some())
    }

    fn expire_sessions(&self) -> usize {
        Bmc::expire_sessions(self)
    }

    fn sessions(&self) -> Sessions {
        let (state, now) = (self.lock(), self.now());
        Sessions { live: state.sessions.live(now), logins: state.sessions.logins, refused: state.sessions.refused }
    }

    fn options_json(&self) -> Value {
        serde_json::to_value(self.options()).expect("options are plain data")
    }

    fn set_options_json(&self, options: Value) -> Result<(), String> {
        self.set_options(serde_json::from_value(options).map_err(|error| error.to_string())?);
        Ok(())
    }
}
