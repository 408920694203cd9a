//! `[store]`: where the bridge keeps what vendors cannot.

use std::path::PathBuf;

use toml_span::Spanned;

use super::read::{NOT_YET, Reader, Table};

/// The `[store]` section, from its `url`. Default: `sqlite:bridge.db`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// `sqlite:PATH`: a file, made when it is not there.
    Sqlite(PathBuf),
    /// `memory:`: gone when the process ends.
    Memory,
}

impl Default for Store {
    fn default() -> Self {
        Self::Sqlite(PathBuf::from("bridge.db"))
    }
}

impl Store {
    pub(super) fn read(reader: &mut Reader<'_>, table: Option<Table<'_>>) -> Self {
        let Some(mut table) = table else { return Self::default() };
        let url = table.word(reader, "url");
        table.not_yet(reader, "encryption_key");
        table.finish(reader);
        url.and_then(|url| Self::validate(reader, &url)).unwrap_or_default()
    }

    fn validate(reader: &mut Reader<'_>, url: &Spanned<String>) -> Option<Self> {
        let (scheme, rest) = url.value.split_once(':').unwrap_or((&url.value, ""));
        match scheme {
            "memory" if rest.is_empty() && url.value.ends_with(':') => return Some(Self::Memory),
            "sqlite" if !rest.trim_start_matches('/').is_empty() && !rest.contains('?') => {
                return Some(Self::Sqlite(PathBuf::from(rest.strip_prefix("//").unwrap_or(rest))));
            }
            "postgres" | "postgresql" => {
                reader.mask(url.span);
                reader.fault(url.span, format!("store.url = \"postgres:\": {NOT_YET}"));
            }
            _ => reader.fault(url.span, "store.url: expected \"sqlite:PATH\" or \"memory:\""),
        }
        None
    }
}
