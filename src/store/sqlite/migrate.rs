//! The version of the tables, and the way from one to the next.
//!
//! Versions expand and contract: each version's tables serve the binary of the version before as well, so a step only adds;
//! what is no longer used goes one version later. A step that has been released is never edited.

use sqlx::{Connection, Error, SqliteConnection};

/// The steps: the first leads to version 1.
const STEPS: &[&str] =
    &[include_str!("../migrations/sqlite/0001_records.sql"), include_str!("../migrations/sqlite/0002_kept_values.sql")];
/// The version whose step is followed by filling its table.
const KEPT_VALUES: usize = 2;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing yet.
    Empty,
    /// Tables, but none of ours.
    Foreign,
    /// A store of this version.
    Version(i64),
}

/// The version that this binary writes.
pub(super) fn known() -> i64 {
    i64::try_from(STEPS.len()).expect("a handful of steps")
}

/// Looks without writing.
pub(super) async fn found(connection: &mut SqliteConnection) -> Result<Found, Error> {
    let ours = "SELECT count(*), count(*) FILTER (WHERE type = 'table' AND name = 'store_version') FROM sqlite_schema";
    match sqlx::query_as(ours).fetch_one(&mut *connection).await? {
        (0_i64, _) => Ok(Found::Empty),
        (_, 0_i64) => Ok(Found::Foreign),
        _ => sqlx::query_scalar("SELECT version FROM store_version").fetch_one(connection).await.map(Found::Version),
    }
}

/// Takes the steps that are missing, all or none.
pub(super) async fn migrate(connection: &mut SqliteConnection) -> Result<(), Error> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    let version = match found(&mut tx).await? {
        Found::Version(version) => version,
        Found::Empty | Found::Foreign => {
            let table = "CREATE TABLE store_version (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), \
                         version INTEGER NOT NULL) STRICT; INSERT INTO store_version VALUES (1, 0)";
            sqlx::raw_sql(table).execute(&mut *tx).await?;
            0
        }
    };
    let taken = usize::try_from(version).unwrap_or(usize::MAX);
    for (step, to) in STEPS.iter().zip(1..).skip(taken) {
        sqlx::raw_sql(*step).execute(&mut *tx).await?;
        if to == KEPT_VALUES {
            super::rows::fill_kept_values(&mut tx).await?;
        }
    }
    if version < known() {
        sqlx::query("UPDATE store_version SET version = ?").bind(known()).execute(&mut *tx).await?;
    }
    tx.commit().await
}
