//! How a filter or a path is spelled, where the grammar is read more widely than RFC 7644 has it.
//!
//! The parser gives the same tree for all spellings; what the text was like is looked at here, after it was parsed.

use crate::dialect::{Leniency, Notes};

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    /// A filter.
    Filter,
    /// The path of a PATCH operation.
    Path,
}

/// Whether a text that can be parsed is spelled as the RFC has it. What is wrong otherwise, where it is not forgiven.
pub(crate) fn check_text(text: &str, kind: Text, notes: &Notes) -> Result<(), &'static str> {
    let mut seen = Seen::default();
    for (position, piece) in text.split('"').enumerate() {
        // Quotes that belong to a string are escaped: such a piece ends in an odd number of backslashes.
        let within = seen.within;
        let escapes = piece.bytes().rev().take_while(|&byte| byte == b'\\').count();
        if position > 0 && !(within && seen.escaped) {
            seen.within = !within;
        }
        seen.escaped = escapes % 2 == 1;
        if !seen.within {
            seen.look_at(piece, position == 0);
        }
    }
    seen.blanks |= text.ends_with([' ', '\t']);
    let found = [
        (seen.blanks, Leniency::Blanks, "one blank stands between two words, and none inside of brackets"),
        (seen.literals, Leniency::LiteralLetterCase, "true, false and null stand in lower case"),
        (
            seen.behind && kind == Text::Filter,
            Leniency::TestBehindBrackets,
            "what an element must satisfy stands inside of its brackets",
        ),
    ];
    for (bent, what, refusal) in found {
        if bent && !notes.forgives(what) {
            return Err(refusal);
        }
    }
    Ok(())
}

/// What was seen outside of strings.
#[derive(Debug, Default)]
struct Seen {
    within: bool,
    escaped: bool,
    blanks: bool,
    literals: bool,
    behind: bool,
}

impl Seen {
    /// A piece without strings; the first one begins the text.
    fn look_at(&mut self, piece: &str, first: bool) {
        let runs = ["  ", "\t", "( ", "[ ", " )", " ]"];
        self.blanks |= runs.iter().any(|run| piece.contains(run)) || (first && piece.starts_with(' '));
        self.behind |= piece.contains("].");
        let words = piece.split(|letter: char| !letter.is_ascii_alphanumeric());
        let is_literal = |word: &&str| ["true", "false", "null"].iter().any(|known| known.eq_ignore_ascii_case(word));
        self.literals |= words.filter(is_literal).any(|word| word.contains(|letter: char| letter.is_ascii_uppercase()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    #[test]
    fn spelling_is_looked_at_outside_of_strings() {
        let cases = [
            (r#"userName eq "a  b""#, None),
            (r#"userName eq "a \"  b\\""#, None),
            (r#"not (title pr) and (active eq true)"#, None),
            (r#"not(title pr)"#, None),
            (r#"emails[type eq "work" and value co "].x"]"#, None),
            (r#"title eq "TRUE" or title eq "( x )""#, None),
            (r#"userName  eq "a""#, Some(Leniency::Blanks)),
            (r#"userName eq "a" "#, Some(Leniency::Blanks)),
            (r#" userName eq "a""#, Some(Leniency::Blanks)),
            (r#"userName eq "\\"  and title pr"#, Some(Leniency::Blanks)),
            ("( title pr )", Some(Leniency::Blanks)),
            ("title\tpr", Some(Leniency::Blanks)),
            ("active eq True", Some(Leniency::LiteralLetterCase)),
            ("title eq NULL", Some(Leniency::LiteralLetterCase)),
            (r#"emails[type eq "work"].value eq "a""#, Some(Leniency::TestBehindBrackets)),
        ];
        for (text, expected) in cases {
            assert!(crate::parser::parse_filter(text).is_ok(), "{text}");
            let notes = Notes::auto();
            assert_eq!(check_text(text, Text::Filter, &notes), Ok(()), "{text}");
            let forgiven: Vec<Leniency> = notes.forgiven().map(|(what, _)| what).collect();
            assert_eq!(forgiven, Vec::from_iter(expected), "{text}");
            let strict = check_text(text, Text::Filter, &Notes::new(Dialect::STRICT));
            assert_eq!(strict.is_err(), expected.is_some(), "{text}");
        }
        let path = check_text(r#"emails[type eq "work"].value"#, Text::Path, &Notes::new(Dialect::STRICT));
        assert_eq!(path, Ok(()));
    }
}
