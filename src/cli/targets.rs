//! Targets from their configuration: the driver, the way to the vendor, the use cases.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use crate::adapters::{ar_system, ivanti};
use crate::backend::Backend;
use crate::config::{
    BmcAuth, Codec as ConfigCodec, Collation, Config, ConfigErrors, GroupCreate as ConfigGroupCreate, GroupKind,
    IvantiAuth, Join, LoginBody, Native, OnConflict, OnDelete as ConfigOnDelete, OnRecreate as ConfigOnRecreate,
    Password, Preset, Rename, Scheme, Target, TargetKind, Unmapped,
};
use crate::service::{Clock, CursorKey, GroupCreate, OnDelete, OnRecreate, TargetOptions, TargetService};
use crate::store::Store;
use crate::translate::mapping::{MappingFault, Override};
use crate::translate::{Case, Codec, Driver, PasswordPolicy, Random, Translated};
use crate::wire::{ClientOptions, HttpClient, Limits, Transport, Wire};

/// What every target shares.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// What the bridge keeps.
    pub store: Arc<dyn Store>,
    /// The wall clock.
    pub clock: Clock,
    /// Where generated passwords and the keys of cursors come from.
    pub random: Random,
}

/// Sets aside for our own work when a request has to be answered in time.
const DEADLINE_MARGIN: Duration = Duration::from_secs(1);

/// A target's use cases over real sockets.
///
/// # Errors
/// A mapping that cannot be, a certificate file that cannot be read, a proxy that is none; each with its place.
pub fn build(config: &Config, target: &Target, around: &Surroundings) -> Result<TargetService, ConfigErrors> {
    let at_name = |text: String| config.fault(target.name_span, format!("targets.{}: {text}", target.name));
    let ca_pem = match &target.ca_file {
        None => None,
        Some(file) => {
            Some(fs::read(file).map_err(|error| at_name(format!("tls.ca_file {}: {error}", file.display())))?)
        }
    };
    let options = ClientOptions { proxy: target.proxy.clone(), ca_pem, connect_timeout: None };
    let client = HttpClient::new(&options).map_err(at_name)?;
    build_over(config, target, around, Arc::new(client))
}

/// A target's use cases over this transport.
///
/// # Errors
/// As [`build`], but for what concerns sockets.
pub fn build_over(
    config: &Config,
    target: &Target,
    around: &Surroundings,
    transport: Arc<dyn Transport>,
) -> Result<TargetService, ConfigErrors> {
    let backend: Arc<dyn Backend> = match &target.kind {
        TargetKind::BmcAr(bmc) => {
            let driver = ar_system::ArSystem::new(bmc_settings(target, &bmc.auth));
            translated(target, around, transport, driver.map_err(|faults| mapping_errors(config, target, &faults))?)
        }
        TargetKind::Ivanti(own) => {
            let driver = ivanti::Ivanti::new(ivanti_settings(target, own));
            translated(target, around, transport, driver.map_err(|faults| mapping_errors(config, target, &faults))?)
        }
    };
    let deadline = Duration::from_millis(config.server.request_deadline_ms);
    let mut cursor_key = [0; 32];
    (around.random.0)(&mut cursor_key);
    let options = TargetOptions {
        name: target.name.clone(),
        on_delete: match target.on_delete {
            ConfigOnDelete::Disable => OnDelete::Disable,
            ConfigOnDelete::Delete => OnDelete::Delete,
            ConfigOnDelete::Refuse => OnDelete::Refuse,
        },
        on_recreate: match target.on_recreate {
            ConfigOnRecreate::Revive => OnRecreate::Revive,
            ConfigOnRecreate::Refuse => OnRecreate::Refuse,
            ConfigOnRecreate::NewRecord => OnRecreate::NewRecord,
        },
        group_create: match target.groups.create {
            ConfigGroupCreate::Create => GroupCreate::Create,
            ConfigGroupCreate::Adopt => GroupCreate::Adopt,
            ConfigGroupCreate::Refuse => GroupCreate::Refuse,
        },
        rows_max: target.rows_max,
        deadline: deadline.checked_sub(DEADLINE_MARGIN).filter(|left| !left.is_zero()).unwrap_or(deadline),
        cursor_key: CursorKey(cursor_key),
    };
    Ok(TargetService::new(options, backend, around.store.clone(), around.clock.clone()))
}

fn translated<D: Driver>(
    target: &Target,
    around: &Surroundings,
    transport: Arc<dyn Transport>,
    driver: D,
) -> Arc<dyn Backend> {
    let driver = Arc::new(driver);
    let limits = Limits {
        concurrency_max: target.concurrency_max,
        disable_concurrency_max: target.disable_concurrency,
        timeout: Duration::from_millis(target.timeout_ms),
    };
    let wire = Wire::new(transport, driver.clone(), limits);
    Arc::new(Translated::new(driver, wire, around.random.clone()))
}

fn bmc_settings(target: &Target, auth: &BmcAuth) -> ar_system::Settings {
    let BmcAuth::Jwt { username, password, auth_string } = auth;
    ar_system::Settings {
        base_url: target.base_url.clone(),
        username: username.clone(),
        password: password.clone(),
        auth_string: auth_string.clone().map(SecretString::from),
        case_insensitive: target.collation != Collation::Exact,
        collation_known: target.collation != Collation::Probe,
        keep: target.unmapped == Unmapped::Keep,
        rename: target.rename == Rename::Allow,
        passwords: match target.password {
            Password::Ignore => PasswordPolicy::Ignore,
            Password::CreateOnly => PasswordPolicy::CreateOnly,
            Password::Sync => PasswordPolicy::Sync,
        },
        create_defaults: defaults(target),
        protected: target.protected.accounts.clone(),
        groups: !target.groups.kinds.is_empty(),
        protected_groups: target.protected.groups.clone(),
        page_size: target.page_size,
        canary: target.canary.clone(),
        allow_empty: target.allow_empty,
        overrides: overrides(target),
    }
}

fn ivanti_settings(target: &Target, own: &crate::config::Ivanti) -> ivanti::Settings {
    let auth = match &own.auth {
        IvantiAuth::Session { username, password, tenant, role, login_body, scheme } => ivanti::Auth::Session {
            username: username.clone(),
            password: password.clone(),
            tenant: tenant.clone(),
            role: role.clone(),
            body: match login_body {
                LoginBody::Seed => ivanti::LoginBody::Seed,
                LoginBody::Documented => ivanti::LoginBody::Documented,
            },
            scheme: match scheme {
                Scheme::Bearer => ivanti::Scheme::Bearer,
                Scheme::Raw => ivanti::Scheme::Raw,
            },
        },
        IvantiAuth::ApiKey { key } => ivanti::Auth::ApiKey(key.clone()),
    };
    ivanti::Settings {
        base_url: target.base_url.clone(),
        auth,
        preset: match own.preset {
            Preset::Documented => ivanti::Preset::Documented,
            Preset::Stock => ivanti::Preset::Stock,
        },
        case_insensitive: target.collation != Collation::Exact,
        collation_known: target.collation != Collation::Probe,
        keep: target.unmapped == Unmapped::Keep,
        rename: target.rename == Rename::Allow,
        adopt: own.on_conflict == OnConflict::Adopt,
        create_defaults: defaults(target),
        protected: target.protected.accounts.clone(),
        groups: ivanti::GroupSettings {
            kinds: target.groups.kinds.iter().filter_map(|kind| group_word(*kind)).collect(),
            roles: target.groups.roles.clone(),
            moves: target.groups.join == Join::Move,
        },
        protected_groups: target.protected.groups.clone(),
        page_size: target.page_size,
        canary: target.canary.clone(),
        allow_empty: target.allow_empty,
        overrides: overrides(target),
    }
}

fn group_word(kind: GroupKind) -> Option<ivanti::GroupWord> {
    match kind {
        GroupKind::Team => Some(ivanti::GroupWord::Team),
        GroupKind::Role => Some(ivanti::GroupWord::Role),
        GroupKind::PermissionGroup => None,
    }
}

fn defaults(target: &Target) -> Vec<(String, String)> {
    target.create_defaults.iter().map(|(field, value)| (field.value.clone(), value.clone())).collect()
}

fn overrides(target: &Target) -> Vec<Override> {
    let one = |attribute: &crate::config::Attribute| {
        let (field, codec) = match &attribute.native.value {
            Native::Unmapped => (None, None),
            Native::Field { field, codec } => (Some(field.clone()), codec.as_ref().map(codec_of)),
        };
        Override { path: attribute.path.value.clone(), field, codec }
    };
    target.attributes.iter().map(one).collect()
}

fn codec_of(codec: &ConfigCodec) -> Codec {
    match codec {
        ConfigCodec::StripDomain(domain) => Codec::StripDomain(domain.clone()),
        ConfigCodec::UpperCase => Codec::Case(Case::Upper),
        ConfigCodec::LowerCase => Codec::Case(Case::Lower),
        ConfigCodec::Values(pairs) => Codec::Values(pairs.clone()),
    }
}

/// Faults of a mapping, each at the line of the file that it is about.
fn mapping_errors(config: &Config, target: &Target, faults: &[MappingFault]) -> ConfigErrors {
    let mut errors = config.errors();
    for MappingFault { index, text } in faults {
        let attribute = &target.attributes[*index];
        errors.fault(attribute.path.span, format!("targets.{}.attributes: {text}", target.name));
    }
    errors
}
