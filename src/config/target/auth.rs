//! `auth = { method = … }`: how the bridge logs in at a vendor.

use secrecy::SecretString;
use toml_span::Spanned;

use super::super::read::{Choice, Reader, Table, choose};
use super::super::secret;

/// How the bridge logs in at BMC AR System.
#[derive(Debug, Clone)]
pub enum BmcAuth {
    /// `method = "jwt"`: a token for user name and password.
    Jwt {
        /// The service account.
        username: String,
        /// Its password.
        password: SecretString,
        /// What AR System calls the authentication string.
        auth_string: Option<String>,
    },
}

/// How the bridge logs in at Ivanti.
#[derive(Debug, Clone)]
pub enum IvantiAuth {
    /// `method = "session"`: a session key for user name and password.
    Session {
        /// The service account.
        username: String,
        /// Its password.
        password: SecretString,
        /// The tenant.
        tenant: String,
        /// The role that the session works in.
        role: Option<String>,
        /// The shape of the login's body. Default: as in the seed.
        login_body: LoginBody,
        /// How the session key is sent. Default: `Bearer`.
        scheme: Scheme,
    },
    /// `method = "api-key"`: a key that is sent with every call.
    ApiKey {
        /// The key.
        key: SecretString,
    },
}

/// The shape of Ivanti's login body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginBody {
    /// `UserName`, `Password`, `tenant`.
    Seed,
    /// `tenant`, `username`, `password`, `role`.
    Documented,
}

/// How Ivanti's session key is sent in the `Authorization` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// After the word `Bearer`.
    Bearer,
    /// By itself.
    Raw,
}

impl BmcAuth {
    /// What reading goes on with after a fault.
    pub(super) fn stand_in() -> Self {
        Self::Jwt { username: String::new(), password: SecretString::default(), auth_string: None }
    }
}

impl IvantiAuth {
    /// What reading goes on with after a fault.
    pub(super) fn stand_in() -> Self {
        Self::ApiKey { key: SecretString::default() }
    }
}

#[derive(Clone, Copy)]
enum IvantiMethod {
    Session,
    ApiKey,
}

pub(super) fn bmc(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Option<BmcAuth> {
    let mut auth = auth_table(reader, table)?;
    let method = auth.required(reader, "method");
    if method.and_then(|entry| choose(reader, entry, &[("jwt", Choice::Is(())), ("rsso", Choice::NotYet)])).is_none() {
        auth.give_up(reader);
        return None;
    }
    let jwt = BmcAuth::Jwt {
        username: auth.required_word(reader, "username"),
        password: secret::required(reader, &mut auth, "password"),
        auth_string: auth.word(reader, "auth_string").map(Spanned::take),
    };
    auth.finish(reader);
    Some(jwt)
}

pub(super) fn ivanti(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Option<IvantiAuth> {
    let mut auth = auth_table(reader, table)?;
    let methods = [("session", Choice::Is(IvantiMethod::Session)), ("api-key", Choice::Is(IvantiMethod::ApiKey))];
    let Some(method) = auth.required(reader, "method").and_then(|entry| choose(reader, entry, &methods)) else {
        auth.give_up(reader);
        return None;
    };
    let bodies = [("seed", Choice::Is(LoginBody::Seed)), ("documented", Choice::Is(LoginBody::Documented))];
    let schemes = [("bearer", Choice::Is(Scheme::Bearer)), ("raw", Choice::Is(Scheme::Raw))];
    let read = match method {
        IvantiMethod::Session => {
            let role = auth.word(reader, "role");
            let login_body = auth.choice(reader, "login_body", &bodies, LoginBody::Seed);
            IvantiAuth::Session {
                username: auth.required_word(reader, "username"),
                password: secret::required(reader, &mut auth, "password"),
                tenant: auth.required_word(reader, "tenant"),
                role: role.map(Spanned::take),
                login_body,
                scheme: auth.choice(reader, "scheme", &schemes, Scheme::Bearer),
            }
        }
        IvantiMethod::ApiKey => IvantiAuth::ApiKey { key: secret::required(reader, &mut auth, "key") },
    };
    auth.finish(reader);
    Some(read)
}

fn auth_table<'de>(reader: &mut Reader<'_>, table: &mut Table<'de>) -> Option<Table<'de>> {
    table.required(reader, "auth")?.table(reader)
}
