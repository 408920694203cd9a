//! POST of groups: adopted where one of that name is there, made where the target may, refused elsewhere.

use http::StatusCode;
use serde_json::{Value, json};
use simulators::control::Fault;

use super::{
    BMC_GROUP, TARGETS, assert_nothing_written, assert_refused, bmc_group, clear, group, group_record, group_records,
    id_of, inject, key_of, members, native_name, put_in, set_of, shown, site, site_with, user, users, values,
};

#[tokio::test]
async fn a_group_of_that_name_is_adopted_with_its_id_and_its_members() {
    for target in TARGETS {
        for spelled in ["Engineers", "ENGINEERS", "engineers"] {
            let bridge = site().build().await;
            let id = group(&bridge, target, "Engineers");
            let ada = user(&bridge, target, "ada");
            put_in(&bridge, target, &ada, &id);
            clear(&bridge, target);
            let adopted = bridge.make_group(target, json!({ "displayName": spelled, "members": [] })).await;
            let case = format!("{target} {spelled}: {}", adopted.body);
            assert_eq!((adopted.status, id_of(&adopted.body)), (StatusCode::CREATED, id.clone()), "{case}");
            assert_eq!(shown(&adopted.body), set_of([&ada]), "{case}");
            let location = format!("https://bridge.example.com/scim/v2/Groups/{id}");
            assert_eq!(adopted.headers["location"], location, "{case}");
            assert_eq!(adopted.body["meta"]["location"], location, "{case}");
            assert_nothing_written(&bridge, target, &case);
            for again in ["Engineers", "eNGINEERS"] {
                let answer = bridge.make_group(target, json!({ "displayName": again })).await;
                assert_refused(&answer, 409, "uniqueness", &case);
            }
        }
    }
}

#[tokio::test]
async fn what_was_only_read_or_changed_can_still_be_adopted() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let ada = user(&bridge, target, "ada");
        assert_eq!(bridge.group(target, &id).await.status, StatusCode::OK, "{target}");
        bridge.patch_group(target, &id, json!([super::op("add", [&ada])])).await;
        let adopted = bridge.make_group(target, json!({ "displayName": "Engineers" })).await;
        assert_eq!((adopted.status, id_of(&adopted.body)), (StatusCode::CREATED, id), "{target}: {}", adopted.body);
        assert_eq!(shown(&adopted.body), set_of([&ada]), "{target}");
    }
}

#[tokio::test]
async fn a_new_group_is_made_as_the_vendor_wants_it() {
    let bridge = site().build().await;
    group(&bridge, "bmc", "Others");
    let body = json!({ "displayName": "Engineers", "externalId": "E-1", BMC_GROUP: { "groupId": "1" } });
    let made = bridge.make_group("bmc", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let record = group_record(&bridge, "bmc", &id_of(&made.body)).expect("the group is there");
    let number = record["Group ID"].as_i64().expect("a number");
    assert!(number > 10 && !(60_000..=60_999).contains(&number), "{number}");
    assert_eq!(record["Group Name"], "Engineers");
    assert_eq!(record["Long Group Name"], "Engineers");
    assert_eq!(record["Group Category"], "Regular");
    assert!(["None", "View", "Change"].contains(&record["Group Type"].as_str().expect("a type")), "{record:?}");
    assert_eq!(made.body[BMC_GROUP]["groupId"], number.to_string(), "readOnly: {}", made.body);
    assert_eq!(made.body["externalId"], "E-1");

    let made = bridge.make_group("ivanti", json!({ "displayName": "Engineers" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!(group_record(&bridge, "ivanti", &id_of(&made.body)).expect("a team")["Team"], "Engineers");
}

#[tokio::test]
async fn a_group_id_is_free_and_in_no_range_that_is_reserved() {
    let bridge = site().build().await;
    bmc_group(&bridge, 59_999, "Last before", "Regular");
    for number in 11..40 {
        bmc_group(&bridge, number, &format!("Taken {number}"), "Regular");
    }
    let mut numbers = Vec::new();
    for number in 0..5 {
        let made = bridge.make_group("bmc", json!({ "displayName": format!("New {number}") })).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        numbers.push(key_of(&bridge, "bmc", &id_of(&made.body)).parse::<i64>().expect("a number"));
    }
    let every = group_records(&bridge, "bmc");
    for number in numbers {
        assert!(number > 10 && !(60_000..=60_999).contains(&number), "{number}");
        let same = every.iter().filter(|record| record["Group ID"] == number).count();
        assert_eq!(same, 1, "{number} is nobody else's");
    }
}

/// A Group List may hold ids of groups that are long gone. Whoever holds one must not become a member of a new group.
#[tokio::test]
async fn a_new_group_does_not_take_an_id_that_somebody_holds() {
    let bridge = site().build().await;
    group(&bridge, "bmc", "Others");
    let ada = user(&bridge, "bmc", "ada");
    let list = "11;12;13;14;15;101;1001;10001;20000;20002;20003;20004;";
    super::patch_native(&bridge, "bmc", &ada, json!({ "Group List": list }));
    for name in ["Engineers", "Painters"] {
        let made = bridge.make_group("bmc", json!({ "displayName": name })).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert_eq!(members(&bridge, "bmc", &id_of(&made.body)), set_of([""; 0]), "nobody asked for {}", made.body);
        assert_eq!(shown(&made.body), set_of([""; 0]));
    }
    assert_eq!(super::list_of(&bridge, "bmc", &ada), list);
}

#[tokio::test]
async fn a_group_name_of_bmc_has_at_most_thirty_characters() {
    let bridge = site().build().await;
    let long = "é".repeat(31);
    for name in [long.as_str(), &"x".repeat(254)] {
        assert_refused(&bridge.make_group("bmc", json!({ "displayName": name })).await, 400, "invalidValue", name);
    }
    assert_nothing_written(&bridge, "bmc", "a name that is too long");
    let fits = "é".repeat(30);
    let made = bridge.make_group("bmc", json!({ "displayName": fits })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!(native_name(&bridge, "bmc", &id_of(&made.body)), fits);
    let made = bridge.make_group("ivanti", json!({ "displayName": long })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
}

#[tokio::test]
async fn a_group_needs_a_name() {
    for target in TARGETS {
        let bridge = site().build().await;
        for body in [json!({ "members": [] }), json!({ "displayName": "" }), json!({ "displayName": null })] {
            assert_refused(&bridge.make_group(target, body).await, 400, "invalidValue", target);
        }
        assert_nothing_written(&bridge, target, "no name");
    }
}

#[tokio::test]
async fn odd_names_are_looked_up_and_kept_to_the_letter() {
    for target in TARGETS {
        for name in ["O'Brien's", "say \"hi\"", "100% sure_", "back\\slash", "a;b", "$NULL$", "Ł田é", "a&b=c+d #1"] {
            let bridge = site().build().await;
            let made = bridge.make_group(target, json!({ "displayName": name })).await;
            assert_eq!(made.status, StatusCode::CREATED, "{target} {name}: {}", made.body);
            let id = id_of(&made.body);
            assert_eq!(native_name(&bridge, target, &id), name, "{target}");
            let filter = format!("displayName eq {}", json!(name));
            let found = bridge.find_groups(target, &filter, "&excludedAttributes=members").await;
            assert_eq!(super::listed(&found), [id], "{target} {name}");
            assert_refused(&bridge.make_group(target, json!({ "displayName": name })).await, 409, "uniqueness", name);
        }
    }
}

#[tokio::test]
async fn a_new_group_gets_its_members_and_an_adopted_one_more() {
    for target in TARGETS {
        for adopted in [false, true] {
            let bridge = site().build().await;
            let users = users(&bridge, target, 4);
            if adopted {
                let id = group(&bridge, target, "Engineers");
                put_in(&bridge, target, &users[3], &id);
            }
            let body = json!({ "displayName": "Engineers", "members": values(&users[..2]) });
            let made = bridge.make_group(target, body).await;
            assert_eq!(made.status, StatusCode::CREATED, "{target}: {}", made.body);
            let mut expected = set_of(&users[..2]);
            expected.extend(adopted.then(|| users[3].clone()));
            assert_eq!(members(&bridge, target, &id_of(&made.body)), expected, "{target}");
            assert_eq!(shown(&made.body), expected, "{target}");
        }
    }
}

#[tokio::test]
async fn a_create_with_a_member_that_cannot_be_makes_nothing() {
    for target in TARGETS {
        let bridge = site().build().await;
        let ada = user(&bridge, target, "ada");
        let count = group_records(&bridge, target).len();
        let nested = json!([{ "value": ada }, { "value": "some-group", "type": "Group" }]);
        for (wrong, named) in [(values([ada.as_str(), "nobody-77"]), "nobody-77"), (nested, "")] {
            let answer = bridge.make_group(target, json!({ "displayName": "Engineers", "members": wrong })).await;
            assert_refused(&answer, 400, "invalidValue", target);
            assert!(answer.body["detail"].as_str().is_some_and(|text| text.contains(named)), "{}", answer.body);
            assert_nothing_written(&bridge, target, "all members are looked at first");
        }
        assert_eq!(group_records(&bridge, target).len(), count, "{target}");
        let found = bridge.find_groups(target, "displayName eq \"Engineers\"", "").await;
        assert_eq!(found.body["totalResults"], 0, "{target}");
    }
}

#[tokio::test]
async fn a_target_may_adopt_only_or_refuse() {
    for target in TARGETS {
        let kind = if target == "bmc" { "permission-group" } else { "team" };
        for (create, there, missing) in [("adopt", 201, 400), ("refuse", 409, 400)] {
            let keys = format!("groups = {{ kinds = [\"{kind}\"], create = \"{create}\" }}");
            let bridge = match target {
                "bmc" => crate::bridge::Setup { bmc_keys: keys, ..site() },
                _ => crate::bridge::Setup { ivanti_keys: keys, ..site() },
            };
            let bridge = bridge.build().await;
            let id = group(&bridge, target, "Engineers");
            let answer = bridge.make_group(target, json!({ "displayName": "engineers" })).await;
            assert_eq!(answer.status.as_u16(), there, "{target} {create}: {}", answer.body);
            let answer = bridge.make_group(target, json!({ "displayName": "Painters" })).await;
            assert_eq!(answer.status.as_u16(), missing, "{target} {create}: {}", answer.body);
            if create == "refuse" {
                assert_refused(&answer, 400, "mutability", target);
            }
            assert_nothing_written(&bridge, target, create);
            assert_eq!(bridge.group(target, &id).await.status, StatusCode::OK, "{target}: served all the same");
        }
    }
}

#[tokio::test]
async fn two_groups_of_one_name_are_a_conflict_that_names_both() {
    for target in TARGETS {
        let bridge = site().build().await;
        let ids = [group(&bridge, target, "Engineers"), group(&bridge, target, "ENGINEERS")];
        let answer = bridge.make_group(target, json!({ "displayName": "Engineers" })).await;
        assert_refused(&answer, 409, "uniqueness", target);
        let detail = answer.body["detail"].as_str().expect("a detail");
        assert!(ids.iter().all(|id| detail.contains(id.as_str())), "{target}: {detail}");
        assert_nothing_written(&bridge, target, "never a choice");
    }
}

#[tokio::test]
async fn an_external_id_is_one_groups() {
    for target in TARGETS {
        let bridge = site().build().await;
        let body = |name: &str| json!({ "displayName": name, "externalId": "E-1" });
        let first = bridge.make_group(target, body("Engineers")).await;
        assert_eq!(first.status, StatusCode::CREATED, "{target}: {}", first.body);
        clear(&bridge, target);
        assert_refused(&bridge.make_group(target, body("Painters")).await, 409, "uniqueness", target);
        assert_nothing_written(&bridge, target, "the externalId is taken");
        let user = crate::users::new_user("grace");
        let mut user = user.as_object().expect("an object").clone();
        user.insert("externalId".to_owned(), Value::from("E-1"));
        let created = bridge.post(target, Value::Object(user)).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: users have their own: {}", created.body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_whose_answer_was_lost_makes_one_group() {
    for target in TARGETS {
        for after in [true, false] {
            let bridge = site().build().await;
            let count = group_records(&bridge, target).len();
            let lost = Fault::reset().method("POST");
            inject(&bridge, target, if after { lost.after() } else { lost });
            let mut answer = bridge.make_group(target, json!({ "displayName": "Engineers" })).await;
            if answer.status == StatusCode::SERVICE_UNAVAILABLE {
                answer = bridge.make_group(target, json!({ "displayName": "Engineers" })).await;
            }
            assert_eq!(answer.status, StatusCode::CREATED, "{target}: {}", answer.body);
            assert_eq!(group_records(&bridge, target).len(), count + 1, "{target} {after}");
        }
    }
}

#[tokio::test]
async fn a_target_without_kinds_serves_no_groups() {
    let bridge = site_with("groups = { kinds = [] }").await;
    for target in TARGETS {
        let id = group(&bridge, target, "Engineers");
        let ada = user(&bridge, target, "ada");
        put_in(&bridge, target, &ada, &id);
        for path in ["/Groups".to_owned(), format!("/Groups/{id}")] {
            assert_eq!(bridge.get(target, &path).await.status, StatusCode::NOT_FOUND, "{target} {path}");
        }
        let answer = bridge.make_group(target, json!({ "displayName": "Painters" })).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{target}");
        let types = bridge.get(target, "/ResourceTypes").await.body.to_string();
        assert!(types.contains("\"User\"") && !types.contains("\"Group\""), "{target}: {types}");
        let read = bridge.get(target, &format!("/Users/{ada}")).await;
        assert_eq!((read.status, read.body.get("groups")), (StatusCode::OK, None), "{target}");
    }
}
