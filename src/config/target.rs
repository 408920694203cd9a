//! `[targets.NAME]`: the systems that stand behind the bridge.

pub(super) mod attributes;
pub(super) mod auth;
mod policy;

use std::path::PathBuf;

use toml_span::value::ValueInner;
use toml_span::{Span, Spanned};

use super::read::{Choice, Reader, Table, choose};
use super::url;
use attributes::Attribute;
use auth::{BmcAuth, IvantiAuth};
use policy::Policy;
pub use policy::{
    Collation, GroupCreate, GroupKind, Groups, Join, OnConflict, OnDelete, OnRecreate, Password, Preset, Protected,
    Rename, Unmapped,
};

/// One `[targets.NAME]`.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its name: lower-case letters, digits and hyphens.
    pub name: String,
    /// Where the name stands, for faults that concern the whole target.
    pub name_span: Span,
    /// What kind of system it is, and what only that kind has.
    pub kind: TargetKind,
    /// The address that the vendor's paths are appended to; no slash at its end.
    pub base_url: String,
    /// What a DELETE does. Default: disable.
    pub on_delete: OnDelete,
    /// What a POST of a deleted user's name does. Default: revive.
    pub on_recreate: OnRecreate,
    /// Whether userName may change. Default: refused for `bmc-ar`, allowed for `ivanti`.
    pub rename: Rename,
    /// What happens to passwords. Default: ignored.
    pub password: Password,
    /// What happens to attributes that the vendor has no field for. Default: kept by the bridge.
    pub unmapped: Unmapped,
    /// The login name of another account's row, which proves that a query really looked. Default: one is learned.
    pub canary: Option<String>,
    /// Whether the vendor may hold no users at all. Default: false.
    pub allow_empty: bool,
    /// Native fields and the values they get when a record is made, in the order of the file.
    pub create_defaults: Vec<(Spanned<String>, String)>,
    /// What is never written through SCIM.
    pub protected: Protected,
    /// What is served as groups.
    pub groups: Groups,
    /// Most native calls at a time, disables apart. Default: 8. Range: 1 to 64.
    pub concurrency_max: usize,
    /// Native calls at a time that are reserved for disables. Default: 2. Range: 1 to 16.
    pub disable_concurrency: usize,
    /// Longest wait for one answer of the vendor, in milliseconds. Default: 10 000. Range: 1 to 120 000.
    pub timeout_ms: u64,
    /// The proxy that the vendor is reached through; the environment's proxies are ignored.
    pub proxy: Option<String>,
    /// A PEM file of the authorities that the vendor's certificate is checked against.
    pub ca_file: Option<PathBuf>,
    /// How the vendor compares text. Default: the bridge finds out.
    pub collation: Collation,
    /// Most rows that are asked of the vendor at once. Default: 1 000 for `bmc-ar`, 100 for `ivanti`. Range: 1 to 1 000 (`bmc-ar`: 2 000).
    pub page_size: usize,
    /// Most rows that one query walks over. Default: 200 000. Range: 1 to 10 000 000.
    pub rows_max: usize,
    /// `[targets.NAME.attributes]`: what differs from the built-in mapping, in the order of the file.
    pub attributes: Vec<Attribute>,
}

/// What kind of system a target is.
#[derive(Debug, Clone)]
pub enum TargetKind {
    /// `kind = "bmc-ar"`
    BmcAr(Bmc),
    /// `kind = "ivanti"`
    Ivanti(Ivanti),
}

/// What only `bmc-ar` targets have.
#[derive(Debug, Clone)]
pub struct Bmc {
    /// How the bridge logs in.
    pub auth: BmcAuth,
}

/// What only `ivanti` targets have.
#[derive(Debug, Clone)]
pub struct Ivanti {
    /// How the bridge logs in.
    pub auth: IvantiAuth,
    /// Which field names and dialect are built in. Default: the documented ones.
    pub preset: Preset,
    /// What a create does that the vendor answers with a conflict. Default: refuse.
    pub on_conflict: OnConflict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    BmcAr,
    Ivanti,
}

pub(super) struct Targets {
    pub(super) targets: Vec<Target>,
    /// All names, those of targets with faults included: a credential that names one is right.
    pub(super) names: Vec<String>,
}

pub(super) fn read_all(reader: &mut Reader<'_>, root: &mut Table<'_>) -> Targets {
    let Some(mut table) = root.table(reader, "targets") else {
        reader.fault(root.span, "no [targets.NAME] is configured: there is nothing behind the bridge");
        return Targets { targets: Vec::new(), names: Vec::new() };
    };
    let (mut targets, mut names) = (Vec::new(), Vec::new());
    for (name, entry) in table.drain() {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.value.is_empty() || name.value.len() > 64 || !name.value.chars().all(fits) {
            let message = "targets: a target's name is at most 64 lower-case letters, digits and hyphens";
            reader.fault(name.span, message);
        }
        names.push(name.value.clone());
        if let Some(table) = entry.table(reader) {
            targets.extend(read(reader, name, table));
        }
    }
    Targets { targets, names }
}

fn kind(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Option<Kind> {
    let kinds = [
        ("bmc-ar", Choice::Is(Kind::BmcAr)),
        ("ivanti", Choice::Is(Kind::Ivanti)),
        ("arcsight-scim", Choice::NotYet),
        ("arcsight-esm", Choice::NotYet),
        ("beyondtrust-scim", Choice::NotYet),
        ("beyondtrust-rest", Choice::NotYet),
        ("beyondtrust-password-safe", Choice::NotYet),
        ("scim", Choice::NotYet),
    ];
    let entry = table.required(reader, "kind")?;
    choose(reader, entry, &kinds)
}

fn read(reader: &mut Reader<'_>, name: Spanned<String>, mut table: Table<'_>) -> Option<Target> {
    table.span = name.span;
    let Some(kind) = kind(reader, &mut table) else {
        // Without the kind nobody knows which keys belong here.
        table.give_up(reader);
        return None;
    };
    let base_url = base_url(reader, &mut table);
    let specific = specific(reader, &mut table, kind);
    let policy = Policy::read(reader, &mut table, kind);
    let preset = match &specific {
        TargetKind::Ivanti(ivanti) => Some(ivanti.preset),
        TargetKind::BmcAr(_) => None,
    };
    let groups = Groups::read(reader, &mut table, kind, preset);
    // The guide's page of Ivanti is 100, and tenants exist that refuse 101.
    let (page_size, page_size_max) = if kind == Kind::BmcAr { (1_000, 2_000) } else { (100, 1_000) };
    let target = Target {
        name: name.value,
        name_span: name.span,
        base_url,
        on_delete: policy.on_delete,
        on_recreate: policy.on_recreate,
        rename: policy.rename,
        password: policy.password,
        unmapped: policy.unmapped,
        protected: policy.protected,
        groups,
        collation: policy.collation,
        canary: table.word(reader, "canary").map(Spanned::take),
        allow_empty: table.boolean(reader, "allow_empty", false),
        create_defaults: create_defaults(reader, &mut table),
        concurrency_max: table.integer(reader, "concurrency_max", 1..=64, 8),
        disable_concurrency: table.integer(reader, "disable_concurrency", 1..=16, 2),
        timeout_ms: table.integer(reader, "timeout_ms", 1..=120_000, 10_000),
        proxy: proxy(reader, &mut table),
        ca_file: ca_file(reader, &mut table),
        page_size: table.integer(reader, "page_size", 1..=page_size_max, page_size),
        rows_max: table.integer(reader, "rows_max", 1..=10_000_000, 200_000),
        attributes: attributes::read_all(reader, &mut table),
        kind: specific,
    };
    table.not_yet(reader, "scope");
    target.validate(reader, table.span);
    table.finish(reader);
    Some(target)
}

impl Target {
    /// The name of the service account, where it has one.
    fn username(&self) -> Option<&str> {
        match &self.kind {
            TargetKind::BmcAr(Bmc { auth: BmcAuth::Jwt { username, .. } })
            | TargetKind::Ivanti(Ivanti { auth: IvantiAuth::Session { username, .. }, .. }) => Some(username),
            TargetKind::Ivanti(Ivanti { auth: IvantiAuth::ApiKey { .. }, .. }) => None,
        }
    }

    /// A page larger than the whole walk would make the ceiling meaningless, and the service account sees itself whatever
    /// it may see of others.
    fn validate(&self, reader: &mut Reader<'_>, span: Span) {
        if let (Some(canary), Some(own)) = (&self.canary, self.username())
            && canary.eq_ignore_ascii_case(own)
        {
            let path = format!("targets.{}.canary", self.name);
            reader.fault(span, format!("{path}: the service account's own row proves nothing; name another account"));
        }
        if self.page_size > self.rows_max {
            let path = format!("targets.{}", self.name);
            reader.fault(
                span,
                format!("{path}: page_size ({}) must not be above rows_max ({})", self.page_size, self.rows_max),
            );
        }
    }
}

fn specific(reader: &mut Reader<'_>, table: &mut Table<'_>, kind: Kind) -> TargetKind {
    match kind {
        Kind::BmcAr => {
            table.only_for(reader, "preset", "ivanti");
            table.only_for(reader, "on_conflict", "ivanti");
            TargetKind::BmcAr(Bmc { auth: auth::bmc(reader, table).unwrap_or_else(BmcAuth::stand_in) })
        }
        Kind::Ivanti => {
            let preset = Preset::read(reader, table);
            let on_conflict = OnConflict::read(reader, table);
            let auth = auth::ivanti(reader, table).unwrap_or_else(IvantiAuth::stand_in);
            TargetKind::Ivanti(Ivanti { auth, preset, on_conflict })
        }
    }
}

fn base_url(reader: &mut Reader<'_>, table: &mut Table<'_>) -> String {
    let allow_plaintext = table.boolean(reader, "allow_plaintext", false);
    let path = table.key_path("base_url");
    let Some(text) = table.required(reader, "base_url").and_then(|entry| entry.word(reader)) else {
        return String::new();
    };
    let Some(url) = url::read(reader, &path, &text) else { return String::new() };
    if url.plain && !url.loopback && !allow_plaintext {
        reader.fault(
            text.span,
            format!("{path}: http:// would send passwords in the clear; use https:// or set allow_plaintext = true"),
        );
    }
    url.text
}

fn proxy(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Option<String> {
    let path = table.key_path("proxy");
    let text = table.word(reader, "proxy")?;
    url::read(reader, &path, &text).map(|url| url.text)
}

fn ca_file(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Option<PathBuf> {
    let mut tls = table.table(reader, "tls")?;
    let file = tls.required(reader, "ca_file").and_then(|entry| entry.word(reader));
    tls.finish(reader);
    file.map(|file| PathBuf::from(file.value))
}

fn create_defaults(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Vec<(Spanned<String>, String)> {
    let Some(mut defaults) = table.table(reader, "create_defaults") else { return Vec::new() };
    let entries = defaults.drain().into_iter();
    entries.filter_map(|(field, entry)| entry.text(reader).map(|value| (field, value.value))).collect()
}

/// The strings of an array.
fn words(reader: &mut Reader<'_>, table: &mut Table<'_>, key: &'static str) -> Vec<String> {
    let Some(entry) = table.take(key) else { return Vec::new() };
    if !matches!(entry.value, ValueInner::Array(_)) {
        entry.wrong_type(reader, "an array of strings");
        return Vec::new();
    }
    let entries = entry.array(reader);
    entries.into_iter().filter_map(|entry| entry.word(reader)).map(Spanned::take).collect()
}
