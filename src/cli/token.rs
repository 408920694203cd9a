//! `token new`: makes a token and shows what to put into the configuration.
//!
//! Invariant: the random source is the caller's; the token itself is shown once and kept nowhere.

use std::fmt;

use crate::config::token_sha256;

/// What a token begins with, so that scanners for leaked secrets can tell it.
const PREFIX: &str = "sb_";

/// A new token and its digest.
pub struct NewToken {
    /// What the client sends.
    pub token: String,
    /// What the bridge keeps, as 64 hexadecimal digits.
    pub sha256: String,
}

impl NewToken {
    /// Makes a token of 32 random bytes; `fill` is a source fit for secrets.
    ///
    /// # Errors
    /// Those of the source.
    pub fn new<E>(fill: impl FnOnce(&mut [u8]) -> Result<(), E>) -> Result<Self, E> {
        let mut bytes = [0; 32];
        fill(&mut bytes)?;
        let token = format!("{PREFIX}{}", base64url(&bytes));
        let sha256 = hex(&token_sha256(&token));
        Ok(Self { token, sha256 })
    }
}

impl fmt::Debug for NewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewToken").field("sha256", &self.sha256).finish_non_exhaustive()
    }
}

/// The text that `token new` prints.
impl fmt::Display for NewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# The token, shown only once. Give it to the identity provider as the bearer token:")?;
        writeln!(f, "#   {}", self.token)?;
        writeln!(f, "# For the bridge's configuration, with a name and targets of your own:")?;
        writeln!(f, "[[credentials]]")?;
        writeln!(f, "name = \"my-identity-provider\"")?;
        writeln!(f, "token_sha256 = \"{}\"", self.sha256)?;
        writeln!(f, "targets = [\"my-target\"]")
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).expect("four bits are below 16");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Base64 with the alphabet for URLs, without padding (RFC 4648 section 5).
fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * digit)) & 63;
            text.push(char::from(ALPHABET[index as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn base64url_is_as_in_the_rfc() {
        let cases: [(&[u8], &str); 8] = [
            (b"", ""),
            (b"f", "Zg"),
            (b"fo", "Zm8"),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg"),
            (b"fooba", "Zm9vYmE"),
            (b"foobar", "Zm9vYmFy"),
            (&[0xFB, 0xFF, 0xFE], "-__-"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(base64url(bytes), expected);
        }
    }

    #[test]
    fn what_is_printed_can_be_pasted_into_a_configuration() {
        let new = NewToken::new(|bytes| {
            bytes.fill(7);
            Ok::<(), Infallible>(())
        })
        .unwrap();
        assert_eq!(new.token, "sb_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc");
        assert!(!format!("{new:?}").contains(&new.token));
        let target = "[targets.my-target]\nkind = \"ivanti\"\nbase_url = \"https://a\"\n\
                      auth = { method = \"api-key\", key = \"k\" }\n";
        let nothing = |_: &std::path::Path| Err(std::io::Error::other("no files"));
        let config = crate::config::Config::parse("new.toml", &format!("{new}{target}"), &|_| None, &nothing).unwrap();
        assert_eq!(config.credentials[0].token_sha256, token_sha256(&new.token));
    }
}
