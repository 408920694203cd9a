//! Bulk requests: what is understood of them, and the order of dependency against a naive model.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use scim_core::bulk::{self, Method, Named, Outcome, Plan, Request, Step};
use scim_core::{ScimError, Tags};
use serde_json::{Value, json};

fn request(operations: &Value) -> Request {
    bulk::read(&json!({ "schemas": [bulk::BULK_REQUEST_URN], "Operations": operations }), 1_000).expect("a request")
}

fn planned(operations: &Value) -> (Request, Plan) {
    let mut request = request(operations);
    let plan = Plan::new(&mut request);
    (request, plan)
}

/// The steps in their order: `3` is the main step of the operation at place 3, `3+` its late one.
fn order(plan: &Plan) -> Vec<String> {
    let name = |step: &Step| match step {
        Step::Main(place) => place.to_string(),
        Step::Late(place) => format!("{place}+"),
    };
    plan.waves.iter().flatten().map(name).collect()
}

fn error(request: &Request, place: usize) -> Option<u16> {
    request.operations[place].task.as_ref().err().map(|error| error.status)
}

fn user(bulk_id: &str) -> Value {
    json!({ "method": "POST", "path": "/Users", "bulkId": bulk_id, "data": { "userName": bulk_id } })
}

fn group(bulk_id: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|name| json!({ "value": format!("bulkId:{name}") })).collect();
    json!({ "method": "POST", "path": "/Groups", "bulkId": bulk_id,
        "data": { "displayName": bulk_id, "members": members } })
}

#[test]
fn what_is_no_bulk_request_is_refused_as_a_whole() {
    let one = json!([user("a")]);
    for (body, status) in [
        (json!([]), 400),
        (json!({}), 400),
        (json!({ "Operations": [] }), 400),
        (json!({ "Operations": {} }), 400),
        (json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": one }), 400),
        (json!({ "Operations": one, "failOnErrors": 0 }), 400),
        (json!({ "Operations": one, "failOnErrors": -1 }), 400),
        (json!({ "Operations": one, "failOnErrors": "1" }), 400),
        (json!({ "Operations": [user("a"), user("b"), user("c")] }), 413),
    ] {
        assert_eq!(bulk::read(&body, 2).map(|_| ()).unwrap_err().status, status, "{body}");
    }
    for body in [
        json!({ "Operations": one }),
        json!({ "operations": one, "failonerrors": null }),
        json!({ "schemas": [bulk::BULK_REQUEST_URN.to_uppercase()], "Operations": one, "failOnErrors": 1 }),
    ] {
        assert!(bulk::read(&body, 1).is_ok(), "{body}");
    }
}

#[test]
fn what_cannot_be_understood_of_one_operation_is_its_own_error() {
    let data = json!({ "userName": "a" });
    let all = json!([
        1,
        {},
        { "method": "GET", "path": "/Users/1" },
        { "method": "POST", "path": "/Users", "data": data },
        { "method": "POST", "path": "/Users/1", "bulkId": "a", "data": data },
        { "method": "POST", "path": "/Users", "bulkId": "b" },
        { "method": "POST", "path": "/Users", "bulkId": "c", "data": [] },
        { "method": "POST", "path": "/Users?attributes=id", "bulkId": "d", "data": data },
        { "method": "PUT", "path": "/Users", "data": data },
        { "method": "PUT", "path": "/", "data": data },
        { "method": "PUT", "path": "/Users/%zz", "data": data },
        { "method": "PUT", "path": "/Users/%ff", "data": data },
        { "method": "PATCH", "path": "/Users/1", "data": data, "version": "nonsense" },
        { "method": "DELETE" },
        { "method": "DELETE", "path": "/Users/bulkId:nobody" },
        { "method": "DELETE", "path": "/Users/1" },
    ]);
    let (request, plan) = planned(&all);
    let last = request.operations.len() - 1;
    for place in 0..last {
        assert_eq!(error(&request, place), Some(400), "{}", all[place]);
    }
    assert_eq!(error(&request, last), None);
    assert_eq!(order(&plan), (0..=last).map(|place| place.to_string()).collect::<Vec<_>>());
}

#[test]
fn paths_and_versions_are_read_as_elsewhere() {
    let one = |path: &str, version: Value| {
        let operation = json!({ "method": "delete", "path": path, "version": version, "data": { "x": "bulkId:y" } });
        request(&json!([operation])).operations.remove(0).task.expect("a task")
    };
    let task = one("/Groups/a%2Fb/", Value::Null);
    assert_eq!((task.method, task.endpoint.as_str()), (Method::Delete, "/Groups"));
    assert_eq!((task.on, task.only_if), (Some(Named::Id("a/b".to_owned())), None));
    let task = one("Users/bulkId:x", json!("W/\"1\""));
    assert_eq!(task.on, Some(Named::BulkId("x".to_owned())));
    assert_eq!(task.only_if, Tags::parse("W/\"1\""));
    assert_eq!(task.data, Value::Null, "a DELETE has no body, and refers to nothing by it");
}

#[test]
fn references_are_found_wherever_they_may_stand() {
    let all = json!([
        { "method": "PATCH", "path": "/Groups/g", "data": { "Operations": [
            { "op": "add", "path": "members", "value": [{ "value": "bulkId:a", "$ref": "../Users/bulkId:a" }] },
            { "op": "remove", "path": "members[value eq \"bulkId:b\" or value eq \"bulkId:c\"]" },
            { "op": "add", "value": { "urn:x:manager.value": "BULKID:d", "note": "of bulkId:nobody, perhaps" } },
        ] } },
        { "method": "DELETE", "path": "/Users/bulkId:a" },
        user("a"), user("b"), user("c"), user("d"),
    ]);
    let (request, plan) = planned(&all);
    assert_eq!(order(&plan), ["2", "3", "4", "5", "0", "1"]);
    let ids = ["a", "b", "c", "d"].map(|name| (name.to_owned(), format!("\"{name}\"")));
    let task = request.operations[0].task.as_ref().expect("a task").resolved(&HashMap::from(ids.clone()));
    assert_eq!(
        task.data["Operations"],
        json!([
            { "op": "add", "path": "members", "value": [{ "value": "\"a\"", "$ref": "../Users/\"a\"" }] },
            { "op": "remove", "path": "members[value eq \"\\\"b\\\"\" or value eq \"\\\"c\\\"\"]" },
            { "op": "add", "value": { "urn:x:manager.value": "\"d\"", "note": "of bulkId:nobody, perhaps" } },
        ])
    );
    let task = request.operations[1].task.as_ref().expect("a task").resolved(&HashMap::from(ids));
    assert_eq!(task.on, Some(Named::Id("\"a\"".to_owned())));
}

#[test]
fn circles_are_opened_where_the_rfc_opens_them() {
    // RFC 7644 section 3.7.1: two groups that are members of each other.
    let (request, plan) = planned(&json!([group("qwerty", &["ytrewq"]), group("ytrewq", &["qwerty", "x"]), user("x")]));
    assert_eq!(order(&plan), ["0", "2", "1", "0+", "1+"]);
    let task = request.operations[1].task.as_ref().expect("a task");
    assert_eq!(task.data["members"], json!([{ "value": "bulkId:x" }]), "what is in no circle does not wait");
    assert_eq!(
        task.late.as_ref().expect("something late")["Operations"],
        json!([{ "op": "add", "path": "members", "value": [{ "value": "bulkId:qwerty" }] }])
    );
    assert_eq!(plan.units, [0, 0, 2]);

    let managed = |name: &str, by: &str| {
        let mut user = user(name);
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        user["data"][enterprise] = json!({ "department": "D", "manager": { "value": format!("bulkId:{by}") } });
        user
    };
    let (request, plan) = planned(&json!([managed("a", "b"), managed("b", "a"), managed("c", "c"), managed("d", "a")]));
    assert_eq!(order(&plan), ["0", "1", "0+", "1+", "2", "2+", "3"]);
    assert!(request.operations[3].task.as_ref().is_ok_and(|task| task.late.is_none()));
}

#[test]
fn circles_that_cannot_be_opened_are_409_and_so_is_what_refers_to_them() {
    let named = |bulk_id: &str, by: &str| json!({ "method": "POST", "path": "/Users", "bulkId": bulk_id, "data": { "nickName": format!("bulkId:{by}") } });
    let (request, plan) =
        planned(&json!([named("a", "b"), named("b", "a"), group("g", &["a"]), group("h", &["g"]), user("x")]));
    let errors: Vec<_> = (0..5).map(|place| error(&request, place)).collect();
    assert_eq!(errors, [Some(409), Some(409), Some(409), Some(409), None]);
    assert_eq!(order(&plan), ["0", "1", "2", "3", "4"]);
}

#[test]
fn a_bulk_id_belongs_to_one_creation() {
    let (request, _) = planned(&json!([user("a"), user("a"), group("g", &["a"]), user("b"), group("h", &["b", "z"])]));
    let errors: Vec<_> = (0..5).map(|place| error(&request, place)).collect();
    assert_eq!(errors, [Some(400), Some(400), Some(409), None, Some(400)]);
}

#[test]
fn beside_each_other_is_only_what_cannot_be_in_the_way() {
    let delete = |id: &str| json!({ "method": "DELETE", "path": format!("/Users/{id}") });
    let patch = |id: &str| json!({ "method": "PATCH", "path": format!("/Users/{id}"), "data": {} });
    let again = json!({ "method": "POST", "path": "/Users", "bulkId": "a2", "data": { "username": "A" } });
    let all = json!([
        user("a"),
        user("b"),
        group("g", &[]),
        again,
        delete("1"),
        delete("2"),
        user("c"),
        patch("1"),
        patch("2"),
        patch("1"),
        group("h", &["c"]),
    ]);
    let (_, plan) = planned(&all);
    let waves: Vec<usize> = plan.waves.iter().map(Vec::len).collect();
    assert_eq!(order(&plan), (0..11).map(|place: usize| place.to_string()).collect::<Vec<_>>());
    assert_eq!(waves, [3, 1, 2, 1, 2, 1, 1]);
}

#[test]
fn the_answer_repeats_the_request_and_leaves_out_what_was_not_begun() {
    let request = request(&json!([user("a"), { "method": "delete", "path": "/Users/1" }, {}, user("b")]));
    let failed = Outcome::failed(ScimError::invalid_syntax("no"), None);
    let done =
        |status| Outcome { status, location: Some("L".to_owned()), version: Some("W/\"1\"".to_owned()), error: None };
    let answer = bulk::response(&request.operations, &[Some(done(201)), Some(done(204)), Some(failed), None]);
    let error = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "scimType": "invalidSyntax",
        "detail": "no", "status": "400" });
    assert_eq!(answer["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]));
    assert_eq!(
        answer["Operations"],
        json!([
            { "location": "L", "method": "POST", "bulkId": "a", "version": "W/\"1\"", "status": "201" },
            { "location": "L", "method": "DELETE", "version": "W/\"1\"", "status": "204" },
            { "status": "400", "response": error },
        ])
    );
}

#[test]
fn a_long_chain_is_planned_without_a_deep_stack() {
    let count = 1_000;
    let names: Vec<String> = (0..count).map(|place: usize| place.to_string()).collect();
    let chain =
        |place: usize| group(&names[place], &names.get(place + 1).map(String::as_str).into_iter().collect::<Vec<_>>());
    let (_, plan) = planned(&(0..count).map(chain).collect());
    assert_eq!(order(&plan), names.iter().rev().cloned().collect::<Vec<_>>());
    let circle = |place: usize| group(&names[place], &[&names[(place + 1) % count]]);
    let (_, plan) = planned(&(0..count).map(circle).collect());
    assert_eq!(order(&plan).len(), 2 * count);
}

/// Whether each place reaches another one over what it needs.
fn reaches(needs: &[HashSet<usize>], from: usize, to: usize) -> bool {
    let mut seen = HashSet::new();
    let mut open: Vec<usize> = needs[from].iter().copied().collect();
    while let Some(place) = open.pop() {
        if place == to {
            return true;
        }
        if seen.insert(place) {
            open.extend(&needs[place]);
        }
    }
    false
}

/// Places an operation behind what it needs now, and adds what waits for it and can be added.
fn naive(place: usize, members: &[HashSet<usize>], now: &[HashSet<usize>], steps: &mut Vec<Step>) {
    if steps.contains(&Step::Main(place)) {
        return;
    }
    let mut needs: Vec<usize> = now[place].iter().copied().collect();
    needs.sort_by_key(|&need| format!("g{need}"));
    for need in needs {
        naive(need, members, now, steps);
    }
    steps.push(Step::Main(place));
    for other in 0..members.len() {
        let mut late = members[other].difference(&now[other]).chain([&other]);
        let is_late = members[other].len() > now[other].len() && !steps.contains(&Step::Late(other));
        if is_late && late.all(|&need| steps.contains(&Step::Main(need))) {
            steps.push(Step::Late(other));
        }
    }
}

proptest! {
    /// Groups that have each other as members in any way: only what is in a circle waits.
    #[test]
    fn the_order_is_that_of_the_naive_model(
        members in proptest::collection::vec(proptest::collection::hash_set(0_usize..8, 0..3), 8),
    ) {
        let names: Vec<String> = (0..8).map(|place| format!("g{place}")).collect();
        let of = |members: &HashSet<usize>| members.iter().map(|&place| names[place].as_str()).collect::<Vec<_>>();
        let all: Value = members.iter().zip(&names).map(|(members, name)| group(name, &of(members))).collect();
        let (request, plan) = planned(&all);

        let in_circle = |one: usize, other: usize| reaches(&members, one, other) && reaches(&members, other, one);
        let now: Vec<HashSet<usize>> = members.iter().enumerate()
            .map(|(place, needs)| needs.iter().copied().filter(|&need| !in_circle(place, need)).collect())
            .collect();
        let mut expected = Vec::new();
        for place in 0..8 {
            naive(place, &members, &now, &mut expected);
        }
        prop_assert_eq!(plan.waves.concat(), expected);
        for (place, operation) in request.operations.iter().enumerate() {
            let task = operation.task.as_ref().expect("every circle can be opened");
            let left = task.data["members"].as_array().expect("a list").len();
            prop_assert_eq!(left, now[place].len());
        }
        for wave in &plan.waves {
            let together: HashSet<usize> = wave.iter().map(|step| match step { Step::Main(at) | Step::Late(at) => *at }).collect();
            for &place in &together {
                prop_assert!(now[place].is_disjoint(&together), "{:?}", wave);
            }
        }
    }

    /// Whatever is sent, each operation has one place in the order, and nothing panics.
    #[test]
    fn every_operation_is_carried_out_once(
        kinds in proptest::collection::vec((0_usize..5, 0_usize..6, 0_usize..6), 1..12),
    ) {
        let one = |(kind, own, other): (usize, usize, usize)| match kind {
            0 => group(&format!("b{own}"), &[&format!("b{other}")]),
            1 => json!({ "method": "POST", "path": "/Users", "bulkId": format!("b{own}"),
                "data": { "userName": own.to_string(), "manager": { "value": format!("bulkId:b{other}") } } }),
            2 => json!({ "method": "PATCH", "path": format!("/Users/bulkId:b{own}"),
                "data": { "Operations": [{ "path": "x", "value": format!("bulkId:b{other}") }] } }),
            3 => json!({ "method": "DELETE", "path": format!("/Users/{own}") }),
            _ => json!({ "method": "POST", "path": "/Users", "bulkId": format!("b{own}"),
                "data": { "nickName": format!("bulkId:b{other}") } }),
        };
        let count = kinds.len();
        let (_, plan) = planned(&kinds.into_iter().map(one).collect());
        let mut places: Vec<usize> = plan.waves.iter().flatten()
            .filter_map(|step| match step { Step::Main(place) => Some(*place), Step::Late(_) => None })
            .collect();
        places.sort_unstable();
        prop_assert_eq!(places, (0..count).collect::<Vec<_>>());
    }
}
