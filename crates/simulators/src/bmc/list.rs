//! Lists: which entries, in which order, how many of them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Bound;

use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;

use super::error::ArError;
use super::index::least_key;
use super::lies::{compares_keys, without_keys};
use super::options::{BmcOptions, MalformedQ, Rights, Unsorted};
use super::qualification::{EvalOptions, Qualification, compare_text, matches, parse};
use super::schema::{Field, Form, Kind};
use super::session::Session;
use super::state::State;
use super::values::{field_of, no_field};
use crate::control::{KeyComparison, QueryAnswers, Record};

/// What a client asked for.
#[derive(Debug)]
pub(super) struct Query {
    q: Option<String>,
    pub(super) fields: Option<Vec<&'static Field>>,
    sort: Vec<(&'static Field, bool)>,
    limit: Option<usize>,
    pub(super) offset: usize,
}

/// A page of entries.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) rows: Vec<Record>,
    pub(super) has_more: bool,
}

impl Query {
    pub(super) fn read(form: &'static Form, pairs: &[(String, String)], options: &BmcOptions) -> Result<Self, ArError> {
        let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let number = |name: &str| {
            let number = value(name).map(str::parse::<usize>).transpose();
            number.map_err(|_| ArError::malformed(format!("{name} is a whole number")))
        };
        let sort = value("sort").filter(|sort| !sort.is_empty());
        Ok(Self {
            q: value("q").filter(|q| !q.trim().is_empty()).map(str::to_owned),
            fields: fields(form, value("fields"), options)?,
            sort: sort.map(|sort| sorting(form, sort, options)).transpose()?.unwrap_or_default(),
            limit: number("limit")?.filter(|limit| *limit > 0),
            offset: number("offset")?.unwrap_or_default(),
        })
    }
}

/// The fields of `fields=values(…)`; none when all are wanted.
pub(super) fn fields(
    form: &'static Form,
    parameter: Option<&str>,
    options: &BmcOptions,
) -> Result<Option<Vec<&'static Field>>, ArError> {
    let Some(parameter) = parameter.filter(|parameter| !parameter.is_empty()) else { return Ok(None) };
    let names = parameter.strip_prefix("values(").and_then(|names| names.strip_suffix(')'));
    let names = names.ok_or_else(|| ArError::malformed("fields=values(Name,Name)"))?;
    let resolved = names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(|name| {
        // A name with a comma in it cannot be asked for by name.
        field_of(form, name, options).ok_or_else(|| no_field(form, name))
    });
    resolved.collect::<Result<Vec<_>, _>>().map(Some)
}

fn sorting(form: &'static Form, parameter: &str, options: &BmcOptions) -> Result<Vec<(&'static Field, bool)>, ArError> {
    let keys = parameter.split(',').map(|key| {
        let (name, direction) = key.rsplit_once('.').unwrap_or((key, "asc"));
        let descends = match direction.to_ascii_lowercase().as_str() {
            "asc" => false,
            "desc" => true,
            _ => return Err(ArError::malformed("sort=Name.asc,Name.desc")),
        };
        let field = field_of(form, name.trim(), options).ok_or_else(|| no_field(form, name))?;
        Ok((field, descends))
    });
    keys.collect()
}

/// Whether the session may read an entry; what it may not read is not there for it.
pub(super) fn is_readable(form: &Form, row: &Record, session: &Session, options: &BmcOptions) -> bool {
    match options.rights {
        _ if session.guest => false,
        Rights::Full => true,
        Rights::None => false,
        Rights::OwnRowOnly => {
            form.name == "User" && row.get("Login Name").and_then(Value::as_str) == Some(session.login.as_str())
        }
    }
}

pub(super) fn page(
    state: &mut State,
    form: &'static Form,
    query: &Query,
    session: &Session,
    now: Timestamp,
) -> Result<Page, ArError> {
    state.lists += 1;
    let options = &state.options;
    let eval = EvalOptions {
        form,
        database: options.database,
        collation: options.collation,
        quoted_keywords: options.quoted_keywords,
        user: session.login.clone(),
        now,
    };
    let condition = match condition(form, query.q.as_deref(), options) {
        Ok(condition) => condition,
        Err(Refused::Hard(error)) => return Err(error),
        Err(Refused::Soft(error)) => {
            return match options.malformed_q {
                MalformedQ::Error => Err(error),
                MalformedQ::Empty => Ok(Page { rows: Vec::new(), has_more: false }),
            };
        }
    };
    let (condition, finds_nothing) = distorted(condition, form, options);
    if finds_nothing {
        return Ok(Page { rows: Vec::new(), has_more: false });
    }
    let table = state.table(form);
    let limit = query.limit.or(options.default_limit).unwrap_or(usize::MAX).min(options.max_entries);
    let least = condition.as_ref().filter(|_| table.is_plain).and_then(|condition| least_key(condition, form));
    let rows = table.rows.range::<str, _>((least.map_or(Bound::Unbounded, Bound::Included), Bound::Unbounded));
    let matching = rows.filter(|(_, row)| {
        is_readable(form, row, session, options)
            && condition.as_ref().is_none_or(|condition| matches(condition, &visible(row, options), &eval))
    });
    let found: Vec<(&String, &Record)> = if table.is_plain && is_by_key(form, query, options) {
        // One more than the page holds says whether there are more.
        matching.take(query.offset.saturating_add(limit).saturating_add(1)).collect()
    } else {
        arranged(matching.collect(), query, options, state.lists)
    };
    let has_more = found.len() > query.offset.saturating_add(limit);
    let rows = found.into_iter().skip(query.offset).take(limit).map(|(_, row)| row.clone()).collect();
    Ok(Page { rows, has_more })
}

/// Whether the order asked for is that of the entry ids.
fn is_by_key(form: &Form, query: &Query, options: &BmcOptions) -> bool {
    match query.sort[..] {
        [] => options.unsorted == Unsorted::RequestId,
        [(field, descends), ..] => field.id == form.key().id && !descends,
    }
}

fn arranged<'a>(
    mut found: Vec<(&'a String, &'a Record)>,
    query: &Query,
    options: &BmcOptions,
    lists: u64,
) -> Vec<(&'a String, &'a Record)> {
    if !query.sort.is_empty() {
        found.sort_by(|(_, left), (_, right)| order(left, right, &query.sort, options));
    } else if options.unsorted == Unsorted::Unstable {
        found.sort_by_key(|(id, _)| scrambled(id, lists));
    }
    found
}

/// The entry as far as the account may see it.
fn visible<'a>(row: &'a Record, options: &BmcOptions) -> Cow<'a, Record> {
    if options.hidden_fields.is_empty() {
        return Cow::Borrowed(row);
    }
    let is_hidden = |name: &String| options.hidden_fields.contains(name);
    let seen = row.iter().filter(|(name, _)| !is_hidden(name)).map(|(name, value)| (name.clone(), value.clone()));
    Cow::Owned(seen.collect())
}

/// The condition as the options distort it, and whether it finds nothing whatever it says.
fn distorted(condition: Option<Qualification>, form: &Form, options: &BmcOptions) -> (Option<Qualification>, bool) {
    let Some(condition) = condition else { return (None, false) };
    let finds_nothing = options.query_answers == QueryAnswers::Nothing
        || options.key_comparison == KeyComparison::Nothing && compares_keys(&condition, form);
    let never_true = options.key_comparison == KeyComparison::NeverTrue;
    (Some(if never_true { without_keys(condition, form) } else { condition }), finds_nothing)
}

enum Refused {
    /// An error whatever the options say.
    Hard(ArError),
    /// A malformed qualification: an error or an empty list.
    Soft(ArError),
}

fn condition(form: &'static Form, q: Option<&str>, options: &BmcOptions) -> Result<Option<Qualification>, Refused> {
    let Some(q) = q else {
        let refusal = || Refused::Hard(ArError::new(361, form.name));
        return if options.unqualified_allowed { Ok(None) } else { Err(refusal()) };
    };
    if options.query_answers == QueryAnswers::Everything {
        return Ok(None);
    }
    if q.chars().count() > options.q_max {
        return Err(Refused::Hard(ArError::new(561, form.name)));
    }
    let bad = |number, why: String| ArError::new(number, why).with_status(StatusCode::BAD_REQUEST);
    let condition = parse(q).map_err(|malformed| Refused::Soft(bad(142, malformed.to_string())))?;
    let mut refused = None;
    condition.for_each_field(&mut |reference| match field_of(form, reference, options) {
        None => refused = Some(Refused::Soft(bad(313, format!("{} : {reference}", form.name)))),
        Some(field) if matches!(field.kind, Kind::Secret(_)) && refused.is_none() => {
            refused = Some(Refused::Hard(ArError::new(351, field.name)));
        }
        Some(_) => {}
    });
    refused.map_or(Ok(Some(condition)), Err)
}

fn order(left: &Record, right: &Record, sort: &[(&'static Field, bool)], options: &BmcOptions) -> Ordering {
    let by_key = |(field, descends): &(&'static Field, bool)| {
        let order = order_of(field, left.get(field.name), right.get(field.name), options);
        if *descends { order.reverse() } else { order }
    };
    sort.iter().map(by_key).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Empty fields come first.
fn order_of(field: &Field, left: Option<&Value>, right: Option<&Value>, options: &BmcOptions) -> Ordering {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    match field.kind {
        Kind::Selection(_) => {
            let index = |value| text(value).and_then(|label| field.kind.index_of(&label));
            index(left).cmp(&index(right))
        }
        Kind::Integer => left.and_then(Value::as_i64).cmp(&right.and_then(Value::as_i64)),
        Kind::Text(_) | Kind::Secret(_) | Kind::Time | Kind::StatusHistory => match (text(left), text(right)) {
            (Some(left), Some(right)) => compare_text(&left, &right, options.database, options.collation),
            (left, right) => left.is_some().cmp(&right.is_some()),
        },
    }
}

fn scrambled(id: &str, salt: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (id, salt).hash(&mut hasher);
    hasher.finish()
}
