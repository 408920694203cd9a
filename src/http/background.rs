//! Writes run in tasks of their own, so that a client that goes away or a deadline that passes cannot stop one half
//! done.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::watch;
use tracing::Instrument;

use super::error::ApiError;
use crate::service::Failure;

/// Counts the writes that are under way.
#[derive(Debug, Clone)]
pub(super) struct Background(Arc<watch::Sender<usize>>);

impl Default for Background {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

struct UnderWay(Arc<watch::Sender<usize>>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Background {
    /// Runs a write to its end; dropping what this returns does not stop it.
    pub(super) async fn run<T, F>(&self, write: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Failure>> + Send + 'static,
    {
        self.0.send_modify(|count| *count += 1);
        let under_way = UnderWay(Arc::clone(&self.0));
        let task = async move {
            let _under_way = under_way;
            write.await
        };
        match tokio::spawn(task.in_current_span()).await {
            Ok(done) => done.map_err(ApiError::from),
            Err(_) => Err(ApiError::internal("a write panicked")),
        }
    }

    /// Returns when none is under way.
    pub(super) async fn finished(&self) {
        let mut count = self.0.subscribe();
        // The sender lives as long as `self`.
        let _ = count.wait_for(|&count| count == 0).await;
    }
}
