//! Ways in which a server answers falsely though politely. Each is an option of every vendor's look-alike and off by default.

use serde::{Deserialize, Serialize};

/// What becomes of the condition of a list request.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryAnswers {
    /// It selects what it says.
    #[default]
    Obeyed,
    /// It is not even read: a page holds whatever there is, up to the limit asked for.
    Everything,
    /// A condition without a fault finds nothing, as if it were malformed. A list without a condition is as ever.
    Nothing,
}

/// What becomes of a comparison (`<`, `<=`, `>`, `>=`) with the key of a record. Equality is not meant.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyComparison {
    /// Keys compare as text does.
    #[default]
    Obeyed,
    /// The comparison holds for no record; what else the condition says is read as ever.
    NeverTrue,
    /// A condition with such a comparison in it finds nothing.
    Nothing,
}

/// What a request in a session that has ended gets. A session that never was is always 401.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpiredAnswer {
    /// 401.
    #[default]
    Unauthorized,
    /// 200 without a body.
    EmptyOk,
    /// 200 with an empty list to a list request, 200 without a body to all else.
    EmptyList,
}

/// What a request for data gets, whatever its session; logins, logouts and descriptions of fields are as ever.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DataAnswers {
    /// What was asked for.
    #[default]
    Obeyed,
    /// 200 without a body; writes do nothing.
    EmptyOk,
    /// 200 with an empty list to a list request, 200 without a body to all else; writes do nothing.
    EmptyList,
}
