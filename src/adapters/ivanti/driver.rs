//! The driver: requests and answers of the OData API.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use super::mapping::{REC_ID, model};
use super::{Auth, LoginBody, Scheme, Settings, dialect, metadata, wire};
use crate::adapters::url::encode;
use crate::translate::mapping::MappingFault;
use crate::translate::{
    Condition, Driver, FieldId, FieldTable, Model, NativeOp, NativeReply, NativeValue, Object, Scan,
};
use crate::wire::{Call, Effect, Fault, FaultKind, Protocol, Repeat, Session};

const JSON: &str = "application/json";
/// The places of an object's description: the guide's, and the one of the vendor's own pages.
const METADATA: [&str; 2] = ["/api/odata/businessobject", "/api/odata"];

/// Users as Employee records.
#[derive(Debug)]
pub struct Ivanti {
    settings: Settings,
    model: Model,
}

impl Ivanti {
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

    /// The fields of an object.
    fn fields(&self, object: Object) -> &FieldTable {
        self.model.table(object)
    }

    fn set_url(&self, object: Object) -> String {
        self.url(&format!("/api/odata/businessobject/{}", entity_set(object)))
    }

    /// `employees('{RecId}')`: the key is text, whatever it looks like.
    fn record_url(&self, object: Object, key: &str) -> String {
        format!("{}('{}')", self.set_url(object), encode(&key.replace('\'', "''")))
    }

    fn scan_url(&self, object: Object, scan: &Scan) -> String {
        let fields = self.fields(object);
        let names: Vec<&str> = scan.fields.iter().map(|&field| fields.name(field)).collect();
        let mut query = Vec::new();
        let condition = scan.bounded(fields.key(), |condition| self.fits(fields, condition));
        if let Some(filter) = condition.and_then(|condition| dialect::print(fields, &condition)) {
            query.push(format!("$filter={}", encode(&filter)));
        }
        query.push(format!("$select={}", encode(&names.join(","))));
        query.push(format!("$orderby={REC_ID}%20asc"));
        query.push(format!("$top={}", scan.limit));
        query.push("$skip=0".to_owned());
        format!("{}?{}", self.set_url(object), query.join("&"))
    }

    fn fits(&self, fields: &FieldTable, condition: &Condition) -> bool {
        let printed = dialect::print(fields, condition);
        printed.is_none_or(|text| encode(&text).len() <= self.model.dialect.condition_max)
    }

    fn body<'a>(&self, object: Object, values: impl Iterator<Item = (FieldId, Option<&'a NativeValue>)>) -> String {
        let fields = self.fields(object);
        let named = values
            .map(|(field, value)| (fields.name(field).to_owned(), value.map_or(Value::Null, NativeValue::to_json)));
        Value::Object(named.collect::<Map<_, _>>()).to_string()
    }
}

/// The entity set of an object: its name with an `s`, whatever it ends in.
fn entity_set(object: Object) -> &'static str {
    match object {
        Object::Users => "employees",
        Object::Groups(_) => "standarduserteams",
    }
}

fn call(effect: Effect, method: Method, url: &str, accept: &'static str, body: Option<String>) -> Call {
    let mut request = Request::builder().method(method).uri(url).header("accept", accept);
    if body.is_some() {
        request = request.header(CONTENT_TYPE, JSON);
    }
    let bytes = Bytes::from(body.clone().unwrap_or_default());
    let request = request.body(bytes).expect("the base URL was checked with the configuration");
    Call { effect, request, shown_body: body }
}

impl Protocol for Ivanti {
    fn login(&self) -> Option<Call> {
        let Auth::Session { username, password, tenant, role, body, .. } = &self.settings.auth else { return None };
        let password = password.expose_secret();
        let mut object = match body {
            LoginBody::Seed => json!({ "UserName": username, "Password": password, "tenant": tenant }),
            LoginBody::Documented => json!({ "tenant": tenant, "username": username, "password": password }),
        };
        if let Some(role) = role {
            object["role"] = role.as_str().into();
        }
        let url = self.url("/api/rest/authentication/login");
        let mut login = call(Effect::Write(Repeat::Safe), Method::POST, &url, JSON, Some(object.to_string()));
        login.shown_body = None;
        Some(login)
    }

    fn session(&self, answer: &Response<Bytes>) -> Result<Session, Fault> {
        let status = answer.status().as_u16();
        match status {
            200..=299 => {}
            // The vendor answers wrong credentials, roles and tenants with 400.
            400 | 401 | 403 => {
                return Err(Fault::new(FaultKind::CredentialsRefused, format!("HTTP {status} at the login")));
            }
            404 => return Err(Fault::new(FaultKind::Misconfigured, "no login at this base URL (404)")),
            _ => return Err(Fault::new(FaultKind::Busy, format!("HTTP {status} at the login"))),
        }
        token(answer.body())
            .map(|token| Session::new(token, None))
            .ok_or_else(|| Fault::new(FaultKind::Garbled, "the login's answer has no token"))
    }

    fn authorize(&self, session: &Session, request: &mut Request<Bytes>) {
        let token = session.token.expose_secret();
        let text = match &self.settings.auth {
            Auth::Session { scheme: Scheme::Bearer, .. } => format!("Bearer {token}"),
            Auth::Session { scheme: Scheme::Raw, .. } | Auth::ApiKey(_) => token.to_owned(),
        };
        authorize(request, &text);
    }

    fn logout(&self, _: &Session) -> Option<Call> {
        let url = self.url("/api/rest/authentication/logout");
        Some(call(Effect::Write(Repeat::Safe), Method::POST, &url, JSON, None))
    }
}

fn authorize(request: &mut Request<Bytes>, text: &str) {
    if let Ok(mut value) = HeaderValue::from_str(text) {
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
    }
}

/// The token in whatever form a tenant answers: an object, a JSON string, or bare text.
fn token(body: &[u8]) -> Option<String> {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(members)) => {
            let member = |wanted: &str| members.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            let names = ["SessionToken", "sessionKey", "token"];
            names.iter().find_map(|name| member(name)?.1.as_str().map(str::to_owned))?
        }
        Ok(Value::String(text)) => text,
        Ok(_) => return None,
        Err(_) => std::str::from_utf8(body).ok()?.trim().to_owned(),
    };
    let plausible = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>{}\"".contains(&byte));
    plausible.then_some(text)
}

impl Driver for Ivanti {
    fn model(&self) -> &Model {
        &self.model
    }

    fn encode(&self, object: Object, op: &NativeOp) -> Call {
        let mut call = match op {
            // On a single record `$select` blanks the fields it names.
            NativeOp::Read { key, .. } => call(Effect::Read, Method::GET, &self.record_url(object, key), JSON, None),
            NativeOp::Scan(scan) => call(Effect::Read, Method::GET, &self.scan_url(object, scan), JSON, None),
            NativeOp::Insert { values } => {
                let body = self.body(object, values.iter().map(|(field, value)| (*field, Some(value))));
                call(Effect::Write(Repeat::LookUpFirst), Method::POST, &self.set_url(object), JSON, Some(body))
            }
            NativeOp::Update { key, values } => {
                let body = self.body(object, values.iter().map(|(field, value)| (*field, value.as_ref())));
                call(Effect::Write(Repeat::Safe), Method::PATCH, &self.record_url(object, key), JSON, Some(body))
            }
            NativeOp::Remove { key } => {
                call(Effect::Write(Repeat::Safe), Method::DELETE, &self.record_url(object, key), JSON, None)
            }
            NativeOp::Describe { place } => {
                let url = self.url(&format!("{}/{}/$metadata", METADATA[*place], entity_set(object)));
                call(Effect::Read, Method::GET, &url, "application/xml", None)
            }
        };
        if let Auth::ApiKey(key) = &self.settings.auth {
            authorize(&mut call.request, &format!("rest_api_key={}", key.expose_secret()));
        }
        call
    }

    /// Every odd case has its line here and its row in the table test.
    fn decode(&self, object: Object, op: &NativeOp, answer: &Response<Bytes>) -> Result<NativeReply, Fault> {
        let fields = self.fields(object);
        let status = answer.status().as_u16();
        if !(200..300).contains(&status) {
            return Err(wire::fault(fields, op, answer));
        }
        let garbled = |why: &str| Fault::new(FaultKind::Garbled, format!("HTTP {status}: {why}"));
        let unreadable = |error: serde_json::Error| Fault::unreadable(status, &error);
        if wire::is_page(answer) && !matches!(op, NativeOp::Describe { .. }) {
            return Err(garbled("a page instead of data"));
        }
        let empty = answer.body().trim_ascii().is_empty();
        match op {
            // Neither a record nor a word about one.
            NativeOp::Read { .. } if empty => {
                Err(Fault::new(FaultKind::NotFoundUnproven, format!("HTTP {status} without a record")))
            }
            NativeOp::Read { .. } => {
                let record = wire::record(fields, answer.body()).map_err(unreadable)?;
                if record.key().is_none() {
                    return Err(garbled("a record without RecId"));
                }
                Ok(NativeReply::Record(record))
            }
            NativeOp::Scan(_) => wire::page(fields, answer).map_err(unreadable),
            NativeOp::Insert { .. } if empty => Ok(NativeReply::Created(None)),
            NativeOp::Insert { .. } => {
                let record = wire::record(fields, answer.body()).map_err(unreadable)?;
                Ok(NativeReply::Created(record.key()))
            }
            NativeOp::Update { .. } | NativeOp::Remove { .. } => Ok(NativeReply::Done),
            NativeOp::Describe { .. } => {
                metadata::fields(answer.body(), REC_ID).map(NativeReply::Fields).ok_or_else(|| {
                    Fault::new(FaultKind::Misconfigured, "the object's description has no RecId: no such object")
                })
            }
        }
    }

    fn carries(&self, condition: &Condition) -> bool {
        self.fits(&self.model.fields, condition)
    }

    fn description_places(&self) -> usize {
        METADATA.len()
    }
}
