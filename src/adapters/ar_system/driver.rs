//! The driver: requests and answers of the AR System REST API.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::mapping::model;
use super::{Settings, dialect, wire};
use crate::adapters::url::encode;
use crate::translate::mapping::MappingFault;
use crate::translate::{
    Condition, Driver, FieldId, FieldTable, Model, NativeOp, NativeReply, NativeValue, Object, Scan,
};
use crate::wire::{Call, Effect, Fault, FaultKind, Protocol, Repeat, Session};

const FORM_ENCODED: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const HIDDEN: &str = "***";

/// Users on the User form.
#[derive(Debug)]
pub struct ArSystem {
    settings: Settings,
    model: Model,
}

impl ArSystem {
    /// A driver with these settings.
    ///
    /// # Errors
    /// Every override of the mapping that cannot be.
    pub fn new(settings: Settings) -> Result<Self, Vec<MappingFault>> {
        let model = model(&settings)?;
        Ok(Self { settings, model })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.settings.base_url)
    }

    /// The fields of a form.
    fn fields(&self, object: Object) -> &FieldTable {
        self.model.table(object)
    }

    fn form_url(&self, object: Object) -> String {
        self.url(&format!("/api/arsys/v1/entry/{}", form(object)))
    }

    fn entry_url(&self, object: Object, key: &str) -> String {
        format!("{}/{}", self.form_url(object), encode(key))
    }

    /// `fields=values(…)`: without it a server answers with every field of the form.
    fn field_list(&self, object: Object, fields: &[FieldId]) -> String {
        let names: Vec<&str> = fields.iter().map(|&field| self.fields(object).name(field)).collect();
        format!("fields={}", encode(&format!("values({})", names.join(","))))
    }

    fn scan_url(&self, object: Object, scan: &Scan) -> String {
        let fields = self.fields(object);
        let key = fields.name(fields.key());
        let mut query = Vec::new();
        if let Some(condition) = scan.bounded(fields.key(), |condition| self.fits(fields, condition)) {
            query.push(format!("q={}", encode(&dialect::print(fields, &condition))));
        }
        query.push(self.field_list(object, &scan.fields));
        query.push(format!("sort={}", encode(&format!("{key}.asc"))));
        query.push(format!("limit={}", scan.limit));
        format!("{}?{}", self.form_url(object), query.join("&"))
    }

    fn fits(&self, fields: &FieldTable, condition: &Condition) -> bool {
        encode(&dialect::print(fields, condition)).len() <= self.model.dialect.condition_max
    }

    /// `{"values":{…}}`, and the same with the password hidden.
    fn body<'a>(
        &self,
        object: Object,
        values: impl Iterator<Item = (FieldId, Option<&'a NativeValue>)>,
    ) -> (Bytes, String) {
        let fields = self.fields(object);
        let mut written = Map::new();
        for (field, value) in values {
            written.insert(fields.name(field).to_owned(), value.map_or(Value::Null, NativeValue::to_json));
        }
        let mut shown = written.clone();
        if object == Object::Users
            && let Some(secret) = self.model.password.as_ref().and_then(|it| shown.get_mut(fields.name(it.field)))
        {
            *secret = HIDDEN.into();
        }
        (json!({ "values": written }).to_string().into(), json!({ "values": shown }).to_string())
    }
}

/// The form that an object lives on.
fn form(object: Object) -> &'static str {
    match object {
        Object::Users => "User",
        Object::Groups(_) => "Group",
    }
}

fn call(effect: Effect, method: Method, url: &str, body: Option<(Bytes, String)>) -> Call {
    let (bytes, shown) = body.map_or((Bytes::new(), None), |(bytes, shown)| (bytes, Some(shown)));
    let mut request = Request::builder().method(method).uri(url).header("accept", JSON);
    if shown.is_some() {
        request = request.header(CONTENT_TYPE, JSON);
    }
    let request = request.body(bytes).expect("the base URL was checked with the configuration");
    Call { effect, request, shown_body: shown }
}

impl Protocol for ArSystem {
    fn login(&self) -> Option<Call> {
        let mut form = format!(
            "username={}&password={}",
            encode(&self.settings.username),
            encode(self.settings.password.expose_secret())
        );
        if let Some(text) = &self.settings.auth_string {
            form.push_str("&authString=");
            form.push_str(&encode(text.expose_secret()));
        }
        let url = self.url("/api/jwt/login");
        let mut login = call(Effect::Write(Repeat::Safe), Method::POST, &url, None);
        *login.request.body_mut() = form.into();
        login.request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(FORM_ENCODED));
        login.request.headers_mut().insert("accept", HeaderValue::from_static("*/*"));
        Some(login)
    }

    fn session(&self, answer: &Response<Bytes>) -> Result<Session, Fault> {
        if !answer.status().is_success() {
            return Err(login_fault(self, answer));
        }
        // A server that lets guests in answers 200 to an unknown name; only warning 59 in a header tells.
        let header = answer.headers().get("x-ar-messages").map(HeaderValue::as_bytes);
        let warnings = header.and_then(wire::messages).unwrap_or_default();
        if warnings.iter().any(|message| message.number() == 59) {
            return Err(Fault::new(FaultKind::CredentialsRefused, "logged in as a guest: no such user (59)"));
        }
        let garbled = || Fault::new(FaultKind::Garbled, "the login's answer is no token");
        let text = std::str::from_utf8(answer.body()).map_err(|_| garbled())?.trim();
        let text = text.trim_matches('"');
        let token = text.strip_prefix("AR-JWT ").unwrap_or(text).trim();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"{}".contains(&byte)) {
            return Err(garbled());
        }
        Ok(Session::new(token, lifetime(token)))
    }

    fn authorize(&self, session: &Session, request: &mut Request<Bytes>) {
        if let Ok(mut value) = HeaderValue::from_str(&format!("AR-JWT {}", session.token.expose_secret())) {
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
    }

    fn logout(&self, _: &Session) -> Option<Call> {
        Some(call(Effect::Write(Repeat::Safe), Method::POST, &self.url("/api/jwt/logout"), None))
    }
}

/// How long a token is good for: `exp` less `iat`, because the server's clock need not be ours.
fn lifetime(token: &str) -> Option<Duration> {
    #[derive(Deserialize)]
    struct Claims {
        exp: f64,
        iat: f64,
    }
    let claims = jsonwebtoken::dangerous::insecure_decode_claims::<Claims>(token).ok()?;
    Duration::try_from_secs_f64(claims.exp - claims.iat).ok().filter(|lifetime| !lifetime.is_zero())
}

fn login_fault(driver: &ArSystem, answer: &Response<Bytes>) -> Fault {
    let fault = wire::fault(&driver.model.fields, answer);
    let refused = matches!(answer.status().as_u16(), 401 | 403)
        || matches!(fault.kind, FaultKind::SessionRejected | FaultKind::CredentialsRefused | FaultKind::Denied);
    if refused { Fault { kind: FaultKind::CredentialsRefused, ..fault } } else { fault }
}

impl Driver for ArSystem {
    fn model(&self) -> &Model {
        &self.model
    }

    fn encode(&self, object: Object, op: &NativeOp) -> Call {
        match op {
            NativeOp::Read { key, fields } => {
                let url = format!("{}?{}", self.entry_url(object, key), self.field_list(object, fields));
                call(Effect::Read, Method::GET, &url, None)
            }
            NativeOp::Scan(scan) => call(Effect::Read, Method::GET, &self.scan_url(object, scan), None),
            NativeOp::Insert { values } => {
                let body = self.body(object, values.iter().map(|(field, value)| (*field, Some(value))));
                let effect = Effect::Write(Repeat::LookUpFirst);
                call(effect, Method::POST, &self.form_url(object), Some(body))
            }
            NativeOp::Update { key, values } => {
                let body = self.body(object, values.iter().map(|(field, value)| (*field, value.as_ref())));
                call(Effect::Write(Repeat::Safe), Method::PUT, &self.entry_url(object, key), Some(body))
            }
            NativeOp::Remove { key } => {
                call(Effect::Write(Repeat::Safe), Method::DELETE, &self.entry_url(object, key), None)
            }
            NativeOp::Describe { .. } => {
                let url = self.url(&format!("/api/arsys/v1/fields/{}", form(object)));
                call(Effect::Read, Method::GET, &url, None)
            }
        }
    }

    /// Every odd case has its line here and its row in the table test.
    fn decode(&self, object: Object, op: &NativeOp, answer: &Response<Bytes>) -> Result<NativeReply, Fault> {
        let fields = self.fields(object);
        let status = answer.status().as_u16();
        // A JSON array is an error list, after a 2xx as well.
        if !(200..300).contains(&status) || answer.body().trim_ascii_start().first() == Some(&b'[') {
            let fault = wire::fault(fields, answer);
            let malformed = matches!(op, NativeOp::Read { .. }) && wire::is_malformed_key(answer);
            return Err(if malformed { Fault { kind: FaultKind::NoSuchKey, ..fault } } else { fault });
        }
        let garbled = |error: serde_json::Error| Fault::unreadable(status, &error);
        match op {
            NativeOp::Read { key, .. } => {
                let mut record = wire::entry(fields, answer.body()).map_err(garbled)?;
                // Some servers leave the id out of the values: the address says which entry it is.
                if record.key().is_none() {
                    record.set(fields.key(), Some(NativeValue::text(key)));
                }
                Ok(NativeReply::Record(record))
            }
            NativeOp::Scan(_) => wire::entries(fields, answer.body()).map(NativeReply::Page).map_err(garbled),
            NativeOp::Insert { .. } | NativeOp::Update { .. } | NativeOp::Remove { .. } if is_page(answer) => {
                Err(Fault::new(FaultKind::Garbled, format!("HTTP {status} with a page instead of an answer")))
            }
            NativeOp::Insert { .. } => Ok(NativeReply::Created(wire::id_from_location(answer))),
            NativeOp::Update { .. } | NativeOp::Remove { .. } => Ok(NativeReply::Done),
            NativeOp::Describe { .. } => Ok(NativeReply::Fields(Vec::new())),
        }
    }

    fn carries(&self, condition: &Condition) -> bool {
        self.fits(&self.model.fields, condition)
    }

    /// Newer servers have `/fields/{form}`, but the guide does not list it.
    fn description_places(&self) -> usize {
        0
    }
}

/// Whether a proxy or login page stands in for the API.
fn is_page(answer: &Response<Bytes>) -> bool {
    answer.body().trim_ascii_start().first() == Some(&b'<')
}
