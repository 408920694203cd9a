//! Secrets: from a variable, from a file, or, on loopback only, from the text itself.

use std::path::Path;

use secrecy::SecretString;
use toml_span::value::ValueInner;
use toml_span::{Span, Spanned};

use super::read::{Entry, Reader, Table, mask_texts};

/// Reads the secret of a key that must be there; a stand-in after a fault.
pub(super) fn required(reader: &mut Reader<'_>, table: &mut Table<'_>, key: &'static str) -> SecretString {
    table
        .required(reader, key)
        .and_then(|entry| read(reader, entry))
        .map_or_else(SecretString::default, |text| SecretString::from(text.value))
}

/// Reads a secret. The caller wraps or digests it at once.
pub(super) fn read(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Spanned<String>> {
    let (path, span) = (entry.path.clone(), entry.span);
    let text = match entry.value {
        ValueInner::String(text) => {
            reader.mask(span);
            if !reader.loopback {
                reader.fault(
                    span,
                    format!(
                        "{path}: a secret in the file itself is accepted only while the server listens on loopback; \
                         use {{ env = \"NAME\" }} or {{ file = \"/path\" }}"
                    ),
                );
                return None;
            }
            text.into_owned()
        }
        ValueInner::Table(entries) => from_elsewhere(reader, Table::new(path.clone(), entry.key_span, entries), span)?,
        other => {
            reader.mask(span);
            mask_texts(reader, &other, span);
            reader.fault(span, format!("{path}: expected {{ env = \"NAME\" }} or {{ file = \"/path\" }}"));
            return None;
        }
    };
    if text.is_empty() {
        reader.fault(span, format!("{path}: the secret is empty"));
        return None;
    }
    Some(Spanned::with_span(text, span))
}

fn from_elsewhere(reader: &mut Reader<'_>, mut table: Table<'_>, span: Span) -> Option<String> {
    let path = table.path.clone();
    let (variable, file) = (table.take("env"), table.take("file"));
    table.finish(reader);
    match (variable, file) {
        (Some(variable), None) => {
            let name = variable.word(reader)?;
            let value = (reader.env)(&name.value);
            if value.is_none() {
                reader.fault(name.span, format!("{path}: the environment variable {} is not set", name.value));
            }
            value
        }
        (None, Some(file)) => {
            let name = file.word(reader)?;
            match (reader.read_file)(Path::new(&name.value)) {
                Ok(text) => Some(text.trim_end_matches(['\r', '\n']).to_owned()),
                Err(error) => {
                    reader.fault(name.span, format!("{path}: {} cannot be read: {error}", name.value));
                    None
                }
            }
        }
        _ => {
            reader.fault(span, format!("{path}: expected {{ env = \"NAME\" }} or {{ file = \"/path\" }}"));
            None
        }
    }
}
