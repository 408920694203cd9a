//! The native queries that filters become, read by the simulators.

use percent_encoding::percent_decode_str;
use scim_bridge::adapters::{ar_system, ivanti};
use scim_bridge::translate::mapping::Override;
use scim_bridge::translate::{Condition, Driver, LikePart, NativeOp, NativeValue, Object, PasswordPolicy, Scan};
use serde_json::Value as Json;
use simulators::bmc::qualification::{self, Collation, Database, EvalOptions};
use simulators::ivanti::odata::{self, Comparison, Dialect, NeNull};

use super::directory::{Native, Vendor};

/// A driver as a target has it.
pub(crate) fn driver(vendor: Vendor, insensitive: bool, keep: bool, overrides: Vec<Override>) -> Box<dyn Driver> {
    let base_url = "http://127.0.0.1:1".to_owned();
    match vendor {
        Vendor::Bmc => {
            let settings = ar_system::Settings {
                groups: true,
                protected_groups: Vec::new(),
                base_url,
                username: "svc_scim".to_owned(),
                password: "secret".to_owned().into(),
                auth_string: None,
                case_insensitive: insensitive,
                collation_known: true,
                keep,
                rename: false,
                passwords: PasswordPolicy::Ignore,
                create_defaults: Vec::new(),
                protected: Vec::new(),
                page_size: 100,
                canary: None,
                allow_empty: false,
                overrides,
            };
            Box::new(ar_system::ArSystem::new(settings).expect("the mapping is possible"))
        }
        Vendor::Ivanti => {
            let settings = ivanti::Settings {
                groups: ivanti::GroupSettings::default(),
                protected_groups: Vec::new(),
                base_url,
                auth: ivanti::Auth::ApiKey("secret".to_owned().into()),
                preset: ivanti::Preset::Documented,
                case_insensitive: insensitive,
                collation_known: true,
                keep,
                rename: true,
                adopt: false,
                create_defaults: Vec::new(),
                protected: Vec::new(),
                page_size: 100,
                canary: None,
                allow_empty: false,
                overrides,
            };
            Box::new(ivanti::Ivanti::new(settings).expect("the mapping is possible"))
        }
    }
}

/// The query of a walk's step, decoded as the vendor decodes it; none when everything is asked for.
pub(crate) fn query(
    driver: &dyn Driver,
    vendor: Vendor,
    condition: Option<Condition>,
    from: Option<String>,
) -> Option<String> {
    let fields = driver.model().fields_all();
    let scan = Scan { condition, fields, from, limit: 100, ..Scan::default() };
    let call = driver.encode(Object::Users, &NativeOp::Scan(scan));
    let pairs = call.request.uri().query().expect("walks have parameters").split('&');
    let decode = |text: &str| percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned();
    let mut pairs = pairs.map(|pair| pair.split_once('=').expect("names and values"));
    pairs.find_map(|(name, value)| (decode(name) == parameter(vendor)).then(|| decode(value)))
}

/// Selection fields, whose labels are no text.
const SELECTIONS: &[&str] = &["Status", "License Type", "Default Notify Mechanism"];

/// The record in small ASCII letters. With [`small`] conditions and an exact collation this is a database that folds
/// ASCII letters and no others.
pub(crate) fn small_record(vendor: Vendor, record: &Native) -> Native {
    let one = |(name, value): (&String, &Json)| match value {
        Json::String(text) if !is_selection(vendor, name) => (name.clone(), text.to_ascii_lowercase().into()),
        _ => (name.clone(), value.clone()),
    };
    record.iter().map(one).collect()
}

/// The condition in small ASCII letters.
pub(crate) fn small(driver: &dyn Driver, vendor: Vendor, condition: &Condition) -> Condition {
    let all = |parts: &[Condition]| parts.iter().map(|part| small(driver, vendor, part)).collect();
    match condition {
        Condition::Compare(field, relation, NativeValue::Text(text))
            if !is_selection(vendor, driver.model().fields.name(*field)) =>
        {
            Condition::Compare(*field, *relation, NativeValue::text(text.to_ascii_lowercase()))
        }
        Condition::Like(field, parts) => {
            let piece = |part: &LikePart| match part {
                LikePart::Text(text) => LikePart::Text(text.to_ascii_lowercase()),
                other => other.clone(),
            };
            Condition::Like(*field, parts.iter().map(piece).collect())
        }
        Condition::And(parts) => Condition::And(all(parts)),
        Condition::Or(parts) => Condition::Or(all(parts)),
        other => other.clone(),
    }
}

fn is_selection(vendor: Vendor, field: &str) -> bool {
    vendor == Vendor::Bmc && SELECTIONS.contains(&field) || field.ends_with("DateTime")
}

/// The name of the parameter that holds a query.
pub(crate) fn parameter(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Bmc => "q",
        Vendor::Ivanti => "$filter",
    }
}

/// A query as each server that there may be reads it.
#[derive(Debug)]
pub(crate) enum Reading {
    Bmc(qualification::Qualification, Vec<EvalOptions>),
    Ivanti(Vec<(odata::Filter, Comparison)>),
}

impl Reading {
    /// Reads a query.
    ///
    /// # Errors
    /// What a server says that cannot read it.
    pub(crate) fn of(vendor: Vendor, insensitive: bool, query: &str) -> Result<Self, String> {
        match vendor {
            Vendor::Bmc => {
                let collation = if insensitive { Collation::Insensitive } else { Collation::Exact };
                let server = |database, quoted_keywords| EvalOptions {
                    database,
                    collation,
                    quoted_keywords,
                    user: "abc".to_owned(),
                    ..EvalOptions::for_users()
                };
                let servers = vec![
                    server(Database::SqlServer, true),
                    server(Database::Oracle, true),
                    server(Database::Postgres, true),
                    server(Database::SqlServer, false),
                ];
                let read = qualification::parse(query).map_err(|malformed| malformed.to_string())?;
                Ok(Self::Bmc(read, servers))
            }
            Vendor::Ivanti => {
                let mut readings = Vec::new();
                for dialect in [Dialect::Measured, Dialect::Standard] {
                    let read = odata::parse(query, dialect).map_err(|error| error.to_string())?;
                    if read.is_dropped() {
                        return Err("the server drops it".to_owned());
                    }
                    for ne_null in [NeNull::NotTrue, NeNull::True] {
                        readings.push((read.clone(), Comparison { collation: collation(insensitive), ne_null }));
                    }
                }
                Ok(Self::Ivanti(readings))
            }
        }
    }

    /// The servers that do not find the record, for a message.
    pub(crate) fn missed_by(&self, record: &Native) -> Vec<String> {
        match self {
            Self::Bmc(read, servers) => {
                let missing = servers.iter().filter(|server| !qualification::matches(read, record, server));
                missing.map(|it| format!("{:?}, quoted keywords {}", it.database, it.quoted_keywords)).collect()
            }
            Self::Ivanti(readings) => {
                let missing = readings.iter().filter(|(read, comparison)| !odata::matches(read, record, *comparison));
                missing.map(|(read, comparison)| format!("{comparison:?} {read:.20?}")).collect()
            }
        }
    }
}

fn collation(insensitive: bool) -> odata::Collation {
    if insensitive { odata::Collation::Insensitive } else { odata::Collation::Exact }
}
