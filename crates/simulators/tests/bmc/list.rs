//! Lists and single reads: qualifications, fields, order, pages, rights.

use serde_json::{Value, json};
use simulators::bmc::qualification::{Collation, Database};
use simulators::bmc::{BmcOptions, IntegerRead, MalformedQ, PasswordRead, Rights, Unsorted};

use crate::world::{GROUPS, PEOPLE, USERS, encoded, world, world_with};

#[tokio::test]
async fn an_entry_has_every_field_with_null_for_the_empty_ones_and_no_password() {
    let world = world().await;
    let answer = world.get(&format!("{USERS}/000000000000001")).await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    let values = body["values"].as_object().unwrap();
    assert_eq!(values["Request ID"], "000000000000001");
    assert_eq!(values["Login Name"], "admin");
    assert_eq!(values["Status"], "Current");
    assert_eq!(values["License Type"], "Fixed");
    assert_eq!(values["Group List"], "1;");
    assert_eq!(values["Create Date"], "2014-12-03T22:53:37.000+0000");
    assert_eq!(values["Status History"]["Current"]["timestamp"], "2014-12-03T22:53:37.000+0000");
    assert_eq!(values["Email Address"], Value::Null);
    assert!(!values.contains_key("Password"));
    let href = "http://ars.example:8008/api/arsys/v1/entry/User/000000000000001";
    assert_eq!(body["_links"]["self"][0]["href"], href);
}

#[tokio::test]
async fn passwords_read_as_the_option_says_even_when_asked_for() {
    let world = world().await;
    let one = format!("{USERS}/000000000000001?fields=values(Login%20Name,Password)");
    assert_eq!(world.get(&one).await.json()["values"], json!({"Login Name": "admin"}));
    for (password_read, shown) in [(PasswordRead::Stars, json!("***")), (PasswordRead::Null, Value::Null)] {
        world.bmc.set_options(BmcOptions { password_read, ..BmcOptions::default() });
        let values = world.get(&one).await.json()["values"].clone();
        assert_eq!(values, json!({"Login Name": "admin", "Password": shown}));
    }
}

#[tokio::test]
async fn unknown_forms_and_entries_are_404_and_an_overlong_id_is_101() {
    let world = world().await;
    assert_eq!(world.get("/api/arsys/v1/entry/Nothing").await.refusal(), (404, 303));
    assert_eq!(world.get("/api/arsys/v1/entry/user").await.refusal(), (404, 303));
    assert_eq!(world.get(&format!("{USERS}/000000000000099")).await.refusal(), (404, 302));
    assert_eq!(world.get(&format!("{USERS}/admin")).await.refusal(), (404, 302));
    assert_eq!(world.get(&format!("{USERS}/0000000000000001")).await.refusal(), (500, 101));
}

#[tokio::test]
async fn the_form_of_people_and_the_other_version_are_reachable() {
    let world = world().await;
    let id = world.bmc.insert("CTM:People", json!({"First Name": "Ann", "Profile Status": 2}));
    assert_eq!(id, "PPL000000000001");
    assert_eq!(world.get(PEOPLE).await.column("Person ID"), [json!(id)]);
    let one = world.get(&format!("/api/arsys/v1.0/entry/CTM%3APeople/{id}")).await;
    assert_eq!(one.json()["values"]["Profile Status"], "Offline");
    assert!(one.json()["_links"]["self"][0]["href"].as_str().unwrap().contains("/CTM%3APeople/PPL"));
}

#[tokio::test]
async fn fields_are_chosen_by_name_or_id_and_an_unknown_one_is_314() {
    let world = world().await;
    let values =
        world.get(&format!("{USERS}?fields=values(Login+Name,7)")).await.json()["entries"][0]["values"].clone();
    assert_eq!(values, json!({"Login Name": "admin", "Status": "Current"}));
    assert_eq!(world.get(&format!("{USERS}?fields=values(Nickname)")).await.refusal(), (500, 314));
    assert_eq!(world.get(&format!("{USERS}?fields=Login+Name")).await.refusal(), (400, 310));
    let options = BmcOptions { missing_fields: vec!["Department".to_owned()], ..BmcOptions::default() };
    world.bmc.set_options(options);
    assert_eq!(world.get(&format!("{USERS}?fields=values(Department)")).await.refusal(), (500, 314));
    assert!(world.get(USERS).await.json()["entries"][0]["values"].get("Department").is_none());
}

#[tokio::test]
async fn a_qualification_finds_what_fulfils_it_and_no_total_is_told() {
    let world = world().await;
    world.fill(3);
    let answer = world.find(r#"'Login Name' = "U002""#).await;
    assert_eq!(answer.column("Login Name"), ["u002"]);
    assert_eq!(answer.json().as_object().unwrap().keys().collect::<Vec<_>>(), ["entries", "_links"]);
    let plus = world.get(&format!("{USERS}?q=%27Login+Name%27%3D%22u003%22")).await;
    assert_eq!(plus.column("Login Name"), ["u003"]);
    assert_eq!(world.find(r#"'Login Name' LIKE "u%" AND NOT 'Login Name' = "u001""#).await.column("1").len(), 2);
    assert_eq!(world.find("'101' = $USER$").await.column("Login Name"), ["admin"]);
    assert_eq!(world.find("'Login Name' = \"nobody\"").await.column("1"), Vec::<Value>::new());
}

#[tokio::test]
async fn a_malformed_qualification_is_an_empty_list_or_an_error() {
    let world = world().await;
    let bad = ["'Login Name' = \"x", "Login Name = 'admin'", "'Nickname' = \"x\" OR 1 = 1"];
    for q in bad {
        assert_eq!(world.find(q).await.column("1"), Vec::<Value>::new(), "{q}");
    }
    world.bmc.set_options(BmcOptions { malformed_q: MalformedQ::Error, ..BmcOptions::default() });
    for (q, number) in bad.into_iter().zip([142, 142, 313]) {
        assert_eq!(world.find(q).await.refusal(), (400, number), "{q}");
    }
}

#[tokio::test]
async fn a_password_in_a_qualification_and_an_overlong_one_are_errors() {
    let world = world().await;
    assert_eq!(world.find("'Password' = \"secret\"").await.refusal(), (500, 351));
    assert_eq!(world.find("'102' != $NULL$").await.refusal(), (500, 351));
    let long = |length: usize| format!("'Login Name' = \"{}\"", "x".repeat(length - 17));
    assert_eq!(world.find(&long(8000)).await.status, 200);
    assert_eq!(world.find(&long(8001)).await.refusal(), (500, 561));
    world.bmc.set_options(BmcOptions { q_max: 20, ..BmcOptions::default() });
    assert_eq!(world.find(&long(21)).await.refusal(), (500, 561));
}

#[tokio::test]
async fn unqualified_lists_can_be_forbidden() {
    let world = world_with(BmcOptions { unqualified_allowed: false, ..BmcOptions::default() }).await;
    assert_eq!(world.get(USERS).await.refusal(), (500, 361));
    assert_eq!(world.find("'1' != $NULL$").await.column("Login Name"), ["admin"]);
}

#[tokio::test]
async fn pages_follow_limit_and_offset_and_end_in_an_empty_one() {
    let world = world().await;
    world.fill(4);
    let page = async |query: &str| world.get(&format!("{USERS}?sort=Request%20ID.asc&{query}")).await;
    let first = page("limit=2&offset=0").await;
    assert_eq!(first.column("Login Name"), ["admin", "u001"]);
    let next = first.json()["_links"]["next"][0]["href"].as_str().unwrap().to_owned();
    let second = world.get(next.strip_prefix("http://ars.example:8008").unwrap()).await;
    assert_eq!(second.column("Login Name"), ["u002", "u003"]);
    let last = page("limit=2&offset=4").await;
    assert_eq!(last.column("Login Name"), ["u004"]);
    assert!(last.json()["_links"].get("next").is_none());
    assert_eq!(page("limit=2&offset=6").await.column("Login Name"), Vec::<Value>::new());
    for bad in ["limit=x", "limit=-1", "offset=1.5"] {
        assert_eq!(page(bad).await.refusal(), (400, 310), "{bad}");
    }
}

/// Aim: the index over the entry ids changes no answer. Method: the same walks before and after an entry whose id makes the
/// index useless.
#[tokio::test]
async fn walks_by_key_give_every_entry_once_with_the_index_and_without() {
    let world = world().await;
    world.fill(20);
    for is_odd in [false, true] {
        if is_odd {
            world.bmc.insert("User", json!({"Request ID": "zzz", "Login Name": "zzz"}));
        }
        let count = world.bmc.records("User").len();
        for offsets in [true, false] {
            let (mut seen, mut last) = (Vec::<Value>::new(), json!(""));
            loop {
                let from = if offsets {
                    format!("offset={}", seen.len())
                } else {
                    format!("q={}", encoded(&format!("'1' > {last} AND 'Status' = \"Current\"")))
                };
                let page = world.get(&format!("{USERS}?limit=4&sort=1.asc&{from}")).await;
                let ids = page.column("Request ID");
                assert_eq!(page.json()["_links"].get("next").is_some(), seen.len() + ids.len() < count, "{from}");
                let Some(id) = ids.last() else { break };
                last = id.clone();
                seen.extend(ids);
            }
            assert_eq!(seen.len(), count);
            assert!(seen.windows(2).all(|pair| pair[0].as_str() < pair[1].as_str()), "{seen:?}");
        }
        let two = r#"'1' >= "000000000000003" AND ('1' > "000000000000007" OR '1' = "000000000000004")"#;
        assert_eq!(world.find(two).await.column("1").len(), count - 6);
        assert_eq!(world.find("'1' = \"000000000000009\"").await.column("Login Name"), ["u008"]);
        assert_eq!(world.find("'1' > \"000000000000005\" OR '101' = \"admin\"").await.column("1").len(), count - 4);
    }
}

#[tokio::test]
async fn the_server_caps_a_page_below_the_limit_asked_for() {
    let world = world().await;
    world.fill(2500);
    assert_eq!(world.get(&format!("{USERS}?limit=5000")).await.column("1").len(), 2000);
    assert_eq!(world.get(&format!("{USERS}?limit=5000&offset=2000")).await.column("1").len(), 501);
    world.bmc.set_options(BmcOptions { max_entries: 7, default_limit: Some(3), ..BmcOptions::default() });
    let capped = world.get(&format!("{USERS}?limit=100")).await;
    assert_eq!(capped.column("1").len(), 7);
    assert!(capped.json()["_links"]["next"][0]["href"].as_str().unwrap().contains("offset=7"));
    assert_eq!(world.get(USERS).await.column("1").len(), 3);
}

#[tokio::test]
async fn lists_are_sorted_by_several_fields_each_way() {
    let world = world().await;
    for (login, status, name) in [("b", "Disabled", "x"), ("A", "Expired", "x"), ("c", "Current", "y")] {
        world.bmc.insert("User", json!({"Login Name": login, "Status": status, "Full Name": name}));
    }
    let sorted = async |sort: &str| {
        let answer = world.get(&format!("{USERS}?q={}&sort={sort}", encoded("'101' != \"admin\""))).await;
        answer.column("Login Name")
    };
    assert_eq!(sorted("Login%20Name.asc").await, ["A", "b", "c"]);
    assert_eq!(sorted("Login+Name.DESC").await, ["c", "b", "A"]);
    assert_eq!(sorted("Status.asc").await, ["c", "A", "b"]);
    assert_eq!(sorted("Full+Name.desc,Login+Name.asc").await, ["c", "A", "b"]);
    world.bmc.set_options(BmcOptions { collation: Collation::Exact, ..BmcOptions::default() });
    assert_eq!(sorted("Login+Name.desc").await, ["c", "b", "A"]);
    assert_eq!(world.get(&format!("{USERS}?sort=Nickname.asc")).await.refusal(), (500, 314));
    assert_eq!(world.get(&format!("{USERS}?sort=Status.up")).await.refusal(), (400, 310));
}

#[tokio::test]
async fn without_sort_the_order_may_change_between_calls() {
    let world = world().await;
    world.fill(30);
    let order = async || world.get(USERS).await.column("Login Name");
    assert_eq!(order().await, order().await);
    world.bmc.set_options(BmcOptions { unsorted: Unsorted::Unstable, ..BmcOptions::default() });
    assert_ne!(order().await, order().await);
}

#[tokio::test]
async fn what_the_account_may_not_see_silently_is_not_there() {
    let world = world_with(BmcOptions { rights: Rights::OwnRowOnly, ..BmcOptions::default() }).await;
    world.fill(2);
    world.bmc.insert("Group", json!({"Group ID": 20000, "Group Name": "Desk"}));
    assert_eq!(world.get(USERS).await.column("Login Name"), ["admin"]);
    assert_eq!(world.get(GROUPS).await.column("1"), Vec::<Value>::new());
    assert_eq!(world.get(&format!("{USERS}/000000000000002")).await.refusal(), (404, 302));
    world.bmc.set_options(BmcOptions { rights: Rights::None, ..BmcOptions::default() });
    assert_eq!(world.get(USERS).await.column("1"), Vec::<Value>::new());
}

#[tokio::test]
async fn groups_read_as_in_the_seeds_example_or_with_numbers() {
    let world = world().await;
    world.bmc.insert("Group", json!({"Group ID": "1", "Group Name": "Administrators", "Group Type": "Regular"}));
    let shown = async || {
        let list = world.get(&format!("{GROUPS}?fields=values(Group+ID,Group+Name,Group+Type)")).await;
        list.json()["entries"][0]["values"].clone()
    };
    assert_eq!(shown().await, json!({"Group ID": "1", "Group Name": "Administrators", "Group Type": "Regular"}));
    world.bmc.set_options(BmcOptions { integer_read: IntegerRead::Number, ..BmcOptions::default() });
    assert_eq!(shown().await["Group ID"], 1);
    for q in ["'Group ID' = 1", "'106' = \"1\"", "'Group ID' < 10"] {
        let found = world.get(&format!("{GROUPS}?q={}", encoded(q))).await;
        assert_eq!(found.column("Group Name"), ["Administrators"], "{q}");
    }
}

#[tokio::test]
async fn the_database_and_its_collation_decide_what_is_equal() {
    let world = world().await;
    world.bmc.insert("User", json!({"Login Name": "Ann "}));
    let found = async || world.find(r#"'Login Name' = "ann""#).await.column("1").len();
    assert_eq!(found().await, 1);
    world.bmc.set_options(BmcOptions { database: Database::Oracle, ..BmcOptions::default() });
    assert_eq!(found().await, 0);
    world.bmc.set_options(BmcOptions { collation: Collation::Exact, ..BmcOptions::default() });
    assert_eq!(found().await, 0);
}
