//! Aim: over HTTP the answer to a filter is what the naive evaluator finds in the simulator's records, joined with what
//! the bridge keeps, and no value leaves its literal on the way to the vendor. Method: records put in behind the
//! bridge's back and users created through it, both of the pool's values; filters at random.

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use scim_bridge::translate::{Condition, Driver, NativeValue, Plan, Relation, narrow, narrow_indexed};
use scim_core::Filter;
use serde_json::{Value as Json, json};

use crate::bridge::{BYSTANDER, Setup, TestBridge};

use super::directory::{Native, Person, Vendor, element, native, person};
use super::naive::{fold, is_taken, satisfies};
use super::native::{driver, parameter, query};
use super::pool::{Dice, LICENSES, NOTIFICATIONS, STATES, VALUES};
use super::shape::{neutral, shape};
use super::tree::{Grower, print};

const FILTERS: usize = 500;
const FOREIGN: usize = 60;
const POSTED: usize = 20;

/// A target with its users.
struct Target {
    vendor: Vendor,
    bridge: TestBridge,
    people: BTreeMap<String, Person>,
    /// What may stand in a literal, folded.
    values: BTreeSet<String>,
    driver: Box<dyn Driver>,
    /// Names in use.
    names: Vec<String>,
}

#[derive(Debug, Default)]
struct Figures {
    answered: usize,
    refused: usize,
    found: usize,
    queries: usize,
    literals: usize,
}

impl Target {
    async fn new(vendor: Vendor, keep: bool, dice: &mut Dice) -> Self {
        let mut setup = Setup::default();
        if !keep {
            setup.bmc_keys.push_str("unmapped = \"ignore\"\n");
            setup.ivanti_keys.push_str("unmapped = \"ignore\"\n");
        }
        // Told, so that every query is narrowed as the judge narrows it.
        setup.bmc_keys.push_str("collation = \"insensitive\"\n");
        setup.ivanti_keys.push_str("collation = \"insensitive\"\n");
        let account = json!({ "Login Name": "svc_scim", "Full Name": "Service", "Password": "demo-secret",
            "License Type": "Fixed", "Group List": "1;" });
        setup.bmc.insert("User", account);
        let bridge = setup.build().await;
        let mut folded = BTreeSet::new();
        let free: Vec<&str> = VALUES.iter().copied().filter(|value| folded.insert(fold(value))).collect();
        let mut names = Vec::new();
        for number in 0..FOREIGN {
            let name = match free.get(number) {
                Some(value) => (*value).to_owned(),
                None => format!("{}{number}", dice.pick(VALUES)),
            };
            let record = Json::Object(native(dice, vendor, &name));
            match vendor {
                Vendor::Bmc => bridge.bmc.insert("User", record),
                Vendor::Ivanti => bridge.ivanti.insert("employees", record),
            };
            names.push(name);
        }
        let driver = driver(vendor, true, keep, Vec::new());
        let mut target = Self { vendor, bridge, people: BTreeMap::new(), values: BTreeSet::new(), driver, names };
        let mut kept = Vec::new();
        for number in 0..if keep { POSTED } else { 0 } {
            kept.push(target.post(dice, number).await);
        }
        for record in target.records() {
            let id = record[target.key()].as_str().expect("a key").to_owned();
            target.people.insert(id, person(vendor, &record, &[]));
        }
        for (id, keep) in kept {
            keep(target.people.get_mut(&id).expect("what was created is there"));
        }
        target.names.push(BYSTANDER.to_owned());
        let constants = STATES.iter().chain(LICENSES).chain(NOTIFICATIONS).chain(&["Active", "$NULL"]).copied();
        let names = target.names.iter().map(String::as_str);
        let ids = target.people.keys().map(String::as_str);
        target.values = VALUES.iter().copied().chain(constants).chain(names).chain(ids).map(fold).collect();
        target
    }

    fn name(&self) -> &'static str {
        match self.vendor {
            Vendor::Bmc => "bmc",
            Vendor::Ivanti => "ivanti",
        }
    }

    fn key(&self) -> &'static str {
        match self.vendor {
            Vendor::Bmc => "Request ID",
            Vendor::Ivanti => "RecId",
        }
    }

    fn records(&self) -> Vec<Native> {
        match self.vendor {
            Vendor::Bmc => self.bridge.bmc.records("User"),
            Vendor::Ivanti => self.bridge.ivanti.records("employees"),
        }
    }

    /// Creates a user; says what the bridge keeps of it beside the record.
    async fn post(&mut self, dice: &mut Dice, number: usize) -> (String, impl FnOnce(&mut Person) + use<>) {
        let said: Vec<&str> = VALUES.iter().copied().filter(|value| !value.trim().is_empty()).collect();
        let name = format!("{}.{number}", dice.pick(&said));
        let (given, family, display) = (*dice.pick(&said), *dice.pick(&said), *dice.pick(&said));
        let (nick, title, work, home) = (*dice.pick(&said), *dice.pick(&said), *dice.pick(&said), *dice.pick(&said));
        let external = said[number];
        let two = dice.chance(70) && fold(work) != fold(home);
        let mut emails = vec![json!({ "value": work, "type": "work", "primary": true })];
        if two {
            emails.push(json!({ "value": home, "type": "home" }));
        }
        let body = json!({ "userName": name, "displayName": display, "title": title, "nickName": nick,
            "name": { "givenName": given, "familyName": family }, "externalId": external, "emails": emails,
            "active": dice.chance(70) });
        let answer = self.bridge.post(self.name(), body.clone()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{body}: {:?}", answer.body);
        self.names.push(name);
        let vendor = self.vendor;
        let keep = move |person: &mut Person| {
            person.set("nickName", nick);
            person.set("title", title);
            person.set("externalId", external);
            person.set("displayName", display);
            if vendor == Vendor::Bmc {
                person.set("name.givenName", given);
                person.set("name.familyName", family);
            }
            if two {
                let list = vec![element(work, "work", true), element(home, "home", false)];
                person.lists.insert("emails", list);
            }
        };
        (answer.body["id"].as_str().expect("an id").to_owned(), keep)
    }

    /// Asks many filters and says what is wrong with the answers, and with what the vendor was asked.
    async fn ask(&self, dice: &mut Dice, filters: usize) -> (Figures, Vec<String>) {
        let (mut figures, mut faults) = (Figures::default(), Vec::new());
        for _ in 0..filters {
            let tree = Grower { dice, vendor: self.vendor, more: &self.names, faults: 10 }.tree();
            let text = print(dice, &tree);
            let journal = match self.vendor {
                Vendor::Bmc => self.bridge.bmc.control().journal(),
                Vendor::Ivanti => self.bridge.ivanti.control().journal(),
            };
            journal.clear();
            let encoded = utf8_percent_encode(&text, NON_ALPHANUMERIC);
            // A filter is about attributes that are not shown as well.
            let shown = if dice.chance(75) { "&attributes=userName" } else { "" };
            let path = format!("/Users?filter={encoded}&count=1000{shown}");
            let answer = self.bridge.get(self.name(), &path).await;
            if !is_taken(&tree) {
                figures.refused += 1;
                let refused = answer.status == StatusCode::BAD_REQUEST && answer.body["scimType"] == "invalidFilter";
                if !refused || journal.count() > 0 {
                    faults.push(format!("{text}: not refused: {:?}", answer.body));
                }
                continue;
            }
            figures.answered += 1;
            let expected: BTreeSet<&str> =
                self.people.iter().filter(|(_, person)| satisfies(&tree, person)).map(|(id, _)| id.as_str()).collect();
            figures.found += expected.len();
            let resources = answer.body["Resources"].as_array().map(Vec::as_slice).unwrap_or_default();
            let got: BTreeSet<&str> = resources.iter().filter_map(|one| one["id"].as_str()).collect();
            if answer.status != StatusCode::OK
                || got != expected
                || got.len() != resources.len()
                || answer.body["totalResults"] != expected.len()
            {
                let person = |id: &&&str| format!("{:?}", self.people.get(**id));
                let missing = expected.difference(&got).next().map(|id| person(&id));
                let extra = got.difference(&expected).next().map(|id| person(&id));
                let (status, total) = (answer.status, &answer.body["totalResults"]);
                let detail = &answer.body["detail"];
                faults.push(format!("{text}\n  {status} {detail} {total}\n  missing {missing:?}\n  extra {extra:?}"));
            }
            for entry in journal.entries() {
                if let Some(query) = entry.query_value(parameter(self.vendor)) {
                    figures.queries += 1;
                    faults.extend(
                        self.escaped(&text, query, &mut figures).map(|why| format!("{text}\n  {query}\n  {why}")),
                    );
                }
            }
        }
        (figures, faults)
    }

    /// What is wrong with a query that came of this filter.
    fn escaped(&self, filter: &str, sent: &str, figures: &mut Figures) -> Option<String> {
        let sent = shape(self.vendor, sent);
        figures.literals += sent.literals.len();
        let pattern = |text: &str| text.chars().all(|it| it.is_ascii_alphanumeric() || it == '%' || it == '_');
        for literal in &sent.literals {
            let keyword = match self.vendor {
                Vendor::Bmc => literal.starts_with('$') && literal.ends_with('$') && literal.len() > 2,
                // Emptiness itself is spelled so.
                Vendor::Ivanti => fold(literal.trim()).starts_with("$null") && literal != "$NULL",
            };
            if keyword || !(self.values.contains(&fold(literal)) || pattern(literal)) {
                return Some(format!("a literal of nobody's: {literal:?}"));
            }
        }
        let model = self.driver.model();
        let parsed = Filter::parse(&model.description.users, filter).expect("the bridge took it");
        let equal = |field| Condition::Compare(field, Relation::Eq, NativeValue::text("x"));
        let canary = equal(model.user_name().field);
        let beside = |condition: &Condition| Condition::any(vec![condition.clone(), canary.clone()]);
        let key = || Some("x".to_owned());
        // The canary by itself or with the key of the last row.
        let mut plain = vec![(Some(canary.clone()), None), (beside(&equal(model.fields.key())), None), (None, key())];
        for narrow in [narrow, narrow_indexed] {
            let native = match narrow(model, &parsed).plan {
                Plan::Where(condition) => Some(condition),
                Plan::All | Plan::Nothing => None,
            };
            let lookup = native.as_ref().and_then(|it| Condition::any(it.pinned(model.user_name().field)?));
            plain.extend([(lookup.as_ref().and_then(beside), None), (lookup, None)]);
            // Records that are known by what is kept for them stand beside the condition, by their keys.
            for known in 0..=POSTED {
                let keys = (0..known).map(|_| equal(model.fields.key()));
                let condition = Condition::any(native.clone().into_iter().chain(keys).collect());
                // Too long a condition is left out; the steps of a walk have its bound; an empty one is asked again with
                // the canary.
                plain.push((condition.as_ref().and_then(beside), None));
                plain.extend([(condition.clone(), None), (condition, key())]);
            }
        }
        let plain = plain.into_iter().filter_map(|(condition, from)| {
            let condition = condition.as_ref().map(neutral);
            query(self.driver.as_ref(), self.vendor, condition, from).map(|text| shape(self.vendor, &text).bare)
        });
        let plain: Vec<String> = plain.collect();
        (!plain.contains(&sent.bare)).then(|| format!("{}\n  is none of {plain:?}", sent.bare))
    }
}

/// Asks and fails on what is wrong.
async fn judge(vendor: Vendor, keep: bool, filters: usize) {
    let mut dice = Dice::new(if keep { 77 } else { 78 });
    let target = Target::new(vendor, keep, &mut dice).await;
    let (figures, faults) = target.ask(&mut dice, filters).await;
    println!("{vendor:?}, kept {keep}: {figures:?}");
    let shown = faults.iter().take(8).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(faults.is_empty(), "{} faults, the first of them:\n{shown}", faults.len());
    assert!(figures.found > filters, "{figures:?}");
    assert!(figures.refused * 200 > filters, "{figures:?}");
    assert!(figures.queries * 8 > filters && figures.literals * 8 > filters, "{figures:?}");
}

#[tokio::test]
async fn bmcs_answers_are_what_the_records_say() {
    judge(Vendor::Bmc, true, FILTERS).await;
}

#[tokio::test]
async fn bmcs_answers_are_the_same_where_nothing_is_kept() {
    judge(Vendor::Bmc, false, FILTERS / 2).await;
}

#[tokio::test]
async fn ivantis_answers_are_what_the_records_say() {
    judge(Vendor::Ivanti, true, FILTERS).await;
}

#[tokio::test]
async fn ivantis_answers_are_the_same_where_nothing_is_kept() {
    judge(Vendor::Ivanti, false, FILTERS / 2).await;
}
