//! Changes of many members: planned whole, then carried out user by user until all are done.
//!
//! A client's line may break or its patience end before a long change does; the change goes on, and a repeat finds done
//! what is done. What a later request asks of the same members, or of all of them, takes the place of what is left of an
//! earlier one.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use scim_core::ScimError;
use scim_core::change::Members;

use super::lock::Waits;
use super::{Caller, Failure, TargetService};
use crate::backend::{BackendError, BackendErrorKind, Candidate, Cx, Endpoint, Groups, Id, Retry};

/// How long a change of members may go on, whether somebody waits for it or not.
const WITHIN: Duration = Duration::from_secs(600);
/// Users worked on at once: half of what a vendor usually gets, so that others come through.
const AT_ONCE: usize = 4;
/// So many users are looked up in one go.
const LOOKED_UP_AT_ONCE: usize = 100;
/// How often what failed is tried again, and the first pause, which doubles.
const ROUNDS: u32 = 4;
const PAUSE: Duration = Duration::from_secs(1);

/// Whose wish is the latest, by group and user.
#[derive(Debug, Default)]
pub(super) struct Wishes(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last: u64,
    groups: HashMap<Id, Latest>,
}

#[derive(Debug, Default)]
struct Latest {
    /// Changes that are under way.
    running: usize,
    /// The latest change that names all members.
    whole: u64,
    /// What is still to be done, and by which change.
    users: HashMap<Id, u64>,
}

impl Wishes {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, group: &Id) -> Wish<'_> {
        let mut state = self.state();
        state.last += 1;
        let number = state.last;
        let latest = state.groups.entry(group.clone()).or_default();
        latest.running += 1;
        Wish { wishes: self, group: group.clone(), number, unsettled: latest.users.keys().cloned().collect() }
    }
}

/// One change of a group's members, from its planning to its end.
#[derive(Debug)]
struct Wish<'a> {
    wishes: &'a Wishes,
    group: Id,
    number: u64,
    /// The users on whom earlier changes were still at work when this one began: what is read of them may be old as
    /// soon as it is read.
    unsettled: HashSet<Id>,
}

impl Wish<'_> {
    /// Takes the place of what is left of earlier changes: for these users, or for all. A change that is refused while it
    /// is planned does not come so far, and takes nothing from anybody.
    fn claim<'u>(&self, users: impl Iterator<Item = &'u Id>, whole: bool) {
        let mut state = self.wishes.state();
        let Some(latest) = state.groups.get_mut(&self.group) else { return };
        if whole {
            latest.whole = self.number.max(latest.whole);
        }
        for user in users {
            let number = latest.users.entry(user.clone()).or_default();
            *number = self.number.max(*number);
        }
    }

    fn is_latest(&self, user: &Id) -> bool {
        let state = self.wishes.state();
        let latest = state.groups.get(&self.group);
        latest.is_some_and(|latest| latest.whole <= self.number && latest.users.get(user) == Some(&self.number))
    }

    /// Nothing is left to be done for a user.
    fn settle(&self, user: &Id) {
        let mut state = self.wishes.state();
        let Some(latest) = state.groups.get_mut(&self.group) else { return };
        if latest.users.get(user) == Some(&self.number) {
            latest.users.remove(user);
        }
    }
}

impl Drop for Wish<'_> {
    fn drop(&mut self) {
        let mut state = self.wishes.state();
        if let Some(latest) = state.groups.get_mut(&self.group) {
            latest.running -= 1;
            latest.users.retain(|_, number| *number != self.number);
            if latest.running == 0 {
                state.groups.remove(&self.group);
            }
        }
    }
}

/// A change of members that can be carried out: every user is there and may be changed.
pub(super) struct Plan<'a> {
    service: &'a TargetService,
    caller: &'a Caller,
    groups: &'a dyn Groups,
    cx: Cx,
    group: Id,
    wish: Wish<'a>,
    leaving: Vec<Id>,
    joining: Vec<Id>,
}

/// Plans a change of members; none when nothing is asked for. Nothing is written.
///
/// # Errors
/// `invalidValue` naming a user that is not there, the refusal of a membership that cannot be changed, those of the calls.
pub(super) async fn plan<'a>(
    service: &'a TargetService,
    caller: &'a Caller,
    group: &Id,
    wanted: Members,
) -> Result<Option<Plan<'a>>, Failure> {
    if wanted == Members::Untouched {
        return Ok(None);
    }
    let groups = service.groups()?;
    let cx = Cx { journal: caller.journal.clone(), ..Cx::new(caller.request_id.as_str(), WITHIN) };
    // Changes of one group are planned one after the other: each knows what the others are still at work on.
    let _turn = service.locks.hold(vec![format!("group plan {group}")], Waits::Ordinarily, &cx.hurry).await;
    let wish = service.wishes.begin(group);
    let whole = matches!(wanted, Members::Exactly(_));
    let wishes: Vec<(Id, bool)> = match wanted {
        Members::Untouched => Vec::new(),
        Members::Delta(wishes) => wishes.into_iter().map(|(id, member)| (Id(id), member)).collect(),
        Members::Exactly(ids) => {
            let ids: Vec<Id> = ids.into_iter().map(Id).collect();
            let kept: HashSet<&Id> = ids.iter().collect();
            let now: HashSet<Id> = groups.member_ids(&cx, group).await?.into_iter().collect();
            let mut gone: Vec<&Id> = now.union(&wish.unsettled).filter(|id| !kept.contains(id)).collect();
            gone.sort_unstable();
            let gone: Vec<(Id, bool)> = gone.into_iter().map(|id| (id.clone(), false)).collect();
            gone.into_iter().chain(ids.into_iter().map(|id| (id, true))).collect()
        }
    };
    let mut plan =
        Plan { service, caller, groups, cx, group: group.clone(), wish, leaving: Vec::new(), joining: Vec::new() };
    plan.settle(wishes).await?;
    plan.wish.claim(plan.leaving.iter().chain(&plan.joining), whole);
    Ok(Some(plan))
}

impl Plan<'_> {
    /// Divides the users into those who leave and those who join; whoever is as wished already is left alone, unless an
    /// earlier change is about to make it otherwise.
    async fn settle(&mut self, wishes: Vec<(Id, bool)>) -> Result<(), Failure> {
        let ids: Vec<Id> = wishes.iter().map(|(id, _)| id.clone()).collect();
        let (groups, cx, group) = (self.groups, &self.cx, &self.group);
        let calls: Vec<_> = ids.chunks(LOOKED_UP_AT_ONCE).map(|ids| groups.candidates(cx, group, ids)).collect();
        let some: Vec<HashMap<Id, Candidate>> = stream::iter(calls).buffer_unordered(AT_ONCE).try_collect().await?;
        let candidates: HashMap<Id, Candidate> = some.into_iter().flatten().collect();
        for (id, member) in wishes {
            let candidate = match candidates.get(&id) {
                Some(candidate) => Some(candidate.clone()),
                None if member => Some(self.existing(&id).await?),
                // Nobody is no member.
                None => None,
            };
            let unsettled = self.wish.unsettled.contains(&id);
            let Some(candidate) = candidate.filter(|it| it.holds != member || unsettled) else { continue };
            if member && self.service.store.is_buried(&self.service.key(id.as_str())) {
                return Err(nobody(&id));
            }
            let refusal = if member { candidate.join } else { candidate.leave };
            match refusal.filter(|_| candidate.holds != member) {
                Some(refusal) => return Err(refusal.into()),
                None if member => self.joining.push(id),
                None => self.leaving.push(id),
            }
        }
        Ok(())
    }

    /// A user who was not found among many, asked for alone.
    async fn existing(&self, id: &Id) -> Result<Candidate, Failure> {
        let mut found = self.groups.candidates(&self.cx, &self.group, std::slice::from_ref(id)).await?;
        found.remove(id).ok_or_else(|| nobody(id))
    }

    /// Carries it out: whoever leaves first, whoever joins then.
    ///
    /// # Errors
    /// The first failure that a repeat would meet again; else 503 when something is left to be done.
    pub(super) async fn carry_out(self) -> Result<(), Failure> {
        let (leaving, joining) = (self.leaving.clone(), self.joining.clone());
        let left = self.phase(leaving, false).await;
        let joined = self.phase(joining, true).await;
        left.and(joined)
    }

    async fn phase(&self, mut users: Vec<Id>, member: bool) -> Result<(), Failure> {
        let mut refused = None;
        let mut failed: Option<BackendError> = None;
        for round in 0..ROUNDS {
            if round > 0 && !users.is_empty() {
                tokio::time::sleep(PAUSE * 2_u32.pow(round - 1)).await;
            }
            let steps: Vec<BoxFuture<'_, _>> = users.drain(..).map(|user| self.step(user, member).boxed()).collect();
            let done: Vec<(Id, Result<(), BackendError>)> =
                stream::iter(steps).buffer_unordered(AT_ONCE).collect().await;
            failed = None;
            for (user, outcome) in done {
                match outcome {
                    Ok(()) => {}
                    Err(error) if is_final(&error) => {
                        refused.get_or_insert(error);
                    }
                    Err(error) => {
                        users.push(user);
                        failed.get_or_insert(error);
                    }
                }
            }
            if users.is_empty() {
                break;
            }
        }
        refused.or(failed).map_or(Ok(()), |error| Err(error.into()))
    }

    /// One membership. A later wish for the same one takes its place, however long this one has waited.
    async fn step(&self, user: Id, member: bool) -> (Id, Result<(), BackendError>) {
        let done = self.set(&user, member).await;
        (user, done)
    }

    async fn set(&self, user: &Id, member: bool) -> Result<(), BackendError> {
        // Each has a lane of its own: whoever has to hurry for a disable does not take the others along.
        let cx = Cx { hurry: crate::backend::Hurry::default(), ..self.cx.clone() };
        let _held = self.service.locks.hold(vec![format!("id {user}")], Waits::Ordinarily, &cx.hurry).await;
        if !self.wish.is_latest(user) {
            return Ok(());
        }
        let done = self.set_held(&cx, user, member).await;
        if done.is_ok() {
            self.wish.settle(user);
        }
        done
    }

    /// The same, for whoever holds the lock of the user's record.
    async fn set_held(&self, cx: &Cx, user: &Id, member: bool) -> Result<(), BackendError> {
        if member && self.service.store.is_buried(&self.service.key(user.as_str())) {
            return Err(BackendError::refused("membership", unknown(user)));
        }
        match self.groups.set_member(cx, &self.group, user, member).await {
            Ok(changed) => {
                if changed {
                    self.service.wrote();
                }
                Ok(())
            }
            Err(error) => {
                let id = &self.caller.request_id;
                tracing::debug!(request.id = %id, user = %user, %error, "a membership was not changed");
                Err(error)
            }
        }
    }
}

/// Whether trying again at once is of no use: a repeat would meet the same failure, or has been made already.
fn is_final(error: &BackendError) -> bool {
    error.retry == Retry::Never || error.kind == BackendErrorKind::Contended
}

/// Refuses a group that is still to be made for members who are not there or may not join it.
///
/// # Errors
/// As those of [`plan`].
pub(super) async fn refuse_newcomers(
    service: &TargetService,
    cx: &Cx,
    name: &str,
    users: &[Id],
) -> Result<(), Failure> {
    let groups = service.groups()?;
    let calls: Vec<_> = users.chunks(LOOKED_UP_AT_ONCE).map(|ids| groups.newcomers(cx, name, ids)).collect();
    let some: Vec<HashMap<Id, Candidate>> = stream::iter(calls).buffer_unordered(AT_ONCE).try_collect().await?;
    let mut candidates: HashMap<Id, Candidate> = some.into_iter().flatten().collect();
    for id in users {
        let candidate = match candidates.remove(id) {
            Some(candidate) => candidate,
            None => groups.newcomers(cx, name, std::slice::from_ref(id)).await?.remove(id).ok_or_else(|| nobody(id))?,
        };
        if service.store.is_buried(&service.key(id.as_str())) {
            return Err(nobody(id));
        }
        if let Some(refusal) = candidate.join {
            return Err(refusal.into());
        }
    }
    Ok(())
}

fn unknown(id: &Id) -> ScimError {
    ScimError::invalid_value(format!("'members': there is no user with the id '{id}'"))
}

fn nobody(id: &Id) -> Failure {
    unknown(id).into()
}

impl TargetService {
    /// What can be done with groups.
    ///
    /// # Errors
    /// 404 when the target serves none.
    pub(super) fn groups(&self) -> Result<&dyn Groups, Failure> {
        self.definition_at(Endpoint::Groups)?;
        let served = self.backend.groups();
        served.ok_or_else(|| ScimError::plain(404, "this target serves no groups").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Id {
        Id(text.to_owned())
    }

    #[test]
    fn the_latest_wish_counts() {
        let wishes = Wishes::default();
        let (group, ada, bob) = (id("g"), id("ada"), id("bob"));
        let first = wishes.begin(&group);
        first.claim([&ada, &bob].into_iter(), false);
        let second = wishes.begin(&group);
        assert!(first.is_latest(&ada) && second.unsettled.len() == 2);
        second.claim([&ada].into_iter(), false);
        assert!(!first.is_latest(&ada) && first.is_latest(&bob) && second.is_latest(&ada));
        drop(wishes.begin(&group));
        assert!(first.is_latest(&bob) && second.is_latest(&ada), "what is refused takes nothing");
        let whole = wishes.begin(&group);
        whole.claim([&bob].into_iter(), true);
        assert!(!first.is_latest(&bob) && !second.is_latest(&ada));
        assert!(whole.is_latest(&bob) && !whole.is_latest(&ada));
        whole.settle(&bob);
        assert!(!wishes.begin(&group).unsettled.contains(&bob));
        drop((first, second, whole));
        assert!(wishes.state().groups.is_empty());
    }
}
