//! Requests as the vendor guide has them, and every odd answer with what it means.

use bytes::Bytes;
use http::Response;
use secrecy::SecretString;

use super::{ArSystem, Settings};
use crate::backend::Applied;
use crate::translate::mapping::Override;
use crate::translate::{
    Condition, Driver, LikePart, NativeOp, NativeReply, NativeValue, Object, PasswordPolicy, Relation, Scan,
};
use crate::wire::{FaultKind, Protocol};

fn settings() -> Settings {
    Settings {
        groups: true,
        protected_groups: Vec::new(),
        base_url: "https://remedy.example.com:8443".to_owned(),
        username: "svc scim".to_owned(),
        password: SecretString::from("p&ss=w%rd+"),
        auth_string: None,
        case_insensitive: true,
        collation_known: true,
        keep: true,
        rename: false,
        passwords: PasswordPolicy::Ignore,
        create_defaults: Vec::new(),
        protected: Vec::new(),
        page_size: 1_000,
        canary: None,
        allow_empty: false,
        overrides: Vec::new(),
    }
}

fn driver() -> ArSystem {
    ArSystem::new(settings()).expect("the built-in mapping is sound")
}

#[test]
fn two_attributes_in_one_field_and_fields_with_a_meaning_of_their_own_are_refused() {
    let map = |path: &str, field: Option<&str>| Override {
        path: path.to_owned(),
        field: field.map(str::to_owned),
        codec: None,
    };
    let region = "urn:ietf:params:scim:schemas:extension:bmc:2.0:User:region";
    for (overrides, at) in [
        (vec![map("nickName", Some("Region"))], Some(0)),
        (vec![map("nickName", Some("Region")), map(region, None)], None),
        (vec![map("nickName", Some("Nick")), map("title", Some("Nick"))], Some(0)),
        (vec![map("nickName", Some("Status"))], Some(0)),
        (vec![map("nickName", Some("Password"))], Some(0)),
        (vec![map("externalId", Some("Request ID"))], Some(0)),
        (vec![map("userName", Some("Email Address"))], Some(0)),
        (vec![map("displayName", Some("Full Name"))], None),
        (vec![map("externalId", Some("Corporate ID"))], None),
    ] {
        let shown = format!("{overrides:?}");
        let faults = ArSystem::new(Settings { overrides, ..settings() }).err();
        assert_eq!(faults.map(|faults| faults[0].index), at, "{shown}");
    }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response<Bytes> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(Bytes::copy_from_slice(body.as_bytes())).expect("a response")
}

fn read() -> NativeOp {
    NativeOp::Read { key: "000000000000001".to_owned(), fields: Vec::new() }
}

fn scan() -> NativeOp {
    NativeOp::Scan(Scan { limit: 10, ..Scan::default() })
}

fn insert() -> NativeOp {
    NativeOp::Insert { values: Vec::new() }
}

fn update() -> NativeOp {
    NativeOp::Update { key: "1".to_owned(), values: Vec::new() }
}

fn arerr(number: u32) -> String {
    format!(
        r#"[{{"messageType":"ERROR","messageText":"t","messageAppendedText":"'Email Address' x","messageNumber":{number}}}]"#
    )
}

#[test]
fn the_login_is_a_form_and_its_body_keeps_odd_characters() {
    let call = driver().login().expect("there is a login");
    assert_eq!(call.request.uri(), "https://remedy.example.com:8443/api/jwt/login");
    assert_eq!(call.request.headers()["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(&call.request.body()[..], b"username=svc%20scim&password=p%26ss%3Dw%25rd%2B");
    assert_eq!(call.shown_body, None);
}

#[test]
fn tokens_come_bare_or_with_their_scheme_and_guests_are_not_let_in() {
    let driver = driver();
    // {"iat":1000,"exp":4600}
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjEwMDAsImV4cCI6NDYwMH0.c2ln";
    for body in [jwt.to_owned(), format!("AR-JWT {jwt}"), format!("  AR-JWT {jwt}\r\n"), format!("\"{jwt}\"")] {
        let session = driver.session(&answer(200, &[], &body)).expect("a token");
        assert_eq!(secrecy::ExposeSecret::expose_secret(&session.token), jwt);
        assert_eq!(session.lifetime, Some(std::time::Duration::from_secs(3_600)));
    }
    assert_eq!(driver.session(&answer(200, &[], "opaque-token")).expect("a token").lifetime, None);
    let guest = [("x-ar-messages", r#"[{"messageNumber":59,"messageType":"WARNING"}]"#)];
    let refused =
        [answer(200, &guest, jwt), answer(401, &[], &arerr(623)), answer(401, &[], ""), answer(500, &[], &arerr(624))];
    for refused in refused {
        assert_eq!(driver.session(&refused).expect_err("refused").kind, FaultKind::CredentialsRefused, "{refused:?}");
    }
    for (odd, kind) in [
        (answer(200, &[], "<html>sign in</html>"), FaultKind::Garbled),
        (answer(200, &[], ""), FaultKind::Garbled),
        (answer(500, &[], &arerr(9093)), FaultKind::Busy),
        (answer(503, &[], ""), FaultKind::Busy),
    ] {
        assert_eq!(driver.session(&odd).expect_err("no token").kind, kind, "{odd:?}");
    }
}

#[test]
fn queries_are_quoted_in_one_place_and_encoded_once() {
    let driver = driver();
    let fields = &driver.model().fields;
    let name = fields.find("Login Name").expect("mapped");
    let condition = Condition::Or(vec![
        Condition::Compare(name, Relation::Eq, NativeValue::text(r#"O"Brien' & 100%+"#)),
        Condition::Like(name, vec![LikePart::Any, LikePart::Text("ab".to_owned()), LikePart::One]),
    ]);
    let scan = Scan {
        condition: Some(condition),
        fields: vec![fields.key(), name],
        from: Some("000000000000007".to_owned()),
        until: None,
        limit: 50,
    };
    let call = driver.encode(Object::Users, &NativeOp::Scan(scan));
    assert_eq!(
        call.readable_target(),
        r#"/api/arsys/v1/entry/User?q=(('Login Name' = "O""Brien' & 100%+") OR ('Login Name' LIKE "%ab_")) AND ('Request ID' >= "000000000000007")&fields=values(Request ID,Login Name)&sort=Request ID.asc&limit=50"#
    );
    let raw = call.request.uri().to_string();
    assert!(raw.contains("%20%26%20100%25%2B%22"), "{raw}");
    assert!(!raw.contains('+') && !raw.contains(' '), "{raw}");
}

#[test]
fn only_named_fields_are_written_and_passwords_are_hidden_in_what_is_shown() {
    let driver = driver();
    let fields = &driver.model().fields;
    let field = |name| fields.find(name).expect("a known field");
    let values = vec![(field("Email Address"), None), (field("Password"), Some(NativeValue::text("secret")))];
    let call = driver.encode(Object::Users, &NativeOp::Update { key: "INC1|INC2".to_owned(), values });
    assert_eq!(call.request.method(), "PUT");
    assert_eq!(call.request.uri().path(), "/api/arsys/v1/entry/User/INC1%7CINC2");
    assert_eq!(&call.request.body()[..], br#"{"values":{"Email Address":null,"Password":"secret"}}"#);
    assert_eq!(call.shown_body.as_deref(), Some(r#"{"values":{"Email Address":null,"Password":"***"}}"#));
}

#[test]
fn good_answers_are_read_in_every_form() {
    let driver = driver();
    let decode = |op: &NativeOp, answer: &Response<Bytes>| driver.decode(Object::Users, op, answer).expect("a reply");
    let entry = r#"{"values":{"Login Name":"ada","Odd":{"a":[1]},"Full Name":null},"_links":{}}"#;
    let NativeReply::Record(record) = decode(&read(), &answer(200, &[], entry)) else { panic!("a record") };
    assert_eq!(record.key().as_deref(), Some("000000000000001"), "the address says which entry it is");
    assert_eq!(record.get(driver.model().fields.find("Full Name").expect("mapped")), None);
    let list = r#"{"entries":[{"values":{"Request ID":"1"},"_links":{}},{"values":{"Request ID":"2"}}],"_links":{}}"#;
    let NativeReply::Page(rows) = decode(&scan(), &answer(200, &[], list)) else { panic!("rows") };
    assert_eq!(rows.len(), 2);
    for location in [
        "/api/arsys/v1/entry/User/000000000000009",
        "https://x:8443/api/arsys/v1/entry/User/000000000000009/",
        "/api/arsys/v1/entry/User/000000000000009?x=1",
    ] {
        let created = decode(&insert(), &answer(201, &[("location", location)], ""));
        assert_eq!(created, NativeReply::Created(Some("000000000000009".to_owned())), "{location}");
    }
    assert_eq!(decode(&insert(), &answer(204, &[], "")), NativeReply::Created(None));
    let formless = [("location", "/api/arsys/v1/entry/User")];
    assert_eq!(decode(&insert(), &answer(201, &formless, "")), NativeReply::Created(None));
    assert_eq!(decode(&update(), &answer(204, &[], "")), NativeReply::Done);
    assert_eq!(decode(&update(), &answer(200, &[], "{}")), NativeReply::Done);
}

#[test]
fn faults_are_told_by_their_number_and_not_by_the_status() {
    let driver = driver();
    let kind = |op: &NativeOp, status, body: &str| {
        driver.decode(Object::Users, op, &answer(status, &[], body)).expect_err("a fault")
    };
    for (status, number, expected) in [
        (500, 382, FaultKind::Duplicate),
        (500, 8780, FaultKind::Duplicate),
        (404, 302, FaultKind::NotFound),
        (500, 302, FaultKind::NotFound),
        (404, 303, FaultKind::Misconfigured),
        (500, 307, FaultKind::Invalid(vec!["Email Address".to_owned()])),
        (500, 10_042, FaultKind::Invalid(vec!["Email Address".to_owned()])),
        (500, 9090, FaultKind::License),
        (403, 353, FaultKind::Denied),
        (500, 9093, FaultKind::Busy),
        (401, 623, FaultKind::SessionRejected),
        (500, 161, FaultKind::SessionRejected),
        (401, 624, FaultKind::CredentialsRefused),
        (500, 7777, FaultKind::Rejected),
        (200, 302, FaultKind::NotFound),
    ] {
        assert_eq!(kind(&update(), status, &arerr(number)).kind, expected, "HTTP {status}, {number}");
    }
    for body in [r#"[{"messageType":"ERROR","messageNumber":"302"}]"#, r#"{"messageType":"ERROR","messageNumber":302}"#]
    {
        assert_eq!(kind(&update(), 404, body).kind, FaultKind::NotFound, "{body}");
    }
    let accepted = kind(&update(), 500, &arerr(92));
    assert_eq!((accepted.kind, accepted.applied), (FaultKind::Timeout, Applied::Unknown), "92 will usually complete");
    for (status, body, expected, applied) in [
        (401, "", FaultKind::SessionRejected, Applied::No),
        (404, "<html>", FaultKind::NotFoundUnproven, Applied::No),
        (429, "", FaultKind::Throttled, Applied::No),
        (502, "bad gateway", FaultKind::Busy, Applied::Unknown),
        (200, "<html>sign in</html>", FaultKind::Garbled, Applied::No),
        (302, "", FaultKind::Garbled, Applied::No),
    ] {
        let fault = kind(&update(), status, body);
        assert_eq!((fault.kind, fault.applied), (expected, applied), "HTTP {status} {body}");
    }
    for body in ["", "{}", r#"{"entries":{}}"#, r#"{"entries":[{"values"#, "<html>"] {
        assert_eq!(kind(&scan(), 200, body).kind, FaultKind::Garbled, "{body}");
    }
    let fault = driver.decode(Object::Users, &scan(), &answer(503, &[("retry-after", "7")], "")).expect_err("a fault");
    assert_eq!(fault.retry_after, Some(std::time::Duration::from_secs(7)));
    assert!(!fault.text.contains("Email"), "the vendor's words are not passed on");
}
