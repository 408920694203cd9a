//! The example of the configuration's shape: all of it is known, and what is for later versions says so.

use super::parse;

const EXAMPLE: &str = include_str!("contract/example.toml");

#[test]
fn the_example_has_no_fault_but_what_is_not_available_yet() {
    let errors = parse(EXAMPLE).unwrap_err();
    assert_eq!(
        errors.messages(),
        [
            "store.encryption_key: not available in this version",
            "credentials[1].kind = \"oauth\": not available in this version",
            "admin: not available in this version",
            "targets.arcsight.kind = \"arcsight-scim\": not available in this version",
            "targets.esm.kind = \"arcsight-esm\": not available in this version",
            "targets.beyondtrust.kind = \"beyondtrust-scim\": not available in this version",
            "targets.beyondtrust-rest.kind = \"beyondtrust-rest\": not available in this version",
        ],
        "{errors}"
    );
}

#[test]
fn the_lines_that_are_commented_out_in_the_example_are_known_too() {
    let text = EXAMPLE.replace("# tls = {", "tls = {").replace("# trusted_proxies", "trusted_proxies");
    let text = text.replace("# dry_run", "dry_run").replace("# scope", "scope").replace("# proxy", "proxy");
    let text = text.replace(r#"auth = { method = "jwt""#, r#"# auth = { method = "jwt""#);
    let text = text.replace(r#"# auth = { method = "rsso""#, r#"auth = { method = "rsso""#);
    let text = text.replace(r#"auth = { method = "session""#, r#"# auth = { method = "session""#);
    let text = text.replace(r#"# auth = { method = "api-key""#, r#"auth = { method = "api-key""#);
    let text = text.replace("IVANTI_API_KEY", "IVANTI");
    let errors = parse(&text).unwrap_err();
    assert!(errors.messages().iter().all(|message| message.ends_with("not available in this version")), "{errors}");
    for path in ["server.tls", "server.trusted_proxies", "credentials[0].dry_run", "credentials[0].scope"] {
        let expected = format!("{path}: not available in this version");
        assert!(errors.messages().contains(&expected.as_str()), "{errors}");
    }
    let rsso = "targets.bmc.auth.method = \"rsso\": not available in this version";
    assert!(errors.messages().contains(&rsso), "{errors}");
}
