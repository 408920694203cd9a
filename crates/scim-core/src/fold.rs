//! Letter-case folding for attributes that are not `caseExact`.
//!
//! The folding maps one character to one character and never crosses the border of ASCII. Two consequences are
//! relied on: a folded value has as many characters as the value, and an ASCII letter equals nothing but its other
//! case. A vendor's query that names ASCII letters and leaves everything else open is therefore a superset.

/// The folded form of a character.
pub fn fold_char(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) if !single.is_ascii() => single,
        _ => character,
    }
}

/// The folded form of a text.
pub fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

/// Whether two texts are equal without regard to letter case.
pub fn same(left: &str, right: &str) -> bool {
    left.len() == right.len() && left == right || left.chars().map(fold_char).eq(right.chars().map(fold_char))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_keeps_length_and_the_border_of_ascii() {
        for code in 0..=u32::from(char::MAX) {
            let Some(character) = char::from_u32(code) else { continue };
            let folded = fold_char(character);
            assert_eq!(character.is_ascii(), folded.is_ascii(), "{character:?}");
            assert_eq!(fold_char(folded), folded, "{character:?} folds to a fixed point");
        }
    }

    #[test]
    fn letter_case_does_not_count() {
        assert!(same("ÅSA@Example.com", "åsa@eXAMPLE.COM"));
        assert!(!same("K\u{212A}", "KK"), "the Kelvin sign is not the letter");
        assert!(!same("asa", "åsa"));
    }
}
