//! One step of a bulk request.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use scim_core::bulk::{Method, Named, Operation, Outcome, Plan, Request, Step, Task};
use scim_core::{Projection, Resource, ScimError};

use super::Ledger;
use crate::service::{Caller, Endpoint, Failure, Service, Terms};

/// What needs no escape in a segment of a path (RFC 3986 section 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What every step needs.
pub(super) struct Run<'a> {
    pub(super) service: &'a dyn Service,
    pub(super) caller: &'a Caller,
    pub(super) base: &'a str,
    pub(super) request: &'a Request,
    pub(super) plan: &'a Plan,
    pub(super) ledger: &'a Ledger,
}

/// An operation that was carried out.
struct Done {
    status: u16,
    id: String,
    version: Option<String>,
}

impl Run<'_> {
    pub(super) async fn step(&self, step: Step) {
        match step {
            Step::Main(place) => self.main(place).await,
            Step::Late(place) => self.late(place).await,
        }
    }

    async fn main(&self, place: usize) {
        if !self.ledger.begin(place) {
            return;
        }
        let operation = &self.request.operations[place];
        let task = match &operation.task {
            Ok(task) => self.ledger.resolved(task),
            Err(error) => return self.ledger.end(place, Outcome::failed(error.clone(), None)),
        };
        if let Some(missing) = self.missing(&self.plan.needs[place]) {
            let location = self.place_of(&task);
            return self.ledger.end(place, Outcome::failed(missing.failed_dependant(), location));
        }
        let done = match self.carry_out(&task).await {
            Ok(done) => done,
            Err(failure) => return self.fail(place, failure, self.place_of(&task)),
        };
        if let (Method::Post, Some(bulk_id)) = (task.method, &operation.bulk_id) {
            self.ledger.created(bulk_id, &done.id);
        }
        // What is still to be added decides how the operation ends.
        if task.late.is_none() {
            self.ledger.end(place, self.success(&task.endpoint, done));
        }
    }

    /// Adds to a resource what could not be there when it was created.
    async fn late(&self, place: usize) {
        let operation = &self.request.operations[place];
        let (Ok(task), Some(bulk_id)) = (&operation.task, &operation.bulk_id) else { return };
        let Some(id) = self.ledger.id(bulk_id).filter(|_| self.ledger.is_open(place)) else { return };
        let task = self.ledger.resolved(task);
        let location = Some(self.location(&task.endpoint, &id));
        let but = |mut failure: Failure| {
            failure
                .error
                .detail
                .insert_str(0, "the resource was created, but without what was to be added to it late: ");
            failure
        };
        if let Some(missing) = self.missing(&self.plan.late[place]) {
            return self.fail(place, but(missing.failed_dependant().into()), location);
        }
        let addition = Task {
            method: Method::Patch,
            on: Some(Named::Id(id)),
            data: task.late.clone().unwrap_or_default(),
            late: None,
            only_if: None,
            endpoint: task.endpoint.clone(),
        };
        match self.carry_out(&addition).await {
            Ok(done) => self.ledger.end(place, self.success(&task.endpoint, Done { status: 201, ..done })),
            Err(failure) => self.fail(place, but(failure), location),
        }
    }

    /// One of these that has created nothing.
    fn missing(&self, needs: &[usize]) -> Option<&Operation> {
        let needed = needs.iter().map(|&need| &self.request.operations[need]);
        needed.into_iter().find(|it| it.bulk_id.as_deref().is_none_or(|bulk_id| self.ledger.id(bulk_id).is_none()))
    }

    async fn carry_out(&self, task: &Task) -> Result<Done, Failure> {
        let Self { service, caller, base, .. } = *self;
        let mut types = service.resource_types().iter();
        let definition = types.find(|definition| definition.resource_type().endpoint == task.endpoint);
        let (Some(definition), Some(at)) = (definition, endpoint(&task.endpoint)) else {
            let text = format!("this target has no resource type at {}", task.endpoint);
            return Err(ScimError::plain(404, text).into());
        };
        // Of a group nothing is read for the answer: a version would need all members.
        let shown = if at == Endpoint::Users { "meta.version" } else { "id" };
        let show = Projection::new(definition, Some([shown]), []);
        let terms = Terms { only_if: task.only_if.clone(), show };
        let id = match &task.on {
            Some(Named::Id(id)) => id.as_str(),
            _ => "",
        };
        let (status, resource) = match task.method {
            Method::Post => (201, Some(service.create(caller, at, base, &task.data, &terms.show).await?)),
            Method::Put => (200, Some(service.replace(caller, at, base, id, &task.data, &terms).await?)),
            Method::Patch => match service.patch(caller, at, base, id, &task.data, &terms).await? {
                Some(resource) => (200, Some(resource)),
                None => (204, None),
            },
            Method::Delete => {
                service.delete(caller, at, id, terms.only_if.as_ref()).await?;
                (204, None)
            }
        };
        let text = |path: &[&str]| {
            let mut value = resource.as_ref().map(Resource::as_map)?.get(path[0])?;
            for part in &path[1..] {
                value = value.get(part)?;
            }
            value.as_str().map(str::to_owned)
        };
        Ok(Done { status, id: text(&["id"]).unwrap_or_else(|| id.to_owned()), version: text(&["meta", "version"]) })
    }

    fn success(&self, endpoint: &str, done: Done) -> Outcome {
        let location = Some(self.location(endpoint, &done.id));
        Outcome { status: done.status, location, version: done.version, error: None }
    }

    /// Ends an operation with a failure; what is for operators goes to the log.
    fn fail(&self, place: usize, failure: Failure, location: Option<String>) {
        let Failure { error, internal, .. } = failure;
        let cause = internal.as_deref().unwrap_or("-");
        tracing::info!(request.id = %self.caller.request_id, operation = place, status = error.status, error = cause,
            "an operation of a bulk request failed");
        self.ledger.end(place, Outcome::failed(error, location));
    }

    /// The URI of the resource that a task is about, where it is known.
    fn place_of(&self, task: &Task) -> Option<String> {
        match &task.on {
            Some(Named::Id(id)) => Some(self.location(&task.endpoint, id)),
            _ => None,
        }
    }

    fn location(&self, endpoint: &str, id: &str) -> String {
        format!("{}{endpoint}/{}", self.base, utf8_percent_encode(id, SEGMENT))
    }
}

fn endpoint(path: &str) -> Option<Endpoint> {
    match path {
        "/Users" => Some(Endpoint::Users),
        "/Groups" => Some(Endpoint::Groups),
        _ => None,
    }
}
