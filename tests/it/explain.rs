//! `explain` shows what a filter becomes on a target that was never called.

use scim_bridge::cli::explain::describe;

use crate::bridge::Setup;

#[tokio::test]
async fn a_filter_is_explained_as_the_usual_vendor_would_be_asked() {
    let bridge = Setup::default().build().await;
    let explain = |target: &str, filter: &str| describe(&bridge.services[target].explain(filter).expect("a filter"));
    for (target, filter, call, rest) in [
        ("bmc", r#"userName eq "o\"brien""#, r#"?q='Login Name' = "o""brien"&"#, "the whole filter"),
        ("bmc", r#"displayName co "a%b""#, r#"?q='Full Name' LIKE "%a_b%"&"#, "a superset of the filter"),
        ("ivanti", r#"userName eq "o'brien""#, "?$filter=LoginID eq 'o''brien'&", "the whole filter"),
        ("ivanti", r#"nickName eq "x""#, "employees?$select=", "nothing of the filter"),
        ("ivanti", r#"userName eq """#, "", "the target is not asked"),
    ] {
        let text = explain(target, filter);
        assert!(text.contains(call) && text.contains(rest), "{target} {filter}: {text}");
    }
    assert!(bridge.services["bmc"].explain("userName eq").is_err());
}
