//! The vendor's part of a filter: a superset of the answer, which is checked again row by row.
//!
//! Negations are pushed to the leaves first, because the negation of a superset is a subset. Each leaf then compiles to
//! a condition that holds for *at least* the records that satisfy it, or to [`Plan::All`]. Three habits of databases
//! decide what may be asked: comparisons ignore trailing blanks (so `!=` excludes too much and is never asked of
//! text), patterns cannot be escaped everywhere (so everything but ASCII letters and digits becomes a wildcard), and
//! a collation may fold less than SCIM outside ASCII (so nothing else is asked literally, or every spelling is).

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use scim_core::filter::{Comparison, Operand, Operator};
use scim_core::fold::{fold, fold_char, same};
use scim_core::{AttrId, Filter};

use super::{Codec, Condition, InstantFormat, LikePart, Model, NativeValue, Relation, Rule};

/// What the vendor is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// Every record.
    All,
    /// No record can satisfy the filter.
    Nothing,
    /// The records that satisfy this.
    Where(Condition),
}

/// A filter's native part.
#[derive(Debug, Clone, PartialEq)]
pub struct Narrowed {
    /// What the vendor is asked.
    pub plan: Plan,
    /// Whether it was expressed whole; otherwise rows are expected to be dropped by the check.
    pub exact: bool,
}

impl Narrowed {
    fn exact(condition: Condition) -> Self {
        Self { plan: Plan::Where(condition), exact: true }
    }

    fn superset(condition: Option<Condition>) -> Self {
        Self { plan: condition.map_or(Plan::All, Plan::Where), exact: false }
    }

    fn all() -> Self {
        Self { plan: Plan::All, exact: false }
    }

    fn nothing() -> Self {
        Self { plan: Plan::Nothing, exact: true }
    }
}

/// Compiles a filter for a vendor.
pub fn narrow(model: &Model, filter: &Filter) -> Narrowed {
    compile(View { model, indexed: false }, filter, true)
}

/// Compiles a filter for a vendor, where the records are known for which the bridge keeps a text that the filter compares
/// by `eq` ([`Filter::equal_texts`]): together with those, what the vendor finds is a superset.
pub fn narrow_indexed(model: &Model, filter: &Filter) -> Narrowed {
    compile(View { model, indexed: true }, filter, true)
}

/// What a filter is compiled for.
#[derive(Debug, Clone, Copy)]
struct View<'a> {
    model: &'a Model,
    /// Whether records are known by what is kept for them.
    indexed: bool,
}

/// Compiles a filter, or its negation.
fn compile(view: View<'_>, filter: &Filter, positive: bool) -> Narrowed {
    match (filter, positive) {
        (Filter::Not(inner), _) => compile(view, inner, !positive),
        (Filter::And(parts), true) | (Filter::Or(parts), false) => {
            conjunction(parts.iter().map(|part| compile(view, part, positive)))
        }
        (Filter::Or(parts), true) | (Filter::And(parts), false) => {
            disjunction(parts.iter().map(|part| compile(view, part, positive)))
        }
        (Filter::Element { attribute, filter }, true) => element(view, *attribute, filter),
        (Filter::Element { .. }, false) => Narrowed::all(),
        (Filter::Present(attribute), _) => presence(view, *attribute, positive),
        (Filter::Compare(comparison), _) => leaf(view, comparison, positive),
    }
}

fn conjunction(parts: impl Iterator<Item = Narrowed>) -> Narrowed {
    let (mut conditions, mut exact) = (Vec::new(), true);
    for part in parts {
        exact &= part.exact;
        match part.plan {
            Plan::Nothing => return Narrowed::nothing(),
            Plan::All => {}
            Plan::Where(condition) => conditions.push(condition),
        }
    }
    Narrowed { plan: Condition::all(conditions).map_or(Plan::All, Plan::Where), exact }
}

fn disjunction(parts: impl Iterator<Item = Narrowed>) -> Narrowed {
    let (mut conditions, mut exact) = (Vec::new(), true);
    for part in parts {
        exact &= part.exact;
        match part.plan {
            Plan::All => return Narrowed::all(),
            Plan::Nothing => {}
            Plan::Where(condition) => conditions.push(condition),
        }
    }
    Narrowed { plan: Condition::any(conditions).map_or(Plan::Nothing, Plan::Where), exact }
}

/// The rule of an attribute whose value, when there is one, is what the field says. Lists of which the bridge keeps
/// other elements, and parts that are derived, are not among them.
fn plain_rule(model: &Model, attribute: AttrId) -> Option<&Rule> {
    let storage = &model.description.storage;
    let root = model.description.users.root_of(attribute);
    if (storage.one_value.contains(root) && storage.keep) || model.names.derived().contains(attribute) {
        return None;
    }
    model.rule(attribute)
}

/// An element of a list of which the vendor holds one value: only what is said of the value can be asked, and only
/// where the bridge keeps no others.
fn element(view: View<'_>, attribute: AttrId, filter: &Filter) -> Narrowed {
    let Some(value) = view.model.description.users.child(attribute, "value") else { return Narrowed::all() };
    match about_value(filter, value) {
        Some(comparison) if comparison.operator != Operator::Ne => {
            Narrowed { exact: false, ..leaf(view, comparison, true) }
        }
        _ => Narrowed::all(),
    }
}

/// What must hold of an element's value for the filter to hold.
fn about_value(filter: &Filter, value: AttrId) -> Option<&Comparison> {
    match filter {
        Filter::Compare(comparison) if comparison.attribute == value => Some(comparison),
        Filter::And(parts) => parts.iter().find_map(|part| about_value(part, value)),
        _ => None,
    }
}

fn presence(view: View<'_>, attribute: AttrId, positive: bool) -> Narrowed {
    let model = view.model;
    let Some(rule) = plain_rule(model, attribute).filter(|_| model.dialect.nulls) else { return Narrowed::all() };
    match (&rule.codec, positive) {
        // These have a value, or none, whatever the field holds.
        (Codec::NoteIfEmpty(_) | Codec::Is(_), _) | (Codec::Instant(_), false) => Narrowed::all(),
        (Codec::Instant(_), true) => Narrowed::superset(Some(Condition::NotEmpty(rule.field))),
        (_, true) => Narrowed::exact(Condition::NotEmpty(rule.field)),
        (_, false) => Narrowed::exact(Condition::Empty(rule.field)),
    }
}

fn leaf(view: View<'_>, comparison: &Comparison, positive: bool) -> Narrowed {
    let Comparison { attribute, operator, operand } = comparison;
    let model = view.model;
    // `active` has a rule of its own kind.
    if model.description.users.path(*attribute) == "active" {
        return match (operand, operator) {
            (Operand::Boolean(flag), Operator::Eq) => activity(model, *flag == positive),
            (Operand::Boolean(flag), Operator::Ne) => activity(model, *flag != positive),
            _ => Narrowed::all(),
        };
    }
    if *attribute == model.description.users.common().id {
        return match (operand, operator, positive) {
            (Operand::Text(text), Operator::Eq, true) => key_equals(model, text),
            _ => Narrowed::all(),
        };
    }
    if let (Operand::Text(text), Operator::Eq, true) = (operand, operator, positive)
        && let Some(narrowed) = kept_equals(view, *attribute, text)
    {
        return narrowed;
    }
    let Some(rule) = plain_rule(model, *attribute) else { return Narrowed::all() };
    match (operand, operator, positive) {
        (Operand::Null, Operator::Eq, _) => presence(view, *attribute, !positive),
        (Operand::Null, _, _) => presence(view, *attribute, positive),
        (Operand::Instant(instant), _, true) => instants(rule, *operator, *instant),
        (Operand::Text(text), Operator::Eq, true) => text_equals(model, rule, text),
        (Operand::Text(text), Operator::Co | Operator::Sw | Operator::Ew, true) => {
            text_part(view, rule, *operator, text)
        }
        _ => Narrowed::all(),
    }
}

/// `eq` on an attribute of which the bridge keeps values, where records are known by those: the vendor is asked for what it
/// may hold itself. None for attributes that are not kept, or not by themselves.
fn kept_equals(view: View<'_>, attribute: AttrId, text: &str) -> Option<Narrowed> {
    let View { model, indexed } = view;
    let (definition, storage) = (&model.description.users, &model.description.storage);
    let root = definition.root_of(attribute);
    let common = definition.common();
    let not_kept = [common.schemas, common.id, common.external_id, common.meta].contains(&root)
        || model.groups_attribute() == Some(root)
        || storage.refused.contains(root)
        || model.names.derived().contains(attribute);
    if !indexed || !storage.keep || not_kept {
        return None;
    }
    let rule = model.rule(attribute);
    match rule {
        Some(rule) if storage.one_value.contains(root) => {
            Some(Narrowed { exact: false, ..text_equals(model, rule, text) })
        }
        None if !storage.native.contains(attribute) => Some(Narrowed { exact: false, ..Narrowed::nothing() }),
        _ => None,
    }
}

/// The record of a native key.
fn key_equals(model: &Model, key: &str) -> Narrowed {
    let plain = key.is_ascii() && !key.chars().any(char::is_control) && !(model.dialect.is_keyword)(key);
    if key.is_empty() || !plain {
        return Narrowed::all();
    }
    Narrowed::exact(Condition::Compare(model.fields.key(), Relation::Eq, NativeValue::text(key)))
}

/// The native states that mean active, or everything else. A status is recognised in any letter case.
fn activity(model: &Model, active: bool) -> Narrowed {
    let account = &model.account;
    let labelled = model.rules.iter().any(|rule| rule.field == account.field && !rule.labels.is_empty());
    if active && !labelled && !model.dialect.case_insensitive {
        return Narrowed::all();
    }
    let compare = |relation| {
        let values = account.active.iter().map(move |value| (relation, NativeValue::text(value)));
        values.map(|(relation, value)| Condition::Compare(account.field, relation, value)).collect::<Vec<_>>()
    };
    if active {
        return Condition::any(compare(Relation::Eq)).map_or_else(Narrowed::nothing, Narrowed::exact);
    }
    let Some(other) = Condition::all(compare(Relation::Ne)) else { return Narrowed::all() };
    let empty = Condition::Empty(account.field);
    Condition::any(vec![other, empty]).map_or_else(Narrowed::all, Narrowed::exact)
}

/// Instants in whole seconds, rounded outwards.
fn instants(rule: &Rule, operator: Operator, instant: Timestamp) -> Narrowed {
    let Codec::Instant(format) = rule.codec else { return Narrowed::all() };
    let floor = instant.as_second() - i64::from(instant.subsec_nanosecond() < 0);
    let bound = |relation, second: i64, format: InstantFormat| {
        format.query_value(second).map(|value| Condition::Compare(rule.field, relation, value))
    };
    let (from, to) = (bound(Relation::Ge, floor, format), bound(Relation::Le, floor + 1, format));
    match operator {
        Operator::Gt | Operator::Ge => Narrowed::superset(from),
        Operator::Lt | Operator::Le => Narrowed::superset(to),
        Operator::Eq => Narrowed::superset(Condition::all([from, to].into_iter().flatten().collect())),
        _ => Narrowed::all(),
    }
}

fn text_equals(model: &Model, rule: &Rule, text: &str) -> Narrowed {
    if text.is_empty() {
        return Narrowed::nothing();
    }
    let Some(natives) = rule.codec.natives(text) else { return Narrowed::all() };
    let exact = compares_exactly(model, rule);
    disjunction(natives.iter().map(|native| equals(model, rule, native, exact)))
}

/// Whether only one spelling of a native text can stand behind a SCIM text: letter case counts for SCIM, and the codec
/// does not hide it.
fn compares_exactly(model: &Model, rule: &Rule) -> bool {
    let case_exact = model.description.users.node(rule.attribute).attribute.case_exact;
    case_exact && matches!(rule.codec, Codec::Text | Codec::StripDomain(_))
}

/// A field equal to a native text.
fn equals(model: &Model, rule: &Rule, text: &str, exact: bool) -> Narrowed {
    let dialect = &model.dialect;
    let comparison = |text: &str| Condition::Compare(rule.field, Relation::Eq, NativeValue::text(text));
    if !rule.labels.is_empty() {
        // A label is asked for in the vendor's spelling. One that the table lacks, a site may have added.
        let label = rule.labels.iter().find(|label| same(label, text));
        return label.map_or_else(Narrowed::all, |label| Narrowed::exact(comparison(label)));
    }
    if !dialect.case_insensitive && !exact {
        // The vendor finds one spelling, SCIM means all of them.
        return Narrowed::all();
    }
    let odd = (dialect.is_keyword)(text) || text.chars().any(char::is_control);
    if !odd && (text.is_ascii() || exact) {
        return Narrowed::exact(comparison(text));
    }
    if dialect.like {
        return Narrowed::superset(Some(pattern(rule, &[], text, &[])));
    }
    match spellings(text, dialect.spellings_max) {
        Some(spellings) if !odd => Narrowed {
            exact: true,
            ..Narrowed::superset(Condition::any(spellings.iter().map(|it| comparison(it)).collect()))
        },
        _ => Narrowed::all(),
    }
}

/// `co`, `sw`, `ew`
fn text_part(view: View<'_>, rule: &Rule, operator: Operator, text: &str) -> Narrowed {
    let model = view.model;
    let dialect = &model.dialect;
    if text.is_empty() {
        return presence(view, rule.attribute, true);
    }
    let exact = compares_exactly(model, rule);
    // With a domain taken off, the beginning of a name before its '@' is the only part that is in the field for sure.
    let translatable = match &rule.codec {
        Codec::Text => true,
        Codec::Case(_) => text.is_ascii(),
        Codec::StripDomain(_) => operator == Operator::Sw && !text.contains('@'),
        _ => false,
    };
    if !dialect.like || !rule.labels.is_empty() || !translatable || !(dialect.case_insensitive || exact) {
        return Narrowed::all();
    }
    let any: &[LikePart] = &[LikePart::Any];
    let (before, after) = match operator {
        Operator::Sw => (&[][..], any),
        Operator::Ew => (any, &[][..]),
        _ => (any, any),
    };
    Narrowed::superset(Some(pattern(rule, before, text, after)))
}

/// A pattern for a text: ASCII letters and digits literally, other ASCII characters as any one character, everything
/// else, of which databases count and fold differently, as any run.
fn pattern(rule: &Rule, before: &[LikePart], text: &str, after: &[LikePart]) -> Condition {
    let mut parts = before.to_vec();
    for character in text.chars() {
        match (character, parts.last_mut()) {
            (letter, Some(LikePart::Text(run))) if letter.is_ascii_alphanumeric() => run.push(letter),
            (letter, _) if letter.is_ascii_alphanumeric() => parts.push(LikePart::Text(letter.to_string())),
            (other, _) if other.is_ascii() && !other.is_ascii_control() => parts.push(LikePart::One),
            (_, Some(LikePart::Any)) => {}
            _ => parts.push(LikePart::Any),
        }
    }
    // Databases drop blanks at the end of what they compare.
    if text.ends_with(' ') && after.is_empty() {
        while parts.last() == Some(&LikePart::One) {
            parts.pop();
        }
        parts.push(LikePart::Any);
    }
    for part in after {
        if parts.last() != Some(part) {
            parts.push(part.clone());
        }
    }
    if parts.iter().any(|part| matches!(part, LikePart::Text(_))) {
        Condition::Like(rule.field, parts)
    } else {
        Condition::NotEmpty(rule.field)
    }
}

/// Every way to write a text whose characters outside ASCII may be in either letter case; ASCII is folded by every
/// case-insensitive collation. None when there are more than `max`.
fn spellings(text: &str, max: usize) -> Option<Vec<String>> {
    let mut all = vec![String::new()];
    for character in text.chars() {
        let family = OTHER_CASES.get(&fold_char(character));
        let cases: &[char] = match family {
            Some(cases) => cases,
            None => &[character],
        };
        if all.len() * cases.len() > max {
            return None;
        }
        all = all.iter().flat_map(|begun| cases.iter().map(move |case| format!("{begun}{case}"))).collect();
    }
    // The asked spelling first: it is the likeliest.
    all.sort_by_key(|spelling| spelling != text);
    debug_assert!(all.iter().all(|spelling| fold(spelling) == fold(text)));
    Some(all)
}

/// For each folded character outside ASCII that more than one character folds to: all of them.
static OTHER_CASES: LazyLock<HashMap<char, Vec<char>>> = LazyLock::new(|| {
    let mut families: HashMap<char, Vec<char>> = HashMap::new();
    for character in (0x80..=u32::from(char::MAX)).filter_map(char::from_u32) {
        let folded = fold_char(character);
        if folded != character {
            families.entry(folded).or_insert_with(|| vec![folded]).push(character);
        }
    }
    families
});

#[cfg(test)]
mod tests {
    use super::spellings;

    #[test]
    fn spellings_cover_both_cases_outside_ascii() {
        assert_eq!(spellings("José", 8), Some(vec!["José".into(), "JosÉ".into()]));
        assert_eq!(spellings("jdoe", 8), Some(vec!["jdoe".into()]));
        assert_eq!(spellings("田中", 8), Some(vec!["田中".into()]));
        assert_eq!(spellings("éééé", 8), None);
    }
}
