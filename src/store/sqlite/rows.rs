//! The SQL: one function per statement, on whatever connection or transaction it is given.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};
use sqlx::{Error, QueryBuilder, Sqlite, SqliteConnection};

use crate::store::ids::Ids;
use crate::store::kept_values::values_of;
use crate::store::{Burial, Record, RecordKey, Tombstone};

/// Ids in one statement. SQLite takes 32,766 variables; short statements keep a page from holding a reader for long.
pub(super) const IDS_MAX: usize = 500;

const RECORDS: &str = "SELECT r.id, r.kept, r.user_name, r.created_at_ms, e.credential, e.external_id \
     FROM records r LEFT JOIN external_ids e USING (target, resource_type, id) WHERE r.target = ";

/// One external id of a record, or the record by itself when it has none.
type RecordRow = (String, String, Option<String>, Option<i64>, Option<String>, Option<String>);

/// The records with these ids, at most [`IDS_MAX`], in one statement and so from one moment.
pub(super) async fn records<'a>(
    connection: &mut SqliteConnection,
    target: &str,
    resource_type: &str,
    ids: impl ExactSizeIterator<Item = &'a String> + Send,
) -> Result<HashMap<String, Record>, Error> {
    let single = ids.len() == 1;
    let mut query = QueryBuilder::<Sqlite>::new(RECORDS);
    query.push_bind(target.to_owned()).push(" AND r.resource_type = ").push_bind(resource_type.to_owned());
    query.push(" AND r.id IN (");
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id.clone());
    }
    query.push(")");
    // Texts of many lengths would drive the others out of the connection's cache of statements.
    let rows: Vec<RecordRow> = query.build_query_as().persistent(single).fetch_all(connection).await?;
    let mut records: HashMap<String, Record> = HashMap::new();
    for (id, kept, user_name, created_at_ms, credential, external_id) in rows {
        if !records.contains_key(&id) {
            let kept = parse(&kept)?;
            records.insert(id.clone(), Record { kept, user_name, created_at_ms, ..Record::default() });
        }
        if let (Some(record), Some(credential), Some(external_id)) = (records.get_mut(&id), credential, external_id) {
            record.external_ids.insert(credential, external_id);
        }
    }
    Ok(records)
}

pub(super) async fn record(connection: &mut SqliteConnection, key: &RecordKey) -> Result<Option<Record>, Error> {
    let mut found = records(connection, &key.target, &key.resource_type, std::iter::once(&key.id)).await?;
    Ok(found.remove(&key.id))
}

/// The id to which a credential gave an external id.
pub(super) async fn owner(
    connection: &mut SqliteConnection,
    target: &str,
    resource_type: &str,
    credential: &str,
    external_id: &str,
) -> Result<Option<String>, Error> {
    sqlx::query_scalar(
        "SELECT id FROM external_ids WHERE target = ? AND resource_type = ? AND credential = ? AND external_id = ?",
    )
    .bind(target)
    .bind(resource_type)
    .bind(credential)
    .bind(external_id)
    .fetch_optional(connection)
    .await
}

/// Makes `before`, which is what the rows say, into `after`. Several statements: for a transaction.
pub(super) async fn replace(
    connection: &mut SqliteConnection,
    key: &RecordKey,
    before: &Record,
    after: &Record,
) -> Result<(), Error> {
    if after.is_empty() {
        return delete_record(connection, key).await;
    }
    upsert_record(connection, key, after).await?;
    if before.kept != after.kept {
        replace_kept_values(connection, key, &before.kept, &after.kept).await?;
    }
    for credential in before.external_ids.keys().filter(|credential| !after.external_ids.contains_key(*credential)) {
        delete_external_id(connection, key, credential).await?;
    }
    for (credential, value) in &after.external_ids {
        if before.external_ids.get(credential) != Some(value) {
            upsert_external_id(connection, key, credential, value).await?;
        }
    }
    Ok(())
}

async fn upsert_record(connection: &mut SqliteConnection, key: &RecordKey, record: &Record) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO records (target, resource_type, id, kept, user_name, created_at_ms) VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT (target, resource_type, id) DO UPDATE \
         SET kept = excluded.kept, user_name = excluded.user_name, created_at_ms = excluded.created_at_ms",
    )
    .bind(&key.target)
    .bind(&key.resource_type)
    .bind(&key.id)
    .bind(print(&record.kept))
    .bind(&record.user_name)
    .bind(record.created_at_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes the index agree with what is kept.
async fn replace_kept_values(
    connection: &mut SqliteConnection,
    key: &RecordKey,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Result<(), Error> {
    let (before, after) = (values_of(before), values_of(after));
    for (path, value) in before.difference(&after) {
        sqlx::query(
            "DELETE FROM kept_values WHERE target = ? AND resource_type = ? AND path = ? AND value = ? AND id = ?",
        )
        .bind(&key.target)
        .bind(&key.resource_type)
        .bind(path)
        .bind(value)
        .bind(&key.id)
        .execute(&mut *connection)
        .await?;
    }
    for (path, value) in after.difference(&before) {
        sqlx::query("INSERT INTO kept_values (target, resource_type, path, value, id) VALUES (?, ?, ?, ?, ?)")
            .bind(&key.target)
            .bind(&key.resource_type)
            .bind(path)
            .bind(value)
            .bind(&key.id)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Fills the index from what is kept.
pub(super) async fn fill_kept_values(connection: &mut SqliteConnection) -> Result<(), Error> {
    let rows: Vec<(String, String, String, String)> =
        sqlx::query_as("SELECT target, resource_type, id, kept FROM records").fetch_all(&mut *connection).await?;
    for (target, resource_type, id, kept) in rows {
        let key = RecordKey { target, resource_type, id };
        replace_kept_values(connection, &key, &Map::new(), &parse(&kept)?).await?;
    }
    Ok(())
}

/// The ids for which one of these values is kept, in their order.
pub(super) async fn ids_by_kept(
    connection: &mut SqliteConnection,
    target: &str,
    resource_type: &str,
    wanted: &[(String, String)],
    limit: usize,
) -> Result<Vec<String>, Error> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT DISTINCT id FROM kept_values WHERE target = ");
    query.push_bind(target.to_owned()).push(" AND resource_type = ").push_bind(resource_type.to_owned());
    query.push(" AND (path, value) IN (VALUES ");
    let mut list = query.separated(", ");
    for (path, value) in wanted {
        list.push("(").push_bind_unseparated(path.clone());
        list.push_unseparated(", ").push_bind_unseparated(value.clone()).push_unseparated(")");
    }
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    query.push(") ORDER BY id LIMIT ").push_bind(limit);
    query.build_query_scalar().persistent(wanted.len() == 1).fetch_all(connection).await
}

async fn upsert_external_id(
    connection: &mut SqliteConnection,
    key: &RecordKey,
    credential: &str,
    value: &str,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO external_ids (target, resource_type, id, credential, external_id) VALUES (?, ?, ?, ?, ?) \
         ON CONFLICT (target, resource_type, id, credential) DO UPDATE SET external_id = excluded.external_id",
    )
    .bind(&key.target)
    .bind(&key.resource_type)
    .bind(&key.id)
    .bind(credential)
    .bind(value)
    .execute(connection)
    .await?;
    Ok(())
}

async fn delete_external_id(connection: &mut SqliteConnection, key: &RecordKey, credential: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM external_ids WHERE target = ? AND resource_type = ? AND id = ? AND credential = ?")
        .bind(&key.target)
        .bind(&key.resource_type)
        .bind(&key.id)
        .bind(credential)
        .execute(connection)
        .await?;
    Ok(())
}

/// Its external ids go with it, by the foreign key.
pub(super) async fn delete_record(connection: &mut SqliteConnection, key: &RecordKey) -> Result<(), Error> {
    sqlx::query("DELETE FROM records WHERE target = ? AND resource_type = ? AND id = ?")
        .bind(&key.target)
        .bind(&key.resource_type)
        .bind(&key.id)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn tombstone(connection: &mut SqliteConnection, key: &RecordKey) -> Result<Option<Tombstone>, Error> {
    let row: Option<(String, i64, String, String)> = sqlx::query_as(
        "SELECT user_name, at_ms, credential, external_ids FROM tombstones \
         WHERE target = ? AND resource_type = ? AND id = ?",
    )
    .bind(&key.target)
    .bind(&key.resource_type)
    .bind(&key.id)
    .fetch_optional(connection)
    .await?;
    row.map(|(user_name, at_ms, credential, external_ids)| {
        let external_ids = texts(parse(&external_ids)?)?;
        Ok(Tombstone { burial: Burial { user_name, at_ms, credential }, external_ids })
    })
    .transpose()
}

pub(super) async fn insert_tombstone(
    connection: &mut SqliteConnection,
    key: &RecordKey,
    tombstone: &Tombstone,
) -> Result<(), Error> {
    let external_ids =
        tombstone.external_ids.iter().map(|(credential, value)| (credential.clone(), value.as_str().into()));
    sqlx::query(
        "INSERT INTO tombstones (target, resource_type, id, user_name, at_ms, credential, external_ids) \
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&key.target)
    .bind(&key.resource_type)
    .bind(&key.id)
    .bind(&tombstone.burial.user_name)
    .bind(tombstone.burial.at_ms)
    .bind(&tombstone.burial.credential)
    .bind(print(&external_ids.collect()))
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn delete_tombstone(connection: &mut SqliteConnection, key: &RecordKey) -> Result<(), Error> {
    sqlx::query("DELETE FROM tombstones WHERE target = ? AND resource_type = ? AND id = ?")
        .bind(&key.target)
        .bind(&key.resource_type)
        .bind(&key.id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Which records exist.
pub(super) async fn present(connection: &mut SqliteConnection) -> Result<Ids, Error> {
    Ok(ids(sqlx::query_as("SELECT target, resource_type, id FROM records").fetch_all(connection).await?))
}

/// Which records are buried.
pub(super) async fn buried(connection: &mut SqliteConnection) -> Result<Ids, Error> {
    Ok(ids(sqlx::query_as("SELECT target, resource_type, id FROM tombstones").fetch_all(connection).await?))
}

/// Takes the lock for writing and gives it back.
pub(super) async fn touch(connection: &mut SqliteConnection) -> Result<(), Error> {
    sqlx::query("UPDATE store_version SET version = version WHERE false").execute(connection).await?;
    Ok(())
}

fn ids(rows: Vec<(String, String, String)>) -> Ids {
    let mut ids = Ids::default();
    for (target, resource_type, id) in rows {
        ids.set(&RecordKey { target, resource_type, id }, true);
    }
    ids
}

fn print(object: &Map<String, Value>) -> String {
    serde_json::to_string(object).expect("a map of JSON values with text keys is JSON")
}

/// The parser's own error is dropped: it would quote the value.
fn parse(text: &str) -> Result<Map<String, Value>, Error> {
    serde_json::from_str(text).map_err(|_| Error::Decode("a column is not a JSON object".into()))
}

fn texts(object: Map<String, Value>) -> Result<BTreeMap<String, String>, Error> {
    let texts = object.into_iter().map(|(name, value)| match value {
        Value::String(text) => Ok((name, text)),
        _ => Err(Error::Decode("an external id is not a text".into())),
    });
    texts.collect()
}
