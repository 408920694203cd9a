//! Look-alike of the OData API of Ivanti Neurons for ITSM: sessions, the employee, team and role objects, and the traps of
//! a live tenant, each behind an option.
//!
//! Written from the vendor's manual and public measurements. Knows no SCIM.

mod answer;
mod bulk;
mod call;
mod demo;
mod fields;
mod lies;
mod metadata;
pub mod odata;
mod options;
mod read;
mod references;
mod service;
mod sessions;
mod state;
mod values;
mod write;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use serde_json::Value;

use crate::control::{self, BODY_MAX, Clock, Control, Record, Vendor};
use call::Call;
use fields::Object;
use state::State;

pub use crate::control::ExpiredAnswer;
pub use options::{
    BadReference, BadStatus, Clear, Count, Duplicate, Empty, IvantiOptions, LoginReply, Logout, MetadataPath, Missing,
    Preset, RecIdForm, Rights, Scheme, TopOver, UnsetDates, UpdateReply,
};

/// One tenant. Clones share it.
#[derive(Clone, Debug)]
pub struct Ivanti {
    control: Control,
    state: Arc<Mutex<State>>,
}

/// Who writes on behalf of a test: the built-in employee of the workflows.
const FOREIGN_WRITER: &str = "InternalServices";

impl Ivanti {
    /// An empty tenant.
    pub fn new(options: IvantiOptions, clock: Clock) -> Self {
        Self { control: Control::new(clock), state: Arc::new(Mutex::new(State::new(options))) }
    }

    /// Everything below the host, the control routes included.
    pub fn router(&self) -> Router {
        let routes = Router::new().fallback(handle).with_state(self.clone());
        self.control.wrap(self.clone(), routes)
    }

    /// Clock, journal and faults.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Inserts a record past required fields, unique keys and rights, and returns its `RecId`.
    ///
    /// # Panics
    /// When there is no such object or field: a mistake of the test.
    pub fn insert(&self, object: &str, fields: Value) -> String {
        let Value::Object(fields) = fields else { panic!("a record is a JSON object") };
        Vendor::insert(self, object, fields).expect("the test names an object and fields that exist")
    }

    /// A record as it is stored: dates in UTC.
    pub fn record(&self, object: &str, rec_id: &str) -> Option<Record> {
        self.lock().find(object, rec_id).map(|row| row.fields.clone())
    }

    /// All records of an object, in the order of their creation; none when there is no such object.
    pub fn records(&self, object: &str) -> Vec<Record> {
        let state = self.lock();
        let mut rows: Vec<_> = state.rows(object).collect();
        rows.sort_by_key(|row| row.created);
        rows.into_iter().map(|row| row.fields.clone()).collect()
    }

    /// Changes fields as a foreign writer would, and stamps the record; `false` when there is none.
    ///
    /// # Panics
    /// When there is no such object or field: a mistake of the test.
    pub fn patch_record(&self, object: &str, rec_id: &str, fields: Value) -> bool {
        let Value::Object(fields) = fields else { panic!("changes are a JSON object") };
        let mut state = self.lock();
        let object = Object::of(object, &state.options).expect("the test names an object that exists");
        refuse_unknown(&object, &fields).expect("the test names fields that exist");
        state.change(&object, rec_id, fields, FOREIGN_WRITER, self.control.clock().now())
    }

    /// Changes a record in one step as a foreign writer would, so that a value can be read and written at once, and stamps
    /// it; `false` when there is none.
    ///
    /// # Panics
    /// When there is no such object or field: a mistake of the test.
    pub fn edit(&self, object: &str, rec_id: &str, change: impl FnOnce(&mut Record)) -> bool {
        let mut state = self.lock();
        let object = Object::of(object, &state.options).expect("the test names an object that exists");
        let Some(mut fields) = state.find(&object.set, rec_id).map(|row| row.fields.clone()) else { return false };
        change(&mut fields);
        refuse_unknown(&object, &fields).expect("the test names fields that exist");
        // The stamps of the change are the server's, not those of the record as it was read.
        fields.retain(|name, _| name != "LastModDateTime" && name != "LastModBy");
        state.change(&object, rec_id, fields, FOREIGN_WRITER, self.control.clock().now())
    }

    /// Removes a record; `false` when there is none.
    pub fn remove(&self, object: &str, rec_id: &str) -> bool {
        self.lock().remove(object, rec_id)
    }

    /// Ends every session, as a restart of the server does, and says how many there were.
    pub fn expire_sessions(&self) -> usize {
        self.lock().sessions.expire_all()
    }

    /// Sessions that neither ended nor expired.
    pub fn session_count(&self) -> usize {
        self.sessions().live
    }

    /// Logins that were granted so far.
    pub fn login_count(&self) -> u64 {
        self.lock().sessions.logins
    }

    /// Forgets the bad passwords, as an administrator can.
    pub fn unlock_account(&self) {
        self.lock().sessions.unlock();
    }

    /// The options as they are.
    pub fn options(&self) -> IvantiOptions {
        IvantiOptions::clone(&self.lock().options)
    }

    /// Replaces the options; records and sessions stay.
    pub fn set_options(&self, options: IvantiOptions) {
        self.lock().options = Arc::new(options);
    }

    /// The key of a row of the validation list of a field, which `X_Valid` holds.
    pub fn validated_key(field: &str, value: &str) -> String {
        values::validated_key(field, value)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn handle(Shared(ivanti): Shared<Ivanti>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_MAX).await else { return StatusCode::BAD_REQUEST.into_response() };
    let call = Call { parts, body };
    let now = ivanti.control.clock().now();
    service::answer(&mut ivanti.lock(), &call, now).into()
}

fn refuse_unknown(object: &Object, fields: &Record) -> Result<(), String> {
    match fields.keys().find(|name| object.field(name).is_none()) {
        Some(unknown) => Err(format!("{} has no field {unknown}", object.set)),
        None => Ok(()),
    }
}

impl Vendor for Ivanti {
    fn session(&self, parts: &Parts) -> Option<String> {
        let state = self.lock();
        state.sessions.name(parts, &state.options)
    }

    fn records(&self, object: &str) -> Option<Vec<Record>> {
        Object::of(object, &self.lock().options)?;
        Some(Self::records(self, object))
    }

    fn record(&self, object: &str, key: &str) -> Option<Record> {
        Self::record(self, object, key)
    }

    fn insert(&self, object: &str, values: Record) -> Result<String, String> {
        let mut state = self.lock();
        let object = Object::of(object, &state.options).ok_or_else(|| format!("there is no object {object}"))?;
        refuse_unknown(&object, &values)?;
        Ok(state.add(&object, values, FOREIGN_WRITER, self.control.clock().now()))
    }

    fn patch(&self, object: &str, key: &str, values: Record) -> bool {
        let mut state = self.lock();
        let Some(object) = Object::of(object, &state.options) else { return false };
        state.change(&object, key, values, FOREIGN_WRITER, self.control.clock().now())
    }

    fn remove(&self, object: &str, key: &str) -> bool {
        Self::remove(self, object, key)
    }

    fn expire_sessions(&self) -> usize {
        Self::expire_sessions(self)
    }

    fn sessions(&self) -> control::Sessions {
        let mut state = self.lock();
        let options = state.options.clone();
        state.sessions.purge(&options, self.control.clock().now());
        let sessions = &state.sessions;
        control::Sessions { live: sessions.live(), logins: sessions.logins, refused: sessions.refused }
    }

    fn options_json(&self) -> Value {
        serde_json::to_value(self.options()).expect("options are plain data")
    }

    fn set_options_json(&self, options: Value) -> Result<(), String> {
        let options = serde_json::from_value(options).map_err(|error| error.to_string())?;
        self.set_options(options);
        Ok(())
    }
}
