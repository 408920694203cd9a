//! Locks by name: one task at a time works on a record, a userName or an externalId.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::backend::Hurry;

/// Named locks; a name takes memory only while somebody holds it or waits for it.
#[derive(Debug, Default)]
pub(super) struct Locks(Mutex<HashMap<String, Arc<Lock>>>);

#[derive(Debug, Default)]
struct Lock {
    turn: Arc<AsyncMutex<()>>,
    /// How to hurry whoever holds it.
    holder: Mutex<Option<Hurry>>,
    /// How many disables wait for it.
    urgent: AtomicUsize,
}

/// How somebody waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waits {
    /// In patience.
    Ordinarily,
    /// To switch an account off: whoever is in the way is hurried.
    Urgently,
}

/// Several names held at once.
#[derive(Debug)]
pub(super) struct Held<'a> {
    locks: &'a Locks,
    guards: Vec<(String, Arc<Lock>, OwnedMutexGuard<()>)>,
}

impl Locks {
    /// Waits for all of the names. They are taken in their order, so that two tasks never wait for each other. `hurry` is
    /// how the holder can be hurried.
    pub(super) async fn hold(&self, mut names: Vec<String>, waits: Waits, hurry: &Hurry) -> Held<'_> {
        names.sort_unstable();
        names.dedup();
        let mut held = Held { locks: self, guards: Vec::with_capacity(names.len()) };
        for name in names {
            let lock = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(name.clone()).or_default().clone();
            let guard = lock.take(waits, hurry).await;
            held.guards.push((name, lock, guard));
        }
        held
    }
}

impl Lock {
    async fn take(&self, waits: Waits, hurry: &Hurry) -> OwnedMutexGuard<()> {
        let guard = match waits {
            Waits::Ordinarily => self.turn.clone().lock_owned().await,
            Waits::Urgently => {
                let _waiting = Waiting::begin(&self.urgent);
                if let Some(holder) = &*self.holder() {
                    holder.want();
                }
                self.turn.clone().lock_owned().await
            }
        };
        *self.holder() = Some(hurry.clone());
        // A disable that came while this one waited in front of it could not hurry it then.
        if self.urgent.load(Ordering::Acquire) > 0 {
            hurry.want();
        }
        guard
    }

    fn holder(&self) -> std::sync::MutexGuard<'_, Option<Hurry>> {
        self.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a waiting disable, also when it gives up.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut all = self.locks.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, lock, guard) in self.guards.drain(..) {
            *lock.holder() = None;
            drop(guard);
            drop(lock);
            // Only the map's is left: nobody else knows it, so nobody waits for it.
            if all.get(&name).is_some_and(|lock| Arc::strong_count(lock) == 1) {
                all.remove(&name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_by_name_and_nothing_is_left_behind() {
        let locks = Arc::new(Locks::default());
        let inside = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let tasks: Vec<_> = (0..50)
            .map(|number| {
                let (locks, inside) = (locks.clone(), inside.clone());
                tokio::spawn(async move {
                    let names = if number % 2 == 0 { ["a", "b"] } else { ["b", "a"] };
                    let names = names.map(str::to_owned).to_vec();
                    let _held = locks.hold(names, Waits::Ordinarily, &Hurry::default()).await;
                    assert_eq!(inside.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0);
                    tokio::task::yield_now().await;
                    inside.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("no task panics");
        }
        assert!(locks.0.lock().expect("not poisoned").is_empty());
    }

    #[tokio::test]
    async fn whoever_is_in_the_way_of_a_disable_is_hurried_and_so_is_whoever_comes_between() {
        let locks = Arc::new(Locks::default());
        let name = || vec!["id 1".to_owned()];
        let (first, second) = (Hurry::default(), Hurry::default());
        let held = locks.hold(name(), Waits::Ordinarily, &first).await;
        let between = tokio::spawn({
            let (locks, second) = (locks.clone(), second.clone());
            async move {
                let _held = locks.hold(name(), Waits::Ordinarily, &second).await;
                second.wanted().await;
            }
        });
        tokio::task::yield_now().await;
        let disable = tokio::spawn({
            let locks = locks.clone();
            async move { drop(locks.hold(name(), Waits::Urgently, &Hurry::default()).await) }
        });
        first.wanted().await;
        drop(held);
        between.await.expect("hurried");
        disable.await.expect("its turn came");
        assert!(locks.0.lock().expect("not poisoned").is_empty());
    }
}
