//! Aim: whatever sequence of group changes a client sends, in whatever dialect, the vendor's records hold what the
//! sequence says. Method: requests at random, and a model that is a set of ids for each group. The model shares nothing
//! with the bridge; the records are the simulator's.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    GROUP, TARGETS, assert_done, assert_nothing_written, assert_refused, clear, group, holders, keys_in, list_of,
    members, patch_native, set_of, shown, site, users, values,
};
use crate::bridge::TestBridge;
use crate::filters::pool::{Dice, any_case};

/// What one operation means.
enum Meaning {
    Add(Vec<usize>),
    Remove(Vec<usize>),
    Exactly(Vec<usize>),
    Nothing,
}

struct World {
    bridge: TestBridge,
    target: &'static str,
    /// `Engineers` and `Painters`.
    groups: [String; 2],
    users: Vec<String>,
    /// The ids in each user's list that are no group's.
    strange: Vec<Vec<String>>,
    /// Who is in each group, by number.
    model: [BTreeSet<usize>; 2],
}

const NAMES: [&str; 2] = ["Engineers", "Painters"];
const USERS: usize = 6;

impl World {
    async fn new(target: &'static str, dice: &mut Dice) -> Self {
        let bridge = site().build().await;
        let groups = NAMES.map(|name| group(&bridge, target, name));
        let users = users(&bridge, target, USERS);
        let mut model = [BTreeSet::new(), BTreeSet::new()];
        let mut strange = Vec::new();
        for (number, user) in users.iter().enumerate() {
            let mut keys = Vec::new();
            for (index, id) in groups.iter().enumerate() {
                // Ivanti's employees are in one team at most.
                if dice.chance(40) && (target == "bmc" || keys.is_empty()) {
                    keys.push(super::key_of(&bridge, target, id));
                    model[index].insert(number);
                }
            }
            strange.push(Vec::new());
            if target == "bmc" {
                for id in ["999", "5", "1000000001", "142", "0"] {
                    if dice.chance(30) {
                        keys.insert(dice.below(keys.len() + 1), id.to_owned());
                    }
                }
                let known = groups.each_ref().map(|id| super::key_of(&bridge, target, id));
                strange[number] = keys.iter().filter(|key| !known.contains(key)).cloned().collect();
                let list = keys.iter().map(|key| format!("{key}{}", dice.pick(&[";", "; ", " ", ","])));
                patch_native(&bridge, target, user, json!({ "Group List": list.collect::<String>() }));
            } else {
                patch_native(&bridge, target, user, json!({ "Team": keys.first() }));
            }
        }
        Self { bridge, target, groups, users, strange, model }
    }

    fn some_users(dice: &mut Dice, at_most: usize) -> Vec<usize> {
        (0..dice.below(at_most + 1)).map(|_| dice.below(USERS)).collect()
    }

    /// The list of members as one of the clients writes it.
    fn list(&self, dice: &mut Dice, numbers: &[usize]) -> Value {
        let style = dice.below(4);
        let element = |&number: &usize| {
            let id = &self.users[number];
            match style {
                0 => json!({ "value": id }),
                1 => json!({ "$ref": null, "value": id }),
                2 => json!({ "value": id, "display": "u@example.com" }),
                _ => json!({ "value": id, "type": "User", "display": null }),
            }
        };
        numbers.iter().map(element).collect()
    }

    /// One operation on the group `index`, and what it means.
    fn operation(&self, dice: &mut Dice, index: usize) -> (Value, Meaning) {
        let numbers = Self::some_users(dice, 4);
        let list = self.list(dice, &numbers);
        let path = if dice.chance(20) { format!("{GROUP}:members") } else { any_case(dice, "members") };
        let verb = |dice: &mut Dice, verb: &str| any_case(dice, verb);
        match dice.below(9) {
            0 => (json!({ "op": verb(dice, "add"), "path": path, "value": list }), Meaning::Add(numbers)),
            1 => (json!({ "op": verb(dice, "add"), "value": { "members": list } }), Meaning::Add(numbers)),
            2 => (json!({ "op": verb(dice, "remove"), "path": path, "value": list }), Meaning::Remove(numbers)),
            3 => {
                let number = dice.below(USERS);
                let path = format!("members[value eq \"{}\"]", self.users[number]);
                (json!({ "op": verb(dice, "remove"), "path": path }), Meaning::Remove(vec![number]))
            }
            4 => {
                let numbers = [dice.below(USERS), dice.below(USERS)];
                let [first, second] = numbers.map(|number| &self.users[number]);
                let path = format!("members[value eq \"{first}\" or value eq \"{second}\"]");
                (json!({ "op": verb(dice, "remove"), "path": path }), Meaning::Remove(numbers.to_vec()))
            }
            5 => {
                let gone = if dice.chance(50) { Meaning::Exactly(Vec::new()) } else { Meaning::Nothing };
                match gone {
                    Meaning::Nothing => (json!({ "op": "remove", "path": path, "value": values(["nobody-77"]) }), gone),
                    _ => (json!({ "op": verb(dice, "remove"), "path": path }), gone),
                }
            }
            6 => (json!({ "op": verb(dice, "replace"), "path": path, "value": list }), Meaning::Exactly(numbers)),
            7 => {
                let value = json!({ "members": list, "id": self.groups[index], "displayName": NAMES[index] });
                (json!({ "op": verb(dice, "replace"), "value": value }), Meaning::Exactly(numbers))
            }
            _ => {
                let value = json!({ "id": self.groups[index], "displayName": any_case(dice, NAMES[index]) });
                (json!({ "op": verb(dice, "replace"), "value": value }), Meaning::Nothing)
            }
        }
    }

    /// A PATCH or PUT of one group at random; checks answer, records and writes.
    async fn step(&mut self, dice: &mut Dice) {
        let index = dice.below(2);
        let id = self.groups[index].clone();
        let before = self.model[index].clone();
        let mut wanted = before.clone();
        let mut body = Vec::new();
        for _ in 0..=dice.below(4) {
            let (operation, meaning) = self.operation(dice, index);
            match meaning {
                Meaning::Add(numbers) => wanted.extend(numbers),
                Meaning::Remove(numbers) => wanted.retain(|number| !numbers.contains(number)),
                Meaning::Exactly(numbers) => wanted = numbers.into_iter().collect(),
                Meaning::Nothing => {}
            }
            body.push(operation);
        }
        let stranger = dice.chance(10);
        if stranger {
            body.push(super::op("add", ["nobody-77"]));
        }
        let taken =
            self.target == "ivanti" && wanted.difference(&before).any(|number| self.model[1 - index].contains(number));
        let put = !stranger && dice.chance(25);
        let case = format!("{} {put} {} from {before:?}", self.target, json!(body));
        clear(&self.bridge, self.target);
        let answer = if put {
            let list = self.list(dice, &wanted.iter().copied().collect::<Vec<_>>());
            let body = json!({ "displayName": NAMES[index], "id": id, "members": list });
            self.bridge.put_group(self.target, &id, body).await
        } else {
            self.bridge.patch_group(self.target, &id, Value::Array(body)).await
        };
        if stranger || taken {
            let status = (answer.status, answer.body["scimType"].as_str());
            let expected = if taken && !stranger { "mutability" } else { "invalidValue" };
            if taken && stranger {
                assert_eq!(status.0, StatusCode::BAD_REQUEST, "{case}");
            } else {
                assert_refused(&answer, 400, expected, &case);
            }
            assert_nothing_written(&self.bridge, self.target, &case);
        } else {
            if put {
                assert_eq!(answer.status, StatusCode::OK, "{case}: {}", answer.body);
            } else {
                assert_done(&answer, &case);
            }
            let writes = super::writes(&self.bridge, self.target).len();
            assert_eq!(
                writes,
                wanted.symmetric_difference(&before).count(),
                "{case}: one write for each that changes {:?}",
                super::entries(&self.bridge, self.target)
            );
            self.model[index] = wanted;
        }
        self.check(&case);
    }

    /// The records are what the model says.
    fn check(&self, case: &str) {
        for (id, model) in self.groups.iter().zip(&self.model) {
            let expected = set_of(model.iter().map(|&number| &self.users[number]));
            assert_eq!(members(&self.bridge, self.target, id), expected, "{case}");
        }
        if self.target != "bmc" {
            return;
        }
        let known = self.groups.each_ref().map(|id| super::key_of(&self.bridge, self.target, id));
        for (user, strange) in self.users.iter().zip(&self.strange) {
            let held = keys_in(&list_of(&self.bridge, self.target, user));
            assert_eq!(set_of(&held).len(), held.len(), "{case}: {held:?} holds each id once");
            let others: Vec<String> = held.into_iter().filter(|key| !known.contains(key)).collect();
            assert_eq!(others, *strange, "{case}: the ids that nobody knows, in their order");
        }
    }
}

#[tokio::test]
async fn sequences_of_changes_come_to_what_they_say() {
    for target in TARGETS {
        let mut dice = Dice::new(7_643);
        for sequence in 0..200 {
            let mut world = World::new(target, &mut dice).await;
            for _ in 0..6 {
                world.step(&mut dice).await;
            }
            for (id, model) in world.groups.iter().zip(&world.model) {
                let expected = set_of(model.iter().map(|&number| &world.users[number]));
                let read = world.bridge.group(target, id).await;
                assert_eq!(shown(&read.body), expected, "{target}: sequence {sequence}");
            }
            assert_eq!(holders(&world.bridge, target, "nobody-77"), set_of([""; 0]), "{target}");
        }
    }
}
