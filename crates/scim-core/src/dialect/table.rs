//! The table of what is forgiven: which rows of the checklist ask for it (idp-clients reference, section 12), which
//! clients are known to need it, and the clause that it bends.

use super::Leniency;

/// A client of whom it is known what it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// authentik
    Authentik,
    /// Microsoft Entra ID
    Entra,
    /// JumpCloud
    JumpCloud,
    /// The extensions for Keycloak
    Keycloak,
    /// Okta
    Okta,
    /// OneLogin
    OneLogin,
    /// Ping Identity
    Ping,
}

use Client::{Authentik, Entra, JumpCloud, Keycloak, Okta, OneLogin, Ping};

/// One row.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// What is forgiven.
    pub what: Leniency,
    /// Its name in logs and metrics.
    pub name: &'static str,
    /// The rows of the checklist that ask for it; none where the bridge is kinder than it must be.
    pub rows: &'static [u8],
    /// The clients that are known to need it.
    pub clients: &'static [Client],
    /// Whether every profile but `strict` has it, because whoever maps attributes by hand may come to need it.
    pub everyone: bool,
    /// The clause that it bends.
    pub clause: &'static str,
}

/// Needed by these clients.
const fn by(
    clients: &'static [Client],
    what: Leniency,
    name: &'static str,
    rows: &'static [u8],
    clause: &'static str,
) -> Row {
    Row { what, name, rows, clients, everyone: false, clause }
}

/// Granted to everyone, whoever is known to need it.
const fn all(
    clients: &'static [Client],
    what: Leniency,
    name: &'static str,
    rows: &'static [u8],
    clause: &'static str,
) -> Row {
    Row { what, name, rows, clients, everyone: true, clause }
}

/// Everything that is forgiven, in the order of [`Leniency`].
pub const TABLE: [Row; Leniency::COUNT] = [
    by(&[Entra], Leniency::OpLetterCase, "op_letter_case", &[9, 11], "RFC 7644 3.5.2: add, remove or replace"),
    by(&[Entra, Keycloak], Leniency::WordForBoolean, "word_for_boolean", &[10, 11], "RFC 7643 2.3.2: true or false"),
    all(&[], Leniency::TextForNumber, "text_for_number", &[], "RFC 7643 2.3.3 and 2.3.4: a JSON number"),
    all(&[], Leniency::NumberForText, "number_for_text", &[], "RFC 7643 2.3.1: a JSON string"),
    by(&[Entra, Okta], Leniency::ListOfOne, "list_of_one", &[11, 20], "RFC 7643 2.4: a list is for multi-valued ones"),
    all(&[], Leniency::SingleForList, "single_for_list", &[], "RFC 7643 2.4: multi-valued ones are JSON arrays"),
    by(&[Entra], Leniency::BareValue, "bare_value", &[20, 21], "RFC 7643 2.3.8: a complex value is a JSON object"),
    all(&[], Leniency::RefForValue, "ref_for_value", &[20, 27], "RFC 7643 2.4 and 4.2: the id is the value"),
    by(&[Entra], Leniency::KeysAsPaths, "keys_as_paths", &[12, 19], "RFC 7644 3.5.2.1: attributes of the resource"),
    by(&[Entra], Leniency::ShortPath, "short_path", &[20, 33], "RFC 7644 3.10: extensions are named by their URN"),
    all(&[], Leniency::EmptyPath, "empty_path", &[], "RFC 7644 3.5.2: a path is an attribute path"),
    by(&[Authentik, Okta], Leniency::ReadOnlyInPatch, "read_only_in_patch", &[13, 14], "RFC 7644 3.5.2: mutability"),
    all(&[Entra, Okta], Leniency::UnknownAttribute, "unknown_attribute", &[7, 21], "RFC 7644 3.12: the schema"),
    all(&[Entra], Leniency::UnknownExtension, "unknown_extension", &[7, 8], "RFC 7644 3.12: the schema"),
    by(
        &[Authentik, Entra, JumpCloud, OneLogin],
        Leniency::RemoveListed,
        "remove_listed",
        &[22],
        "RFC 7644 3.5.2.2: a value has no meaning, the attribute would be emptied",
    ),
    by(&[Entra], Leniency::CreateByFilter, "create_by_filter", &[15, 16], "RFC 7644 3.5.2.3 and table 9: noTarget"),
    by(&[Ping], Leniency::PrimaryTwice, "primary_twice", &[46], "RFC 7643 2.4: primary is true at most once"),
    all(&[Entra, Okta, Ping], Leniency::EmptyValue, "empty_value", &[6, 20], "RFC 7643 2.5: unset is null or []"),
    all(&[Ping], Leniency::EmptyElement, "empty_element", &[6], "RFC 7643 2.5: an element is a value"),
    all(&[], Leniency::PutWithoutRequired, "put_without_required", &[], "RFC 7644 3.5.1: required ones are named"),
    by(&[Authentik], Leniency::SchemasMissing, "schemas_missing", &[5], "RFC 7643 3 and RFC 7644 3.5.2: schemas"),
    by(&[OneLogin], Leniency::SchemasAlias, "schemas_alias", &[5], "RFC 7643 10.3: the registered URNs"),
    by(&[Entra], Leniency::SchemasForeign, "schemas_foreign", &[5], "RFC 7643 3: schemas of the resource type alone"),
    by(&[Entra], Leniency::SchemasUnlisted, "schemas_unlisted", &[7], "RFC 7643 3: schemas names every extension"),
    by(&[Entra], Leniency::Blanks, "blanks", &[34], "RFC 7644 figure 1: one space"),
    by(&[Entra], Leniency::LiteralLetterCase, "literal_letter_case", &[10], "RFC 7644 figure 1, RFC 8259 3: false"),
    by(&[Entra], Leniency::TestBehindBrackets, "test_behind_brackets", &[33], "RFC 7644 figure 1: valuePath"),
    by(&[Okta], Leniency::TokenScheme, "token_scheme", &[52], "RFC 6750 2.1: Bearer and the token"),
];

/// The bits of what is forgiven to a client; to none in particular, everything.
pub(super) const fn forgiven_to(client: Option<Client>) -> u64 {
    let mut bits = 0;
    let mut position = 0;
    while position < TABLE.len() {
        let row = &TABLE[position];
        if row.everyone || needs(row, client) {
            bits |= 1 << position;
        }
        position += 1;
    }
    bits
}

const fn needs(row: &Row, client: Option<Client>) -> bool {
    let Some(client) = client else { return true };
    let mut position = 0;
    while position < row.clients.len() {
        if row.clients[position] as u8 == client as u8 {
            return true;
        }
        position += 1;
    }
    false
}
