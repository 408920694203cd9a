//! Lists, single records, `$metadata`, rights.

use std::collections::BTreeMap;

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use simulators::ivanti::odata::{Collation, Dialect};
use simulators::ivanti::{Count, Empty, IvantiOptions, MetadataPath, Missing, Preset, Rights, TopOver, UnsetDates};

use crate::support::{EMPLOYEES, people, tenant};

fn plain() -> IvantiOptions {
    IvantiOptions::default()
}

#[tokio::test]
async fn the_set_name_is_read_in_any_letter_case_and_never_pluralised() {
    let tenant = people(plain()).await;
    for (set, status) in [
        ("employees", 200),
        ("Employees", 200),
        ("employeeS", 200),
        ("standarduserteams", 200),
        ("frs_def_roles", 200),
        ("employee", 404),
        ("incidents", 404),
    ] {
        let reply = tenant.get(&format!("/api/odata/businessobject/{set}")).await;
        assert_eq!(reply.status.as_u16(), status, "{set}");
        if status == 404 {
            assert_eq!(reply.json()["code"], "ISM_4004");
        }
    }
    assert_eq!(tenant.get("/api/odata/employees").await.code(), (404, "ISM_4004".to_owned()));
}

#[tokio::test]
async fn without_an_order_the_most_recently_modified_come_first() {
    let tenant = people(plain()).await;
    assert_eq!(tenant.list("").await.column("LoginID"), "Cyd bob ann");
    tenant.ivanti.patch_record("employees", "A1", json!({ "Phone": "1" }));
    assert_eq!(tenant.list("").await.column("LoginID"), "ann Cyd bob");
}

#[tokio::test]
async fn orders_are_obeyed() {
    let tenant = people(plain()).await;
    for (order, expected) in [
        ("RecId", "ann bob Cyd"),
        ("LoginID desc", "Cyd bob ann"),
        ("LastName asc, LoginID desc", "Cyd bob ann"),
        ("Title", "bob Cyd ann"),
        ("CreatedDateTime desc", "Cyd bob ann"),
    ] {
        assert_eq!(tenant.list(&format!("$orderby={order}")).await.column("LoginID"), expected, "{order}");
    }
}

#[tokio::test]
async fn an_unknown_order_looks_like_no_rows_and_a_blank_one_is_a_server_error() {
    let tenant = people(plain()).await;
    for order in ["Nonsense", "LoginID upwards", "LoginID,Nonsense desc"] {
        let reply = tenant.list(&format!("$orderby={order}")).await;
        assert_eq!((reply.status, reply.text.as_str()), (StatusCode::NO_CONTENT, ""), "{order}");
    }
    assert_eq!(tenant.list("$orderby=").await.code(), (500, "ISM_5000".to_owned()));
    assert_eq!(tenant.list("$orderby= ").await.message(), "");
}

#[tokio::test]
async fn pages_are_cut_by_top_and_skip() {
    let tenant = people(IvantiOptions { page_size: 2, ..plain() }).await;
    assert_eq!(tenant.list("$orderby=RecId").await.column("RecId"), "A1 B2");
    assert_eq!(tenant.list("$orderby=RecId&$top=1&$skip=1").await.column("RecId"), "B2");
    assert_eq!(tenant.list("%24orderby=RecId&%24top=3").await.column("RecId"), "A1 B2 C3");
    assert_eq!(tenant.list("$skip=3").await.json(), json!({ "value": [] }));
    for query in ["$top=x", "$top=-1", "$skip=-1", "$skip="] {
        assert_eq!(tenant.list(query).await.code(), (400, "ISM_4000".to_owned()), "{query}");
    }
}

/// Aim: the order of the keys changes no answer. Method: the same walk before and after a record whose key is unlike the
/// others.
#[tokio::test]
async fn walks_by_key_give_every_record_once_whatever_the_keys() {
    let tenant = tenant(plain()).await;
    tenant.ivanti.populate(20, &[("Desk", 20)]);
    for is_odd in [false, true] {
        if is_odd {
            tenant.ivanti.insert("employees", json!({ "RecId": "ffff-g", "LoginID": "odd" }));
        }
        let count = tenant.ivanti.records("employees").len();
        for skips in [true, false] {
            let (mut seen, mut last) = (Vec::<String>::new(), String::new());
            loop {
                let from = if skips {
                    format!("$skip={}", seen.len())
                } else {
                    format!("$filter=RecId gt '{last}' and Status eq 'Active'")
                };
                let page = tenant.list(&format!("$top=3&$orderby=RecId&{from}")).await.column("RecId");
                let Some(key) = page.split_whitespace().last() else { break };
                key.clone_into(&mut last);
                seen.extend(page.split_whitespace().map(str::to_owned));
            }
            assert_eq!(seen.len(), count);
            assert!(seen.windows(2).all(|pair| pair[0].to_lowercase() < pair[1].to_lowercase()), "{seen:?}");
        }
        let counted = IvantiOptions { count: Count::Exact, ..plain() };
        tenant.ivanti.set_options(counted);
        assert_eq!(tenant.list("$top=3&$orderby=RecId").await.json()["@odata.count"], count);
        tenant.ivanti.set_options(plain());
    }
}

#[tokio::test]
async fn top_beyond_the_maximum_is_refused_or_capped() {
    let tenant = people(plain()).await;
    assert_eq!(tenant.list("$top=1000").await.status, StatusCode::OK);
    assert_eq!(tenant.list("$top=1001").await.code(), (400, "ISM_4000".to_owned()));
    tenant.ivanti.set_options(IvantiOptions { top_max: 100, ..plain() });
    assert_eq!(tenant.list("$top=100").await.status, StatusCode::OK);
    assert_eq!(tenant.list("$top=101").await.code(), (400, "ISM_4000".to_owned()));
    tenant.ivanti.set_options(IvantiOptions { top_max: 2, top_over: TopOver::Cap, ..plain() });
    assert_eq!(tenant.list("$top=9&$orderby=RecId").await.column("RecId"), "A1 B2");
}

#[tokio::test]
async fn the_default_page_is_a_hundred_rows() {
    let tenant = tenant(plain()).await;
    for n in 0..101 {
        tenant.ivanti.insert("employees", json!({ "LoginID": format!("u{n}") }));
    }
    assert_eq!(tenant.list("").await.json()["value"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn select_projects_a_list_and_empties_a_single_record() {
    let tenant = people(plain()).await;
    let body = tenant.list("$select=RecId,LoginID&$filter=LoginID eq 'ann'").await.json();
    assert_eq!(body, json!({ "value": [{ "RecId": "A1", "LoginID": "ann" }] }));
    assert_eq!(tenant.get(&format!("{EMPLOYEES}('A1')?$select=LoginID")).await.json(), json!({}));
    assert_eq!(tenant.list("$select=Nonsense").await.code(), (400, "ISM_4000".to_owned()));
}

#[tokio::test]
async fn expand_is_ignored() {
    let tenant = people(plain()).await;
    assert_eq!(tenant.list("$expand=Nonsense&$top=1").await.column("RecId"), "C3");
}

#[tokio::test]
async fn the_count_follows_the_option() {
    for (count, query, expected) in [
        (Count::None, "$top=2&$count=true", Value::Null),
        (Count::Exact, "$top=2", json!(3)),
        (Count::OnRequest, "$top=2", Value::Null),
        (Count::OnRequest, "$top=2&$count=true", json!(3)),
        (Count::Low, "$top=2", json!(1)),
    ] {
        let tenant = people(IvantiOptions { count, ..plain() }).await;
        assert_eq!(tenant.list(query).await.json()["@odata.count"], expected, "{count:?} {query}");
    }
}

#[tokio::test]
async fn nothing_is_said_in_several_ways() {
    let forms = [
        (Empty::ValueArray, 200, r#"{"value":[]}"#),
        (Empty::NoContent, 204, ""),
        (Empty::EmptyBody, 200, ""),
        (Empty::Sentinel, 200, r#"{"value":"No instances found."}"#),
    ];
    for (empty, status, text) in forms {
        let tenant = people(IvantiOptions { empty, ..plain() }).await;
        let reply = tenant.list("$filter=LoginID eq 'x'").await;
        assert_eq!((reply.status.as_u16(), reply.text.as_str()), (status, text), "{empty:?}");
    }
    let tenant = people(IvantiOptions { empty: Empty::Rotate, ..plain() }).await;
    for (_, status, text) in forms.into_iter().chain(forms) {
        let reply = tenant.list("$filter=LoginID eq 'x'").await;
        assert_eq!((reply.status.as_u16(), reply.text.as_str()), (status, text));
    }
}

#[tokio::test]
async fn filters_select_rows() {
    let tenant = people(plain()).await;
    for (filter, expected) in [
        ("LoginID eq 'ANN'", "A1"),
        ("LoginID eq 'ann' or LoginID eq 'bob'", "A1 B2"),
        ("Title eq '$NULL'", "B2 C3"),
        ("Title ne '$NULL'", "A1"),
        ("Title ne 'x'", "A1 C3"),
        ("LastModDateTime ge 2026-03-01T09:00:01Z", "B2 C3"),
        ("LastModDateTime lt 2026-03-01T10:00:01%2B01:00", "A1"),
        ("RecId gt 'A1'", "B2 C3"),
        // Not what it says: functions are dropped.
        ("startswith(LoginID,'a')", "A1 B2 C3"),
        ("tolower(LoginID) eq 'ann'", "A1 B2 C3"),
    ] {
        let reply = tenant.list(&format!("$orderby=RecId&$filter={filter}")).await;
        assert_eq!(reply.column("RecId"), expected, "{filter}");
    }
}

#[tokio::test]
async fn a_standard_tenant_reads_functions_and_a_case_sensitive_one_needs_them() {
    let options =
        IvantiOptions { filter_dialect: Dialect::Standard, collation: Collation::Exact, ..IvantiOptions::default() };
    let tenant = people(options).await;
    for (filter, expected) in [
        ("LoginID eq 'cyd'", ""),
        ("tolower(LoginID) eq 'cyd'", "C3"),
        ("not (LoginID eq 'ann') and Title eq null", "B2 C3"),
    ] {
        let reply = tenant.list(&format!("$orderby=RecId&$filter={filter}")).await;
        assert_eq!(reply.column("RecId"), expected, "{filter}");
    }
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_400() {
    let tenant = people(plain()).await;
    for filter in [
        "Nonsense eq 'x'",
        "loginid eq 'ann'",
        "LoginID eq",
        "LoginID eq 12",
        "LastModDateTime gt '2026-03-01'",
        "LastModDateTime gt datetime'2026-03-01'",
        // A plus that was not escaped is a blank.
        "LastModDateTime gt 2026-03-01T00:00:00+01:00",
        "substringof('a',LoginID)",
        "not LoginID eq 'ann'",
    ] {
        assert_eq!(tenant.list(&format!("$filter={filter}")).await.code(), (400, "ISM_4000".to_owned()), "{filter}");
    }
}

#[tokio::test]
async fn a_single_record_stands_at_the_top_level() {
    let tenant = people(plain()).await;
    let body = tenant.get(&format!("{EMPLOYEES}('A1')")).await.json();
    assert_eq!(
        body,
        json!({
            "RecId": "A1", "LoginID": "ann", "FirstName": "ann", "LastName": "Test", "Email": null, "Phone": null,
            "Department": null, "Title": "Clerk", "Manager": null, "Status": "Active", "Role": null, "Team": null,
            "Location": null, "CreatedDateTime": "2026-03-01T09:00:00Z", "CreatedBy": "InternalServices",
            "LastModDateTime": "2026-03-01T09:00:00Z", "LastModBy": "InternalServices",
        })
    );
}

#[tokio::test]
async fn keys_are_percent_decoded_and_quotes_are_doubled() {
    let tenant = tenant(plain()).await;
    tenant.ivanti.insert("employees", json!({ "RecId": "O'B 1/2%", "LoginID": "ob" }));
    let reply = tenant.get(&format!("{EMPLOYEES}(%27O''B%201%2F2%25%27)")).await;
    assert_eq!(reply.json()["LoginID"], "ob");
    for key in ["(A1)", "('A1'", "()", "('O'B')"] {
        assert_eq!(tenant.get(&format!("{EMPLOYEES}{key}")).await.code(), (400, "ISM_4000".to_owned()), "{key}");
    }
}

#[tokio::test]
async fn a_missing_record_is_a_400_unless_the_tenant_says_404() {
    let tenant = people(plain()).await;
    let reply = tenant.get(&format!("{EMPLOYEES}('Z9')")).await;
    assert_eq!(reply.code(), (400, "ISM_4000".to_owned()));
    assert_eq!(reply.message(), "Record 'Z9' cannot be found in the business object 'Employee#'");
    tenant.ivanti.set_options(IvantiOptions { missing: Missing::NotFound404, ..plain() });
    assert_eq!(tenant.get(&format!("{EMPLOYEES}('Z9')")).await.code(), (404, "ISM_4004".to_owned()));
}

#[tokio::test]
async fn rows_outside_the_rights_are_not_there() {
    let tenant = people(IvantiOptions { rights: Rights::OwnRowOnly, ..plain() }).await;
    tenant.ivanti.insert("employees", json!({ "RecId": "S0", "LoginID": "svc_scim" }));
    tenant.ivanti.insert("standarduserteams", json!({ "Team": "Desk" }));
    assert_eq!(tenant.list("").await.column("RecId"), "S0");
    assert_eq!(tenant.get("/api/odata/businessobject/standarduserteams").await.json(), json!({ "value": [] }));
    assert_eq!(tenant.get(&format!("{EMPLOYEES}('A1')")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(tenant.patch("A1", json!({ "Title": "x" })).await.status, StatusCode::BAD_REQUEST);
    tenant.ivanti.set_options(IvantiOptions { rights: Rights::None, ..plain() });
    assert_eq!(tenant.list("").await.json(), json!({ "value": [] }));
}

#[tokio::test]
async fn dates_carry_the_offset_of_the_tenant_at_that_moment() {
    let tenant = tenant(IvantiOptions { time_zone: "EST5EDT,M3.2.0,M11.1.0".to_owned(), ..plain() }).await;
    for (key, at) in [("W", "2026-01-01T12:00:00Z"), ("S", "2026-07-01T12:00:00Z")] {
        tenant.ivanti.insert("employees", json!({ "RecId": key, "CreatedDateTime": at }));
    }
    assert_eq!(
        tenant.list("$orderby=CreatedDateTime").await.column("CreatedDateTime"),
        "2026-01-01T07:00:00-05:00 2026-07-01T08:00:00-04:00"
    );
    assert_eq!(tenant.list("$filter=CreatedDateTime eq 2026-07-01T12:00:00Z").await.column("RecId"), "S");
}

#[tokio::test]
async fn the_stock_preset_has_the_fields_of_a_real_tenant() {
    let options = IvantiOptions { preset: Preset::Stock, unset_dates: UnsetDates::YearOne, ..plain() };
    let tenant = tenant(options).await;
    tenant
        .ivanti
        .insert("employees", json!({ "RecId": "A", "FirstName": "Ann", "MiddleName": "B", "LastName": "Cox" }));
    let body = tenant.get(&format!("{EMPLOYEES}('A')")).await.json();
    assert_eq!((&body["DisplayName"], &body["Disabled"]), (&json!("Ann B Cox"), &json!(false)));
    assert_eq!(body["HiredDate"], "0001-01-01T00:00:00Z");
    assert!(body.get("Email").is_none() && body["PrimaryEmail"].is_null());
    assert_eq!(tenant.list("$filter=HiredDate eq '$NULL' and Disabled eq false").await.column("RecId"), "A");
}

#[tokio::test]
async fn a_tenant_may_have_fields_and_objects_of_its_own() {
    let options = IvantiOptions {
        extra_fields: vec!["ExternalId".to_owned()],
        extra_objects: BTreeMap::from([("incidents".to_owned(), vec!["Owner_Valid".to_owned(), "Status".to_owned()])]),
        ..plain()
    };
    let tenant = people(options).await;
    assert_eq!(tenant.patch("A1", json!({ "ExternalId": "e1" })).await.status, StatusCode::OK);
    assert_eq!(tenant.list("$filter=ExternalId eq 'e1'").await.column("RecId"), "A1");
    tenant.ivanti.insert("incidents", json!({ "RecId": "I1", "Owner_Valid": "A1", "Status": "Active" }));
    let reply = tenant.get("/api/odata/businessobject/incidents?$filter=Owner_Valid%20eq%20'A1'").await;
    assert_eq!(reply.column("RecId"), "I1");
}

#[tokio::test]
async fn metadata_is_xml_with_the_fields_of_the_object() {
    let tenant = tenant(plain()).await;
    for path in ["businessobject/employees/$metadata", "businessobject/Employees/%24metadata", "employees/$metadata"] {
        let reply = tenant.get(&format!("/api/odata/{path}")).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert!(reply.content_type.starts_with("application/xml"));
        for part in [
            r#"<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">"#,
            r#"<Schema Namespace="MetaData" xmlns="http://docs.oasis-open.org/odata/ns/edm">"#,
            r#"<EntityType Name="employee"><Key><PropertyRef Name="RecId" /></Key>"#,
            r#"<Property Name="LoginID" Type="Edm.String" MaxLength="255" Unicode="true" />"#,
            r#"<Property Name="LastModDateTime" Type="Edm.DateTimeOffset" />"#,
        ] {
            assert!(reply.text.contains(part), "{part} in {}", reply.text);
        }
    }
}

#[tokio::test]
async fn metadata_of_an_unknown_object_is_invented_and_has_no_fields() {
    let tenant = tenant(plain()).await;
    let reply = tenant.get("/api/odata/businessobject/nonsenses/$metadata").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.text.contains(r#"<EntityType Name="nonsense"></EntityType>"#) && !reply.text.contains("RecId"));
}

#[tokio::test]
async fn metadata_asked_for_as_json_is_a_server_error() {
    let tenant = tenant(plain()).await;
    let request = Request::get("/api/odata/employees/$metadata")
        .header("Authorization", &tenant.authorization)
        .header("Accept", "application/json");
    assert_eq!(tenant.send(request.body(Body::empty()).unwrap()).await.code(), (500, "ISM_5000".to_owned()));
}

#[tokio::test]
async fn metadata_stands_where_the_tenant_has_it() {
    for (metadata_path, businessobject, odata) in
        [(MetadataPath::Both, 200, 200), (MetadataPath::Businessobject, 200, 404), (MetadataPath::Odata, 404, 200)]
    {
        let tenant = tenant(IvantiOptions { metadata_path, ..plain() }).await;
        let status = async |path: &str| tenant.get(path).await.status.as_u16();
        assert_eq!(status("/api/odata/businessobject/employees/$metadata").await, businessobject);
        assert_eq!(status("/api/odata/employees/$metadata").await, odata);
        assert_eq!(status("/api/odata/businessobject/$metadata").await, 404);
        assert_eq!(status("/api/odata/$metadata").await, 404);
    }
}
