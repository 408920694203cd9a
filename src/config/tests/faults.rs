//! Faults, and how they are shown.

use super::{GOOD, messages, parse};

/// Replaces a part of the good file.
fn with(old: &str, new: &str) -> String {
    assert!(GOOD.contains(old), "{old}");
    GOOD.replacen(old, new, 1)
}

const TOKEN: &str = r#"token = { env = "OKTA_TOKEN" }"#;
const BMC_AUTH: &str =
    r#"auth = { method = "jwt", username = "svc", password = { file = "/run/bmc" }, auth_string = "A" }"#;
const IVANTI_URL: &str = r#"base_url = "http://127.0.0.1:9090""#;
const LAST: &str = r#"tenant = "t" }"#;
const LISTEN: &str = r#"listen = "0.0.0.0:8443""#;

/// What is replaced in the good file, by what, and the faults that follow.
const CASES: &[(&str, &str, &[&str])] = &[
    // Nothing is at fault.
    (LISTEN, LISTEN, &[]),
    (
        BMC_AUTH,
        r#"auth = { method = "jwt", username = "svc", password = { file = "/run/bmc" } }
canary = "SVC""#,
        &["targets.bmc.canary: the service account's own row proves nothing; name another account"],
    ),
    // Types, ranges, spelling.
    (LISTEN, "listen = 8080", &["server.listen: expected a string, found an integer"]),
    (LISTEN, r#"listen = """#, &["server.listen: must not be empty"]),
    (
        LISTEN,
        r#"listen = "localhost:80""#,
        &["server.listen: expected an IP address and a port, such as \"127.0.0.1:8080\" or \"[::]:8443\""],
    ),
    (LISTEN, "", &[]),
    (
        LISTEN,
        "listen = \"0.0.0.0:1\"\nconnections_max = 0",
        &["server.connections_max: expected an integer from 1 to 65536, found 0"],
    ),
    (
        LISTEN,
        "listen = \"0.0.0.0:1\"\nbody_timeout_ms = \"1s\"",
        &["server.body_timeout_ms: expected an integer from 10 to 600000, found a string"],
    ),
    (
        LISTEN,
        "listen = \"0.0.0.0:1\"\nheader_timeout_ms = -1",
        &["server.header_timeout_ms: expected an integer from 10 to 600000, found -1"],
    ),
    (LISTEN, "listn = \"0.0.0.0:1\"", &["server.listn is not a known key"]),
    ("[server]", "[servre]", &["servre is not a known key"]),
    (
        r#"public_url = "https://bridge.example.com/""#,
        "",
        &["server.public_url is missing: clients must be told an address that they can reach"],
    ),
    (
        r#""https://bridge.example.com/""#,
        r#""bridge.example.com""#,
        &["server.public_url: expected an address that begins with https:// or http://"],
    ),
    ("[server]", "[store]\nurl = \"sqlite:\"\n[server]", &["store.url: expected \"sqlite:PATH\" or \"memory:\""]),
    (
        "[server]",
        "[store]\nurl = \"postgres://u:p@h/d\"\n[server]",
        &["store.url = \"postgres:\": not available in this version"],
    ),
    // Credentials.
    (
        TOKEN,
        r#"token = "a literal that is long""#,
        &["credentials[0].token: a secret in the file itself is accepted only while the server listens on \
           loopback; use { env = \"NAME\" } or { file = \"/path\" }"],
    ),
    (TOKEN, "token = { env = \"NONE\" }", &["credentials[0].token: the environment variable NONE is not set"]),
    (TOKEN, "token = { env = \"EMPTY\" }", &["credentials[0].token: the secret is empty"]),
    (TOKEN, "token = { env = \"SHORT\" }", &["credentials[0].token: a token needs at least 16 characters"]),
    (TOKEN, "token = { file = \"/none\" }", &["credentials[0].token: /none cannot be read: no such file"]),
    (TOKEN, "token = {}", &["credentials[0].token: expected { env = \"NAME\" } or { file = \"/path\" }"]),
    (TOKEN, "token = 5", &["credentials[0].token: expected { env = \"NAME\" } or { file = \"/path\" }"]),
    (TOKEN, "", &["credentials[0].token is missing (or token_sha256)"]),
    (
        "token_sha256 = \"9F86",
        "token = { env = \"OKTA_TOKEN\" }\ntoken_sha256 = \"9F86",
        &["credentials[1].token: give either token or token_sha256, not both"],
    ),
    ("\"9F86", "\"XF86", &["credentials[1].token_sha256: expected 64 hexadecimal digits"]),
    ("name = \"entra\"", "name = \"okta\"", &["credentials: the name \"okta\" is given twice"]),
    (
        "name = \"entra\"",
        "name = \"en tra\"",
        &["credentials[1].name: expected at most 64 letters, digits, dots, underscores and hyphens"],
    ),
    (
        "token_sha256 = \"9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08\"",
        TOKEN,
        &["credentials: \"entra\" and \"okta\" have the same token"],
    ),
    ("targets = [\"bmc\"]", "targets = []", &["credentials[1].targets: name at least one target"]),
    ("targets = [\"bmc\"]", "targets = \"bmc\"", &["credentials[1].targets: expected an array, found a string"]),
    ("targets = [\"bmc\"]", "targets = [\"bcm\"]", &["credentials[1].targets: there is no [targets.bcm]"]),
    ("targets = [\"bmc\"]", "", &["credentials[1].targets is missing"]),
    (
        "access = \"read\"",
        "access = \"reed\"",
        &["credentials[0].access: expected \"read\" or \"write\", found \"reed\""],
    ),
    (
        "profile = \"okta\"",
        "profile = \"onelogin\"",
        &["credentials[0].profile: expected \"auto\", \"okta\", \"entra\" or \"strict\", found \"onelogin\""],
    ),
    // Targets.
    (
        "[targets.ivanti]",
        "[targets.Ivanti]",
        &[
            "credentials[0].targets: there is no [targets.ivanti]",
            "targets: a target's name is at most 64 lower-case letters, digits and hyphens",
        ],
    ),
    (
        "kind = \"ivanti\"",
        "kind = \"ivnati\"",
        &["targets.ivanti.kind: expected \"bmc-ar\", \"ivanti\", \"arcsight-scim\", \"arcsight-esm\", \
           \"beyondtrust-scim\", \"beyondtrust-rest\", \"beyondtrust-password-safe\" or \"scim\", found \"ivnati\""],
    ),
    (
        IVANTI_URL,
        r#"base_url = "http://vendor.example.com""#,
        &["targets.ivanti.base_url: http:// would send passwords in the clear; use https:// or set \
           allow_plaintext = true"],
    ),
    (IVANTI_URL, "base_url = \"http://vendor.example.com\"\nallow_plaintext = true", &[]),
    (
        IVANTI_URL,
        r#"base_url = "https://u:p@vendor.example.com""#,
        &["targets.ivanti.base_url: no user name or password may stand in an address"],
    ),
    (IVANTI_URL, "", &["targets.ivanti.base_url is missing"]),
    (
        LAST,
        "tenant = \"t\" }\npassword = \"sync\"",
        &["targets.ivanti.password: Ivanti's Employee has no password field; only \"ignore\" is possible"],
    ),
    (LAST, "tenant = \"t\" }\non_conflict = \"adopt\"\npreset = \"stock\"", &[]),
    (
        LAST,
        "tenant = \"t\" }\npage_size = 1001",
        &["targets.ivanti.page_size: expected an integer from 1 to 1000, found 1001"],
    ),
    (LAST, "tenant = \"t\" }\nrows_max = 10", &["targets.ivanti: page_size (100) must not be above rows_max (10)"]),
    (LAST, "}", &["targets.ivanti.auth.tenant is missing"]),
    ("page_size = 2000", "on_conflict = \"adopt\"", &["targets.bmc.on_conflict: only ivanti targets have it"]),
    (
        "page_size = 2000",
        "on_recreate = \"new-record\"",
        &[
            "targets.bmc.on_recreate = \"new-record\" needs rename = \"allow\": the deleted record has the name until it is \
           renamed",
        ],
    ),
    ("page_size = 2000", "on_recreate = \"new-record\"\nrename = \"allow\"", &[]),
    ("page_size = 2000", "on_recreate = \"refuse\"", &[]),
    (
        "page_size = 2000",
        "on_recreate = \"restore\"",
        &["targets.bmc.on_recreate: expected \"revive\", \"refuse\" or \"new-record\", found \"restore\""],
    ),
    (LAST, "tenant = \"t\" }\non_recreate = \"new-record\"", &[]),
    (
        LAST,
        "tenant = \"t\" }\non_recreate = \"new-record\"\nrename = \"refuse\"",
        &[
            "targets.ivanti.on_recreate = \"new-record\" needs rename = \"allow\": the deleted record has the name until it \
           is renamed",
        ],
    ),
    (
        "page_size = 2000",
        "on_delete = \"Disable\"",
        &["targets.bmc.on_delete: expected \"disable\", \"delete\" or \"refuse\", found \"Disable\""],
    ),
    (BMC_AUTH, "", &["targets.bmc.auth is missing"]),
    (
        BMC_AUTH,
        "auth = { method = \"session\" }",
        &["targets.bmc.auth.method: expected \"jwt\" or \"rsso\", found \"session\""],
    ),
    ("\"Read\", ", "1, ", &["targets.bmc.create_defaults.License Type: expected a string, found an integer"]),
    (r#"tls = { ca_file = "/etc/ca.pem" }"#, "tls = {}", &["targets.bmc.tls.ca_file is missing"]),
    // The mapping.
    (
        "\"title\" = false",
        "\"title\" = true",
        &["targets.bmc.attributes.title: expected a field's name, { field = \"…\", codec = { … } } or false, \
           found a boolean"],
    ),
    (
        "\"title\" = false",
        "\"NickName\" = \"x\"",
        &["targets.bmc.attributes: \"NickName\" and \"nickName\" are the same"],
    ),
    (
        "{ strip_domain = \"@example.com\" }",
        "{ strip_domain = \"a@b\" }",
        &["targets.bmc.attributes.userName.codec.strip_domain: expected a domain such as \"example.com\""],
    ),
    (
        "{ case = \"upper\" }",
        "{}",
        &["targets.bmc.attributes.locale.codec: expected one of strip_domain, case and values"],
    ),
    (
        "\"Contractor\" = \"1\"",
        "\"Contractor\" = \"0\"",
        &["targets.bmc.attributes.userType.codec.values: \"Employee\" and \"Contractor\" both stand for \"0\", so \
           it could not be read back"],
    ),
];

#[test]
fn each_fault_names_its_key_and_the_rule() {
    for (old, new, expected) in CASES {
        assert_eq!(messages(&with(old, new)), *expected, "{new}");
    }
}

#[test]
fn an_empty_file_says_what_is_needed() {
    assert_eq!(
        messages(""),
        [
            "no [targets.NAME] is configured: there is nothing behind the bridge",
            "no [[credentials]] is configured: nobody could call the bridge",
        ]
    );
}

#[test]
fn all_faults_are_told_at_once_with_their_places() {
    let text = r#"[server]
listen = "0.0.0.0:8443"
publik_url = "https://bridge.example.com"
idle_timeout_ms = 5

[[credentials]]
name = "okta"
token = "hunter2-hunter2-hunter2"
targets = ["ivnati"]

[targets.ivanti]
kind = "ivanti"
base_url = "https://tenant.example.com"
auth = { method = "session", username = "svc", pasword = "hunter2", tenant = "t" }
password = "sync"
"#;
    let shown = parse(text).unwrap_err().to_string();
    assert!(!shown.contains("hunter2"), "{shown}");
    assert_eq!(shown, ALL, "{shown}");
}

const ALL: &str = r#"error: server.public_url is missing: clients must be told an address that they can reach
 --> bridge.toml:1:2
  |
1 | [server]
  |  ^^^^^^

error: server.publik_url is not a known key
 --> bridge.toml:3:1
  |
3 | publik_url = "**************************"
  | ^^^^^^^^^^ did you mean `public_url`?

error: server.idle_timeout_ms: expected an integer from 10 to 3600000, found 5
 --> bridge.toml:4:19
  |
4 | idle_timeout_ms = 5
  |                   ^

error: credentials[0].token: a secret in the file itself is accepted only while the server listens on loopback; use { env = "NAME" } or { file = "/path" }
 --> bridge.toml:8:10
  |
8 | token = "***********************"
  |          ^^^^^^^^^^^^^^^^^^^^^^^

error: credentials[0].targets: there is no [targets.ivnati]
 --> bridge.toml:9:13
  |
9 | targets = ["ivnati"]
  |             ^^^^^^ did you mean "ivanti"?

error: targets.ivanti.auth.password is missing
  --> bridge.toml:14:1
   |
14 | auth = { method = "session", username = "svc", pasword = "*******", tenant = "t" }
   | ^^^^

error: targets.ivanti.auth.pasword is not a known key
  --> bridge.toml:14:48
   |
14 | auth = { method = "session", username = "svc", pasword = "*******", tenant = "t" }
   |                                                ^^^^^^^ did you mean `password`?

error: targets.ivanti.password: Ivanti's Employee has no password field; only "ignore" is possible
  --> bridge.toml:15:13
   |
15 | password = "sync"
   |             ^^^^

8 faults in bridge.toml"#;

#[test]
fn a_text_that_is_no_toml_has_one_fault_and_shows_no_secret() {
    let shown = parse("[server]\nlisten = \"a\"\n\n[x]\npassword = \"hunter2\n").unwrap_err().to_string();
    assert_eq!(shown, SYNTAX, "{shown}");
}

const SYNTAX: &str = r"error: not valid TOML: invalid character in string: `\n`
 --> bridge.toml:5:20
  |
5 | password =*********
  |                    ^

1 fault in bridge.toml";

#[test]
fn a_duplicate_key_is_refused() {
    let shown = messages("[server]\nlisten = \"a\"\nlisten = \"b\"\n");
    assert_eq!(shown, ["not valid TOML: duplicate key: `listen`"]);
}
