//! What differs between servers, versions and sites, as options. The defaults are the behaviour that the seed describes.

use serde::{Deserialize, Serialize};

use super::qualification::{Collation, Database};
use crate::control::{DataAnswers, ExpiredAnswer, KeyComparison, QueryAnswers};

/// The options of one simulated server; every one can be changed while it runs (`PATCH /_sim/options`).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "these are switches, each independent of the others")]
pub struct BmcOptions {
    /// The body of a login answer begins with `AR-JWT `, as in the seed's example. Default: true.
    pub token_prefix: bool,
    /// Life of a token in seconds; use does not prolong it. Default: 3600.
    pub token_lifetime_s: u32,
    /// A refused token is answered with an error array and not with an empty body. Default: false.
    pub token_error_body: bool,
    /// When set, a login must carry this `authString`. Default: none.
    pub auth_string: Option<String>,
    /// An unknown login name gets a token that may read nothing, and warning 59. Default: false.
    pub guests: bool,
    /// Wrong passwords in a row after which an account is locked (624) until its password is reset; 0: never. Default: 5.
    pub lockout_after: u32,
    /// An account whose Status is Disabled or Expired cannot log in. Default: true. (A vendor article says otherwise.)
    pub status_blocks_login: bool,
    /// What a request with a token that has ended gets. Default: 401.
    pub expired_answer: ExpiredAnswer,
    /// Live sessions that the server grants at most; beyond it a login is error 30. Default: no limit.
    pub sessions_max: Option<usize>,
    /// An account that is not an administrator may have one live session; a second login is 9093. Default: false.
    pub single_session: bool,

    /// Rows that a list has when no `limit` is given. Default: no limit but `max_entries`.
    pub default_limit: Option<usize>,
    /// Rows that the server puts into one list at most, whatever `limit` says. Default: 2000.
    pub max_entries: usize,
    /// Characters of `q` at most; a longer one is error 561. Default: 8000.
    pub q_max: usize,
    /// What a malformed `q`, or an unknown field in it, gets. Default: empty.
    pub malformed_q: MalformedQ,
    /// What becomes of a `q` without a fault. Default: obeyed.
    pub query_answers: QueryAnswers,
    /// What becomes of a comparison (not of equality) with the entry id in a `q`. Default: obeyed.
    pub key_comparison: KeyComparison,
    /// A list without `q` is allowed; if not it is error 361. Default: true.
    pub unqualified_allowed: bool,
    /// The order of a list without `sort`. Default: by Request ID.
    pub unsorted: Unsorted,
    /// Default: `sqlserver`.
    pub database: Database,
    /// Default: insensitive.
    pub collation: Collation,
    /// `"$NULL$"` in double quotes is read as the keyword. Default: true, the dangerous reading.
    pub quoted_keywords: bool,

    /// How the Location of a created entry is written. Default: `path_only`.
    pub location: Location,
    /// How a password field is read. Default: omitted.
    pub password_read: PasswordRead,
    /// How whole numbers such as the Group ID are read. Default: as strings, as in the seed's example.
    pub integer_read: IntegerRead,
    /// PUT may change the Login Name. Default: false; then it is error 330.
    pub login_name_writable: bool,
    /// Two entries cannot have one Login Name. Default: true; sites enforce it late, or not at all.
    pub login_name_unique: bool,
    /// The number for a Login Name that is taken: 382 or 8780. Default: 382.
    pub duplicate_number: u32,
    /// Fixed licences that there are; one more is error 9090. Default: no limit.
    pub fixed_licenses: Option<usize>,
    /// Ids in a Group List must be assignable groups (318, 336). Default: false.
    pub group_list_checked: bool,
    /// Only administrators may write a Group List or a Group; others get 353. Default: false.
    pub group_list_needs_admin: bool,
    /// How a Group List is read. Written is a text with semicolons or blanks between the ids, kept to the letter; where an
    /// array is read an array can be written too. Default: as it is kept.
    pub group_list_read: GroupListRead,
    /// Two Group entries cannot have one Group ID: error 382. Default: true; sites with aliases have it otherwise.
    pub group_id_unique: bool,
    /// Fields that this site requires of a new Group beyond its id and name: error 307. Default: none.
    pub group_required: Vec<String>,
    /// What deleting a Group gets whose id is in somebody's Group List. Default: it goes, and its id stays there.
    pub group_in_use: GroupInUse,
    /// Entries can be deleted; if not, it is error 3225. Default: true.
    pub delete_allowed: bool,
    /// Fields that this site's User form lacks, such as `Phone Number`: error 314. Default: none.
    pub missing_fields: Vec<String>,

    /// Fields of any form that the account may not see: left out of every answer, even when asked for, as empty in a `q`,
    /// and not to be written (333). Default: none.
    pub hidden_fields: Vec<String>,
    /// What any request for entries gets, whatever its token. Default: obeyed.
    pub data_answers: DataAnswers,
    /// What an account may read; the rest silently is not there. An entry that it may not read it cannot change or delete
    /// either (331); one that may read nothing cannot create (353). Default: full.
    pub rights: Rights,
    /// An account may write. Default: true; if not, PUT is error 330, POST and DELETE are 403 with 353.
    pub write: bool,
}

/// What a malformed qualification gets.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MalformedQ {
    /// 400 with 142 (syntax) or 313 (field).
    Error,
    /// 200 with an empty list.
    #[default]
    Empty,
}

/// The order of a list for which none was asked.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unsorted {
    #[default]
    RequestId,
    /// Another order on every call: none is promised.
    Unstable,
}

/// How a Location is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Location {
    /// `http://host:8008/api/arsys/v1/entry/User/000000000000001`
    Absolute,
    /// `/api/arsys/v1/entry/User/000000000000001`
    #[default]
    PathOnly,
    /// `User/000000000000001`, relative to the URL of the request.
    Relative,
    /// 204 and no Location, as on a join form.
    Missing,
}

/// How a password field is read.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordRead {
    /// Not at all, not even when asked for.
    #[default]
    Omitted,
    /// `"***"`
    Stars,
    Null,
}

/// How whole numbers are read.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IntegerRead {
    /// `"1"`
    #[default]
    String,
    /// `1`
    Number,
}

/// How a Group List is read.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupListRead {
    /// To the letter as it was written: `"1;20023;"` from most writers.
    #[default]
    Stored,
    /// `"1;20023"`
    Unterminated,
    /// `"1; 20023;"`
    Blanks,
    /// `["1","20023"]`, or numbers where `integer_read` says so.
    Array,
}

/// What deleting a Group gets that somebody is in.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupInUse {
    #[default]
    Removed,
    /// Error 10000, as a filter of the site.
    Refused,
}

/// What an account may read.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rights {
    #[default]
    Full,
    /// Its own row of the User form and nothing else.
    OwnRowOnly,
    None,
}

impl Default for BmcOptions {
    fn default() -> Self {
        Self {
            token_prefix: true,
            token_lifetime_s: 3600,
            token_error_body: false,
            auth_string: None,
            guests: false,
            lockout_after: 5,
            status_blocks_login: true,
            expired_answer: ExpiredAnswer::default(),
            sessions_max: None,
            single_session: false,
            default_limit: None,
            max_entries: 2000,
            q_max: 8000,
            malformed_q: MalformedQ::default(),
            query_answers: QueryAnswers::default(),
            key_comparison: KeyComparison::default(),
            unqualified_allowed: true,
            unsorted: Unsorted::default(),
            database: Database::default(),
            collation: Collation::default(),
            quoted_keywords: true,
            location: Location::default(),
            password_read: PasswordRead::default(),
            integer_read: IntegerRead::default(),
            login_name_writable: false,
            login_name_unique: true,
            duplicate_number: 382,
            fixed_licenses: None,
            group_list_checked: false,
            group_list_needs_admin: false,
            group_list_read: GroupListRead::default(),
            group_id_unique: true,
            group_required: Vec::new(),
            group_in_use: GroupInUse::default(),
            delete_allowed: true,
            missing_fields: Vec::new(),
            hidden_fields: Vec::new(),
            data_answers: DataAnswers::default(),
            rights: Rights::default(),
            write: true,
        }
    }
}
