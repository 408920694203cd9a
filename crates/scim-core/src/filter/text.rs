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
    let around = text.starts_with(' ') || text.ends_with([' ', '\t']);
    if around || outside_of_strings(text).any(has_odd_blanks) {
        let refusal = "one blank stands between two words, and none inside of brackets";
        forgiven(notes, Leniency::Blanks, refusal)?;
    }
    if outside_of_strings(text).any(has_odd_literal) {
        forgiven(notes, Leniency::LiteralLetterCase, "true, false and null stand in lower case")?;
    }
    if kind == Text::Filter && outside_of_strings(text).any(|piece| piece.contains("].")) {
        let refusal = "what an element must satisfy stands inside of its brackets";
        forgiven(notes, Leniency::TestBehindBrackets, refusal)?;
    }
    Ok(())
}

fn forgiven(notes: &Notes, what: Leniency, refusal: &'static str) -> Result<(), &'static str> {
    if notes.forgives(what) { Ok(()) } else { Err(refusal) }
}

/// The pieces of a text between its strings. Quotes that belong to a string are escaped: what stands before them ends in an
/// odd number of backslashes.
fn outside_of_strings(text: &str) -> impl Iterator<Item = &str> {
    let (mut within, mut escaped) = (true, false);
    text.split('"').filter(move |piece| {
        if !(within && escaped) {
            within = !within;
        }
        escaped = piece.bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 1;
        !within
    })
}

fn has_odd_blanks(piece: &str) -> bool {
    ["  ", "\t", "( ", "[ ", " )", " ]"].iter().any(|run| piece.contains(run))
}

fn has_odd_literal(piece: &str) -> bool {
    let mut words = piece.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.any(|word| {
        let literal = ["true", "false", "null"].iter().any(|known| known.eq_ignore_ascii_case(word));
        literal && word.contains(|letter: char| letter.is_ascii_uppercase())
    })
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
            ("not (title pr) and (active eq true)", None),
            ("not(title pr)", None),
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
