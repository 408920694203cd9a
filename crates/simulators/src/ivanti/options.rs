//! What differs from tenant to tenant. Defaults are the documented contract; the other settings are what live tenants and
//! other documents show.
//!
//! As JSON (`/_sim/options`) names are as here and enum values in `snake_case`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::odata::{Collation, Comparison, Dialect, NeNull};
use crate::control::{DataAnswers, ExpiredAnswer, KeyComparison, QueryAnswers};

/// The options of one look-alike.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct IvantiOptions {
    /// In front of `/api`; `/HEAT` on premises. Default: empty.
    pub base_path: String,
    /// Fields of the objects.
    pub preset: Preset,
    /// Text fields that the tenant added to the employee.
    pub extra_fields: Vec<String>,
    /// Further objects of text fields: entity set name, its fields without the record's own ones.
    pub extra_objects: BTreeMap<String, Vec<String>>,
    /// A 200 with an HTML login page to everything.
    pub html: bool,

    /// Compared without regard to letter case.
    pub tenant: String,
    pub username: String,
    pub password: String,
    /// The role of the account. A login may leave the role out; another one than this is refused.
    pub role: Option<String>,
    /// Sessions have no active role: they read 0 rows of every object, without an error.
    pub no_role: bool,
    /// Accepted as `Authorization: rest_api_key=…`, in addition to sessions.
    pub api_key: Option<String>,
    pub scheme: Scheme,
    pub login_reply: LoginReply,
    pub logout: Logout,
    /// What a request in an expired session gets. An unknown session is always 401.
    pub expired_answer: ExpiredAnswer,
    /// A login beyond it is refused. Default: no limit.
    pub sessions_max: Option<usize>,
    /// Each request starts it anew. Default: 20.
    pub idle_timeout_minutes: u32,
    /// Bad passwords until the account is locked for a while. Default: 5.
    pub soft_lock_after: u32,
    /// Default: 5.
    pub soft_lock_minutes: u32,
    /// Bad passwords until it is locked for good. Default: 20.
    pub hard_lock_after: u32,

    /// Rows of a list without `$top`. Default: 100.
    pub page_size: usize,
    /// Default: 1,000. A live tenant had 100.
    pub top_max: usize,
    pub top_over: TopOver,
    pub count: Count,
    pub empty: Empty,
    pub missing: Missing,
    /// What any request for records gets, whatever its session.
    pub data_answers: DataAnswers,
    /// What becomes of a `$filter` without a fault.
    pub query_answers: QueryAnswers,
    /// What becomes of a comparison (not of equality) with the `RecId` in a `$filter`.
    pub key_comparison: KeyComparison,
    pub filter_dialect: Dialect,
    pub collation: Collation,
    pub ne_null: NeNull,
    pub metadata_path: MetadataPath,
    /// Which rows the account may read. Others it cannot change or delete either, as if they were missing; where it may
    /// read none, its role is refused every write.
    pub rights: Rights,
    /// Dates are rendered with the offset of this zone at that moment: `UTC`, or a POSIX string such as
    /// `EST5EDT,M3.2.0,M11.1.0` or `<+0530>-5:30`.
    pub time_zone: String,
    pub unset_dates: UnsetDates,

    /// Whether the role may write. Default: yes.
    pub write: bool,
    /// Fields that a create of an employee needs beyond the documented four.
    pub extra_required: Vec<String>,
    pub duplicate: Duplicate,
    /// 201 or 200. Default: 201.
    pub create_status: u16,
    pub update_reply: UpdateReply,
    pub rec_id: RecIdForm,
    pub clear: Clear,
    /// Fields that keep their value when null is written, whatever `clear` says.
    pub unclearable_fields: Vec<String>,
    /// Default: `Active`, `Inactive`.
    pub status_values: Vec<String>,
    pub bad_status: BadStatus,
    /// What a `Team` or `Role` of an employee gets that no record bears. `Team` is the key of a team in the documented
    /// fields; in the stock fields it is its name, and `Team_Valid` the key.
    pub bad_reference: BadReference,
    /// Validated text: an unknown value is stored as nothing while the call succeeds.
    pub validated_fields: BTreeMap<String, Vec<String>>,
}

/// Which fields an employee has.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// `Email`, `Phone`, `Manager`, `Role`, as in the documented table.
    #[default]
    Documented,
    /// `PrimaryEmail`, `ManagerLink_RecID`, `Disabled`, as in a field dump.
    Stock,
}

/// How a session key stands in the `Authorization` header.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// `Bearer KEY`.
    #[default]
    Bearer,
    /// `KEY`.
    Raw,
    /// Both, and the cookie `SID=KEY`.
    Any,
}

/// What a login answers.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginReply {
    /// `{"SessionToken":…,"UserName":…}`.
    #[default]
    Object,
    /// `"tenant#…#1"`.
    BareString,
}

/// What a logout answers.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Logout {
    /// 200 with a message.
    #[default]
    Ok,
    /// There is no such path: 404, and the session goes on.
    NotFound,
}

/// What a `$top` above `top_max` gets.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TopOver {
    /// 400 `ISM_4000`.
    #[default]
    Refuse,
    /// `top_max` rows.
    Cap,
}

/// The `@odata.count` of a list.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// Left out.
    #[default]
    None,
    /// Of all selected rows, asked for or not.
    Exact,
    /// The same, but only with `$count=true`.
    OnRequest,
    /// One less than the rows of the page.
    Low,
}

/// How "no rows" is said.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Empty {
    /// 200 `{"value":[]}`.
    #[default]
    ValueArray,
    /// 204.
    NoContent,
    /// 200 without a byte.
    EmptyBody,
    /// 200 `{"value":"No instances found."}`.
    Sentinel,
    /// Each of the four in turn.
    Rotate,
}

/// What a key without a record gets.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// 400 `ISM_4000`, "cannot be found".
    #[default]
    #[serde(rename = "invalid_key_400")]
    InvalidKey400,
    /// 404 `ISM_4004`.
    #[serde(rename = "not_found_404")]
    NotFound404,
}

/// Where `$metadata` is.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataPath {
    /// At both places.
    #[default]
    Both,
    /// `/api/odata/businessobject/employees/$metadata` only.
    Businessobject,
    /// `/api/odata/employees/$metadata` only.
    Odata,
}

/// What the role may read. Rows outside it are not there, without an error.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rights {
    #[default]
    Full,
    /// The employee row of the account itself, nothing else.
    OwnRowOnly,
    None,
}

/// How a date that was never set is rendered.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnsetDates {
    #[default]
    Null,
    /// `0001-01-01T00:00:00Z`.
    YearOne,
}

/// What a second employee of one login gets, a second team or role of one name.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicate {
    #[default]
    #[serde(rename = "conflict_409")]
    Conflict409,
    #[serde(rename = "bad_request_400")]
    BadRequest400,
    /// A second record.
    Allowed,
}

/// What an update answers.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateReply {
    /// 200, the key and the fields of the request with the values *of the request*, stored or not.
    #[default]
    ChangedOnly,
    /// 200 and the record as stored.
    Record,
    /// 204.
    NoContent,
}

/// The form of a new `RecId`.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecIdForm {
    /// 32 hexadecimal digits, upper case.
    #[default]
    Hex32,
    /// With dashes, lower case.
    Guid,
}

/// What writing null does.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Clear {
    #[default]
    Allowed,
    /// The value stays; the call succeeds.
    Ignored,
}

/// What a `Status` outside `status_values` gets.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BadStatus {
    /// 400.
    #[default]
    Reject,
    /// The call succeeds and the old status stays.
    StoreNothing,
}

/// What a reference to no record gets.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BadReference {
    /// It is stored like any text.
    #[default]
    Stored,
    /// 400.
    Reject,
    /// The call succeeds and the field is empty.
    StoreNothing,
}

impl Default for IvantiOptions {
    fn default() -> Self {
        Self {
            base_path: String::new(),
            preset: Preset::default(),
            extra_fields: Vec::new(),
            extra_objects: BTreeMap::new(),
            html: false,
            tenant: "tenant".to_owned(),
            username: "svc_scim".to_owned(),
            password: "demo-secret".to_owned(),
            role: Some("Admin".to_owned()),
            no_role: false,
            api_key: None,
            scheme: Scheme::default(),
            login_reply: LoginReply::default(),
            logout: Logout::default(),
            expired_answer: ExpiredAnswer::default(),
            sessions_max: None,
            idle_timeout_minutes: 20,
            soft_lock_after: 5,
            soft_lock_minutes: 5,
            hard_lock_after: 20,
            page_size: 100,
            top_max: 1000,
            top_over: TopOver::default(),
            count: Count::default(),
            empty: Empty::default(),
            missing: Missing::default(),
            data_answers: DataAnswers::default(),
            query_answers: QueryAnswers::default(),
            key_comparison: KeyComparison::default(),
            filter_dialect: Dialect::default(),
            collation: Collation::default(),
            ne_null: NeNull::default(),
            metadata_path: MetadataPath::default(),
            rights: Rights::default(),
            time_zone: "UTC".to_owned(),
            unset_dates: UnsetDates::default(),
            write: true,
            extra_required: Vec::new(),
            duplicate: Duplicate::default(),
            create_status: 201,
            update_reply: UpdateReply::default(),
            rec_id: RecIdForm::default(),
            clear: Clear::default(),
            unclearable_fields: Vec::new(),
            status_values: vec!["Active".to_owned(), "Inactive".to_owned()],
            bad_status: BadStatus::default(),
            bad_reference: BadReference::default(),
            validated_fields: BTreeMap::new(),
        }
    }
}

impl IvantiOptions {
    pub(super) fn comparison(&self) -> Comparison {
        Comparison { collation: self.collation, ne_null: self.ne_null }
    }

    /// The role of a session.
    pub(super) fn active_role(&self) -> Option<&str> {
        if self.no_role { None } else { self.role.as_deref() }
    }
}
