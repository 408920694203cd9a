//! Reading TOML tables key by key, with the path and the place of each for the fault that it may be.
//!
//! Invariant: every key of a table is either taken or reported by [`Table::finish`]; nothing is passed over.

use std::io;
use std::ops::RangeInclusive;
use std::path::Path;

use std::sync::Arc;

use toml_span::value::ValueInner;
use toml_span::{Span, Spanned, Value};

use super::errors::{ConfigErrors, Source};
use super::suggest::nearest;

/// What a later version will understand and this one refuses.
pub(super) const NOT_YET: &str = "not available in this version";

/// Where faults are collected and secrets come from.
pub(super) struct Reader<'a> {
    source: Source,
    faults: Vec<(Span, String, Option<String>)>,
    pub(super) env: &'a dyn Fn(&str) -> Option<String>,
    pub(super) read_file: &'a dyn Fn(&Path) -> io::Result<String>,
    /// Whether the server listens on loopback only: then secrets may stand in the text itself.
    pub(super) loopback: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        name: &str,
        text: &str,
        env: &'a dyn Fn(&str) -> Option<String>,
        read_file: &'a dyn Fn(&Path) -> io::Result<String>,
    ) -> Self {
        Self { source: Source::new(name, text), faults: Vec::new(), env, read_file, loopback: true }
    }

    pub(super) fn fault(&mut self, span: Span, message: impl Into<String>) {
        self.faults.push((span, message.into(), None));
    }

    pub(super) fn fault_with_hint(&mut self, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        self.faults.push((span, message.into(), Some(hint.into())));
    }

    /// Keeps a part of the text out of every snippet.
    pub(super) fn mask(&mut self, span: Span) {
        self.source.mask(span);
    }

    /// The text for later stages, or all faults.
    pub(super) fn finish(self) -> Result<Source, ConfigErrors> {
        if self.faults.is_empty() {
            return Ok(self.source);
        }
        let mut errors = ConfigErrors::new(Arc::new(self.source));
        for (span, message, hint) in self.faults {
            match hint {
                Some(hint) => errors.fault_with_hint(span, message, hint),
                None => errors.fault(span, message),
            }
        }
        Err(errors)
    }
}

/// A key that is there.
pub(super) struct Entry<'de> {
    /// The key's full path: `targets.bmc.auth.method`.
    pub(super) path: String,
    pub(super) key_span: Span,
    pub(super) span: Span,
    pub(super) value: ValueInner<'de>,
}

impl<'de> Entry<'de> {
    pub(super) fn new(path: String, key_span: Span, mut value: Value<'de>) -> Self {
        Self { path, key_span, span: value.span, value: value.take() }
    }

    pub(super) fn wrong_type(&self, reader: &mut Reader<'_>, expected: &str) {
        reader.fault(self.span, format!("{}: expected {expected}, found {}", self.path, type_name(&self.value)));
    }

    pub(super) fn text(self, reader: &mut Reader<'_>) -> Option<Spanned<String>> {
        let ValueInner::String(text) = self.value else {
            self.wrong_type(reader, "a string");
            return None;
        };
        Some(Spanned::with_span(text.into_owned(), self.span))
    }

    /// A string that is not empty.
    pub(super) fn word(self, reader: &mut Reader<'_>) -> Option<Spanned<String>> {
        let path = self.path.clone();
        let text = self.text(reader)?;
        if text.value.trim().is_empty() {
            reader.fault(text.span, format!("{path}: must not be empty"));
            return None;
        }
        Some(text)
    }

    pub(super) fn table(self, reader: &mut Reader<'_>) -> Option<Table<'de>> {
        let ValueInner::Table(table) = self.value else {
            self.wrong_type(reader, "a table");
            return None;
        };
        Some(Table::new(self.path, self.key_span, table))
    }

    pub(super) fn array(self, reader: &mut Reader<'_>) -> Vec<Entry<'de>> {
        let ValueInner::Array(values) = self.value else {
            self.wrong_type(reader, "an array");
            return Vec::new();
        };
        let entry =
            |(index, value): (usize, Value<'de>)| Self::new(format!("{}[{index}]", self.path), value.span, value);
        values.into_iter().enumerate().map(entry).collect()
    }
}

fn type_name(value: &ValueInner<'_>) -> &'static str {
    match value {
        ValueInner::String(_) => "a string",
        ValueInner::Integer(_) => "an integer",
        ValueInner::Float(_) => "a float",
        ValueInner::Boolean(_) => "a boolean",
        ValueInner::Array(_) => "an array",
        ValueInner::Table(_) => "a table",
    }
}

/// One of the words that a key takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Choice<T> {
    Is(T),
    NotYet,
}

/// A table whose keys are taken one by one.
pub(super) struct Table<'de> {
    pub(super) path: String,
    /// Where a missing key is reported.
    pub(super) span: Span,
    entries: toml_span::value::Table<'de>,
    known: Vec<&'static str>,
}

impl<'de> Table<'de> {
    pub(super) fn new(path: String, span: Span, entries: toml_span::value::Table<'de>) -> Self {
        Self { path, span, entries, known: Vec::new() }
    }

    pub(super) fn root(mut value: Value<'de>) -> Self {
        let entries = match value.take() {
            ValueInner::Table(table) => table,
            _ => toml_span::value::Table::new(),
        };
        Self::new(String::new(), Span::new(0, 0), entries)
    }

    pub(super) fn key_path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn take(&mut self, key: &'static str) -> Option<Entry<'de>> {
        self.known.push(key);
        let (found, value) = self.entries.remove_entry(key)?;
        Some(Entry::new(self.key_path(key), found.span, value))
    }

    pub(super) fn required(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Entry<'de>> {
        let entry = self.take(key);
        if entry.is_none() {
            reader.fault(self.span, format!("{} is missing", self.key_path(key)));
        }
        entry
    }

    /// All entries, in the order of the text, for tables whose keys are free.
    pub(super) fn drain(&mut self) -> Vec<(Spanned<String>, Entry<'de>)> {
        let mut all: Vec<_> = std::mem::take(&mut self.entries)
            .into_iter()
            .map(|(key, value)| {
                let name = key.name.into_owned();
                let entry = Entry::new(self.key_path(&name), key.span, value);
                (Spanned::with_span(name, key.span), entry)
            })
            .collect();
        all.sort_by_key(|(key, _)| key.span.start);
        all
    }

    pub(super) fn table(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Self> {
        self.take(key)?.table(reader)
    }

    /// A string that is not empty.
    pub(super) fn word(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Spanned<String>> {
        self.take(key)?.word(reader)
    }

    /// A string that is there and not empty; a stand-in after a fault.
    pub(super) fn required_word(&mut self, reader: &mut Reader<'_>, key: &'static str) -> String {
        self.required(reader, key).and_then(|entry| entry.word(reader)).map(Spanned::take).unwrap_or_default()
    }

    pub(super) fn boolean(&mut self, reader: &mut Reader<'_>, key: &'static str, default: bool) -> bool {
        let Some(entry) = self.take(key) else { return default };
        if let ValueInner::Boolean(value) = entry.value {
            return value;
        }
        entry.wrong_type(reader, "true or false");
        default
    }

    pub(super) fn integer<T>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        range: RangeInclusive<T>,
        default: T,
    ) -> T
    where
        T: Copy + PartialOrd + TryFrom<i64> + std::fmt::Display,
    {
        let Some(entry) = self.take(key) else { return default };
        let expected = format!("an integer from {} to {}", range.start(), range.end());
        let ValueInner::Integer(value) = entry.value else {
            entry.wrong_type(reader, &expected);
            return default;
        };
        match T::try_from(value) {
            Ok(number) if range.contains(&number) => number,
            _ => {
                reader.fault(entry.span, format!("{}: expected {expected}, found {value}", entry.path));
                default
            }
        }
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        choices: &[(&str, Choice<T>)],
        default: T,
    ) -> T {
        self.take(key).map_or(default, |entry| choose(reader, entry, choices).unwrap_or(default))
    }

    /// A key that this version knows and cannot do yet.
    pub(super) fn not_yet(&mut self, reader: &mut Reader<'_>, key: &'static str) {
        if let Some(entry) = self.take(key) {
            mask_texts(reader, &entry.value, entry.span);
            reader.fault(entry.key_span, format!("{}: {NOT_YET}", entry.path));
        }
    }

    /// A key that only other kinds of this table have.
    pub(super) fn only_for(&mut self, reader: &mut Reader<'_>, key: &'static str, whose: &str) {
        if let Some((found, _)) = self.entries.remove_entry(key) {
            reader.fault(found.span, format!("{}: only {whose} targets have it", self.key_path(key)));
        }
    }

    /// Takes away all keys without a word: the fault that explains them has been reported.
    pub(super) fn give_up(mut self, reader: &mut Reader<'_>) {
        for (_, entry) in self.drain() {
            mask_texts(reader, &entry.value, entry.span);
        }
    }

    /// Reports the keys that nobody took. Their values are not shown: a misspelled key may hold a password.
    pub(super) fn finish(mut self, reader: &mut Reader<'_>) {
        let known = std::mem::take(&mut self.known);
        for (key, entry) in self.drain() {
            mask_texts(reader, &entry.value, entry.span);
            let message = format!("{} is not a known key", entry.path);
            match nearest(&key.value, &known) {
                Some(meant) => reader.fault_with_hint(key.span, message, format!("did you mean `{meant}`?")),
                None => reader.fault(key.span, message),
            }
        }
    }
}

/// Reads one of a few words.
pub(super) fn choose<T: Copy>(reader: &mut Reader<'_>, entry: Entry<'_>, choices: &[(&str, Choice<T>)]) -> Option<T> {
    let path = entry.path.clone();
    let word = entry.text(reader)?;
    match choices.iter().find(|(name, _)| *name == word.value) {
        Some((_, Choice::Is(value))) => Some(*value),
        Some((name, Choice::NotYet)) => {
            reader.fault(word.span, format!("{path} = \"{name}\": {NOT_YET}"));
            None
        }
        None => {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let message = format!("{path}: expected {}, found \"{}\"", listed(&names), word.value);
            match nearest(&word.value, &names) {
                Some(meant) => reader.fault_with_hint(word.span, message, format!("did you mean \"{meant}\"?")),
                None => reader.fault(word.span, message),
            }
            None
        }
    }
}

/// `"a", "b" or "c"`
fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

pub(super) fn mask_texts(reader: &mut Reader<'_>, value: &ValueInner<'_>, span: Span) {
    match value {
        ValueInner::String(_) => reader.mask(span),
        ValueInner::Array(values) => values.iter().for_each(|value| mask_texts(reader, value.as_ref(), value.span)),
        ValueInner::Table(table) => table.values().for_each(|value| mask_texts(reader, value.as_ref(), value.span)),
        _ => {}
    }
}
