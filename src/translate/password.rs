//! Passwords: checked, never read back, generated where the vendor demands one and nobody gave one.

use std::fmt;
use std::sync::Arc;

use scim_core::ScimError;

use super::{FieldId, Model, NativeValue, PasswordPolicy};

/// Fills a buffer with random bytes.
type Fill = dyn Fn(&mut [u8]) + Send + Sync;

/// A source of random bytes, injected.
#[derive(Clone)]
pub struct Random(pub Arc<Fill>);

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

/// The characters of generated passwords, by class: nothing that looks alike, nothing that needs quoting anywhere.
const CLASSES: [&[u8]; 4] = [b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"abcdefghijkmnopqrstuvwxyz", b"23456789", b"!#+-.:=?@_"];
/// 24 characters of 68 are more than 140 bits, and fit where 28 are the most that work.
const LENGTH: usize = 24;

/// The password of a new record: the sent one, a generated one, or none.
///
/// # Errors
/// `invalidValue` when the sent one is longer than what works.
pub(super) fn for_insert(
    model: &Model,
    sent: Option<&str>,
    random: &Random,
) -> Result<Option<(FieldId, NativeValue)>, ScimError> {
    let Some(password) = &model.password else { return Ok(None) };
    let used = sent.filter(|_| model.policy.password != PasswordPolicy::Ignore);
    match used {
        Some(sent) => checked(sent, password.length_max).map(|sent| Some((password.field, sent))),
        None if password.required => Ok(Some((password.field, NativeValue::Text(generate(random))))),
        None => Ok(None),
    }
}

/// The password of a revived record: as for a new one, but always another than before, whether the vendor demands one
/// or not.
///
/// # Errors
/// As [`for_insert`].
pub(super) fn for_revival(
    model: &Model,
    sent: Option<&str>,
    random: &Random,
) -> Result<Option<(FieldId, NativeValue)>, ScimError> {
    let given = for_insert(model, sent, random)?;
    let generated = || model.password.as_ref().map(|it| (it.field, NativeValue::Text(generate(random))));
    Ok(given.or_else(generated))
}

/// The password of a change: the sent one where it is to be kept in step.
///
/// # Errors
/// As [`for_insert`].
pub(super) fn for_update(model: &Model, sent: Option<&str>) -> Result<Option<(FieldId, NativeValue)>, ScimError> {
    match (&model.password, sent) {
        (Some(password), Some(sent)) if model.policy.password == PasswordPolicy::Sync => {
            checked(sent, password.length_max).map(|sent| Some((password.field, sent)))
        }
        _ => Ok(None),
    }
}

fn checked(sent: &str, length_max: usize) -> Result<NativeValue, ScimError> {
    if sent.trim().is_empty() || sent.chars().count() > length_max {
        let text = format!("'password' must have 1 to {length_max} characters that are not all blank on this target");
        return Err(ScimError::invalid_value(text));
    }
    Ok(NativeValue::text(sent))
}

/// A password with every class in it, each place drawn without bias.
fn generate(random: &Random) -> String {
    let all: Vec<u8> = CLASSES.concat();
    let mut text: Vec<u8> = CLASSES.iter().map(|class| pick(random, class)).collect();
    text.extend((CLASSES.len()..LENGTH).map(|_| pick(random, &all)));
    // Shuffled, so that the classes stand nowhere in particular.
    for place in (1..text.len()).rev() {
        text.swap(place, below(random, place + 1));
    }
    String::from_utf8(text).expect("the classes are ASCII")
}

fn pick(random: &Random, from: &[u8]) -> u8 {
    from[below(random, from.len())]
}

/// A number below `bound` (at most 256), by rejection.
fn below(random: &Random, bound: usize) -> usize {
    let fair = 256 - 256 % bound;
    loop {
        let mut byte = [0_u8];
        (random.0)(&mut byte);
        if usize::from(byte[0]) < fair {
            return usize::from(byte[0]) % bound;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn generated_passwords_satisfy_the_usual_policies() {
        let state = AtomicU32::new(1);
        let random = Random(Arc::new(move |bytes: &mut [u8]| {
            for byte in bytes {
                let next = state.load(Ordering::Relaxed).wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state.store(next, Ordering::Relaxed);
                *byte = (next >> 24) as u8;
            }
        }));
        let mut seen = std::collections::HashSet::new();
        for _ in 0..200 {
            let password = generate(&random);
            assert_eq!(password.len(), LENGTH);
            for class in CLASSES {
                assert!(password.bytes().any(|byte| class.contains(&byte)), "{password}");
            }
            assert!(seen.insert(password), "never the same twice");
        }
    }
}
