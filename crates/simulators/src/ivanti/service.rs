//! Which request is answered by what.

use http::Method;
use jiff::Timestamp;

use super::answer::Answer;
use super::call::{Call, Target};
use super::fields::Object;
use super::options::MetadataPath;
use super::state::State;
use super::{lies, metadata, read, sessions, write};

const LOGIN_PAGE: &str = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form method=\"post\">\
    <input name=\"username\"><input name=\"password\" type=\"password\"></form></body></html>";

pub(super) fn answer(state: &mut State, call: &Call, now: Timestamp) -> Answer {
    let options = state.options.clone();
    if options.html {
        return Answer::html(LOGIN_PAGE);
    }
    let target = call.target(&options.base_path);
    match target {
        Target::Login | Target::Logout if call.method() != Method::POST => {
            return Answer::method_not_allowed(call.method().as_str());
        }
        Target::Login => return sessions::login(state, call, now),
        Target::Logout => return sessions::logout(state, call, now),
        _ => {}
    }
    if let Some(lie) = lies::instead(&options, call, &target) {
        return lie;
    }
    let caller = match sessions::caller(state, call, &target, now) {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    let object = match &target {
        Target::Collection { set } | Target::Record { set, .. } => Object::of(set, &options),
        _ => None,
    };
    match (call.method(), target, object) {
        (&Method::GET, Target::Metadata { set, under_businessobject }, _)
            if options.metadata_path != MetadataPath::Odata && under_businessobject
                || options.metadata_path != MetadataPath::Businessobject && !under_businessobject =>
        {
            metadata::document(state, call, &set)
        }
        (_, Target::BadKey, _) => Answer::bad_request("Invalid key"),
        (&Method::GET, Target::Collection { .. }, Some(object)) => read::list(state, call, &caller, &object),
        (&Method::POST, Target::Collection { .. }, Some(object)) => write::create(state, call, &caller, &object, now),
        (&Method::GET, Target::Record { key, .. }, Some(object)) => read::single(state, call, &caller, &object, &key),
        (&Method::PATCH | &Method::PUT, Target::Record { key, .. }, Some(object)) => {
            write::update(state, call, &caller, &object, &key, now)
        }
        (&Method::DELETE, Target::Record { key, .. }, Some(object)) => write::delete(state, &caller, &object, &key),
        (method, Target::Collection { .. } | Target::Record { .. }, Some(_)) => {
            Answer::method_not_allowed(method.as_str())
        }
        (_, Target::Collection { .. } | Target::Record { .. }, None) => {
            Answer::not_found("Requested resource not found")
        }
        _ => Answer::not_found("No service for the resource is registered."),
    }
}
