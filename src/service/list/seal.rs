//! Cursors as clients hold them: sealed, so that nobody reads, changes or makes one (RFC 9865 section 5.2).
//!
//! AES-256-GCM. What a cursor is for, that is target, credential, endpoint and query, is authenticated beside it without
//! being in it: with another query it does not open.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use tokio::time::Instant;

/// A key that seals cursors. A new one for each process and target: its nonces are counted from 0.
#[derive(Clone)]
pub struct CursorKey(pub [u8; 32]);

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CursorKey")
    }
}

/// Seals and opens.
pub(in crate::service) struct Seal {
    key: LessSafeKey,
    nonces: AtomicU64,
    /// Cursors count their time from here: they do not outlive the process.
    started: Instant,
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    pub(in crate::service) fn new(key: &CursorKey) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, &key.0).expect("AES-256 has keys of 32 bytes");
        Self { key: LessSafeKey::new(key), nonces: AtomicU64::new(0), started: Instant::now() }
    }

    /// Milliseconds since the start.
    pub(super) fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// A text of digits and letters that opens for the same purpose only.
    pub(super) fn seal(&self, content: &[u8], purpose: &[u8]) -> String {
        let mut nonce = [0; NONCE_LEN];
        nonce[4..].copy_from_slice(&self.nonces.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        let mut sealed = content.to_vec();
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose), &mut sealed)
            .expect("a cursor is far shorter than what the cipher can take");
        hex(&nonce) + &hex(&sealed)
    }

    /// What was sealed for this purpose; none for anything else.
    pub(super) fn open(&self, text: &str, purpose: &[u8]) -> Option<Vec<u8>> {
        let bytes = from_hex(text)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let opened = self.key.open_in_place(nonce, Aad::from(purpose), &mut sealed).ok()?;
        Some(opened.to_vec())
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).expect("four bits are below 16");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::{CursorKey, Seal};

    #[test]
    fn what_is_sealed_opens_whole_and_for_its_purpose_only() {
        let (seal, other) = (Seal::new(&CursorKey([7; 32])), Seal::new(&CursorKey([8; 32])));
        let text = seal.seal(b"content", b"query");
        assert_eq!(seal.open(&text, b"query").as_deref(), Some(&b"content"[..]));
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric()), "RFC 3986 section 2.3: {text}");
        assert_ne!(text, seal.seal(b"content", b"query"));
        assert_eq!(seal.open(&text, b"another query"), None);
        assert_eq!(other.open(&text, b"query"), None);
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert_eq!(seal.open(&changed, b"query"), None, "digit {at}");
            assert_eq!(seal.open(&text[..at], b"query"), None, "cut at {at}");
        }
        for odd in ["", "0", "zz", "é", &text.to_uppercase()] {
            assert_eq!(seal.open(odd, b"query"), None, "{odd}");
        }
    }
}
