//! Opening a store file: whose it is, who may read it, and whether this binary may touch it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::migrate::{self, Found};
use super::mirror::Mirror;
use super::{Inner, rows};

/// How long a connection waits for a lock, which only a tool that somebody runs on the file can hold.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that read. A read is short, and most are answered from memory.
const READERS_MAX: u32 = 4;

/// Why a store cannot be opened. Each text names the file and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory is missing: the store creates its file, never a directory.
    #[error("the store {path} cannot be created: there is no directory {directory}; create it, or correct the path", path = path.display(), directory = directory.display())]
    NoDirectory {
        /// The store.
        path: PathBuf,
        /// What is missing.
        directory: PathBuf,
    },
    /// The file system refuses.
    #[error("the store {path} cannot be opened", path = path.display())]
    File {
        /// The store.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another process has it open.
    #[error("the store {path} is in use by another process; one file serves one process", path = path.display())]
    InUse {
        /// The store.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{path} is not a store of the SCIM bridge and is left untouched; give the path of another file", path = path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
    },
    /// A newer bridge made it.
    #[error("the store {path} has version {found}, this bridge knows versions up to {known}; it is left untouched: run the newer bridge, or restore a backup", path = path.display())]
    Newer {
        /// The store.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that this binary knows.
        known: i64,
    },
    /// SQLite fails.
    #[error("the store {path} cannot be read", path = path.display())]
    Database {
        /// The store.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

pub(super) async fn open(path: &Path) -> Result<Inner, OpenError> {
    let path = create(path)?;
    let lock = lock(&path)?;
    let failed = |source: sqlx::Error| OpenError::Database { path: path.clone(), source: source.into() };
    check(&path).await?;

    let options = SqliteConnectOptions::new()
        .filename(&path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT);
    let pool = || SqlitePoolOptions::new().idle_timeout(None).max_lifetime(None);
    let writer = pool().max_connections(1).connect_with(options.clone()).await.map_err(failed)?;
    let mut connection = writer.acquire().await.map_err(failed)?;
    migrate::migrate(&mut connection).await.map_err(failed)?;
    let present = rows::present(&mut connection).await.map_err(failed)?;
    let buried = rows::buried(&mut connection).await.map_err(failed)?;
    drop(connection);
    let readers = pool().max_connections(READERS_MAX).connect_with(options.pragma("query_only", "ON")).await;
    let readers = readers.map_err(failed)?;
    Ok(Inner { writer, readers, mirror: Mirror::new(present, buried), _lock: lock, path })
}

/// Creates the file where it is missing, for the owner alone, and says where it really is.
///
/// A file that exists is not opened: closing it would give up locks that this process has on it through SQLite.
fn create(path: &Path) -> Result<PathBuf, OpenError> {
    let failed = |source| OpenError::File { path: path.to_owned(), source };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !directory.is_dir() {
        return Err(OpenError::NoDirectory { path: path.to_owned(), directory: directory.to_owned() });
    }
    match private().create_new(true).open(path) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    let path = path.canonicalize().map_err(failed)?;
    if path.is_dir() { Err(failed(io::ErrorKind::IsADirectory.into())) } else { Ok(path) }
}

/// Makes this process the only one that has the store open, until the file is dropped or the process ends.
fn lock(path: &Path) -> Result<File, OpenError> {
    let failed = |source| OpenError::File { path: path.to_owned(), source };
    let mut beside = path.as_os_str().to_owned();
    beside.push("-lock");
    let file = private().create(true).truncate(false).open(beside).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Refuses what is not ours or too new, through a connection that cannot write.
async fn check(path: &Path) -> Result<(), OpenError> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY_TIMEOUT);
    let found = async {
        let mut connection: SqliteConnection = options.connect().await?;
        let found = migrate::found(&mut connection).await?;
        connection.close().await?;
        Ok::<_, sqlx::Error>(found)
    };
    let (path, known) = (path.to_owned(), migrate::known());
    match found.await {
        Ok(Found::Version(found)) if found > known => Err(OpenError::Newer { path, found, known }),
        Ok(Found::Empty | Found::Version(_)) => Ok(()),
        Ok(Found::Foreign) => Err(OpenError::NotAStore { path }),
        Err(error) if is_not_a_database(&error) => Err(OpenError::NotAStore { path }),
        Err(error) => Err(OpenError::Database { path, source: error.into() }),
    }
}

fn is_not_a_database(error: &sqlx::Error) -> bool {
    const SQLITE_NOTADB: &str = "26";
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == SQLITE_NOTADB)
}
