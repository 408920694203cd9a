//! Reads: what is told of users must be true.

use scim_bridge::service::{Endpoint, Service, Terms};
use scim_core::Projection;
use serde_json::json;

use super::vendor::{BASE, Vendor, answer, caller, list, names, parameter, service, token};

fn is_login(request: &http::Request<bytes::Bytes>) -> bool {
    request.uri().path().ends_with("/login")
}

#[tokio::test]
async fn an_error_that_nobody_knows_is_not_the_absence_of_a_user() {
    for (status, body) in [
        (500, r#"[{"messageType":"ERROR","messageNumber":7777,"messageText":"odd"}]"#),
        (500, r#"[{"messageType":"ERROR","messageNumber":10042,"messageText":"a filter of the site"}]"#),
        (400, "bad request, says a firewall"),
        (405, ""),
    ] {
        let vendor = Vendor::new(move |request| if is_login(request) { token(request) } else { answer(status, body) });
        let failed = service("bmc-ar", "", &vendor)
            .get(&caller(), Endpoint::Users, BASE, "000000000000001", &Projection::all())
            .await;
        assert_ne!(failed.expect_err("no such answer").error.status, 404, "HTTP {status} {body}");
    }
    for status in [405, 410, 418] {
        let vendor = Vendor::new(move |request| if is_login(request) { token(request) } else { answer(status, "") });
        let failed =
            service("ivanti", "", &vendor).get(&caller(), Endpoint::Users, BASE, "guid-1", &Projection::all()).await;
        assert_ne!(failed.expect_err("no such answer").error.status, 404, "HTTP {status}");
    }
}

#[tokio::test]
async fn an_id_that_the_vendor_calls_malformed_is_nobodys() {
    for number in [100, 101] {
        let body = json!([{ "messageType": "ERROR", "messageNumber": number, "messageText": "t" }]).to_string();
        let vendor = Vendor::new(move |request| if is_login(request) { token(request) } else { answer(500, &body) });
        let failed =
            service("bmc-ar", "", &vendor).get(&caller(), Endpoint::Users, BASE, "x", &Projection::all()).await;
        assert_eq!(failed.expect_err("nobody").error.status, 404, "ARERR {number}");
    }
}

#[tokio::test]
async fn a_record_that_answers_to_another_spelling_of_its_key_is_not_that_id() {
    let vendor = Vendor::new(|request| {
        if is_login(request) {
            return token(request);
        }
        answer(200, json!({ "RecId": "ABCDEF", "LoginID": "ada", "Status": "Active" }))
    });
    let failed =
        service("ivanti", "", &vendor).get(&caller(), Endpoint::Users, BASE, "abcdef", &Projection::all()).await;
    assert_eq!(failed.expect_err("ids are exact").error.status, 404);
}

#[tokio::test]
async fn ids_of_dots_do_not_leave_their_place_in_the_path() {
    for kind in ["bmc-ar", "ivanti"] {
        for id in [".", "..", ""] {
            let vendor = Vendor::new(|request| if is_login(request) { token(request) } else { answer(404, "") });
            let service = service(kind, "", &vendor);
            let failed = service.get(&caller(), Endpoint::Users, BASE, id, &Projection::all()).await;
            assert_eq!(failed.expect_err("nobody").error.status, 404, "{kind} {id:?}");
            let seen = vendor.seen.lock().expect("not poisoned").clone();
            let strays = seen.iter().filter(|call| call.contains("/User/.") || call.contains("/User/?"));
            assert_eq!(strays.count(), 0, "{kind} {id:?}: {seen:?}");
        }
    }
}

#[tokio::test]
async fn a_next_link_means_that_a_short_page_is_not_the_last() {
    let vendor = Vendor::new(|request| {
        if is_login(request) {
            return token(request);
        }
        let row = |id: &str, name: &str| json!({ "RecId": id, "LoginID": name, "Status": "Active" });
        let filter = parameter(request, "$filter");
        if filter.contains("RecId ge 'r2'") {
            return answer(200, json!({ "value": [row("r2", "bob"), row("r3", "cid")] }));
        }
        let link = "https://x/api/odata/businessobject/employees?$skiptoken=2";
        answer(200, json!({ "value": [row("r1", "ada"), row("r2", "bob")], "@odata.nextLink": link }))
    });
    let listed =
        service("ivanti", "", &vendor).list(&caller(), Endpoint::Users, BASE, &list(None)).await.expect("a list");
    assert_eq!(
        (listed.paging.total_results, names(&listed.resources)),
        (Some(3), vec!["ada".into(), "bob".into(), "cid".into()])
    );
}

/// A vendor without `$orderby`: the newest first, whatever is asked.
#[tokio::test]
async fn a_vendor_that_does_not_sort_does_not_make_users_vanish() {
    let vendor = Vendor::new(|request| {
        if is_login(request) {
            return token(request);
        }
        let ids = ["r5", "r4", "r3", "r2", "r1"];
        let filter = parameter(request, "$filter");
        let after = filter.split('\'').nth(1).unwrap_or_default().to_owned();
        let top: usize = parameter(request, "$top").parse().expect("a number");
        let rows: Vec<_> = ids
            .iter()
            .filter(|id| **id > after.as_str())
            .take(top)
            .map(|id| json!({ "RecId": id, "LoginID": id, "Status": "Active" }))
            .collect();
        answer(200, json!({ "value": rows }))
    });
    let listed = service("ivanti", "page_size = 2", &vendor).list(&caller(), Endpoint::Users, BASE, &list(None)).await;
    match listed {
        Ok(listed) => assert_eq!(listed.paging.total_results, Some(5)),
        Err(failure) => assert_eq!(failure.error.status, 503),
    }
}

#[tokio::test]
async fn a_row_that_comes_twice_is_one_user() {
    let vendor = Vendor::new(|request| {
        if is_login(request) {
            return token(request);
        }
        let row = json!({ "RecId": "r1", "LoginID": "ada", "Status": "Active" });
        answer(200, json!({ "value": [row, row] }))
    });
    let service = service("ivanti", "", &vendor);
    for filter in [None, Some(r#"userName eq "ada""#)] {
        let listed = service.list(&caller(), Endpoint::Users, BASE, &list(filter)).await.expect("a list");
        assert_eq!((listed.paging.total_results, listed.resources.len()), (Some(1), 1), "{filter:?}");
    }
}

#[tokio::test]
async fn a_row_whose_key_stands_in_its_link_alone_is_a_user() {
    let vendor = Vendor::new(|request| {
        if is_login(request) {
            return token(request);
        }
        if parameter(request, "q").contains("'Request ID' > ") {
            return answer(200, json!({ "entries": [] }));
        }
        let link = "https://x:8443/api/arsys/v1/entry/User/000000000000007";
        let values = json!({ "Login Name": "ada", "Full Name": "Ada", "Status": "Current" });
        answer(200, json!({ "entries": [{ "values": values, "_links": { "self": [{ "href": link }] } }] }))
    });
    let listed =
        service("bmc-ar", "", &vendor).list(&caller(), Endpoint::Users, BASE, &list(None)).await.expect("a list");
    let id = listed.resources[0].clone().into_json()["id"].clone();
    assert_eq!((listed.paging.total_results, id), (Some(1), json!("000000000000007")));
}

/// The guide writes a lookup as `'Login Name'="jdoe"`; the canary stands beside it.
#[tokio::test]
async fn a_lookup_is_asked_in_the_words_of_the_vendors_guide() {
    let vendor = Vendor::new(|request| {
        let row = r#"{"entries":[{"values":{"Request ID":"1","Login Name":"bob","Status":"Current"}}]}"#;
        if is_login(request) { token(request) } else { answer(200, row) }
    });
    let service = service("bmc-ar", "collation = \"insensitive\"\ncanary = \"bob\"", &vendor);
    service.list(&caller(), Endpoint::Users, BASE, &list(Some(r#"userName eq "jdoe""#))).await.expect("an empty list");
    let seen = vendor.seen.lock().expect("not poisoned").clone();
    assert!(seen[0].contains(r#"q=('Login Name' = "jdoe") OR ('Login Name' = "bob")&"#), "{seen:?}");
}

#[tokio::test]
async fn what_a_vendor_says_out_of_place_is_not_logged() {
    for (kind, body) in [
        ("bmc-ar", r#"{"values":"secret of ada@example.com"}"#),
        ("ivanti", r#""secret of ada@example.com""#),
        ("ivanti", r#"{"RecId":"r1"} secret"#),
    ] {
        let vendor = Vendor::new(move |request| if is_login(request) { token(request) } else { answer(200, body) });
        let failed = service(kind, "", &vendor).get(&caller(), Endpoint::Users, BASE, "r1", &Projection::all()).await;
        let internal = failed.expect_err("no record").internal.expect("a cause");
        assert!(!internal.contains("secret"), "{kind}: {internal}");
    }
}

#[tokio::test]
async fn a_window_that_is_looked_at_again_shows_what_is_there_now() {
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(3));
    let rows = count.clone();
    let vendor = Vendor::new(move |request| {
        if is_login(request) {
            return token(request);
        }
        if request.method() == http::Method::PATCH {
            rows.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            return answer(200, "");
        }
        let row = |number: usize, status: &str| json!({ "RecId": format!("r{number}"), "LoginID": format!("u{number}"), "Status": status });
        let all = rows.load(std::sync::atomic::Ordering::SeqCst);
        if request.uri().path().contains('(') {
            return answer(200, row(1, if all > 3 { "Inactive" } else { "Active" }));
        }
        let filter = parameter(request, "$filter");
        let after = filter.split('\'').nth(1).unwrap_or_default().to_owned();
        let from = |key: &str| if filter.contains(" ge ") { key >= after.as_str() } else { key > after.as_str() };
        let all = (1..=all).map(|number| row(number, "Active"));
        let listed: Vec<_> = all.filter(|row| row["RecId"].as_str().is_some_and(from)).collect();
        answer(200, json!({ "value": listed }))
    });
    let service = service("ivanti", "", &vendor);
    let window = || scim_core::SearchRequest { start_index: Some(2), count: Some(1), ..list(None) };
    assert_eq!(
        service.list(&caller(), Endpoint::Users, BASE, &window()).await.expect("a list").paging.total_results,
        Some(3)
    );
    let off = json!({ "Operations": [{ "op": "replace", "path": "active", "value": false }] });
    service.patch(&caller(), Endpoint::Users, BASE, "r1", &off, &Terms::default()).await.expect("off");
    assert_eq!(
        service.list(&caller(), Endpoint::Users, BASE, &window()).await.expect("a list").paging.total_results,
        Some(4)
    );
}

#[tokio::test]
async fn a_vendor_that_answers_a_comparison_of_keys_with_nothing_does_not_end_a_list() {
    let row =
        |id: &str| json!({ "values": { "Request ID": id, "Login Name": id, "Full Name": id, "Status": "Current" } });
    for understands in [false, true] {
        let vendor = Vendor::new(move |request| {
            if is_login(request) {
                return token(request);
            }
            let query = parameter(request, "q");
            let rows = match (query.contains('>'), query.contains(">=")) {
                (false, _) => vec![row("000000000000001"), row("000000000000002")],
                (true, true) if understands => vec![row("000000000000002")],
                (true, _) => Vec::new(),
            };
            answer(200, json!({ "entries": rows }))
        });
        let listed = service("bmc-ar", "", &vendor).list(&caller(), Endpoint::Users, BASE, &list(None)).await;
        match listed {
            Ok(listed) => {
                assert!(understands && listed.paging.total_results == Some(2), "two of nobody knows how many");
            }
            Err(failed) => assert!(!understands && failed.error.status == 503, "{failed:?}"),
        }
    }
}
