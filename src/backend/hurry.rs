//! A word to whoever stands in the way of a disable.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Tells a request that a disable waits for the record on which it works. From then on its calls use the lane of the
/// disables, so that a full ordinary lane holds up neither of them.
#[derive(Debug, Clone, Default)]
pub struct Hurry(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    wanted: AtomicBool,
    news: Notify,
}

impl Hurry {
    /// Says so.
    pub fn want(&self) {
        self.0.wanted.store(true, Ordering::Release);
        self.0.news.notify_waiters();
    }

    /// Ready when somebody has said so.
    pub async fn wanted(&self) {
        loop {
            let news = self.0.news.notified();
            if self.0.wanted.load(Ordering::Acquire) {
                return;
            }
            news.await;
        }
    }
}
