//! The groups of a target, as they were when they were read last: small enough to be held whole, and needed to say by name
//! what users' records hold.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use scim_core::fold::fold;
use scim_core::{AttrId, Resource};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::groups::{Form, GroupRecords, Groups, Source};
use super::membership::Held;
use super::{Driver, FieldId, NativeOp, NativeReply, Object, Record, Scan, Translated};
use crate::backend::{BackendError, BackendErrorKind, Cx, Id};

/// How old the groups may be that users are shown with.
const FOR_USERS: Duration = Duration::from_secs(300);
/// How long a group that was not there when the groups were read is not looked for again.
const UNKNOWN: Duration = Duration::from_secs(30);

/// What is known of the groups.
#[derive(Debug, Default)]
pub(super) struct Directory {
    last: Mutex<Last>,
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default, Clone)]
struct Last {
    known: Option<Arc<Known>>,
    /// When reading failed, if it did since.
    failed: Option<Instant>,
}

/// All groups at one time, by kind and key.
#[derive(Debug)]
pub(super) struct Known {
    at: Instant,
    groups: Vec<Group>,
    by_id: HashMap<String, usize>,
    by_token: HashMap<(usize, String), Vec<usize>>,
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
}

impl Known {
    fn new(groups: Vec<Group>, declared: &Groups) -> Self {
        let mut by_token: HashMap<(usize, String), Vec<usize>> = HashMap::new();
        for (place, group) in groups.iter().enumerate() {
            let mut holds = |text: &str| by_token.entry((group.kind, fold(text))).or_default().push(place);
            holds(&group.token);
            // There are lists that have names in the place of ids.
            let list = matches!(declared.kinds[group.kind].membership.form, Form::List { .. });
            if list && fold(&group.name) != fold(&group.token) {
                holds(&group.name);
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

    /// Those that a user's record means; several where the vendor has a number twice.
    pub(super) fn by_token(&self, kind: usize, token: &str) -> impl Iterator<Item = &Group> {
        self.by_token.get(&(kind, fold(token))).into_iter().flatten().map(|&place| &self.groups[place])
    }
}

impl Directory {
    fn last(&self) -> Last {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is known, however old.
    pub(super) fn known(&self) -> Option<Arc<Known>> {
        self.last().known
    }

    /// After a write of our own the groups are read anew when they are needed.
    pub(super) fn forget(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Last::default();
    }

    fn note(&self, outcome: Result<Arc<Known>, ()>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(known) => *last = Last { known: Some(known), failed: None },
            Err(()) => last.failed = Some(Instant::now()),
        }
    }
}

impl<D: Driver> Translated<D> {
    /// The groups, read not longer ago than this.
    pub(super) async fn groups_within(&self, cx: &Cx, age: Duration) -> Result<Arc<Known>, BackendError> {
        let started = Instant::now();
        let young = |known: &Arc<Known>| known.at >= started || known.at.elapsed() < age;
        if let Some(known) = self.directory.known().filter(young) {
            return Ok(known);
        }
        let _turn = self.directory.turn.lock().await;
        // Whoever had the turn before may have read what is wanted here.
        if let Some(known) = self.directory.known().filter(young) {
            return Ok(known);
        }
        let read = self.read_groups(cx).await.map(Arc::new);
        self.directory.note(read.as_ref().map(Arc::clone).map_err(|_| ()));
        read
    }

    /// Makes sure that users can be shown with their groups, as far as that is possible: users are shown without them
    /// rather than not at all, because whoever is to be switched off is looked up first.
    pub(super) async fn groups_for_users(&self, cx: &Cx) {
        if self.model().groups.is_none() || self.directory.last().failed.is_some_and(|at| at.elapsed() < UNKNOWN) {
            return;
        }
        if let Err(error) = self.groups_within(cx, FOR_USERS).await {
            tracing::warn!(request.id = %cx.request_id, %error, "users are shown without their groups");
        }
    }

    /// Reads the groups anew when one of these records names a group that is not known; not again for a while when it is
    /// not known then either.
    pub(super) async fn groups_for_records(&self, cx: &Cx, records: &[Record]) {
        let (Some(declared), Some(known)) = (&self.model().groups, self.directory.known()) else { return };
        let unknown = |record: &Record| {
            declared.kinds.iter().enumerate().any(|(kind, it)| {
                let held = Held::read(&it.membership, record.get(it.membership.field));
                held.tokens().iter().any(|token| known.by_token(kind, token).next().is_none())
            })
        };
        if known.at.elapsed() >= UNKNOWN && records.iter().any(unknown) {
            let _ = self.groups_within(cx, UNKNOWN).await;
        }
    }

    /// The `groups` of a user with this record: those that are known, with their names. None where the record was read
    /// without them.
    pub(super) fn groups_of(&self, record: &Record) -> Option<Value> {
        let (declared, known) = (self.model().groups.as_ref()?, self.directory.known()?);
        let mut elements = Vec::new();
        for (kind, it) in declared.kinds.iter().enumerate() {
            let held = Held::read(&it.membership, record.get(it.membership.field));
            for group in held.tokens().iter().flat_map(|token| known.by_token(kind, token)) {
                elements.push(json!({ "value": group.id.0, "display": group.shown_name, "type": "direct" }));
            }
        }
        elements.dedup();
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
        let scan =
            Scan { fields: records.fields.all().collect(), limit: self.model().policy.page_size, ..Scan::default() };
        let rows = self.walk(cx, Object::Groups(kind), scan).await?;
        if rows.is_empty() {
            let text = "the target shows no groups at all: the service account may not see them";
            return Err(BackendError::new("groups", BackendErrorKind::Denied).because(text));
        }
        Ok(rows)
    }

    /// All rows of a scan, page after page in the order of keys.
    pub(super) async fn walk(&self, cx: &Cx, object: Object, mut scan: Scan) -> Result<Vec<Record>, BackendError> {
        let garbled = |why| BackendError::new("walk", BackendErrorKind::Garbled).because(why);
        let mut all: Vec<Record> = Vec::new();
        loop {
            let op = NativeOp::Scan(scan.clone());
            let (rows, more) = match self.call_on(cx, object, "walk", &op).await? {
                NativeReply::Page(rows) => (rows, false),
                NativeReply::PageOfMore(rows) => (rows, true),
                _ => return Err(garbled("no rows")),
            };
            let short = rows.len() < scan.limit && !more && self.model().dialect.short_page_ends;
            let fresh: Vec<Record> = rows.into_iter().filter(|row| row.key() != scan.after).collect();
            if fresh.iter().any(|row| row.key().is_none()) {
                return Err(garbled("a row without its key"));
            }
            let next = fresh.last().and_then(Record::key);
            if next.is_some() && next == scan.after {
                return Err(garbled("the walk does not move on"));
            }
            all.extend(fresh);
            match next {
                Some(next) if !short => scan.after = Some(next),
                _ => return Ok(all),
            }
        }
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
