//! Edits of the elements of a multi-valued attribute (RFC 7644 section 3.5.2).
//!
//! Where the RFC leaves room, or clients leave the RFC:
//! - An element that is added beside one of the same type is one more element (section 3.5.2.1); only a value path,
//!   as in `emails[type eq "work"].value`, means the one that is there.
//! - `replace` with a value filter and no part puts a new element in the place of all that are selected (section
//!   3.5.2.3: "all matching record values SHALL be replaced"); what the filter says of it stays true unless the value
//!   says otherwise. `add` there lays the given parts over the selected elements.
//! - `add` and `replace` with a filter that selects nothing create the element that the filter describes, because Entra
//!   counts on it; a filter that describes none is `noTarget`.
//! - `remove` with a filter that selects nothing is done already: success, so that a repeat is harmless.
//! - An element that loses its value is hollow and goes.

use serde_json::{Map, Value};

use super::{Edit, Op};
use crate::definition::{AttrId, Definition};
use crate::dialect::{Leniency, Notes};
use crate::error::ScimError;
use crate::filter::{Comparison, Filter, Operand, Operator, matches_element};
use crate::resource::coerce::{is_hollow, keep_last_primary};
use crate::resource::identity::Identity;
use crate::schema::{Attribute, Mutability};

/// Edits the list of one attribute.
pub(super) fn elements(
    definition: &Definition,
    list: &mut Vec<Value>,
    edit: &Edit,
    notes: &Notes,
) -> Result<(), ScimError> {
    let root = definition.root_of(edit.attribute);
    let part = edit.part.or((edit.attribute != root).then_some(edit.attribute));
    match (&edit.select, part) {
        (None, None) => whole(Identity::of(definition, root), list, edit),
        (select, part) => {
            let chosen: Vec<bool> = list
                .iter()
                .map(|element| select.as_ref().is_none_or(|filter| matches_element(definition, filter, element)))
                .collect();
            match &edit.value {
                Some(value) if edit.op != Op::Remove => {
                    let given = match part {
                        Some(part) => Map::from_iter([(definition.node(part).attribute.name.clone(), value.clone())]),
                        None => as_element(value),
                    };
                    write(definition, list, edit, &chosen, (part, given), notes)?;
                }
                _ => remove(definition, list, &chosen, part),
            }
        }
    }
    list.retain(|element| element.as_object().is_none_or(|element| !is_hollow(definition, root, element)));
    Ok(())
}

/// An edit of the whole list.
fn whole(identity: Identity<'_>, list: &mut Vec<Value>, edit: &Edit) {
    let given = match &edit.value {
        Some(Value::Array(given)) => given.as_slice(),
        Some(other) => std::slice::from_ref(other),
        None => &[],
    };
    match edit.op {
        Op::Remove if edit.value.is_none() => list.clear(),
        Op::Remove => identity.subtract(list, given),
        Op::Replace => *list = given.to_vec(),
        Op::Add => {
            if given.iter().any(is_primary) {
                list.iter_mut().for_each(unmark_primary);
            }
            identity.add(list, given.iter().cloned());
        }
    }
}

/// Takes the chosen elements away, or one part of each.
fn remove(definition: &Definition, list: &mut Vec<Value>, chosen: &[bool], part: Option<AttrId>) {
    let mut marks = chosen.iter();
    match part {
        None => list.retain(|_| marks.next() == Some(&false)),
        Some(part) => {
            let name = &definition.node(part).attribute.name;
            for element in list.iter_mut().filter(|_| marks.next() == Some(&true)).filter_map(Value::as_object_mut) {
                element.shift_remove(name);
            }
        }
    }
}

/// Writes to the chosen elements, or creates the one that the filter describes.
fn write(
    definition: &Definition,
    list: &mut Vec<Value>,
    edit: &Edit,
    chosen: &[bool],
    (part, given): (Option<AttrId>, Map<String, Value>),
    notes: &Notes,
) -> Result<(), ScimError> {
    let root = definition.root_of(edit.attribute);
    if part.is_some() || edit.op == Op::Add {
        let primary = given.get("primary") == Some(&Value::Bool(true));
        if chosen.contains(&true) {
            for (element, &chosen) in list.iter_mut().zip(chosen) {
                if primary {
                    unmark_primary(element);
                }
                match element.as_object_mut() {
                    Some(element) if chosen => element.extend(given.clone()),
                    _ => {}
                }
            }
            if primary {
                keep_last_primary(list);
            }
            return Ok(());
        }
    }
    let first = chosen.iter().position(|&chosen| chosen);
    let mut element = match (first, &edit.select) {
        (_, None) => Map::new(),
        (Some(first), Some(filter)) => {
            let mut kept = as_element(&list[first]);
            kept.retain(|name, _| fixes(definition, filter, name));
            kept
        }
        (None, Some(filter)) => {
            let no_target = || {
                let path = definition.path(root);
                ScimError::no_target(format!("no element of '{path}' satisfies the filter of the path"))
            };
            let element = described(definition, filter).ok_or_else(no_target)?;
            notes.forgive(Leniency::CreateByFilter, no_target)?;
            element
        }
    };
    element.extend(given);
    remove(definition, list, chosen, None);
    place(definition, root, list, first.unwrap_or(list.len()), Value::Object(element));
    Ok(())
}

/// Puts an element at a position, or into the element that is the same.
fn place(definition: &Definition, root: AttrId, list: &mut Vec<Value>, position: usize, element: Value) {
    if is_primary(&element) {
        list.iter_mut().for_each(unmark_primary);
    }
    let identity = Identity::of(definition, root);
    if identity.position(list, &element).is_some() {
        identity.add(list, std::iter::once(element));
    } else {
        list.insert(position, element);
    }
}

/// Whether every element that satisfies the filter has the same in this part.
fn fixes(definition: &Definition, filter: &Filter, name: &str) -> bool {
    match filter {
        Filter::And(list) => list.iter().any(|filter| fixes(definition, filter, name)),
        Filter::Compare(Comparison { attribute, operator: Operator::Eq, .. }) => {
            definition.node(*attribute).attribute.name == name
        }
        _ => false,
    }
}

/// The parts that an element must have to satisfy a filter made of `eq` alone; none where the filter asks for more,
/// contradicts itself, or selects by `value`, which names an existing element.
fn described(definition: &Definition, filter: &Filter) -> Option<Map<String, Value>> {
    let parts = equalities(definition, filter)?;
    let element = Value::Object(parts);
    let satisfies = matches_element(definition, filter, &element);
    satisfies.then(|| as_element(&element))
}

fn equalities(definition: &Definition, filter: &Filter) -> Option<Map<String, Value>> {
    match filter {
        Filter::And(list) => {
            let mut all = Map::new();
            for filter in list {
                all.extend(equalities(definition, filter)?);
            }
            Some(all)
        }
        Filter::Compare(Comparison { attribute, operator: Operator::Eq, operand }) => {
            let Attribute { name, mutability, .. } = &definition.node(*attribute).attribute;
            let value = match operand {
                _ if *mutability == Mutability::ReadOnly || name == "value" => return None,
                Operand::Text(text) if !text.is_empty() => Value::from(text.as_str()),
                Operand::Boolean(flag) => Value::from(*flag),
                _ => return None,
            };
            Some(Map::from_iter([(name.clone(), value)]))
        }
        _ => None,
    }
}

fn as_element(value: &Value) -> Map<String, Value> {
    match value {
        Value::Array(list) => list.first().and_then(Value::as_object).cloned(),
        value => value.as_object().cloned(),
    }
    .unwrap_or_default()
}

fn is_primary(element: &Value) -> bool {
    element.get("primary") == Some(&Value::Bool(true))
}

fn unmark_primary(element: &mut Value) {
    if let Some(flag) = element.get_mut("primary") {
        *flag = Value::Bool(false);
    }
}
