//! Groups with their members, which are told from the records of users.

use std::collections::HashSet;
use std::time::Duration;

use scim_core::{AttrSet, Resource, fold};
use serde_json::{Value, json};

use super::directory::{FOR_STEPS, Group, group_of};
use super::groups::{Form, Groups, Membership};
use super::likeness::alike;
use super::write_groups::holds;
use super::{
    Condition, Driver, LikePart, NativeOp, NativeReply, NativeValue, Object, Record, Relation, Scan, Translated,
};
use crate::backend::{BackendError, BackendErrorKind, Batch, Cursor, Cx, Id, Query, Row};

/// How old the groups may be that one is taken from to prove that a query looked.
const FOR_CANARY: Duration = Duration::from_secs(300);
/// How long a client waits before it asks again.
const RETRY_AFTER: Duration = Duration::from_secs(10);
/// So many users are asked for by their keys at once.
const USERS_AT_ONCE: usize = 20;
/// So many users are read to see whether a field is shown at all.
const ROWS_SEEN: usize = 20;
/// What may stand before and behind an id in a list; none is its beginning or end.
const ENDS: [Option<char>; 4] = [None, Some(';'), Some(','), Some(' ')];
/// So many groups are named in one query for their members; more are not worth naming.
const GROUPS_NAMED_MAX: usize = 20;

impl<D: Driver> Translated<D> {
    pub(super) fn declared_groups(&self) -> Result<&Groups, BackendError> {
        let none = || BackendError::new("groups", BackendErrorKind::NotFound);
        self.model().groups.as_ref().ok_or_else(none)
    }

    /// One group by its id, with its members where they are wanted.
    pub(super) async fn get_group(&self, cx: &Cx, id: &Id, want: &AttrSet) -> Result<Option<Resource>, BackendError> {
        let declared = self.declared_groups()?;
        let Some(group) = self.group(cx, id).await? else { return Ok(None) };
        let mut page = [(self.group_resource(&group), group)];
        if want.contains(declared.description.members) {
            self.attach_members(cx, &mut page, None).await?;
        }
        let [(resource, _)] = page;
        Ok(Some(resource))
    }

    /// One batch of a walk over groups.
    pub(super) async fn scan_groups(&self, cx: &Cx, query: &Query) -> Result<Batch, BackendError> {
        let declared = self.declared_groups()?;
        let description = &declared.description;
        let required = |attribute| query.filter.as_ref()?.required_text(attribute).filter(|_| query.after.is_none());
        if let Some(id) = required(description.definition.common().id) {
            let found = self.group(cx, &Id(id.to_owned())).await?;
            return self.group_batch(cx, query, found.into_iter().collect(), None).await;
        }
        if let Some(name) = required(description.name)
            && let Some(found) = self.groups_named(cx, name).await?
        {
            return self.group_batch(cx, query, found, None).await;
        }
        let age = if query.after.is_none() { Duration::ZERO } else { FOR_STEPS };
        let known = self.groups_within(cx, age).await?;
        let ids = query.filter.as_ref().and_then(|filter| filter.required_texts(description.definition.common().id));
        if let Some(ids) = ids.filter(|_| query.after.is_none()) {
            let own: HashSet<&str> = ids.into_iter().collect();
            let found = known.groups().iter().filter(|group| own.contains(group.id.as_str())).cloned().collect();
            return self.group_batch(cx, query, found, None).await;
        }
        let after = query
            .after
            .as_ref()
            .and_then(|cursor| known.groups().iter().position(|group| group.id == cursor.0).map(|place| place + 1));
        // One that is gone since does not matter: the walk is over what is known, and begins anew.
        let from = after.unwrap_or(0);
        let limit = query.limit.max(1);
        let page: Vec<Group> = known.groups().iter().skip(from).take(limit).cloned().collect();
        let next = page.last().filter(|_| from + page.len() < known.groups().len());
        let next = next.map(|group| Cursor(group.id.clone()));
        self.group_batch(cx, query, page, next).await
    }

    async fn group_batch(
        &self,
        cx: &Cx,
        query: &Query,
        groups: Vec<Group>,
        next: Option<Cursor>,
    ) -> Result<Batch, BackendError> {
        let description = &self.declared_groups()?.description;
        let mut page: Vec<(Resource, Group)> =
            groups.into_iter().map(|group| (self.group_resource(&group), group)).collect();
        let definition = &description.definition;
        let value = definition.child(description.members, "value").expect("members have a value");
        let asked = match &query.filter {
            Some(filter) if filter.attributes(definition).contains(description.members) => {
                filter.asked_texts(definition, value)
            }
            _ => Some(Vec::new()),
        };
        match asked {
            // Whoever asks for certain members only, and sees none of them, does not pay for all.
            Some(ids) if !query.want.contains(description.members) => {
                self.attach_members(cx, &mut page, Some(&ids)).await?;
            }
            _ => self.attach_members(cx, &mut page, None).await?,
        }
        let rows = page.into_iter().map(|(resource, group)| Row { id: group.id, resource });
        Ok(Batch { rows: rows.collect(), next })
    }

    /// One group by its id; none when it is established that there is no such group.
    pub(super) async fn group(&self, cx: &Cx, id: &Id) -> Result<Option<Group>, BackendError> {
        let declared = self.declared_groups()?;
        let (kind, key) = declared.parse_id(id.as_str());
        if declared.kinds.len() == 1
            && let Some(records) = declared.records(kind)
        {
            let op = NativeOp::Read { key: key.to_owned(), fields: records.fields.all().collect() };
            let safe = !matches!(key, "" | "." | "..");
            match if safe { self.call_on(cx, Object::Groups(kind), "group", &op).await } else { return Ok(None) } {
                Ok(NativeReply::Record(record)) if record.key().as_deref() == Some(key) => {
                    let group = group_of(declared, kind, records, &record);
                    if let Some(group) = &group {
                        self.directory.keep(group);
                    }
                    return Ok(group);
                }
                Err(error) if !matches!(error.kind, BackendErrorKind::NotFound | BackendErrorKind::Garbled) => {
                    return Err(error);
                }
                _ => {}
            }
        }
        // Whoever is not among all groups is not there.
        let known = self.groups_within(cx, Duration::ZERO).await?;
        Ok(known.by_id(id.as_str()).cloned())
    }

    /// The group as it was a moment ago, for the steps of one change.
    pub(super) async fn group_for_step(&self, cx: &Cx, id: &Id) -> Result<Group, BackendError> {
        let gone = || BackendError::new("groups", BackendErrorKind::NotFound);
        if let Some(group) = self.directory.kept(id) {
            return Ok(group);
        }
        if let Some(group) = self.groups_within(cx, FOR_STEPS).await?.by_id(id.as_str()) {
            return Ok(group.clone());
        }
        self.group(cx, id).await?.ok_or_else(gone)
    }

    /// The groups of this name by a query; none when that cannot settle it, and all groups have to be looked at. Another
    /// group is asked for beside it: an answer without that one is no answer.
    ///
    /// # Errors
    /// `Unproven`, else those of the calls.
    async fn groups_named(&self, cx: &Cx, name: &str) -> Result<Option<Vec<Group>>, BackendError> {
        let declared = self.declared_groups()?;
        let Some(records) = declared.records(0).filter(|_| declared.kinds.len() == 1) else { return Ok(None) };
        let dialect = &self.narrowing().dialect;
        let plain = |text: &str| {
            text.is_ascii() && !text.is_empty() && !text.chars().any(char::is_control) && !(dialect.is_keyword)(text)
        };
        if !(dialect.case_insensitive && plain(name)) {
            return Ok(None);
        }
        // The canary may have gone since it was seen: then another one is taken.
        for age in [FOR_CANARY, Duration::ZERO] {
            let known = self.groups_within(cx, age).await?;
            let fits = |group: &&Group| plain(&group.name) && !alike(&group.name, name);
            let Some(canary) = known.groups().iter().find(fits) else { return Ok(None) };
            let equal = |text: &str| Condition::Compare(records.name, Relation::Eq, NativeValue::text(text));
            let scan = Scan {
                condition: Condition::any(vec![equal(name), equal(&canary.name)]),
                fields: records.fields.all().collect(),
                limit: self.model().policy.page_size.max(ROWS_SEEN),
                ..Scan::default()
            };
            let op = NativeOp::Scan(scan);
            let NativeReply::Page(rows) = self.call_on(cx, Object::Groups(0), "groups", &op).await? else {
                return Ok(None);
            };
            let found = rows.iter().filter_map(|row| group_of(declared, 0, records, row));
            let (canaries, others): (Vec<Group>, Vec<Group>) =
                found.partition(|group| fold::same(&group.name, &canary.name));
            // What a database takes for the same name is told apart by whoever asked.
            if !canaries.is_empty() && others.iter().all(|group| alike(&group.name, name)) {
                return Ok(Some(others));
            }
        }
        let why = "the target's answer lacks a group that is there, or has others than were asked for";
        Err(BackendError::new("groups", BackendErrorKind::Unproven).after(RETRY_AFTER).because(why))
    }

    /// Puts the members into a page of groups: all of them, or those among `asked`. One scan over users serves them all.
    async fn attach_members(
        &self,
        cx: &Cx,
        page: &mut [(Resource, Group)],
        asked: Option<&[&str]>,
    ) -> Result<(), BackendError> {
        if page.is_empty() || asked.is_some_and(<[&str]>::is_empty) {
            return Ok(());
        }
        let description = &self.declared_groups()?.description;
        let groups: Vec<Group> = page.iter().map(|(_, group)| group.clone()).collect();
        let mut users: Vec<Record> = match asked {
            None => self.members_of(cx, &groups).await?,
            Some(ids) => {
                let ids: Vec<Id> = ids.iter().map(|&id| Id(id.to_owned())).collect();
                let users = self.users_by_id(cx, &ids).await?;
                for group in &groups {
                    self.require_shown(cx, &self.membership_of(group)?, &users).await?;
                }
                users
            }
        };
        users.sort_by_cached_key(Record::key);
        for (resource, group) in page {
            let elements: Vec<Value> = users.iter().filter_map(|user| self.member_element(group, user)).collect();
            if !elements.is_empty() {
                resource.set(&description.definition, description.members, Value::Array(elements));
            }
        }
        Ok(())
    }

    /// A user as a member of a group, if it is one.
    fn member_element(&self, group: &Group, user: &Record) -> Option<Value> {
        let membership = self.membership_of(group).ok()?;
        if !holds(group, &membership, user) {
            return None;
        }
        let model = self.model();
        let mut element = json!({ "value": user.key()?, "type": "User" });
        if let Some(name) = model.user_name().codec.decode(user.get(model.user_name().field)) {
            element["display"] = name;
        }
        Some(element)
    }

    /// The records of all users that are in one of these groups.
    pub(super) async fn members_of(&self, cx: &Cx, groups: &[Group]) -> Result<Vec<Record>, BackendError> {
        let model = self.model();
        let condition = if groups.len() > GROUPS_NAMED_MAX {
            None
        } else {
            // One that cannot be asked for makes the rest pointless.
            let part = |group: &Group| self.is_member(group, &self.membership_of(group).ok()?);
            groups.iter().map(part).collect::<Option<Vec<_>>>().and_then(Condition::any)
        };
        let limit = model.policy.page_size;
        let mut scan = Scan { condition, fields: self.member_fields(), limit, ..Scan::default() };
        let mut users = Vec::new();
        loop {
            let step = self.step(cx, scan.clone()).await?;
            users.extend(step.records);
            match step.next {
                Some(next) => scan.from = Some(next),
                None => break,
            }
        }
        for group in groups {
            self.require_shown(cx, &self.membership_of(group)?, &users).await?;
        }
        Ok(users)
    }

    /// A condition that holds at least for the members of a group.
    pub(super) fn is_member(&self, group: &Group, membership: &Membership) -> Option<Condition> {
        let Membership { field, form } = *membership;
        let equal = |text: &str| Condition::Compare(field, Relation::Eq, NativeValue::text(text));
        let Form::List { .. } = form else { return Some(equal(&group.token)) };
        if !self.model().dialect.like || !group.token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        // Behind any separator, or at the beginning. A short number is asked for up to its end, because very many others
        // begin with it; what begins with a long one is few, and rows are checked anyway.
        let ends: &[Option<char>] = if group.token.len() < 5 { &ENDS } else { &[] };
        let text = |before: Option<char>, after: Option<char>| {
            let text: String = before.into_iter().chain(group.token.chars()).chain(after).collect();
            LikePart::Text(text)
        };
        let mut parts = Vec::with_capacity(ENDS.len() * ENDS.len());
        for &before in &ENDS {
            let begin = before.map(|_| LikePart::Any);
            let pattern = |after, open: bool| {
                let end = open.then_some(LikePart::Any);
                begin.clone().into_iter().chain([text(before, after)]).chain(end).collect::<Vec<_>>()
            };
            if ends.is_empty() {
                parts.push(pattern(None, true));
            }
            parts.extend(ends.iter().map(|&after| pattern(after, after.is_some())));
        }
        // A pattern without a wildcard is a comparison.
        let condition = |pattern: Vec<LikePart>| match pattern.as_slice() {
            [LikePart::Text(text)] => equal(text),
            _ => Condition::Like(field, pattern),
        };
        Condition::any(parts.into_iter().map(condition).collect())
    }

    /// For a filter on the groups of users: makes sure that they are known, and where it asks for the members of one, the
    /// condition that holds at least for them.
    pub(super) async fn members_asked(&self, cx: &Cx, query: &Query) -> Result<Option<Condition>, BackendError> {
        let model = self.model();
        let (Some(filter), Some(groups)) = (&query.filter, model.groups_attribute()) else { return Ok(None) };
        let definition = &model.description.users;
        if model.groups.is_none() || !filter.attributes(definition).contains(groups) {
            return Ok(None);
        }
        let known = self.groups_within(cx, FOR_STEPS).await?;
        let id = definition.child(groups, "value").and_then(|value| filter.required_text(value));
        let Some(group) = id.and_then(|id| known.by_id(id)) else { return Ok(None) };
        Ok(self.is_member(group, &self.membership_of(group)?))
    }

    /// Makes sure that the service account may see the field of a membership: one that is missing from a record may be
    /// empty or hidden, and a hidden list must not be written over.
    ///
    /// Where nobody's record has it, it may be that nobody is in a group yet and the vendor leaves out what is empty.
    ///
    /// # Errors
    /// `Denied` when nobody's record shows it.
    pub(super) async fn require_shown(
        &self,
        cx: &Cx,
        membership: &Membership,
        records: &[Record],
    ) -> Result<(), BackendError> {
        let field = membership.field;
        if records.iter().all(|record| record.shows(field)) || self.directory.is_shown(field) {
            return Ok(());
        }
        let condition = self.model().dialect.nulls.then_some(Condition::NotEmpty(field));
        let scan = Scan { condition, fields: self.member_fields(), limit: ROWS_SEEN, ..Scan::default() };
        let rows = self.rows(cx, scan).await?;
        if rows.iter().any(|row| row.shows(field)) {
            self.directory.note_shown(field);
            return Ok(());
        }
        // A query for those who have something in it looks at hidden fields, too.
        let somebody_has_it = self.model().dialect.nulls && !rows.is_empty();
        if !somebody_has_it && self.leaves_out_empty(cx).await? {
            self.directory.note_shown(field);
            return Ok(());
        }
        let name = self.model().fields.name(field);
        let why = format!("the service account is not shown the field '{name}' of anybody");
        Err(BackendError::new("membership", BackendErrorKind::Denied).because(why))
    }

    /// Whether the vendor leaves out empty fields: it shows none, and does not show all that are asked for.
    async fn leaves_out_empty(&self, cx: &Cx) -> Result<bool, BackendError> {
        let fields = self.model().fields_all();
        let rows = self.rows(cx, Scan { fields: fields.clone(), limit: ROWS_SEEN, ..Scan::default() }).await?;
        let empty = |row: &Record| fields.iter().any(|&field| row.shows(field) && row.get(field).is_none());
        Ok(!rows.is_empty() && !rows.iter().any(empty))
    }

    /// The records of those of these users that exist, as far as memberships need them.
    pub(super) async fn users_by_id(&self, cx: &Cx, ids: &[Id]) -> Result<Vec<Record>, BackendError> {
        let fields = self.member_fields();
        if let [only] = ids {
            return Ok(self.read(cx, only, fields).await?.into_iter().collect());
        }
        let asked: HashSet<&str> = ids.iter().map(Id::as_str).collect();
        let mut users = Vec::with_capacity(ids.len());
        for wanted in self.lookups(ids) {
            let rows = self.look_up(cx, &wanted, &fields).await?;
            users.extend(rows.into_iter().filter(|row| row.key().is_some_and(|key| asked.contains(key.as_str()))));
        }
        Ok(users)
    }

    /// The keys in portions that fit into one lookup each. One that cannot be asked for like this is nobody's here, and
    /// asked for by itself if it matters.
    fn lookups(&self, ids: &[Id]) -> Vec<Vec<Condition>> {
        let mut portions: Vec<Vec<Condition>> = Vec::new();
        for own in ids.iter().filter_map(|id| self.keyed(id.as_str())) {
            if let Some(portion) = portions.last_mut().filter(|portion| portion.len() < USERS_AT_ONCE) {
                portion.push(own.clone());
                if self.can_look_up(portion) {
                    continue;
                }
                portion.pop();
            }
            portions.push(vec![own]);
        }
        portions
    }
}
