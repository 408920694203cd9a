//! `POST /Bulk` (RFC 7644 section 3.7).

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use scim_core::bulk::{self, Plan};

use crate::http::AppState;
use crate::http::answer::ScimJson;
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::http::extract::ScimBody;
use crate::http::middleware::deadline::Deadline;
use crate::service::{Ledger, carry_out};

/// Carries out many operations: 200 with one status for each, in time. What has not ended then is 503.
pub(in crate::http) async fn handler(
    State(app): State<AppState>,
    Extension(deadline): Extension<Deadline>,
    session: Session,
    ScimBody(body): ScimBody,
) -> Result<ScimJson, ApiError> {
    let Session { caller, service, base, .. } = session;
    let mut request = bulk::read(&body, service.features().bulk_operations_max)?;
    let plan = Plan::new(&mut request);
    let ledger = Arc::new(Ledger::new(&request, &plan));
    let request = Arc::new(request);
    let work = {
        let (ledger, request) = (Arc::clone(&ledger), Arc::clone(&request));
        async move {
            carry_out(&*service, &caller, &base, &request, &plan, &ledger).await;
            Ok(())
        }
    };
    // Whether it has ended or the time is up is seen in the ledger.
    if let Ok(ended) = tokio::time::timeout_at(deadline.to_answer(), app.background.run(work)).await {
        ended?;
    }
    Ok(ScimJson(StatusCode::OK, ledger.close(&request)))
}
