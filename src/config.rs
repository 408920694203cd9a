//! The configuration file: one TOML text, read with positions, every fault reported at once.
//!
//! Invariant: nothing here reads the process environment, the file system or a clock. Where the text points to a
//! variable or a file, the caller's functions are asked. No secret is ever shown: not by `Debug`, and not in the
//! snippet of a fault.
//!
//! One file per section below `config/`, each with a `validate` for the rules that join several keys or sections.

mod credential;
mod errors;
mod read;
mod secret;
mod server;
mod store;
mod suggest;
mod target;
mod url;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

pub use credential::{Access, Credential, Profile, token_sha256};
pub use errors::ConfigErrors;
pub use server::Server;
pub use store::Store;
pub use target::attributes::{Attribute, Codec, Native};
pub use target::auth::{BmcAuth, IvantiAuth, LoginBody, Scheme};
pub use target::{
    Bmc, Collation, GroupCreate, GroupKind, Groups, Ivanti, Join, OnConflict, OnDelete, OnRecreate, Password, Preset,
    Protected, Rename, Target, TargetKind, Unmapped,
};
pub use toml_span::{Span, Spanned};

use errors::Source;
use read::{Reader, Table};

/// A configuration without a fault.
#[derive(Debug, Clone)]
pub struct Config {
    /// `[server]`
    pub server: Server,
    /// `[store]`
    pub store: Store,
    /// `[[credentials]]`, in the order of the file.
    pub credentials: Vec<Credential>,
    /// `[targets.NAME]`, in the order of the file.
    pub targets: Vec<Target>,
    source: Arc<Source>,
}

impl Config {
    /// Reads and checks a configuration. `source_name` is what faults are reported under, usually the file's name;
    /// `env` looks up an environment variable; `read_file` reads a file that a secret or a key names.
    ///
    /// # Errors
    /// All faults of the text, each with its line and column. A text that is no TOML has one: the first.
    pub fn parse(
        source_name: &str,
        text: &str,
        env: &dyn Fn(&str) -> Option<String>,
        read_file: &dyn Fn(&Path) -> io::Result<String>,
    ) -> Result<Self, ConfigErrors> {
        let root = match toml_span::parse(text) {
            Ok(root) => root,
            Err(error) => return Err(ConfigErrors::syntax(source_name, text, &error)),
        };
        let mut reader = Reader::new(source_name, text, env, read_file);
        let sections = Sections::read(&mut reader, root);
        let source = reader.finish()?;
        let Sections { server, store, credentials, targets } = sections;
        Ok(Self { server, store, credentials, targets, source: Arc::new(source) })
    }

    /// One target by its name.
    pub fn target(&self, name: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.name == name)
    }

    /// An empty list of faults of this text, for later stages that find some: a mapping to an attribute that does
    /// not exist, for example.
    pub fn errors(&self) -> ConfigErrors {
        ConfigErrors::new(Arc::clone(&self.source))
    }

    /// One fault of this text, found by a later stage.
    pub fn fault(&self, span: Span, message: impl Into<String>) -> ConfigErrors {
        let mut errors = self.errors();
        errors.fault(span, message);
        errors
    }
}

struct Sections {
    server: Server,
    store: Store,
    credentials: Vec<Credential>,
    targets: Vec<Target>,
}

impl Sections {
    /// Reads on after a fault, with stand-ins, so that all of them are found.
    fn read(reader: &mut Reader<'_>, root: toml_span::Value<'_>) -> Self {
        let mut root = Table::root(root);
        let server = root.table(reader, "server");
        let server = Server::read(reader, server);
        let store = root.table(reader, "store");
        let store = Store::read(reader, store);
        root.not_yet(reader, "admin");
        let targets = target::read_all(reader, &mut root);
        let credentials = credential::read_all(reader, &mut root, &targets.names);
        root.finish(reader);
        Self { server, store, credentials, targets: targets.targets }
    }
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} credentials, {} targets", self.source.name, self.credentials.len(), self.targets.len())
    }
}
