//! "There is no such user" is said only when absence is established; until then nobody is created. Looked at from
//! outside, over both simulators.

mod canaries;
mod empty;
mod lies;
mod walks;

use http::StatusCode;
use simulators::control::{DataAnswers, ExpiredAnswer, KeyComparison, QueryAnswers};
use simulators::{bmc, ivanti};

use crate::bridge::{Answer, TestBridge};
use crate::users::entries;

/// What a vendor does instead of saying that it cannot or may not answer.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Lie {
    /// The account may read nothing.
    NoRights,
    /// The account may read its own row.
    OwnRowOnly,
    /// Queries are answered as malformed ones are: by nothing.
    QueriesFindNothing,
    /// Queries are not read.
    QueriesFindEverything,
    /// An empty body to everything.
    EmptyBody,
    /// An empty list to everything.
    EmptyList,
    /// The same in a session that has ended.
    DeadSession(ExpiredAnswer),
    /// Comparisons of keys are answered by nothing.
    KeysDoNotCompare,
}

/// The lies that hide users from a lookup.
const LIES: [Lie; 8] = [
    Lie::NoRights,
    Lie::OwnRowOnly,
    Lie::QueriesFindNothing,
    Lie::QueriesFindEverything,
    Lie::EmptyBody,
    Lie::EmptyList,
    Lie::DeadSession(ExpiredAnswer::EmptyOk),
    Lie::DeadSession(ExpiredAnswer::EmptyList),
];

/// Makes a vendor lie.
fn begin(lie: Lie, bmc: &bmc::Bmc, ivanti: &ivanti::Ivanti) {
    let (mut first, mut second) = (bmc.options(), ivanti.options());
    match lie {
        Lie::NoRights => (first.rights, second.rights) = (bmc::Rights::None, ivanti::Rights::None),
        Lie::OwnRowOnly => (first.rights, second.rights) = (bmc::Rights::OwnRowOnly, ivanti::Rights::OwnRowOnly),
        Lie::QueriesFindNothing => first.query_answers = QueryAnswers::Nothing,
        Lie::QueriesFindEverything => first.query_answers = QueryAnswers::Everything,
        Lie::EmptyBody => first.data_answers = DataAnswers::EmptyOk,
        Lie::EmptyList => first.data_answers = DataAnswers::EmptyList,
        Lie::DeadSession(answer) => first.expired_answer = answer,
        Lie::KeysDoNotCompare => first.key_comparison = KeyComparison::Nothing,
    }
    second.query_answers = first.query_answers;
    second.data_answers = first.data_answers;
    second.expired_answer = first.expired_answer;
    second.key_comparison = first.key_comparison;
    bmc.set_options(first);
    ivanti.set_options(second);
    if let Lie::DeadSession(_) = lie {
        bmc.expire_sessions();
        ivanti.expire_sessions();
    }
}

/// Whether an answer claims neither that nobody is there nor that something was done.
fn says_nothing(answer: &Answer) -> bool {
    matches!(answer.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::INTERNAL_SERVER_ERROR)
}

/// The creates that the vendor was asked for since the journal was cleared.
fn inserts(bridge: &TestBridge, target: &str) -> usize {
    let posts = entries(bridge, target).into_iter().filter(|entry| entry.method == "POST");
    posts.filter(|entry| !entry.path.contains("login") && !entry.path.contains("logout")).count()
}

async fn readyz(bridge: &TestBridge) -> Answer {
    let request = http::Request::get("/readyz").body(axum::body::Body::empty()).expect("a request");
    bridge.send(request).await
}
