//! What can be asked of the bridge: one line per operation.

use serde_json::{Map, Value, json};

use crate::http::scim::resources::{Groups, Served, Users};
use crate::http::scim::search;

/// A resource type of the router.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) endpoint: &'static str,
}

pub(super) const RESOURCE_TYPES: [Kind; 2] =
    [Kind { name: "User", endpoint: Users::PATH }, Kind { name: "Group", endpoint: Groups::PATH }];

/// Media types of SCIM bodies: the same bytes under two names.
const SCIM: &[&str] = &["application/scim+json", "application/json"];
const JSON: &[&str] = &["application/json"];

/// What an operation answers when it succeeds.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// A body of this schema.
    Body(String),
    /// A resource, with its version.
    Resource(String),
    /// The same, and where the resource is.
    Created(String),
    /// Its version alone.
    Unmodified,
    Nothing,
}

impl Answer {
    pub(super) fn reference(schema: &str) -> Value {
        json!({ "$ref": format!("#/components/schemas/{schema}") })
    }
}

/// A method of a path.
pub(super) struct Operation {
    pub(super) method: &'static str,
    /// Below the SCIM root, or below the bridge's.
    pub(super) path: String,
    id: String,
    summary: &'static str,
    query: &'static [Parameter],
    condition: Option<Parameter>,
    body: Option<String>,
    answers: Vec<(u16, Answer)>,
    /// Statuses of Error messages.
    errors: Vec<u16>,
    is_public: bool,
}

struct Parameter {
    name: &'static str,
    kind: &'static str,
    description: &'static str,
}

const fn parameter(name: &'static str, kind: &'static str, description: &'static str) -> Parameter {
    Parameter { name, kind, description }
}

const ATTRIBUTES: Parameter = parameter("attributes", "string", "Names of attributes, by commas: these and no others.");
const EXCLUDED: Parameter = parameter("excludedAttributes", "string", "Names of attributes, by commas: all but these.");

const PROJECTION: &[Parameter] = &[ATTRIBUTES, EXCLUDED];
/// Conditions (RFC 7644 section 3.14).
const IF_MATCH: Parameter = parameter("If-Match", "string", "The versions that the change is for, or *.");
const IF_NONE_MATCH: Parameter = parameter("If-None-Match", "string", "The versions that the client has.");

const LIST: &[Parameter] = &[
    parameter("filter", "string", "A filter (RFC 7644 section 3.4.2.2)."),
    parameter("sortBy", "string", "The attribute or part that the list is sorted by."),
    parameter("sortOrder", "string", "ascending or descending."),
    parameter("cursor", "string", "Empty for the first page; else the nextCursor of the page before (RFC 9865)."),
    parameter("startIndex", "integer", "The first resource, counted from 1."),
    parameter("count", "integer", "The most resources in the answer."),
    ATTRIBUTES,
    EXCLUDED,
];

/// What every request to a target may come to.
const ERRORS: [u16; 6] = [400, 401, 403, 404, 500, 503];
/// What a request with a body may come to besides.
const BODY_ERRORS: [u16; 4] = [408, 409, 413, 415];
const PRECONDITION_FAILED: u16 = 412;
const NOT_IMPLEMENTED: u16 = 501;

fn operation(
    method: &'static str,
    path: &str,
    id: &str,
    summary: &'static str,
    answers: &[(u16, Answer)],
) -> Operation {
    Operation {
        method,
        path: path.to_owned(),
        id: id.to_owned(),
        summary,
        query: &[],
        condition: None,
        body: None,
        answers: answers.to_vec(),
        errors: ERRORS.to_vec(),
        is_public: false,
    }
}

impl Operation {
    fn query(self, query: &'static [Parameter]) -> Self {
        Self { query, ..self }
    }

    /// A change of the version that the client has seen.
    fn only_if(mut self) -> Self {
        self.condition = Some(IF_MATCH);
        self.errors.push(PRECONDITION_FAILED);
        self
    }

    /// A resource that the client may have already.
    fn unless(mut self) -> Self {
        self.condition = Some(IF_NONE_MATCH);
        self.answers.push((304, Answer::Unmodified));
        self
    }

    fn body(mut self, schema: &str) -> Self {
        self.body = Some(schema.to_owned());
        self.errors.extend(BODY_ERRORS);
        self
    }

    fn errors(mut self, more: &[u16]) -> Self {
        self.errors.extend(more);
        self
    }

    fn public(self) -> Self {
        Self { is_public: true, errors: Vec::new(), ..self }
    }
}

/// What is not SCIM.
pub(super) fn of_the_bridge() -> Vec<Operation> {
    let body = |schema: &str| Answer::Body(schema.to_owned());
    vec![
        operation("get", "/healthz", "healthz", "Whether the process answers", &[(200, body("Health"))]).public(),
        operation(
            "get",
            "/readyz",
            "readyz",
            "Whether the store and every target answer",
            &[(200, body("Readiness")), (503, body("Readiness"))],
        )
        .public(),
        operation("get", "/openapi.json", "openapi", "This description", &[(200, body("Description"))]).public(),
    ]
}

/// What is below a SCIM root.
pub(super) fn of_a_target() -> Vec<Operation> {
    let ok = |schema: &str| [(200, Answer::Body(schema.to_owned()))];
    let mut all: Vec<Operation> = RESOURCE_TYPES.iter().flat_map(of_a_resource_type).collect();
    all.push(
        operation("post", search::PATH, "search", "Searches all resource types", &ok("AnyList")).body("SearchRequest"),
    );
    let bulk = operation("post", "/Bulk", "bulk", "Carries out many operations", &ok("BulkResponse"));
    all.push(bulk.body("BulkRequest"));
    all.extend([
        operation(
            "get",
            "/ServiceProviderConfig",
            "serviceProviderConfig",
            "What is supported",
            &ok("ServiceProviderConfig"),
        ),
        operation("get", "/ResourceTypes", "resourceTypes", "The resource types", &ok("ResourceTypeList")),
        operation("get", "/ResourceTypes/{id}", "resourceType", "A resource type", &ok("ResourceType")),
        operation("get", "/Schemas", "schemas", "The schemas", &ok("SchemaList")),
        operation("get", "/Schemas/{id}", "schema", "A schema, by its URN", &ok("Schema")),
    ]);
    for method in ["get", "post", "put", "patch", "delete"] {
        let id = format!("{method}Me");
        all.push(
            operation(method, "/Me", &id, "Not implemented: a credential is no user", &[]).errors(&[NOT_IMPLEMENTED]),
        );
    }
    all
}

fn of_a_resource_type(kind: &Kind) -> Vec<Operation> {
    let Kind { name, endpoint } = kind;
    let one = format!("{endpoint}/{{id}}");
    let shown = || Answer::Resource((*name).to_owned());
    let request = format!("{name}Request");
    let listed = Answer::Body(format!("{name}List"));
    let found = listed.clone();
    let created = Answer::Created((*name).to_owned());
    let patched = [(200, shown()), (204, Answer::Nothing)];
    vec![
        operation("get", endpoint, &format!("list{name}s"), "Lists or looks up", &[(200, listed)]).query(LIST),
        operation(
            "post",
            &format!("{endpoint}{}", search::PATH),
            &format!("search{name}s"),
            "Searches",
            &[(200, found)],
        )
        .body("SearchRequest"),
        operation("post", endpoint, &format!("create{name}"), "Creates", &[(201, created)])
            .query(PROJECTION)
            .body(&request),
        operation("get", &one, &format!("get{name}"), "Retrieves", &[(200, shown())]).query(PROJECTION).unless(),
        operation("put", &one, &format!("replace{name}"), "Replaces", &[(200, shown())])
            .query(PROJECTION)
            .only_if()
            .body(&request),
        operation("patch", &one, &format!("patch{name}"), "Changes parts", &patched)
            .query(PROJECTION)
            .only_if()
            .body("PatchOp"),
        operation("delete", &one, &format!("delete{name}"), "Deletes", &[(204, Answer::Nothing)]).only_if(),
    ]
}

impl Operation {
    /// As OpenAPI has it. `suffix` makes the id unique; `parameters` stand before its own.
    pub(super) fn to_json(&self, suffix: &str, parameters: &[Value]) -> Value {
        let media: &[&str] = if self.is_public { JSON } else { SCIM };
        let mut all = parameters.to_vec();
        if self.path.contains("{id}") {
            all.push(json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" },
                "description": "As the service provider gave it." }));
        }
        let place = |it: &Parameter, place: &str| json!({ "name": it.name, "in": place, "description": it.description, "schema": { "type": it.kind } });
        all.extend(self.query.iter().map(|it| place(it, "query")));
        all.extend(self.condition.iter().map(|it| place(it, "header")));
        let mut described = json!({ "operationId": format!("{}{suffix}", self.id), "summary": self.summary });
        if !all.is_empty() {
            described["parameters"] = all.into();
        }
        if let Some(schema) = &self.body {
            described["requestBody"] = json!({ "required": true, "content": content(SCIM, schema) });
        }
        if self.is_public {
            described["security"] = json!([]);
        }
        described["responses"] = self.responses(media);
        described
    }

    fn responses(&self, media: &[&str]) -> Value {
        let mut responses = Map::new();
        for (status, answer) in &self.answers {
            let mut response = json!({ "description": phrase(*status), "headers": headers(*status) });
            match answer {
                Answer::Body(schema) => response["content"] = content(media, schema),
                Answer::Resource(schema) => {
                    response["content"] = content(media, schema);
                    response["headers"]["ETag"] = etag();
                }
                Answer::Unmodified => response["headers"]["ETag"] = etag(),
                Answer::Created(schema) => {
                    response["headers"]["ETag"] = etag();
                    response["content"] = content(media, schema);
                    response["headers"]["Location"] = header("Where the resource is.", "string", true);
                }
                Answer::Nothing => {}
            }
            responses.insert(status.to_string(), response);
        }
        let mut errors = self.errors.clone();
        errors.sort_unstable();
        for status in errors {
            responses.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/Error{status}") }));
        }
        Value::Object(responses)
    }
}

/// The Error messages that the operations name, by their statuses.
pub(super) fn error_responses() -> Value {
    let statuses = ERRORS.iter().chain(&BODY_ERRORS).chain(&[PRECONDITION_FAILED, NOT_IMPLEMENTED]);
    let described = statuses.map(|&status| {
        let body =
            json!({ "description": phrase(status), "headers": headers(status), "content": content(SCIM, "Error") });
        (format!("Error{status}"), body)
    });
    described.collect::<Map<_, _>>().into()
}

fn content(media: &[&str], schema: &str) -> Value {
    media
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "schema": Answer::reference(schema) })))
        .collect::<Map<_, _>>()
        .into()
}

fn header(description: &str, kind: &str, required: bool) -> Value {
    json!({ "description": description, "required": required, "schema": { "type": kind } })
}

fn etag() -> Value {
    header("The version, where the resource shows it.", "string", false)
}

fn headers(status: u16) -> Value {
    let mut headers = json!({ "X-Request-Id": header("Under this id the log tells more.", "string", true) });
    match status {
        401 => headers["WWW-Authenticate"] = header("The challenge (RFC 6750).", "string", true),
        503 => headers["Retry-After"] = header("Seconds to wait.", "integer", true),
        _ => {}
    }
    headers
}

fn phrase(status: u16) -> &'static str {
    match status {
        200 => "Done",
        201 => "Created",
        204 => "Done; there is nothing to show",
        304 => "The client has this version",
        400 => "The request is malformed, or asks for what cannot be; scimType says in which way",
        401 => "No token, or none that the bridge gave out",
        403 => "Not with this credential, or not on this endpoint",
        404 => "Not there, or not there for this credential",
        408 => "The body did not arrive in time",
        409 => "A value is taken (uniqueness)",
        412 => "The resource has another version",
        413 => "The body, or what it names, is too much",
        415 => "The body is not JSON",
        500 => "The bridge or the target failed in a way that a repeat does not cure",
        501 => "Not implemented",
        503 => "The target or the store cannot answer now, or the time was up: repeat",
        _ => "As HTTP has it",
    }
}
