//! Whether some database may take two texts for equal. Collations differ: letter case, accents, width, trailing blanks
//! and ligatures may count or not. What none of them takes for equal is a row that nobody asked for.

use scim_core::fold::{fold_char, same};

/// The most characters that one character outside ASCII may stand for: "ffi" has a sign of its own.
const EXPANSION_MAX: usize = 3;

/// Whether a collation may take these for equal: but for letter case and trailing blanks they differ only where one of
/// them has a character outside ASCII, which may stand for none to three characters of the other.
pub(super) fn alike(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    if same(one, other) {
        return true;
    }
    if one.is_ascii() && other.is_ascii() {
        return false;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    // `reached[j]`: whether the characters of `one` so far can stand for the first `j` of `other`.
    let mut reached = vec![vec![false; other.len() + 1]; one.len() + 1];
    reached[0][0] = true;
    for i in 0..=one.len() {
        for j in 0..=other.len() {
            if !reached[i][j] {
                continue;
            }
            let (left, right) = (one.get(i), other.get(j));
            let equal = left.zip(right).is_some_and(|(left, right)| fold_char(*left) == fold_char(*right));
            if equal {
                reached[i + 1][j + 1] = true;
            }
            if left.is_some_and(|left| !left.is_ascii()) {
                let to = (j + EXPANSION_MAX).min(other.len());
                reached[i + 1][j..=to].fill(true);
            }
            if right.is_some_and(|right| !right.is_ascii()) {
                let to = (i + EXPANSION_MAX).min(one.len());
                for row in &mut reached[i..=to] {
                    row[j + 1] = true;
                }
            }
        }
    }
    reached[one.len()][other.len()]
}

/// Whether a vendor may take these for the same key: letter case, blanks around it and leading zeros may not count.
pub(super) fn same_key(one: &str, other: &str) -> bool {
    let bare = |key: &str| key.trim().trim_start_matches('0').to_owned();
    same(&bare(one), &bare(other))
}

#[cfg(test)]
mod tests {
    use super::{alike, same_key};

    #[test]
    fn collations_are_given_the_benefit_of_the_doubt() {
        for (one, other, expected) in [
            ("ada", "ADA", true),
            ("ada", "ada  ", true),
            ("ada", "bob", false),
            ("ada", "adam", false),
            ("ada", "a_a", false),
            ("jose", "José", true),
            ("josé", "jos\u{65}\u{301}", true),
            ("strasse", "straße", true),
            ("aether", "æther", true),
            ("ｊｄｏｅ", "jdoe", true),
            ("office", "oﬃce", true),
            ("josé", "maria", false),
            ("jose", "joséphine", false),
            ("", "", true),
            ("", "a", false),
            ("田中", "佐藤", true),
        ] {
            assert_eq!(alike(one, other), expected, "{one} {other}");
            assert_eq!(alike(other, one), expected, "{other} {one}");
        }
    }

    #[test]
    fn keys_may_be_padded() {
        assert!(same_key("7", "000000000000007"));
        assert!(same_key("ABCDEF", "abcdef"));
        assert!(!same_key("7", "70"));
    }
}
