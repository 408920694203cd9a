//! Requests as the vendor guide has them, and every odd answer with what it means.

use bytes::Bytes;
use http::Response;
use secrecy::{ExposeSecret, SecretString};

use super::{Auth, GroupSettings, Ivanti, LoginBody, Preset, Scheme, Settings};
use crate::backend::Applied;
use crate::translate::{Condition, Driver, NativeOp, NativeReply, NativeValue, Object, Relation, Scan};
use crate::wire::{FaultKind, Protocol, Session};

fn settings() -> Settings {
    Settings {
        groups: GroupSettings::default(),
        protected_groups: Vec::new(),
        base_url: "https://tenant.ivanticloud.com".to_owned(),
        auth: Auth::Session {
            username: "svc".to_owned(),
            password: SecretString::from("secret"),
            tenant: "tenant".to_owned(),
            role: None,
            body: LoginBody::Seed,
            scheme: Scheme::Bearer,
        },
        preset: Preset::Documented,
        case_insensitive: true,
        collation_known: true,
        keep: true,
        rename: true,
        adopt: false,
        create_defaults: Vec::new(),
        protected: Vec::new(),
        page_size: 100,
        canary: None,
        allow_empty: false,
        overrides: Vec::new(),
    }
}

fn driver() -> Ivanti {
    Ivanti::new(settings()).expect("the built-in mapping is sound")
}

fn answer(status: u16, body: &str) -> Response<Bytes> {
    Response::builder().status(status).body(Bytes::copy_from_slice(body.as_bytes())).expect("a response")
}

fn read() -> NativeOp {
    NativeOp::Read { key: "guid-1".to_owned(), fields: Vec::new() }
}

fn scan() -> NativeOp {
    NativeOp::Scan(Scan { limit: 10, ..Scan::default() })
}

fn insert() -> NativeOp {
    NativeOp::Insert { values: Vec::new() }
}

fn update() -> NativeOp {
    NativeOp::Update { key: "guid-1".to_owned(), values: Vec::new() }
}

fn ism(code: &str, message: &str) -> String {
    format!(r#"{{"code":"{code}","description":"d","message":["{message}"],"help":""}}"#)
}

#[test]
fn the_login_is_the_guides_and_every_form_of_token_is_read() {
    let driver = driver();
    let login = driver.login().expect("there is a login");
    assert_eq!(login.request.uri().path(), "/api/rest/authentication/login");
    assert_eq!(&login.request.body()[..], br#"{"UserName":"svc","Password":"secret","tenant":"tenant"}"#);
    assert_eq!(login.shown_body, None);
    let sid = "tenant.example#ABCDEF#1";
    let forms = [
        format!(r#"{{"SessionToken":"{sid}","UserName":"svc"}}"#),
        format!(r#"{{"sessionkey":"{sid}"}}"#),
        format!("\"{sid}\""),
        format!("{sid}\n"),
    ];
    for body in forms {
        let session = driver.session(&answer(200, &body)).expect("a token");
        assert_eq!(session.token.expose_secret(), sid, "{body}");
    }
    for body in ["<html>sign in</html>", "", "{}", "a b", "[1]"] {
        assert_eq!(driver.session(&answer(200, body)).expect_err("no token").kind, FaultKind::Garbled, "{body}");
    }
    let refused = driver.session(&answer(400, &ism("ISM_4000", "tenant or password")));
    assert_eq!(refused.expect_err("refused").kind, FaultKind::CredentialsRefused);
    assert_eq!(driver.session(&answer(503, "")).expect_err("busy").kind, FaultKind::Busy);
}

#[test]
fn requests_carry_the_session_in_the_configured_form() {
    let raw = Settings {
        auth: Auth::Session {
            username: "svc".to_owned(),
            password: SecretString::from("secret"),
            tenant: "tenant".to_owned(),
            role: Some("Admin".to_owned()),
            body: LoginBody::Documented,
            scheme: Scheme::Raw,
        },
        ..settings()
    };
    let raw = Ivanti::new(raw).expect("sound");
    assert_eq!(
        &raw.login().expect("a login").request.body()[..],
        br#"{"tenant":"tenant","username":"svc","password":"secret","role":"Admin"}"#
    );
    let session = Session::new("t#1", None);
    for (driver, expected) in [(driver(), "Bearer t#1"), (raw, "t#1")] {
        let mut request = driver.encode(Object::Users, &read()).request;
        driver.authorize(&session, &mut request);
        assert_eq!(request.headers()["authorization"], expected);
    }
    let key = Ivanti::new(Settings { auth: Auth::ApiKey(SecretString::from("K")), ..settings() }).expect("sound");
    assert!(key.login().is_none());
    assert_eq!(key.encode(Object::Users, &read()).request.headers()["authorization"], "rest_api_key=K");
}

#[test]
fn filters_have_the_only_shape_that_is_read_correctly() {
    let driver = driver();
    let fields = &driver.model().fields;
    let field = |name| fields.find(name).expect("mapped");
    let eq = |name, text: &str| Condition::Compare(field(name), Relation::Eq, NativeValue::text(text));
    let print = |condition: Condition| {
        let scan = Scan {
            condition: Some(condition),
            fields: vec![fields.key()],
            from: Some("b".to_owned()),
            until: None,
            limit: 100,
        };
        driver.encode(Object::Users, &NativeOp::Scan(scan)).readable_target()
    };
    let tail = "&$select=RecId&$orderby=RecId asc&$top=100&$skip=0";
    let start = "/api/odata/businessobject/employees?$filter=";
    let either = Condition::Or(vec![eq("LoginID", "a"), eq("LoginID", "o'b")]);
    for (condition, expected) in [
        (eq("LoginID", "O'Brien & 100%"), "LoginID eq 'O''Brien & 100%' and RecId ge 'b'"),
        (either.clone(), "(LoginID eq 'a' or LoginID eq 'o''b') and RecId ge 'b'"),
        (
            Condition::And(vec![eq("Title", "t"), either.clone(), Condition::Empty(field("Phone"))]),
            "(LoginID eq 'a' or LoginID eq 'o''b') and Title eq 't' and Phone eq '$NULL' and RecId ge 'b'",
        ),
        // Two groups cannot be said: one of them is left to the check.
        (Condition::And(vec![either.clone(), either]), "(LoginID eq 'a' or LoginID eq 'o''b') and RecId ge 'b'"),
        // A conjunction among alternatives is represented by one of its parts.
        (
            Condition::Or(vec![eq("LoginID", "a"), Condition::And(vec![eq("Title", "t"), eq("Phone", "1")])]),
            "(LoginID eq 'a' or Title eq 't') and RecId ge 'b'",
        ),
    ] {
        assert_eq!(print(condition), format!("{start}{expected}{tail}"));
    }
}

#[test]
fn keys_are_text_quoted_and_encoded() {
    let call = driver().encode(Object::Users, &NativeOp::Remove { key: "o'b/1 #".to_owned() });
    assert_eq!(call.request.uri().path(), "/api/odata/businessobject/employees('o%27%27b%2F1%20%23')");
    assert_eq!(call.request.method(), "DELETE");
}

#[test]
fn no_rows_has_many_spellings_and_garbage_is_none_of_them() {
    let driver = driver();
    for (status, body) in
        [(204, ""), (200, ""), (200, "  "), (200, r#"{"value":[]}"#), (200, r#"{"value":"No instances found."}"#)]
    {
        assert_eq!(
            driver.decode(Object::Users, &scan(), &answer(status, body)),
            Ok(NativeReply::Page(Vec::new())),
            "{status} {body}"
        );
    }
    let rows =
        driver.decode(Object::Users, &scan(), &answer(200, r#"{"@odata.count":0,"value":[{"RecId":"1","Odd":[]}]}"#));
    assert!(matches!(rows, Ok(NativeReply::Page(rows)) if rows.len() == 1));
    for body in [r#"{"value":"Some error"}"#, "{}", "[]", "<html></html>", r#"{"value":[{"RecId""#, r#""x""#] {
        assert_eq!(
            driver.decode(Object::Users, &scan(), &answer(200, body)).expect_err("garbled").kind,
            FaultKind::Garbled,
            "{body}"
        );
    }
}

#[test]
fn a_missing_record_is_told_from_a_wrong_object() {
    let driver = driver();
    let kind = |op: &NativeOp, status, body: &str| {
        driver.decode(Object::Users, op, &answer(status, body)).expect_err("a fault").kind
    };
    for (status, body, expected) in [
        (400, ism("ISM_4000", "Invalid key"), FaultKind::NotFound),
        (400, ism("ISM_4000", "Record 'x' cannot be found in the business object 'Employee#'"), FaultKind::NotFound),
        (404, ism("ISM_4004", "Invalid Path"), FaultKind::Misconfigured),
        (404, ism("ISM_4004", "No service for the resource is registered."), FaultKind::Misconfigured),
        (404, String::new(), FaultKind::NotFoundUnproven),
        (400, ism("ISM_4000", "Something else"), FaultKind::Misconfigured),
    ] {
        assert_eq!(kind(&read(), status, &body), expected, "{status} {body}");
    }
    assert_eq!(kind(&scan(), 404, ""), FaultKind::Misconfigured);
    assert_eq!(kind(&read(), 204, ""), FaultKind::NotFoundUnproven);
    assert_eq!(kind(&read(), 200, r#"{"value":[]}"#), FaultKind::Garbled, "a record has its RecId");
}

#[test]
fn refused_writes_say_why() {
    let driver = driver();
    let fault = |op: &NativeOp, status, body: &str| {
        driver.decode(Object::Users, op, &answer(status, body)).expect_err("a fault")
    };
    for (op, status, body, expected) in [
        (insert(), 409, String::new(), FaultKind::Duplicate),
        (insert(), 400, ism("ISM_4000", "LoginID must be unique"), FaultKind::Duplicate),
        (insert(), 400, ism("ISM_4000", "First Name is required"), FaultKind::Invalid(vec!["FirstName".to_owned()])),
        (update(), 400, ism("ISM_4000", "Role X does not have rights to update object Employee#"), FaultKind::Denied),
        (update(), 500, ism("ISM_5000", ""), FaultKind::Invalid(Vec::new())),
        (update(), 401, ism("ISM_4001", ""), FaultKind::SessionRejected),
        (update(), 403, String::new(), FaultKind::Denied),
    ] {
        assert_eq!(fault(&op, status, &body).kind, expected, "{status} {body}");
    }
    for status in [500, 502, 504] {
        let fault = fault(&insert(), status, "");
        assert_eq!((fault.kind, fault.applied), (FaultKind::Busy, Applied::Unknown), "{status}");
    }
    let created = driver.decode(Object::Users, &insert(), &answer(201, r#"{"RecId":"guid-new","LoginID":"x"}"#));
    assert_eq!(created, Ok(NativeReply::Created(Some("guid-new".to_owned()))));
    assert_eq!(driver.decode(Object::Users, &update(), &answer(204, "")), Ok(NativeReply::Done));
}
