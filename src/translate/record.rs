//! Native records: values by field number. Reading walks the field table, so that fields nobody mapped are never built.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Number, Value};

/// The number of a native field within its [`FieldTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(u16);

impl FieldId {
    fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// The native fields that a target uses. The first one is the key.
#[derive(Debug, Clone, Default)]
pub struct FieldTable {
    names: Vec<String>,
    index: HashMap<String, FieldId>,
}

impl FieldTable {
    /// A table with the key field alone.
    pub fn new(key: &str) -> Self {
        let mut table = Self::default();
        table.id(key);
        table
    }

    /// The number of a field, which is added if it is new.
    pub fn id(&mut self, name: &str) -> FieldId {
        if let Some(&id) = self.index.get(name) {
            return id;
        }
        let id = FieldId(u16::try_from(self.names.len()).expect("a mapping has fewer than 65,536 fields"));
        self.names.push(name.to_owned());
        self.index.insert(name.to_owned(), id);
        id
    }

    /// The key field.
    pub fn key(&self) -> FieldId {
        FieldId(0)
    }

    /// A field's native name.
    pub fn name(&self, id: FieldId) -> &str {
        &self.names[id.index()]
    }

    /// The number of a field by its native name.
    pub fn find(&self, name: &str) -> Option<FieldId> {
        self.index.get(name).copied()
    }

    /// All fields.
    pub fn all(&self) -> impl Iterator<Item = FieldId> + use<> {
        (0..u16::try_from(self.names.len()).unwrap_or(u16::MAX)).map(FieldId)
    }
}

/// A native value that is there. Null and the empty string are `None` wherever a value may be missing.
#[derive(Debug, Clone, PartialEq)]
pub enum NativeValue {
    /// Text, also labels of selection fields.
    Text(String),
    /// A number.
    Number(Number),
    /// A boolean.
    Boolean(bool),
    /// An instant in the form that the vendor's queries take; never part of a record.
    Instant(String),
    /// Several texts in one field; none is empty.
    List(Vec<String>),
    /// Several numbers in one field.
    Numbers(Vec<Number>),
}

impl NativeValue {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// As text, for comparing and for fields that hold text.
    pub fn as_text(&self) -> String {
        match self {
            Self::Text(text) | Self::Instant(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Boolean(flag) => flag.to_string(),
            Self::List(texts) => texts.join(";"),
            Self::Numbers(numbers) => numbers.iter().map(Number::to_string).collect::<Vec<_>>().join(";"),
        }
    }

    /// As JSON.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Text(text) | Self::Instant(text) => text.as_str().into(),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Boolean(flag) => (*flag).into(),
            Self::List(texts) => texts.as_slice().into(),
            Self::Numbers(numbers) => numbers.iter().cloned().map(Value::Number).collect(),
        }
    }

    /// From JSON; objects, and arrays of anything but texts and numbers, are no values of a mapped field and read as
    /// missing.
    pub fn from_json(value: Value) -> Option<Self> {
        match value {
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(Self::Text(text)),
            Value::Number(number) => Some(Self::Number(number)),
            Value::Bool(flag) => Some(Self::Boolean(flag)),
            Value::Array(list) if !list.is_empty() && list.iter().all(Value::is_number) => {
                let numbers = list.into_iter().filter_map(|number| match number {
                    Value::Number(number) => Some(number),
                    _ => None,
                });
                Some(Self::Numbers(numbers.collect()))
            }
            Value::Array(list) => {
                let texts: Option<Vec<String>> = list.into_iter().map(text_of).collect();
                texts.filter(|texts| !texts.is_empty()).map(Self::List)
            }
            Value::Null | Value::Object(_) => None,
        }
    }
}

fn text_of(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// One native record, as far as it was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    values: Vec<Option<NativeValue>>,
    /// The fields that the answer had, empty ones among them.
    shown: Vec<FieldId>,
    /// The fields that were arrays, empty ones among them.
    arrays: Vec<FieldId>,
}

impl Record {
    /// An empty record.
    pub fn new() -> Self {
        Self::default()
    }

    /// A field's value.
    pub fn get(&self, field: FieldId) -> Option<&NativeValue> {
        self.values.get(field.index())?.as_ref()
    }

    /// Whether the answer had the field at all. One that is missing may be empty, or hidden from the service account.
    pub fn shows(&self, field: FieldId) -> bool {
        self.shown.contains(&field)
    }

    /// Whether the answer had an array in this field, be it an empty one.
    pub fn is_array(&self, field: FieldId) -> bool {
        self.arrays.contains(&field)
    }

    /// Sets a field.
    pub fn set(&mut self, field: FieldId, value: Option<NativeValue>) {
        if !self.shown.contains(&field) {
            self.shown.push(field);
        }
        if self.values.len() <= field.index() {
            self.values.resize(field.index() + 1, None);
        }
        self.values[field.index()] = value;
    }

    /// The key, where the record has one.
    pub fn key(&self) -> Option<String> {
        self.values.first()?.as_ref().map(NativeValue::as_text)
    }
}

/// Reads a record from a JSON object of fields.
#[derive(Clone, Copy)]
pub struct RecordSeed<'a>(pub &'a FieldTable);

impl<'de> DeserializeSeed<'de> for RecordSeed<'_> {
    type Value = Record;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Record, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RecordSeed<'_> {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
        let mut record = Record::new();
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match self.0.find(&name) {
                Some(field) => {
                    let value: Value = map.next_value()?;
                    if value.is_array() {
                        record.arrays.push(field);
                    }
                    record.set(field, NativeValue::from_json(value));
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(record)
    }
}
