//! A bridge whose use cases are a stub: a list of users in memory, which notes every call.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use scim_bridge::config::{Access, Credential, Profile, token_sha256};
use scim_bridge::http::{App, AppState, RequestLimits, router};
use scim_bridge::service::{Caller, Endpoint, Failure, Listed, Readiness, Service, Terms};
use scim_core::discovery::Features;
use scim_core::messages::Paging;
use scim_core::schema::enterprise_user;
use scim_core::{Definition, Projection, Resource, ResourceType, ScimError, SearchRequest, Tags, parser};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower::ServiceExt;

/// What the next call does instead of answering.
#[derive(Debug, Clone)]
pub(super) enum Trouble {
    Fail(Failure),
    Panic,
    /// Waits until [`Stub::go`] is notified.
    Wait,
}

pub(super) struct Stub {
    definitions: Vec<Arc<Definition>>,
    pub(super) users: Mutex<Vec<Resource>>,
    pub(super) calls: Mutex<Vec<String>>,
    pub(super) lists: Mutex<Vec<SearchRequest>>,
    pub(super) callers: Mutex<Vec<Caller>>,
    pub(super) trouble: Mutex<Option<Trouble>>,
    pub(super) readiness: Mutex<Readiness>,
    pub(super) started: Notify,
    pub(super) go: Notify,
}

impl Default for Stub {
    fn default() -> Self {
        let user = Definition::new(ResourceType::user(vec![enterprise_user()]));
        Self {
            definitions: vec![Arc::new(user)],
            users: Mutex::default(),
            calls: Mutex::default(),
            lists: Mutex::default(),
            callers: Mutex::default(),
            trouble: Mutex::default(),
            readiness: Mutex::new(Readiness::Ready),
            started: Notify::new(),
            go: Notify::new(),
        }
    }
}

impl Stub {
    async fn called(&self, caller: &Caller, what: String) -> Result<(), Failure> {
        self.calls.lock().unwrap().push(what);
        self.callers.lock().unwrap().push(caller.clone());
        let trouble = self.trouble.lock().unwrap().take();
        self.started.notify_one();
        match trouble {
            None => {}
            Some(Trouble::Fail(failure)) => return Err(failure),
            Some(Trouble::Panic) => panic!("a panic of the stub"),
            Some(Trouble::Wait) => self.go.notified().await,
        }
        Ok(())
    }

    fn find(&self, id: &str) -> Result<Resource, Failure> {
        let users = self.users.lock().unwrap();
        let found = users.iter().find(|user| user.as_map()["id"] == id).cloned();
        found.ok_or_else(|| ScimError::not_found("User", id).into())
    }

    fn show(&self, mut resource: Resource, show: &Projection) -> Resource {
        show.apply(&self.definitions[0], &mut resource);
        resource
    }
}

#[async_trait]
impl Service for Stub {
    fn resource_types(&self) -> &[Arc<Definition>] {
        &self.definitions
    }

    fn features(&self) -> Features {
        Features { results_max: 200, change_password: false, bulk_operations_max: 1_000, cursor_timeout_s: 600 }
    }

    fn readiness(&self) -> Readiness {
        self.readiness.lock().unwrap().clone()
    }

    async fn get(
        &self,
        caller: &Caller,
        _at: Endpoint,
        _base: &str,
        id: &str,
        show: &Projection,
    ) -> Result<Resource, Failure> {
        self.called(caller, format!("get {id}")).await?;
        Ok(self.show(self.find(id)?, show))
    }

    async fn list(
        &self,
        caller: &Caller,
        _at: Endpoint,
        _base: &str,
        request: &SearchRequest,
    ) -> Result<Listed, Failure> {
        self.called(caller, "list".to_owned()).await?;
        self.lists.lock().unwrap().push(request.clone());
        if let Some(filter) = &request.filter {
            parser::parse_filter(filter).map_err(|error| ScimError::invalid_filter(error.to_string()))?;
        }
        let users = self.users.lock().unwrap().clone();
        let paging = Paging { total_results: Some(users.len()), start_index: Some(1), next_cursor: None };
        let show = request.projection(&self.definitions[0]);
        let resources = users.into_iter().map(|user| self.show(user, &show)).collect();
        Ok(Listed { resources, paging, age: None })
    }

    async fn search(&self, caller: &Caller, base: &str, request: &SearchRequest) -> Result<Listed, Failure> {
        self.list(caller, Endpoint::Users, base, request).await
    }

    async fn create(
        &self,
        caller: &Caller,
        _at: Endpoint,
        base: &str,
        body: &Value,
        show: &Projection,
    ) -> Result<Resource, Failure> {
        self.called(caller, "create".to_owned()).await?;
        let definition = &self.definitions[0];
        let mut resource = Resource::read(definition, body)?;
        let user_name = definition.attribute("userName")?;
        let Some(name) = resource.text(definition, user_name).map(str::to_lowercase) else {
            return Err(ScimError::invalid_value("userName is required").into());
        };
        let mut users = self.users.lock().unwrap();
        let taken = |user: &Resource| user.text(definition, user_name).map(str::to_lowercase).as_ref() == Some(&name);
        if users.iter().any(taken) {
            return Err(ScimError::uniqueness("userName is taken").into());
        }
        let id = format!("u{}", users.len() + 1);
        resource.set(definition, definition.common().id, id.clone().into());
        resource.set(definition, definition.common().meta, json!({ "location": format!("{base}/Users/{id}") }));
        resource.finish(definition);
        users.push(resource.clone());
        drop(users);
        Ok(self.show(resource, show))
    }

    async fn replace(
        &self,
        caller: &Caller,
        _at: Endpoint,
        _base: &str,
        id: &str,
        body: &Value,
        terms: &Terms,
    ) -> Result<Resource, Failure> {
        self.called(caller, format!("replace {id}")).await?;
        scim_core::Change::from_put(&self.definitions[0], body)?;
        Ok(self.show(self.find(id)?, &terms.show))
    }

    async fn patch(
        &self,
        caller: &Caller,
        _at: Endpoint,
        _base: &str,
        id: &str,
        _body: &Value,
        terms: &Terms,
    ) -> Result<Option<Resource>, Failure> {
        self.called(caller, format!("patch {id}")).await?;
        Ok(Some(self.show(self.find(id)?, &terms.show)))
    }

    async fn delete(&self, caller: &Caller, _at: Endpoint, id: &str, _only_if: Option<&Tags>) -> Result<(), Failure> {
        self.called(caller, format!("delete {id}")).await?;
        self.find(id)?;
        self.users.lock().unwrap().retain(|user| user.as_map()["id"] != id);
        Ok(())
    }

    async fn close(&self) {}
}

/// The tokens of the bridge: `writer` and `reader` for `bmc`, `other` for `ivanti`, `both` for both.
fn credential(name: &str, targets: &[&str], access: Access) -> Credential {
    Credential {
        name: format!("{name}-name"),
        token_sha256: token_sha256(name),
        targets: targets.iter().map(|&target| target.to_owned()).collect(),
        access,
        profile: Profile::Auto,
    }
}

pub(super) struct Bridge {
    pub(super) bmc: Arc<Stub>,
    pub(super) ivanti: Arc<Stub>,
    pub(super) app: AppState,
    pub(super) router: Router,
    pub(super) store: Arc<Mutex<Result<(), String>>>,
}

impl Bridge {
    pub(super) fn new() -> Self {
        let limits = RequestLimits {
            deadline: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            body_max_bytes: 10_000,
        };
        Self::with(limits)
    }

    pub(super) fn with(limits: RequestLimits) -> Self {
        let (bmc, ivanti) = (Arc::new(Stub::default()), Arc::new(Stub::default()));
        let targets: BTreeMap<String, Arc<dyn Service>> = BTreeMap::from([
            ("bmc".to_owned(), Arc::clone(&bmc) as Arc<dyn Service>),
            ("ivanti".to_owned(), Arc::clone(&ivanti) as Arc<dyn Service>),
        ]);
        let credentials = vec![
            credential("writer", &["bmc"], Access::Write),
            credential("reader", &["bmc"], Access::Read),
            credential("other", &["ivanti"], Access::Write),
            credential("both", &["bmc", "ivanti"], Access::Write),
        ];
        let store = Arc::new(Mutex::new(Ok(())));
        let health = Arc::clone(&store);
        let app = Arc::new(App::new(
            targets,
            credentials,
            "https://bridge.example.com".to_owned(),
            limits,
            Arc::new(move || health.lock().unwrap().clone()),
        ));
        Self { bmc, ivanti, router: router(Arc::clone(&app)), app, store }
    }

    /// With the user `ana`, whose id is `u1`.
    pub(super) async fn with_ana() -> Self {
        let bridge = Self::new();
        let answer = bridge.send(post("/scim/v2/Users", &json!({ "userName": "ana", "title": "Dr" }))).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        bridge.bmc.calls.lock().unwrap().clear();
        bridge
    }

    /// Sends a request as `writer`.
    pub(super) async fn send(&self, mut request: Request<Body>) -> Answer {
        request.headers_mut().entry(header::AUTHORIZATION).or_insert("Bearer writer".parse().unwrap());
        self.send_as_is(request).await
    }

    pub(super) async fn send_as_is(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        let answer = Answer { status: parts.status, headers: parts.headers, body };
        assert!(answer.header("x-request-id").is_some_and(|id| id.len() == 36), "{answer:?}");
        if !answer.status.is_success() && !answer.body.is_empty() {
            answer.assert_is_json();
        }
        answer
    }

    pub(super) fn calls(&self) -> Vec<String> {
        self.bmc.calls.lock().unwrap().clone()
    }
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    fn assert_is_json(&self) {
        assert!(self.json().is_object(), "{self:?}");
    }

    /// Checks a SCIM Error message whole: nothing may stand in it beside what RFC 7644 names.
    #[track_caller]
    pub(super) fn assert_error(&self, status: u16, scim_type: Option<&str>, detail: &str) {
        let mut expected = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "detail": detail,
            "status": status.to_string(),
        });
        if let Some(scim_type) = scim_type {
            expected["scimType"] = scim_type.into();
        }
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/scim+json"), "{self:?}");
        assert_eq!(self.json(), expected);
    }
}

pub(super) fn get(path: &str) -> Request<Body> {
    bare("GET", path)
}

pub(super) fn bare(method: &str, path: &str) -> Request<Body> {
    Request::builder().method(method).uri(path).body(Body::empty()).unwrap()
}

pub(super) fn with_body(method: &str, path: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/scim+json");
    request.body(body.into()).unwrap()
}

pub(super) fn post(path: &str, body: &Value) -> Request<Body> {
    with_body("POST", path, body.to_string())
}

pub(super) fn authorized(mut request: Request<Body>, value: &str) -> Request<Body> {
    request.headers_mut().insert(header::AUTHORIZATION, value.parse().unwrap());
    request
}
