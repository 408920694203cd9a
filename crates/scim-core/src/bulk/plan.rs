//! In which order the operations of a request are carried out, and which of them beside each other.
//!
//! The order is that of the request, but that whatever creates what an operation refers to is pulled in front of it. A
//! circle of creations is opened where the RFC's own example does it (section 3.7.1): a group is created without the members in
//! question, a user without its manager, and these are added once all of the circle are there. Circles that cannot be
//! opened so are refused with 409.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::order::{circles, pulled};
use super::references::refers_to;
use super::{Method, Named, Operation, Request, Task};
use crate::error::ScimError;
use crate::fold::fold;
use crate::messages::member;
use crate::schema::ENTERPRISE_USER_URN;

/// A part of an operation that is carried out at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The operation, but for what it adds late.
    Main(usize),
    /// What it adds late.
    Late(usize),
}

/// The order of a request's operations, by their places.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Steps that may be carried out beside each other stand together.
    pub waves: Vec<Vec<Step>>,
    /// For each operation the ones that create what it refers to.
    pub needs: Vec<Vec<usize>>,
    /// For each operation the ones that create what is added late.
    pub late: Vec<Vec<usize>>,
    /// For each operation the number of its unit: those of a circle are one, and are begun together or not at all.
    pub units: Vec<usize>,
}

impl Plan {
    /// Plans a request. An operation that cannot be carried out, whatever becomes of the others, gets its error as its
    /// task; one that is in a circle loses what it adds late to [`Task::late`].
    pub fn new(request: &mut Request) -> Self {
        let operations = &mut request.operations;
        let creators = creators(operations);
        refuse_unknown(operations, &creators);
        let first = circles(&needs(operations, &creators));
        open(operations, &creators, &first);
        let needed = needs(operations, &creators);
        for (operation, _) in operations.iter_mut().zip(circles(&needed)).filter(|(_, circle)| circle.is_some()) {
            let text = "the operation is in a circle of references that cannot be resolved";
            operation.task = Err(ScimError::plain(409, text));
        }
        let late = late_needs(operations, &creators);
        refuse_dependants(operations, &needed, &late);
        let (needs, late) = (needs(operations, &creators), late_needs(operations, &creators));
        let waves = waves(operations, &needs, steps(operations, &needs, &late));
        Self { waves, needs, late, units: units(operations, &first) }
    }
}

/// The place of the operation that creates what is called so.
type Creators = HashMap<String, usize>;

/// Who creates what. A name that several operations have is none: all of them are refused.
fn creators(operations: &mut [Operation]) -> Creators {
    let mut creators = Creators::new();
    let mut doubled = HashSet::new();
    let posts = operations.iter().enumerate().filter(|(_, operation)| operation.method == Some(Method::Post));
    for (place, name) in posts.filter_map(|(place, operation)| Some((place, operation.bulk_id.clone()?))) {
        if creators.insert(name.clone(), place).is_some() {
            doubled.insert(name);
        }
    }
    let is_doubled = |name: &Option<String>| name.as_ref().is_some_and(|name| doubled.contains(name));
    let creates = |operation: &Operation| operation.method == Some(Method::Post) && is_doubled(&operation.bulk_id);
    for operation in operations.iter_mut().filter(|operation| creates(operation)) {
        operation.task = Err(ScimError::invalid_value("'bulkId' is that of another POST of this request, too"));
    }
    creators
}

fn refuse_unknown(operations: &mut [Operation], creators: &Creators) {
    for operation in operations {
        let Ok(task) = &operation.task else { continue };
        if let Some(name) = task.references().into_iter().find(|name| !creators.contains_key(name)) {
            let text = format!("'bulkId:{name}' refers to no POST of this request");
            operation.task = Err(ScimError::invalid_value(text));
        }
    }
}

/// The error of an operation that needs one that failed.
pub(super) fn dependant(bulk_id: Option<&str>) -> ScimError {
    let name = bulk_id.unwrap_or_default();
    ScimError::plain(409, format!("the operation failed that creates 'bulkId:{name}', to which this one refers"))
}

/// What refers to something that will never be there is not begun.
fn refuse_dependants(operations: &mut [Operation], needs: &[Vec<usize>], late: &[Vec<usize>]) {
    let mut dependants = vec![Vec::new(); operations.len()];
    for (place, needed) in needs.iter().zip(late).map(|(now, late)| now.iter().chain(late)).enumerate() {
        needed.for_each(|&need| dependants[need].push(place));
    }
    let mut failed: Vec<usize> = (0..operations.len()).filter(|&place| operations[place].task.is_err()).collect();
    while let Some(place) = failed.pop() {
        let error = dependant(operations[place].bulk_id.as_deref());
        for &dependant in dependants[place].iter().filter(|&&it| it != place) {
            if operations[dependant].task.is_ok() {
                operations[dependant].task = Err(error.clone());
                failed.push(dependant);
            }
        }
    }
}

fn needs(operations: &[Operation], creators: &Creators) -> Vec<Vec<usize>> {
    let of = |task: &Task| task.references().iter().map(|name| creators[name]).collect();
    operations.iter().map(|operation| operation.task.as_ref().map(of).unwrap_or_default()).collect()
}

fn late_needs(operations: &[Operation], creators: &Creators) -> Vec<Vec<usize>> {
    let of = |late: &Value| {
        let mut places: Vec<usize> = super::references::of(late).iter().map(|name| creators[name]).collect();
        places.sort_unstable();
        places.dedup();
        places
    };
    let late = |operation: &Operation| operation.task.as_ref().ok()?.late.as_ref().map(of);
    operations.iter().map(|operation| late(operation).unwrap_or_default()).collect()
}

/// Takes what can wait out of the bodies of creations that are in circles.
fn open(operations: &mut [Operation], creators: &Creators, circle_of: &[Option<usize>]) {
    for (place, operation) in operations.iter_mut().enumerate() {
        let (Some(circle), Ok(task)) = (circle_of[place], &mut operation.task) else { continue };
        let of_circle = |name: &str| creators.get(name).is_some_and(|&other| circle_of[other] == Some(circle));
        let waiting: Vec<Value> = match task.endpoint.as_str() {
            "/Groups" => take_members(&mut task.data, &of_circle).into_iter().collect(),
            "/Users" => take_manager(&mut task.data, &of_circle).into_iter().collect(),
            _ => continue,
        };
        task.late =
            (!waiting.is_empty()).then(|| json!({ "schemas": [crate::change::PATCH_OP_URN], "Operations": waiting }));
    }
}

/// The name that a body has for a member, in whatever letter case.
fn spelling(data: &Value, name: &str) -> Option<String> {
    let object = data.as_object()?;
    member(object, name)?;
    object.keys().find(|key| *key == name).or_else(|| object.keys().find(|key| key.eq_ignore_ascii_case(name))).cloned()
}

fn take_members(data: &mut Value, of_circle: &dyn Fn(&str) -> bool) -> Option<Value> {
    let name = spelling(data, "members")?;
    let list = data.get_mut(&name)?.as_array_mut()?;
    let (late, now): (Vec<_>, Vec<_>) =
        std::mem::take(list).into_iter().partition(|element| refers_to(element, of_circle));
    *list = now;
    (!late.is_empty()).then(|| json!({ "op": "add", "path": "members", "value": late }))
}

fn take_manager(data: &mut Value, of_circle: &dyn Fn(&str) -> bool) -> Option<Value> {
    let holder = match spelling(data, ENTERPRISE_USER_URN) {
        Some(block) => data.get_mut(&block)?,
        None => data,
    };
    let name = spelling(holder, "manager")?;
    let parts = holder.as_object_mut()?;
    if !refers_to(&parts[&name], of_circle) {
        return None;
    }
    let manager = parts.shift_remove(&name)?;
    Some(json!({ "op": "add", "path": format!("{ENTERPRISE_USER_URN}:manager"), "value": manager }))
}

/// The circles that were opened, each as one unit, by the place of its first operation; everybody else alone.
fn units(operations: &[Operation], circle_of: &[Option<usize>]) -> Vec<usize> {
    let mut firsts: HashMap<usize, usize> = HashMap::new();
    let places = circle_of.iter().zip(operations).enumerate();
    let unit = places.map(|(place, (circle, operation))| match circle.filter(|_| operation.task.is_ok()) {
        Some(circle) => *firsts.entry(circle).or_insert(place),
        None => place,
    });
    unit.collect()
}

/// All steps in their order: that of the request, but that what an operation needs is pulled in front of it, and that
/// what waits is added as soon as everything for it is there.
fn steps(operations: &[Operation], needs: &[Vec<usize>], late: &[Vec<usize>]) -> Vec<Step> {
    let mut after = needs.to_vec();
    let mut is_named = HashSet::new();
    for (place, operation) in operations.iter().enumerate() {
        // Whatever is done with a resource by its name is done with the whole of it; what follows the first comes later.
        if let Ok(Task { on: Some(Named::BulkId(name)), .. }) = &operation.task
            && is_named.insert(name)
        {
            after[place].extend(needs[place].iter().flat_map(|&need| &late[need]));
        }
    }
    let mut waiting: Vec<HashSet<usize>> = late.iter().map(|others| others.iter().copied().collect()).collect();
    let mut waited_for = vec![Vec::new(); operations.len()];
    for (place, others) in waiting.iter_mut().enumerate().filter(|(_, others)| !others.is_empty()) {
        others.insert(place);
        for &other in others.iter() {
            waited_for[other].push(place);
        }
    }
    let mut steps = Vec::with_capacity(operations.len());
    for place in pulled(&after) {
        steps.push(Step::Main(place));
        for &other in &waited_for[place] {
            waiting[other].remove(&place);
            steps.extend(waiting[other].is_empty().then_some(Step::Late(other)));
        }
    }
    steps
}

/// What the steps of one wave have so far.
#[derive(Default)]
struct Wave {
    steps: Vec<Step>,
    method: Option<Method>,
    on: HashSet<(String, Named)>,
    names: HashSet<String>,
    places: HashSet<usize>,
}

/// Cuts the order into waves. Beside each other are only steps of one kind (what is deleted first may be what makes room
/// for the next creation), on different resources, and creations of different names.
fn waves(operations: &[Operation], needs: &[Vec<usize>], steps: Vec<Step>) -> Vec<Vec<Step>> {
    let mut waves = Vec::new();
    let mut wave = Wave::default();
    for step in steps {
        let task = match step {
            Step::Main(place) => operations[place].task.as_ref().ok(),
            Step::Late(_) => None,
        };
        let place = match step {
            Step::Main(place) | Step::Late(place) => place,
        };
        let names = task.map(names).unwrap_or_default();
        let fits = task.is_some_and(|task| {
            wave.method.is_none_or(|method| kind(method) == kind(task.method))
                && task.on.as_ref().is_none_or(|on| !wave.on.contains(&(task.endpoint.clone(), on.clone())))
                && names.iter().all(|name| !wave.names.contains(name))
                && needs[place].iter().all(|need| !wave.places.contains(need))
        });
        if !fits && !wave.steps.is_empty() {
            waves.push(std::mem::take(&mut wave).steps);
        }
        wave.steps.push(step);
        let Some(task) = task else {
            waves.push(std::mem::take(&mut wave).steps);
            continue;
        };
        wave.method = Some(task.method);
        wave.on.extend(task.on.clone().map(|on| (task.endpoint.clone(), on)));
        wave.names.extend(names);
        wave.places.insert(place);
    }
    waves.extend((!wave.steps.is_empty()).then_some(wave.steps));
    waves
}

fn kind(method: Method) -> usize {
    match method {
        Method::Post => 0,
        Method::Put | Method::Patch => 1,
        Method::Delete => 2,
    }
}

/// The names by which a creation may be in the way of another one.
fn names(task: &Task) -> Vec<String> {
    let (Method::Post, Some(object)) = (task.method, task.data.as_object()) else { return Vec::new() };
    let texts = ["userName", "displayName", "externalId"].into_iter().filter_map(|name| {
        // Users may share what they are called; groups may not.
        let counts = name != "displayName" || task.endpoint == "/Groups";
        let text = member(object, name).filter(|_| counts)?.as_str()?;
        Some(format!("{} {name} {}", task.endpoint, fold(text.trim())))
    });
    texts.collect()
}
