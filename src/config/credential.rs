//! `[[credentials]]`: who may call, which targets, and whether to write.
//!
//! Invariant: a token is digested where it is read; only its SHA-256 is kept.

use std::fmt;

use aws_lc_rs::digest;
pub use scim_core::Profile;
use toml_span::{Span, Spanned};

use super::read::{Choice, Entry, Reader, Table, choose, mask_texts};
use super::secret;
use super::suggest::nearest;

/// The fewest characters of a token that is not only used on loopback.
const TOKEN_LENGTH_MIN: usize = 16;

/// What a credential may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read only.
    Read,
    /// Read and write. The default.
    Write,
}

/// One entry of `[[credentials]]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its name, unique; it stands in log lines and the audit.
    pub name: String,
    /// The SHA-256 of the token.
    pub token_sha256: [u8; 32],
    /// The targets it may call, in the order of the file; never empty.
    pub targets: Vec<String>,
    /// What it may do.
    pub access: Access,
    /// What is forgiven to the client.
    pub profile: Profile,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("name", &self.name)
            .field("targets", &self.targets)
            .field("access", &self.access)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

/// The digest under which a token is kept and compared.
pub fn token_sha256(token: impl AsRef<[u8]>) -> [u8; 32] {
    digest::digest(&digest::SHA256, token.as_ref()).as_ref().try_into().expect("SHA-256 has 32 bytes")
}

struct Read {
    credential: Credential,
    name_span: Span,
    token_span: Span,
}

pub(super) fn read_all(reader: &mut Reader<'_>, root: &mut Table<'_>, targets: &[String]) -> Vec<Credential> {
    let Some(entry) = root.take("credentials") else {
        reader.fault(root.span, "no [[credentials]] is configured: nobody could call the bridge");
        return Vec::new();
    };
    let entries = entry.array(reader);
    let all: Vec<Read> = entries.into_iter().filter_map(|entry| read(reader, entry, targets)).collect();
    validate(reader, &all);
    all.into_iter().map(|read| read.credential).collect()
}

/// Names and tokens must each mean one credential.
fn validate(reader: &mut Reader<'_>, all: &[Read]) {
    for (position, later) in all.iter().enumerate() {
        let (name, token) = (&later.credential.name, later.credential.token_sha256);
        let before = &all[..position];
        if !name.is_empty() && before.iter().any(|other| other.credential.name == *name) {
            reader.fault(later.name_span, format!("credentials: the name \"{name}\" is given twice"));
        }
        if let Some(other) = before.iter().find(|other| token != [0; 32] && other.credential.token_sha256 == token) {
            let message = format!("credentials: \"{name}\" and \"{}\" have the same token", other.credential.name);
            reader.fault(later.token_span, message);
        }
    }
}

fn read(reader: &mut Reader<'_>, entry: Entry<'_>, known_targets: &[String]) -> Option<Read> {
    let mut table = entry.table(reader)?;
    if let Some(kind) = table.take("kind")
        && choose(reader, kind, &[("token", Choice::Is(())), ("oauth", Choice::NotYet)]).is_none()
    {
        table.give_up(reader);
        return None;
    }
    let span = table.span;
    let (name, name_span) = name(reader, &mut table);
    let (token_sha256, token_span) = token(reader, &mut table);
    let targets = targets(reader, &mut table, known_targets);
    let access = [("read", Choice::Is(Access::Read)), ("write", Choice::Is(Access::Write))];
    let access = table.choice(reader, "access", &access, Access::Write);
    let profiles = [
        ("auto", Choice::Is(Profile::Auto)),
        ("okta", Choice::Is(Profile::Okta)),
        ("entra", Choice::Is(Profile::Entra)),
        ("strict", Choice::Is(Profile::Strict)),
    ];
    let profile = table.choice(reader, "profile", &profiles, Profile::Auto);
    table.not_yet(reader, "dry_run");
    table.not_yet(reader, "scope");
    table.finish(reader);
    let credential = Credential { name, token_sha256, targets, access, profile };
    Some(Read { credential, name_span: name_span.unwrap_or(span), token_span: token_span.unwrap_or(span) })
}

fn name(reader: &mut Reader<'_>, table: &mut Table<'_>) -> (String, Option<Span>) {
    let Some(Spanned { value, span }) = table.required(reader, "name").and_then(|entry| entry.word(reader)) else {
        return (String::new(), None);
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if value.len() > 64 || !value.chars().all(fits) {
        let path = table.key_path("name");
        reader.fault(span, format!("{path}: expected at most 64 letters, digits, dots, underscores and hyphens"));
    }
    (value, Some(span))
}

/// The token's digest; zeros stand in after a fault.
fn token(reader: &mut Reader<'_>, table: &mut Table<'_>) -> ([u8; 32], Option<Span>) {
    let path = table.key_path("token");
    let digest = match (table.take("token"), table.take("token_sha256")) {
        (Some(entry), None) => {
            let loopback = reader.loopback;
            secret::read(reader, entry).map(|Spanned { value, span }| {
                if !loopback && value.chars().count() < TOKEN_LENGTH_MIN {
                    reader.fault(span, format!("{path}: a token needs at least {TOKEN_LENGTH_MIN} characters"));
                }
                if !value.chars().all(|c| c.is_ascii_graphic()) {
                    reader.fault(span, format!("{path}: a token is printable ASCII without blanks"));
                }
                (token_sha256(&value), span)
            })
        }
        (None, Some(entry)) => entry.text(reader).and_then(|Spanned { value, span }| {
            let bytes = from_hex(&value);
            if bytes.is_none() {
                reader.fault(span, format!("{path}_sha256: expected 64 hexadecimal digits"));
            }
            bytes.map(|bytes| (bytes, span))
        }),
        (None, None) => {
            reader.fault(table.span, format!("{path} is missing (or token_sha256)"));
            None
        }
        (Some(token), Some(digest)) => {
            mask_texts(reader, &token.value, token.span);
            reader.fault(digest.key_span, format!("{path}: give either token or token_sha256, not both"));
            None
        }
    };
    digest.map_or(([0; 32], None), |(digest, span)| (digest, Some(span)))
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

fn targets(reader: &mut Reader<'_>, table: &mut Table<'_>, known: &[String]) -> Vec<String> {
    let Some(entry) = table.required(reader, "targets") else { return Vec::new() };
    let (path, span) = (entry.path.clone(), entry.span);
    let is_array = matches!(entry.value, toml_span::value::ValueInner::Array(_));
    let entries = entry.array(reader);
    if is_array && entries.is_empty() {
        reader.fault(span, format!("{path}: name at least one target"));
    }
    let mut targets = Vec::new();
    for entry in entries {
        let Some(Spanned { value, span }) = entry.word(reader) else { continue };
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        if !known.contains(&value) {
            let message = format!("{path}: there is no [targets.{value}]");
            match nearest(&value, &names) {
                Some(meant) => reader.fault_with_hint(span, message, format!("did you mean \"{meant}\"?")),
                None => reader.fault(span, message),
            }
        } else if targets.contains(&value) {
            reader.fault(span, format!("{path}: \"{value}\" is named twice"));
        }
        targets.push(value);
    }
    targets
}
