//! What is not as it should be: in an answer, and in the vendor's records.

use serde_json::Value;
use simulators::control::Record;

use super::client::Answer;
use super::side::{Records, Side};
use super::story::{Expected, Fields, Places, Step, Wanted};

/// What differs between two states of one record: field, before, after.
pub(super) type Difference = (String, Option<Value>, Option<Value>);

/// What is wrong with an answer.
pub(super) fn answer(step: &Step, places: &Places, answer: &Answer) -> Vec<String> {
    let mut faults = Vec::new();
    if answer.status != step.status {
        faults.push(format!("the answer is {}, not {}", answer.status.as_u16(), step.status.as_u16()));
    }
    for (pointer, wanted) in &step.shows {
        let got = answer.body.pointer(pointer).unwrap_or(&Value::Null);
        let wanted = wanted.as_str().map_or_else(|| wanted.clone(), |text| places.fill(text).into());
        if *got != wanted {
            faults.push(format!("the answer has {got} at {pointer}, not {wanted}"));
        }
    }
    faults
}

/// What is wrong with the vendor's records after a step.
pub(super) fn records(
    side: &Side,
    expected: &Expected,
    places: &Places,
    before: &Records,
    after: &Records,
) -> Vec<String> {
    let changed = changed_keys(before, after);
    let mut faults = Vec::new();
    let own = match expected {
        Expected::Untouched => None,
        Expected::Created(_) | Expected::Changed(_) => Some(places.id.as_str()),
    };
    for key in changed.iter().filter(|key| Some(key.as_str()) != own) {
        faults.push(format!("record {key} of {} was written, and should not have been", side.object()));
    }
    let (Some(own), Expected::Created(fields) | Expected::Changed(fields)) = (own, expected) else { return faults };
    let Some(record) = after.get(own) else {
        faults.push(format!("there is no record {own} of {}", side.object()));
        return faults;
    };
    let was = before.get(own);
    if was.is_none() != matches!(expected, Expected::Created(_)) {
        faults.push("the record is not the one that was to be made or changed".to_owned());
    }
    faults.extend(wrong_values(fields, places, record));
    let own_marks = if was.is_none() { side.birthmarks() } else { &[] };
    let by_vendor = |name: &str| side.stamps().contains(&name) || own_marks.contains(&name);
    let named = |name: &str| fields.iter().any(|(field, _)| *field == name);
    for (name, before, after) in differences(was, Some(record)) {
        if !named(&name) && !by_vendor(&name) {
            faults.push(format!(
                "{name} went from {} to {}, and nobody asked for it",
                told(before.as_ref()),
                told(after.as_ref())
            ));
        }
    }
    faults
}

/// The records that differ, are new or are gone.
pub(super) fn changed_keys(before: &Records, after: &Records) -> Vec<String> {
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().filter(|key| before.get(*key) != after.get(*key)).cloned().collect()
}

/// The fields that differ, in the record's order.
pub(super) fn differences(before: Option<&Record>, after: Option<&Record>) -> Vec<Difference> {
    let mut names: Vec<&String> = Vec::new();
    for name in [after, before].into_iter().flatten().flat_map(Record::keys) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let value = |record: Option<&Record>, name: &str| record.and_then(|record| record.get(name)).cloned();
    let states = names.into_iter().map(|name| (name.clone(), value(before, name), value(after, name)));
    states.filter(|(_, before, after)| before != after).collect()
}

fn wrong_values(fields: &Fields, places: &Places, record: &Record) -> Vec<String> {
    let wrong = fields.iter().filter_map(|(name, wanted)| {
        let got = record.get(*name).and_then(Value::as_str);
        match wanted {
            Wanted::Text(text) => (got != Some(text)).then(|| format!("{name} is {}, not '{text}'", quoted(got))),
            Wanted::Manager => {
                let key = places.manager.as_str();
                (got != Some(key)).then(|| format!("{name} is {}, not the manager's key '{key}'", quoted(got)))
            }
            Wanted::AnyBut(text) => match got {
                Some(got) if !got.is_empty() && got != *text => None,
                _ => Some(format!("{name} is empty, or the value that was to be ignored")),
            },
        }
    });
    wrong.collect()
}

fn quoted(value: Option<&str>) -> String {
    value.map_or_else(|| "empty".to_owned(), |value| format!("'{value}'"))
}

fn told(value: Option<&Value>) -> String {
    value.map_or_else(|| "empty".to_owned(), Value::to_string)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use simulators::bmc::{Bmc, BmcOptions};
    use simulators::control::Clock;

    use super::*;
    use Wanted::Text;

    /// What is found when these values change in one of two records, and this is expected.
    fn found(change: Value, expected: &Expected, other: Option<Value>) -> Vec<String> {
        let bmc = Bmc::new(BmcOptions::default(), Clock::manual(jiff::Timestamp::UNIX_EPOCH));
        let id = bmc.insert("User", json!({ "Login Name": "ann", "Status": "Current" }));
        let neighbour = bmc.insert("User", json!({ "Login Name": "bob" }));
        let side = Side::Bmc(bmc.clone());
        let before = side.records();
        bmc.patch_record("User", &id, change);
        if let Some(other) = other {
            bmc.patch_record("User", &neighbour, other);
        }
        let mut places = Places::default();
        places.user(&json!({ "id": id }));
        records(&side, expected, &places, &before, &side.records())
    }

    #[test]
    fn the_change_that_was_expected_is_no_fault() {
        let off = Expected::Changed(vec![("Status", Text("Disabled"))]);
        assert_eq!(found(json!({ "Status": "Disabled" }), &off, None), Vec::<String>::new());
    }

    #[test]
    fn whatever_else_happens_is_told() {
        let off = Expected::Changed(vec![("Status", Text("Disabled"))]);
        let cases = [
            (json!({ "Department": null }), &off, None, "Status is 'Current', not 'Disabled'"),
            (
                json!({ "Status": "Disabled", "Department": "X" }),
                &off,
                None,
                "Department went from empty to \"X\", and nobody asked for it",
            ),
            (
                json!({ "Status": "Disabled" }),
                &off,
                Some(json!({ "Status": "Disabled" })),
                "record 000000000000002 of User was written, and should not have been",
            ),
            (
                json!({ "Status": "Disabled" }),
                &Expected::Untouched,
                None,
                "record 000000000000001 of User was written, and should not have been",
            ),
            (
                json!({ "Status": "Disabled" }),
                &Expected::Created(vec![("Status", Text("Disabled"))]),
                None,
                "the record is not the one that was to be made or changed",
            ),
        ];
        for (change, expected, other, fault) in cases {
            assert_eq!(found(change, expected, other), [fault]);
        }
    }
}
