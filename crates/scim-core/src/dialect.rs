//! What is forgiven to a client that leaves the RFCs, by its profile, and the record of what was forgiven.
//!
//! Everything that is read goes through here by [`Notes`]: whoever meets something that the RFCs do not have asks whether
//! it is forgiven, and what is forgiven is counted. [`TABLE`] is the whole list. What is not in it is either the RFC, or
//! refused to everybody.

mod table;

pub use table::{Client, Row, TABLE};

use std::cell::Cell;

use crate::error::ScimError;

/// One thing that may be forgiven. [`TABLE`] says which clause it bends and who needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Leniency {
    /// `Add`, `REPLACE`.
    OpLetterCase,
    /// `"True"` for `true`, in values and in filters.
    WordForBoolean,
    /// `"42"` for `42`.
    TextForNumber,
    /// `42` or `true` for a text, in values and in filters.
    NumberForText,
    /// `[x]` for a single value.
    ListOfOne,
    /// `x` for a list of values, outside of a PATCH path, where the RFC has it.
    SingleForList,
    /// `"U9"` for `{"value": "U9"}`.
    BareValue,
    /// A reference that has `$ref` alone.
    RefForValue,
    /// Dotted, filtered and URN keys in a value without a path.
    KeysAsPaths,
    /// An attribute of an extension without its URN.
    ShortPath,
    /// `"path": ""` for none.
    EmptyPath,
    /// `readOnly` attributes as keys of a value without a path. (Parts of an element, such as `display`, are not meant:
    /// the examples of RFC 7644 have them.)
    ReadOnlyInPatch,
    /// Attributes that the schema does not have, in bodies.
    UnknownAttribute,
    /// Extensions that the resource type does not have, in bodies and paths.
    UnknownExtension,
    /// `remove` with a list of what is to go.
    RemoveListed,
    /// `add` and `replace` on a filter without a match, which make the element.
    CreateByFilter,
    /// Several elements that say `"primary": true`.
    PrimaryTwice,
    /// `""`, or an empty list or object in the place of a value, for unset.
    EmptyValue,
    /// Elements of a list that are null or hold nothing.
    EmptyElement,
    /// A PUT without an attribute that is required.
    PutWithoutRequired,
    /// A body without `schemas`, or without the URN that the request must have.
    SchemasMissing,
    /// URNs of SCIM 1.1 and of drafts.
    SchemasAlias,
    /// URNs in `schemas` that nobody here knows.
    SchemasForeign,
    /// An extension that `schemas` does not name.
    SchemasUnlisted,
    /// Runs of blanks, tabs, and blanks inside brackets, in filters and paths.
    Blanks,
    /// `True` and `NULL` without quotes in filters.
    LiteralLetterCase,
    /// `emails[type eq "work"].value eq "…"` in filters.
    TestBehindBrackets,
    /// A token without `Bearer`, or with two of them.
    TokenScheme,
}

impl Leniency {
    /// How many there are.
    pub const COUNT: usize = Self::TokenScheme as usize + 1;

    /// The row of the table.
    pub fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The name in logs and metrics.
    pub fn name(self) -> &'static str {
        self.row().name
    }
}

/// A client's profile, as the configuration names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// What all known clients send is understood.
    #[default]
    Auto,
    /// Okta.
    Okta,
    /// Microsoft Entra ID.
    Entra,
    /// The RFCs, with nothing forgiven.
    Strict,
}

impl Profile {
    /// The name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Okta => "okta",
            Self::Entra => "entra",
            Self::Strict => "strict",
        }
    }

    /// What it forgives.
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::Auto => Dialect::AUTO,
            Self::Okta => Dialect::OKTA,
            Self::Entra => Dialect::ENTRA,
            Self::Strict => Dialect::STRICT,
        }
    }
}

/// A set of what is forgiven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect(u64);

impl Dialect {
    /// Everything.
    pub const AUTO: Self = Self(table::forgiven_to(None));
    /// What Okta needs, and what everybody gets.
    pub const OKTA: Self = Self(table::forgiven_to(Some(Client::Okta)));
    /// What Microsoft Entra ID needs, and what everybody gets.
    pub const ENTRA: Self = Self(table::forgiven_to(Some(Client::Entra)));
    /// Nothing.
    pub const STRICT: Self = Self(0);

    /// Whether it forgives this.
    pub fn forgives(self, what: Leniency) -> bool {
        self.0 & (1 << what as u64) != 0
    }

    /// The same but for one thing.
    #[must_use]
    pub fn without(self, what: Leniency) -> Self {
        Self(self.0 & !(1 << what as u64))
    }
}

/// Which part of a request is being read: the RFCs ask for different things there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Attributes with their values.
    Attributes,
    /// The value of an operation with a path, which may be one element of a list.
    Path,
}

/// What was forgiven while one request was read. It lives on the stack, and counts nothing in the ordinary case.
#[derive(Debug)]
pub struct Notes {
    dialect: Dialect,
    place: Cell<Place>,
    counts: [Cell<u32>; Leniency::COUNT],
}

impl Notes {
    /// For a client of this dialect.
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, place: Cell::new(Place::Attributes), counts: [const { Cell::new(0) }; Leniency::COUNT] }
    }

    /// For a client of whom nothing is known.
    pub fn auto() -> Self {
        Self::new(Dialect::AUTO)
    }

    /// For the same client, for a look ahead at what is read again.
    pub(crate) fn anew(&self) -> Self {
        Self { place: self.place.clone(), ..Self::new(self.dialect) }
    }

    /// Whether this is forgiven; if it is, it counts.
    pub fn forgives(&self, what: Leniency) -> bool {
        let forgiven = self.dialect.forgives(what);
        if forgiven {
            let count = &self.counts[what as usize];
            count.set(count.get().saturating_add(1));
        }
        forgiven
    }

    /// Forgives, or refuses.
    ///
    /// # Errors
    /// `refusal`, where it is not forgiven.
    pub fn forgive(&self, what: Leniency, refusal: impl FnOnce() -> ScimError) -> Result<(), ScimError> {
        if self.forgives(what) { Ok(()) } else { Err(refusal()) }
    }

    /// What was forgiven and how often, in the order of the table.
    pub fn forgiven(&self) -> impl Iterator<Item = (Leniency, u32)> + '_ {
        let counted = TABLE.iter().zip(&self.counts).map(|(row, count)| (row.what, count.get()));
        counted.filter(|(_, count)| *count > 0)
    }

    pub(crate) fn place(&self) -> Place {
        self.place.get()
    }

    pub(crate) fn enter(&self, place: Place) {
        self.place.set(place);
    }
}
