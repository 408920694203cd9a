//! What is not as it should be: in an answer, and in the vendor's records.

use serde_json::Value;
use simulators::control::Record;

use super::client::Answer;
use super::side::{RecordId, Records, Side};
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
pub(super) fn records(side: &Side, step: &Step, places: &Places, before: &Records, after: &Records) -> Vec<String> {
    let own: Vec<(RecordId, &Expected)> =
        step.records.iter().map(|(who, expected)| (places.record(*who, side), expected)).collect();
    let mut faults = Vec::new();
    for id in changed(before, after) {
        if own.iter().all(|(own, _)| *own != id) {
            faults.push(format!("{id} was written, and should not have been"));
        }
    }
    for (id, expected) in own {
        faults.extend(record(side, expected, places, &id, [before.get(&id), after.get(&id)]));
    }
    faults
}

/// What is wrong with one record that was to be written.
fn record(
    side: &Side,
    expected: &Expected,
    places: &Places,
    id: &RecordId,
    [before, after]: [Option<&Record>; 2],
) -> Vec<String> {
    let fields = match (expected, after) {
        (Expected::Gone, None) if before.is_some() => return Vec::new(),
        (Expected::Gone, None) => return vec![format!("{id} was not there before either")],
        (Expected::Gone, Some(_)) => return vec![format!("{id} is still there")],
        (Expected::Created(_) | Expected::Changed(_), None) => return vec![format!("there is no {id}")],
        (Expected::Created(fields) | Expected::Changed(fields), Some(_)) => fields,
    };
    let Some(record) = after else { return Vec::new() };
    let mut faults = Vec::new();
    if before.is_none() != matches!(expected, Expected::Created(_)) {
        faults.push("the record is not the one that was to be made or changed".to_owned());
    }
    faults.extend(wrong_values(fields, places, record));
    let own_marks = if before.is_none() { side.birthmarks() } else { &[] };
    let by_vendor = |name: &str| side.stamps().contains(&name) || own_marks.contains(&name);
    let named = |name: &str| fields.iter().any(|(field, _)| *field == name);
    for (name, before, after) in differences(before, Some(record)) {
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
pub(super) fn changed(before: &Records, after: &Records) -> Vec<RecordId> {
    let mut ids: Vec<&RecordId> = before.keys().chain(after.keys()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().filter(|id| before.get(id) != after.get(id)).cloned().collect()
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
        let got = record.get(*name).filter(|value| **value != "");
        let wanted = match wanted {
            Wanted::Text(text) => Some(places.fill(text).into()),
            Wanted::Number(number) => Some(Value::from(*number)),
            Wanted::Empty => None,
            Wanted::AnyBut(text) => {
                let other = got.is_some_and(|got| got != text);
                return (!other).then(|| format!("{name} is empty, or the value that was to be ignored"));
            }
        };
        (got != wanted.as_ref()).then(|| format!("{name} is {}, not {}", told(got), told(wanted.as_ref())))
    });
    wrong.collect()
}

fn told(value: Option<&Value>) -> String {
    value.map_or_else(|| "empty".to_owned(), Value::to_string)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use simulators::bmc::{Bmc, BmcOptions};
    use simulators::control::Clock;

    use super::super::story::Who;
    use super::*;
    use Wanted::{Empty, Text};

    /// What is found when these values change in one of two records, and this is expected.
    fn found(change: Value, expected: Option<Expected>, other: Option<Value>) -> Vec<String> {
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
        places.remember(Who::User, &json!({ "id": id }));
        let step = Step::get("a step", "/Users/{id}").record(Who::User, expected);
        records(&side, &step, &places, &before, &side.records())
    }

    fn off() -> Fields {
        vec![("Status", Text("Disabled"))]
    }

    #[test]
    fn the_change_that_was_expected_is_no_fault() {
        assert_eq!(found(json!({ "Status": "Disabled" }), Some(Expected::Changed(off())), None), Vec::<String>::new());
        let emptied = Expected::Changed(vec![("Status", Empty)]);
        assert_eq!(found(json!({ "Status": null }), Some(emptied), None), Vec::<String>::new());
    }

    #[test]
    fn whatever_else_happens_is_told() {
        let done = || json!({ "Status": "Disabled" });
        let change = || Some(Expected::Changed(off()));
        let cases = [
            (json!({ "Department": null }), change(), None, "Status is \"Current\", not \"Disabled\""),
            (done(), Some(Expected::Changed(vec![("Status", Empty)])), None, "Status is \"Disabled\", not empty"),
            (
                json!({ "Status": "Disabled", "Department": "X" }),
                change(),
                None,
                "Department went from empty to \"X\", and nobody asked for it",
            ),
            (done(), change(), Some(done()), "record 000000000000002 of User was written, and should not have been"),
            (done(), None, None, "record 000000000000001 of User was written, and should not have been"),
            (done(), Some(Expected::Created(off())), None, "the record is not the one that was to be made or changed"),
            (done(), Some(Expected::Gone), None, "record 000000000000001 of User is still there"),
        ];
        for (change, expected, other, fault) in cases {
            assert_eq!(found(change, expected, other), [fault]);
        }
    }
}
