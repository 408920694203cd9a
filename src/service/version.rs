//! `meta.version`, and writes that are conditional on it (RFC 7644 section 3.14).
//!
//! A version is a digest of what the caller would be shown, so it needs no memory, is the same in every process, and
//! changes when the vendor's own people change the record. `externalId` is the caller's own, and so is the version.

use aws_lc_rs::digest::{SHA256, digest};
use scim_core::{Definition, Resource, ScimError, Tags, version};

use super::{Caller, Failure, TargetService};
use crate::backend::{Cx, Endpoint};

/// So much of the digest is shown: 18 bytes are 24 letters.
const BYTES: usize = 18;

/// Gives a whole resource its version.
pub(super) fn stamp(definition: &Definition, resource: &mut Resource) {
    let content = version::content(definition, resource);
    let tag = base64url(&digest(&SHA256, content.as_bytes()).as_ref()[..BYTES]);
    resource.set(definition, version::attribute(definition), format!("W/\"{tag}\"").into());
}

/// RFC 4648 section 5; the number of bytes is a multiple of three, so nothing is padded.
fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let letters = bytes.chunks_exact(3).flat_map(|three| {
        let bits = three.iter().fold(0_usize, |bits, &byte| bits << 8 | usize::from(byte));
        [18, 12, 6, 0].map(|shift| char::from(LETTERS[bits >> shift & 63]))
    });
    letters.collect()
}

impl TargetService {
    /// Makes sure that a resource is what the client takes it for. The caller holds the lock of its record, so that no
    /// other request changes it before the write.
    ///
    /// # Errors
    /// 412 when it is not, 404 when there is no such resource, those of reading it.
    pub(super) async fn refuse_changed(
        &self,
        cx: &Cx,
        caller: &Caller,
        endpoint: Endpoint,
        id: &str,
        only_if: Option<&Tags>,
    ) -> Result<(), Failure> {
        // `*` asks that it exists, which every write asks by itself.
        let Some(tags @ Tags::Of(_)) = only_if else { return Ok(()) };
        let definition = self.definition_at(endpoint)?;
        let found = self.find_within(cx, caller, endpoint, "", id, &version::covered(definition)).await?;
        let mut now = found.ok_or_else(|| Self::not_found_at(endpoint, id))?;
        stamp(definition, &mut now);
        if tags.admit(now.text(definition, version::attribute(definition)).unwrap_or_default()) {
            return Ok(());
        }
        let text = "the resource is not in the version that the request names; nothing was changed: read it again";
        Err(ScimError::plain(412, text).into())
    }
}

#[cfg(test)]
mod tests {
    use super::base64url;

    #[test]
    fn digests_are_written_in_the_letters_of_urls() {
        assert_eq!(base64url(b"\xFB\xEF\xFF\x00\x10\x83Man"), "--__ABCDTWFu");
    }
}
