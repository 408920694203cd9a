//! The structure of a native query, and the values in it, as the simulator's parser sees them.

use scim_bridge::translate::{Condition, NativeValue};
use simulators::bmc::qualification;
use simulators::ivanti::odata::{self, Dialect};

use super::directory::Vendor;

/// What a query is made of.
#[derive(Debug, PartialEq)]
pub(crate) struct Shape {
    /// The parsed query with nothing in its string literals.
    pub(crate) bare: String,
    /// The string literals.
    pub(crate) literals: Vec<String>,
}

/// Reads a query.
pub(crate) fn shape(vendor: Vendor, query: &str) -> Shape {
    let printed = match vendor {
        Vendor::Bmc => format!("{:?}", qualification::parse(query).expect("the server can read it")),
        Vendor::Ivanti => format!("{:?}", odata::parse(query, Dialect::Measured).expect("the server can read it")),
    };
    let (mut bare, mut literals) = (String::new(), Vec::new());
    let mut rest = printed.as_str();
    while let Some(at) = rest.find("Text(\"") {
        let (before, literal) = rest.split_at(at + "Text(\"".len());
        bare.push_str(before);
        let (text, length) = unescape(literal);
        literals.push(text);
        rest = &literal[length..];
    }
    bare.push_str(rest);
    Shape { bare, literals }
}

/// The text up to the closing quote of a debug print, and its length there.
fn unescape(printed: &str) -> (String, usize) {
    let mut text = String::new();
    let mut characters = printed.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (text, at),
            '\\' => match characters.next().expect("an escape goes on").1 {
                'u' => {
                    let digits: String =
                        characters.by_ref().map(|(_, digit)| digit).skip(1).take_while(|digit| *digit != '}').collect();
                    let code = u32::from_str_radix(&digits, 16).expect("hexadecimal digits");
                    text.push(char::from_u32(code).expect("a character"));
                }
                't' => text.push('\t'),
                'n' => text.push('\n'),
                'r' => text.push('\r'),
                '0' => text.push('\0'),
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
    panic!("a string is closed: {printed}")
}

/// The same condition about values that cannot do harm.
pub(crate) fn neutral(condition: &Condition) -> Condition {
    let all = |parts: &[Condition]| parts.iter().map(neutral).collect();
    match condition {
        Condition::Compare(field, relation, NativeValue::Text(_)) => {
            Condition::Compare(*field, *relation, NativeValue::text("x"))
        }
        Condition::And(parts) => Condition::And(all(parts)),
        Condition::Or(parts) => Condition::Or(all(parts)),
        other => other.clone(),
    }
}

#[test]
fn literals_are_told_from_structure() {
    let read = shape(Vendor::Bmc, "'Full Name' = \"a\"\"b\\é\u{301}\" AND 'Site' LIKE \"x%\"");
    assert_eq!(read.literals, ["a\"b\\é\u{301}", "x%"]);
    assert_eq!(read.bare, shape(Vendor::Bmc, "'Full Name' = \"x\" AND 'Site' LIKE \"y\"").bare);
    assert_ne!(read.bare, shape(Vendor::Bmc, "'Full Name' = \"x\" OR 'Site' LIKE \"y\"").bare);
    let read = shape(Vendor::Ivanti, "Email eq 'O''Brien' and Title ne '$NULL'");
    assert_eq!(read.literals, ["O'Brien", "$NULL"]);
}
