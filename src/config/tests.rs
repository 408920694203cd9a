//! What is accepted, what is refused, and how it is told.

use std::io;
use std::path::Path;

use secrecy::ExposeSecret;

use super::*;

mod contract;
mod faults;

const GOOD: &str = r#"
[server]
listen = "0.0.0.0:8443"
public_url = "https://bridge.example.com/"

[[credentials]]
name = "okta"
token = { env = "OKTA_TOKEN" }
targets = ["bmc", "ivanti"]
access = "read"
profile = "okta"

[[credentials]]
name = "entra"
token_sha256 = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08"
targets = ["bmc"]

[targets.bmc]
kind = "bmc-ar"
base_url = "https://remedy.example.com:8443/arsys/"
auth = { method = "jwt", username = "svc", password = { file = "/run/bmc" }, auth_string = "A" }
create_defaults = { "License Type" = "Read", "Status" = "Current" }
protected = { accounts = ["Demo", "svc_*"], groups = ["1"] }
tls = { ca_file = "/etc/ca.pem" }
proxy = "http://proxy.example.com:3128"
page_size = 2000

[targets.bmc.attributes]
"userName" = { field = "Login Name", codec = { strip_domain = "@example.com" } }
"nickName" = "Nickname"
"title" = false
"userType" = { field = "Type", codec = { values = { "Employee" = "0", "Contractor" = "1" } } }
"locale" = { field = "Locale", codec = { case = "upper" } }

[targets.ivanti]
kind = "ivanti"
base_url = "http://127.0.0.1:9090"
auth = { method = "session", username = "svc", password = { env = "IVANTI" }, tenant = "t" }
"#;

fn env(name: &str) -> Option<String> {
    match name {
        "OKTA_TOKEN" | "BMC_PASSWORD" | "IVANTI_PASSWORD" | "IVANTI" => Some(format!("the-secret-of-{name}")),
        "EMPTY" => Some(String::new()),
        "SHORT" => Some("short".to_owned()),
        _ => None,
    }
}

fn read_file(path: &Path) -> io::Result<String> {
    match path.to_str() {
        Some("/run/bmc") => Ok("from a file \r\n\n".to_owned()),
        _ => Err(io::Error::new(io::ErrorKind::NotFound, "no such file")),
    }
}

fn parse(text: &str) -> Result<Config, ConfigErrors> {
    Config::parse("bridge.toml", text, &env, &read_file)
}

fn messages(text: &str) -> Vec<String> {
    match parse(text) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.messages().into_iter().map(ToOwned::to_owned).collect(),
    }
}

#[test]
fn a_whole_file_is_read() {
    let config = parse(GOOD).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(config.server.public_url, "https://bridge.example.com");
    assert_eq!(config.store, Store::Sqlite("bridge.db".into()));

    let [okta, entra] = &config.credentials[..] else { panic!("two credentials") };
    assert_eq!(okta.token_sha256, token_sha256("the-secret-of-OKTA_TOKEN"));
    assert_eq!((okta.access, okta.profile), (Access::Read, Profile::Okta));
    assert_eq!(okta.targets, ["bmc", "ivanti"]);
    assert_eq!(entra.token_sha256, token_sha256("test"));
    assert_eq!((entra.access, entra.profile), (Access::Write, Profile::Auto));

    let bmc = config.target("bmc").unwrap();
    assert_eq!(bmc.base_url, "https://remedy.example.com:8443/arsys");
    assert_eq!((bmc.rename, bmc.password, bmc.on_delete), (Rename::Refuse, Password::Ignore, OnDelete::Disable));
    assert_eq!(bmc.protected.accounts, ["Demo", "svc_*"]);
    assert_eq!(bmc.page_size, 2000);
    let defaults: Vec<_> = bmc.create_defaults.iter().map(|(field, value)| (&*field.value, &**value)).collect();
    assert_eq!(defaults, [("License Type", "Read"), ("Status", "Current")]);
    let TargetKind::BmcAr(Bmc { auth: BmcAuth::Jwt { username, password, auth_string } }) = &bmc.kind else {
        panic!("{:?}", bmc.kind)
    };
    assert_eq!((username.as_str(), auth_string.as_deref()), ("svc", Some("A")));
    assert_eq!(password.expose_secret(), "from a file ");

    let ivanti = config.target("ivanti").unwrap();
    assert_eq!(ivanti.rename, Rename::Allow);
    let TargetKind::Ivanti(Ivanti { auth, preset, on_conflict }) = &ivanti.kind else { panic!("{:?}", ivanti.kind) };
    assert_eq!((*preset, *on_conflict), (Preset::Documented, OnConflict::Refuse));
    let IvantiAuth::Session { login_body, scheme, .. } = auth else { panic!("{auth:?}") };
    assert_eq!((*login_body, *scheme), (LoginBody::Seed, Scheme::Bearer));
}

#[test]
fn the_mapping_keeps_its_order_and_its_places() {
    let config = parse(GOOD).unwrap();
    let attributes = &config.target("bmc").unwrap().attributes;
    let read: Vec<_> = attributes.iter().map(|line| (line.path.value.as_str(), line.native.value.clone())).collect();
    let native = |field: &str, codec| Native::Field { field: field.to_owned(), codec };
    let pair = |scim: &str, native: &str| (scim.to_owned(), native.to_owned());
    let kinds = Codec::Values(vec![pair("Employee", "0"), pair("Contractor", "1")]);
    assert_eq!(
        read,
        [
            ("userName", native("Login Name", Some(Codec::StripDomain("example.com".to_owned())))),
            ("nickName", native("Nickname", None)),
            ("title", Native::Unmapped),
            ("userType", native("Type", Some(kinds))),
            ("locale", native("Locale", Some(Codec::UpperCase))),
        ]
    );
    let shown = config.fault(attributes[1].native.span, "there is no such field").to_string();
    assert_eq!(
        shown,
        r#"error: there is no such field
  --> bridge.toml:30:15
   |
30 | "nickName" = "Nickname"
   |               ^^^^^^^^

1 fault in bridge.toml"#
    );
}

#[test]
fn no_secret_is_shown_by_debug() {
    let config = parse(GOOD).unwrap();
    let shown = format!("{config:?} {config}");
    for secret in ["the-secret-of", "from a file", "9F86D081"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(!shown.contains(&format!("{:?}", token_sha256("test"))));
}

#[test]
fn a_small_file_on_loopback_may_hold_its_secrets() {
    let config = parse(
        r#"
        store.url = "memory:"
        credentials = [{ name = "a", token = "demo-bmc", targets = ["bmc"] }]
        [targets.bmc]
        kind = "bmc-ar"
        base_url = "http://localhost:1/"
        auth = { method = "jwt", username = "u", password = "p" }
        "#,
    )
    .unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(config.server, Server::default());
    assert_eq!(config.store, Store::Memory);
    assert_eq!(config.credentials[0].token_sha256, token_sha256("demo-bmc"));
}

#[test]
fn the_example_of_the_reference_is_a_configuration() {
    let reference = include_str!("../../docs/configuration.md");
    let example = reference.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    parse(example).unwrap_or_else(|errors| panic!("{errors}"));
}
