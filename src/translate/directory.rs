//! The groups of a target, as they were when they were read last: small enough to be held whole, and needed to say by name
//! what users' records hold.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use scim_core::fold::{fold, same};
use scim_core::{AttrId, Resource};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::groups::{Form, GroupRecords, Groups, Membership, Source};
use super::membership::Held;
use super::walk::{goes_on, in_order};
use super::{Driver, FieldId, NativeOp, NativeReply, Object, Record, Scan, Translated};
use crate::backend::{BackendError, BackendErrorKind, Cx, Id};

/// How old the groups may be that users are shown with.
const FOR_USERS: Duration = Duration::from_secs(300);
/// How old a group may be for the later pages of a list, and for the steps of one change.
pub(super) const FOR_STEPS: Duration = Duration::from_secs(60);
/// So many tokens without a group are remembered.
const MISSING_MAX: usize = 10_000;
/// So often a walk over groups begins anew that lost its place.
const WALKS_MAX: usize = 3;
/// How long a group that was not there when the groups were read is not looked for again.
const UNKNOWN: Duration = Duration::from_secs(30);

/// What is known of the groups.
#[derive(Debug, Default)]
pub(super) struct Directory {
    last: Mutex<Last>,
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Last {
    known: Option<Arc<Known>>,
    /// Counts readings, and writes of our own, which make what was read before them old.
    readings: u64,
    writes: u64,
    /// When reading failed, if it did since.
    failed: Option<Instant>,
    /// What users' records hold and no group is known for, and since when.
    missing: HashMap<Token, Instant>,
    /// Groups that were read one by one.
    single: HashMap<Id, (Instant, Group)>,
}

/// What a user's record holds: the kind's place, and the folded text.
type Token = (usize, String);

/// All groups at one time, by kind and key.
#[derive(Debug)]
pub(super) struct Known {
    at: Instant,
    groups: Vec<Group>,
    by_id: HashMap<String, usize>,
    by_token: HashMap<Token, Vec<usize>>,
}

/// One group.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// Its SCIM id.
    pub(super) id: Id,
    /// Its kind's place.
    pub(super) kind: usize,
    /// Its native key.
    pub(super) key: String,
    /// What members hold.
    pub(super) token: String,
    /// Its native name.
    pub(super) name: String,
    /// Its `displayName`: the name, told apart from those of kinds before.
    pub(super) shown_name: String,
    /// Why its membership cannot be changed, if so.
    pub(super) closed: Option<&'static str>,
    shown: Vec<(AttrId, String)>,
}

impl Group {
    /// A group of the first kind of which nothing is known but what its members would hold.
    pub(super) fn unknown(token: String) -> Self {
        let id = Id(String::new());
        let (key, name, shown_name) = Default::default();
        Self { id, kind: 0, key, token, name, shown_name, closed: None, shown: Vec::new() }
    }

    /// The name by which members may hold it instead: there are lists that have names in the place of numbers. What
    /// looks like a number is one.
    pub(super) fn name_in(&self, membership: &Membership) -> Option<&str> {
        let list = matches!(membership.form, Form::List { .. });
        let number = self.name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        (list && !number && !same(&self.name, &self.token)).then_some(self.name.as_str())
    }
}

impl Known {
    fn new(groups: Vec<Group>, declared: &Groups) -> Self {
        let mut by_token: HashMap<Token, Vec<usize>> = HashMap::new();
        for (place, group) in groups.iter().enumerate() {
            let mut holds = |text: &str| by_token.entry((group.kind, fold(text))).or_default().push(place);
            holds(&group.token);
            if let Some(name) = group.name_in(&declared.kinds[group.kind].membership) {
                holds(name);
            }
        }
        let by_id = groups.iter().enumerate().map(|(place, group)| (group.id.0.clone(), place)).collect();
        Self { at: Instant::now(), groups, by_id, by_token }
    }

    /// All of them, in their order.
    pub(super) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// One by its id.
    pub(super) fn by_id(&self, id: &str) -> Option<&Group> {
        self.by_id.get(id).map(|&place| &self.groups[place])
    }

    /// All that a user's record may mean.
    pub(super) fn all_by_token(&self, kind: usize, token: &str) -> impl Iterator<Item = &Group> {
        let places = self.by_token.get(&(kind, fold(token)));
        places.into_iter().flatten().map(|&place| &self.groups[place])
    }

    /// The one that a user's record means: the first, where the vendor has a number twice.
    pub(super) fn by_token(&self, kind: usize, token: &str) -> Option<&Group> {
        self.all_by_token(kind, token).next()
    }
}

impl Directory {
    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known, however old.
    pub(super) fn known(&self) -> Option<Arc<Known>> {
        self.last().known.clone()
    }

    /// After a write of our own the groups are read anew when they are needed.
    pub(super) fn forget(&self) {
        let mut last = self.last();
        *last = Last { readings: last.readings, writes: last.writes + 1, ..Last::default() };
    }

    /// Keeps one group for the steps of a change.
    pub(super) fn keep(&self, group: &Group) {
        let mut last = self.last();
        last.single.retain(|_, (at, _)| at.elapsed() < FOR_STEPS);
        last.single.insert(group.id.clone(), (Instant::now(), group.clone()));
    }

    /// A group that was read by itself a moment ago.
    pub(super) fn kept(&self, id: &Id) -> Option<Group> {
        let last = self.last();
        last.single.get(id).filter(|(at, _)| at.elapsed() < FOR_STEPS).map(|(_, group)| group.clone())
    }

    fn note(&self, read: Result<Arc<Known>, ()>, writes: u64) {
        let mut last = self.last();
        last.readings += 1;
        match read {
            Ok(known) if last.writes == writes => (last.known, last.failed) = (Some(known), None),
            Ok(_) => {}
            Err(()) => last.failed = Some(Instant::now()),
        }
    }

    /// Whether reading failed a moment ago.
    fn failed_lately(&self) -> bool {
        self.last().failed.is_some_and(|at| at.elapsed() < UNKNOWN)
    }

    /// Those of the tokens that no group is known for, but for those that were looked for a moment ago.
    fn unknown(&self, tokens: &[Token]) -> Vec<Token> {
        let last = self.last();
        let known = |(kind, token): &Token| last.known.as_ref().is_some_and(|it| it.by_token(*kind, token).is_some());
        let looked = |token: &Token| last.missing.get(token).is_some_and(|at| at.elapsed() < UNKNOWN);
        tokens.iter().filter(|token| !known(token) && !looked(token)).cloned().collect()
    }

    fn note_missing(&self, tokens: Vec<Token>) {
        let mut last = self.last();
        if last.missing.len() + tokens.len() > MISSING_MAX {
            last.missing.clear();
        }
        let now = Instant::now();
        last.missing.extend(tokens.into_iter().map(|token| (token, now)));
    }
}

impl<D: Driver> Translated<D> {
    /// The groups, read not longer ago than this; none of age means after this call.
    pub(super) async fn groups_within(&self, cx: &Cx, age: Duration) -> Result<Arc<Known>, BackendError> {
        let young = |last: &Last| last.known.clone().filter(|known| known.at.elapsed() < age);
        let readings = {
            let last = self.directory.last();
            if let Some(known) = young(&last) {
                return Ok(known);
            }
            last.readings
        };
        let _turn = self.directory.turn.lock().await;
        let writes = {
            let last = self.directory.last();
            // Whoever had the turn before has read what is wanted here.
            let read = last.known.clone().filter(|_| last.readings > readings);
            if let Some(known) = read.or_else(|| young(&last)) {
                return Ok(known);
            }
            last.writes
        };
        let read = self.read_groups(cx).await.map(Arc::new);
        self.directory.note(read.as_ref().map(Arc::clone).map_err(|_| ()), writes);
        read
    }

    /// Makes sure that the groups are known that these records name, as far as that is possible: users are shown without
    /// them rather than not at all, because whoever is to be switched off is looked up first.
    pub(super) async fn groups_for_records(&self, cx: &Cx, records: &[Record]) {
        let Some(declared) = &self.model().groups else { return };
        let mut tokens: Vec<Token> = Vec::new();
        for record in records {
            for (kind, it) in declared.kinds.iter().enumerate() {
                let held = Held::of(&it.membership, record);
                tokens.extend(held.tokens().iter().map(|token| (kind, fold(token))));
            }
        }
        tokens.sort_unstable();
        tokens.dedup();
        let unknown = self.directory.unknown(&tokens);
        let old = self.directory.known().is_some_and(|known| known.at.elapsed() >= FOR_USERS);
        if tokens.is_empty() || (unknown.is_empty() && !old) || self.directory.failed_lately() {
            return;
        }
        let age = if unknown.is_empty() { FOR_USERS } else { Duration::ZERO };
        if let Err(error) = self.groups_within(cx, age).await {
            tracing::warn!(request.id = %cx.request_id, %error, "users are shown without their groups");
        }
        self.directory.note_missing(self.directory.unknown(&unknown));
    }

    /// The `groups` of a user with this record: those that are known, with their names. None where the record was read
    /// without them.
    pub(super) fn groups_of(&self, record: &Record) -> Option<Value> {
        let (declared, known) = (self.model().groups.as_ref()?, self.directory.known()?);
        let mut seen = HashSet::new();
        let mut elements = Vec::new();
        for (kind, it) in declared.kinds.iter().enumerate() {
            let held = Held::of(&it.membership, record);
            for group in held.tokens().iter().filter_map(|token| known.by_token(kind, token)) {
                if seen.insert(&group.id) {
                    elements.push(json!({ "value": group.id.0, "display": group.shown_name, "type": "direct" }));
                }
            }
        }
        (!elements.is_empty()).then_some(Value::Array(elements))
    }

    /// A group as a resource, without its members.
    pub(super) fn group_resource(&self, group: &Group) -> Resource {
        let description = &self.model().groups.as_ref().expect("a group comes from the model's groups").description;
        let definition = &description.definition;
        let mut resource = Resource::new();
        resource.set(definition, definition.common().id, group.id.0.as_str().into());
        resource.set(definition, description.name, group.shown_name.as_str().into());
        for (attribute, text) in &group.shown {
            resource.set(definition, *attribute, text.as_str().into());
        }
        resource
    }

    async fn read_groups(&self, cx: &Cx) -> Result<Known, BackendError> {
        let nothing = || BackendError::new("groups", BackendErrorKind::NotFound);
        let declared = self.model().groups.as_ref().ok_or_else(nothing)?;
        let mut groups: Vec<Group> = Vec::new();
        for (kind, it) in declared.kinds.iter().enumerate() {
            let before = groups.len();
            match &it.source {
                Source::Listed(names) => groups.extend(names.iter().map(|name| listed(declared, kind, name))),
                Source::Records(records) => {
                    let rows = self.walk_groups(cx, kind, records).await?;
                    groups.extend(rows.iter().filter_map(|row| group_of(declared, kind, records, row)));
                }
            }
            let taken: std::collections::HashSet<String> =
                groups[..before].iter().map(|group| fold(&group.name)).collect();
            for group in groups[before..].iter_mut().filter(|group| taken.contains(&fold(&group.name))) {
                group.shown_name = format!("{} ({})", group.name, it.word);
            }
        }
        Ok(Known::new(groups, declared))
    }

    /// All records of a kind of groups.
    async fn walk_groups(&self, cx: &Cx, kind: usize, records: &GroupRecords) -> Result<Vec<Record>, BackendError> {
        for _ in 0..WALKS_MAX {
            if let Some(all) = self.walk_groups_once(cx, kind, records).await? {
                return Ok(all);
            }
        }
        let error = BackendError::new("groups", BackendErrorKind::Garbled);
        Err(error.because("a page of groups does not go on from the one before"))
    }

    /// All records of a kind of groups; none when the walk lost its place, because the row from which it was to go on is
    /// gone and nothing came after it.
    async fn walk_groups_once(
        &self,
        cx: &Cx,
        kind: usize,
        records: &GroupRecords,
    ) -> Result<Option<Vec<Record>>, BackendError> {
        let failed = |kind, why: &str| BackendError::new("groups", kind).because(why);
        let fields: Vec<FieldId> = records.fields.all().collect();
        let limit = self.model().policy.page_size.max(2);
        let mut all: Vec<Record> = Vec::new();
        let mut from: Option<String> = None;
        loop {
            let scan = Scan { fields: fields.clone(), from: from.clone(), limit, ..Scan::default() };
            let (rows, more) = match self.call_on(cx, Object::Groups(kind), "groups", &NativeOp::Scan(scan)).await? {
                NativeReply::Page(rows) => (rows, false),
                NativeReply::PageOfMore(rows) => (rows, true),
                _ => return Err(failed(BackendErrorKind::Garbled, "no rows")),
            };
            let short = rows.len() < limit && !more && self.model().dialect.short_page_ends;
            if rows.iter().any(|row| row.key().is_none()) {
                return Err(failed(BackendErrorKind::Garbled, "a group without its key"));
            }
            if from.is_some() && rows.is_empty() {
                return Ok(None);
            }
            let keys: Vec<String> =
                rows.iter().filter_map(Record::key).filter(|key| Some(key) != from.as_ref()).collect();
            if !(in_order(&keys) && goes_on(from.as_deref(), keys.first())) {
                return Err(failed(BackendErrorKind::Garbled, "the groups are not in the order of their keys"));
            }
            let (next, fresh) = (keys.last().cloned(), keys.len());
            all.extend(rows.into_iter().filter(|row| row.key() != from));
            if fresh == 0 || short {
                break;
            }
            from = next;
        }
        if all.is_empty() && !self.model().policy.allow_empty {
            let why = "the target shows no groups at all: the service account may not see them";
            return Err(failed(BackendErrorKind::Unproven, why).after(UNKNOWN));
        }
        Ok(Some(all))
    }
}

fn listed(declared: &Groups, kind: usize, name: &str) -> Group {
    Group {
        id: Id(declared.id(kind, name)),
        kind,
        key: name.to_owned(),
        token: name.to_owned(),
        name: name.to_owned(),
        shown_name: name.to_owned(),
        closed: None,
        shown: Vec::new(),
    }
}

/// A record as a group; none when it lacks a name or what members hold.
pub(super) fn group_of(declared: &Groups, kind: usize, records: &GroupRecords, record: &Record) -> Option<Group> {
    let text = |field: FieldId| record.get(field).map(|value| value.as_text().trim().to_owned());
    let (key, name) = (record.key()?, text(records.name)?);
    let shown = records.shown.iter().filter_map(|(attribute, field)| Some((*attribute, text(*field)?)));
    Some(Group {
        id: Id(declared.id(kind, &key)),
        kind,
        token: text(records.token)?,
        shown_name: name.clone(),
        closed: (records.closed)(&records.fields, record),
        shown: shown.collect(),
        key,
        name,
    })
}
