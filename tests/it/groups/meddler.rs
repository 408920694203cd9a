//! Stands between the bridge and a vendor: lets a test act at the vendor right after one of the bridge's calls, as a
//! foreign writer would, and counts how many calls are under way at once.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Request, Response};
use scim_bridge::wire::{Transport, TransportError};

use crate::bridge::Setup;

/// A call that the vendor has just answered, which the bridge does not know yet.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    /// Decoded, without the query.
    pub(super) path: String,
}

impl Call {
    /// The id at the end of the path of one user's record.
    pub(super) fn user(&self) -> Option<&str> {
        if let Some(id) = self.path.split("/entry/User/").nth(1) {
            return Some(id);
        }
        self.path.split("/employees('").nth(1)?.strip_suffix("')")
    }

    /// Whether it is a change.
    pub(super) fn is_write(&self) -> bool {
        self.method != Method::GET
    }
}

type Deed = Arc<dyn Fn(&Call) + Send + Sync>;

/// The calls under way, now and at most.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl UnderWay {
    pub(super) fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

struct Meddler {
    inner: Arc<dyn Transport>,
    deed: Deed,
    under_way: Arc<UnderWay>,
}

impl fmt::Debug for Meddler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meddler")
    }
}

#[async_trait]
impl Transport for Meddler {
    async fn send(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, TransportError> {
        let path = simulators::control::decode_path(request.uri().path());
        let call = Call { method: request.method().clone(), path };
        let now = self.under_way.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.under_way.most.fetch_max(now, Ordering::SeqCst);
        let answer = self.inner.send(request, timeout).await;
        self.under_way.now.fetch_sub(1, Ordering::SeqCst);
        if answer.is_ok() {
            (self.deed)(&call);
        }
        answer
    }
}

/// A set-up in which `deed` is done at the vendor `target` after each call that was answered.
pub(super) fn meddled(
    setup: Setup,
    target: &'static str,
    deed: impl Fn(&Call) + Send + Sync + 'static,
) -> (Setup, Arc<UnderWay>) {
    let deed: Deed = Arc::new(deed);
    let under_way = Arc::new(UnderWay::default());
    let counted = under_way.clone();
    let between = move |name: &str, inner: Arc<dyn Transport>| -> Arc<dyn Transport> {
        if name != target {
            return inner;
        }
        Arc::new(Meddler { inner, deed: deed.clone(), under_way: counted.clone() })
    };
    (Setup { between: Arc::new(between), ..setup }, under_way)
}
