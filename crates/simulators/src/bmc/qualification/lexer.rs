//! Splits a qualification into tokens.

use super::{Keyword, Malformed, Operator, Relation};

/// A token and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) what: Lexeme,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Lexeme {
    Field(String),
    Text(String),
    Number(f64),
    Keyword(Keyword),
    Relation(Relation),
    Operator(Operator),
    And,
    Or,
    Not,
    Open,
    Close,
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Malformed> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let at = text.len() - rest.len();
        let (what, length) = match first {
            '\'' => quoted(rest, '\'').map(|(name, length)| (Lexeme::Field(name), length)),
            '"' => quoted(rest, '"').map(|(value, length)| (Lexeme::Text(value), length)),
            '$' => keyword(rest),
            '0'..='9' => number(rest),
            'A'..='Z' | 'a'..='z' => word(rest),
            _ => symbol(rest),
        }
        .map_err(|why| Malformed { at, why })?;
        tokens.push(Token { at, what });
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// The content of a quoted text whose doubled quotes stand for one, and how many bytes it takes with its quotes.
fn quoted(text: &str, quote: char) -> Result<(String, usize), &'static str> {
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            value.push(c);
        } else if chars.next_if(|(_, next)| *next == quote).is_some() {
            value.push(quote);
        } else {
            return Ok((value, at + 1));
        }
    }
    Err("a quote is never closed")
}

fn keyword(text: &str) -> Result<(Lexeme, usize), &'static str> {
    let end = text[1..].find('$').ok_or("a keyword ends in a dollar sign")? + 2;
    let keyword = Keyword::spelled(&text[..end]).ok_or("no such keyword")?;
    Ok((Lexeme::Keyword(keyword), end))
}

fn number(text: &str) -> Result<(Lexeme, usize), &'static str> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number = text[..end].parse().map_err(|_| "no such number")?;
    Ok((Lexeme::Number(number), end))
}

fn word(text: &str) -> Result<(Lexeme, usize), &'static str> {
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let what = match text[..end].to_ascii_uppercase().as_str() {
        "AND" => Lexeme::And,
        "OR" => Lexeme::Or,
        "NOT" => Lexeme::Not,
        "LIKE" => Lexeme::Relation(Relation::Like),
        _ => return Err("no such operator; fields stand in single quotes and text in double quotes"),
    };
    Ok((what, end))
}

fn symbol(text: &str) -> Result<(Lexeme, usize), &'static str> {
    const SYMBOLS: &[(&str, Lexeme)] = &[
        ("==", Lexeme::Relation(Relation::Equal)),
        ("!=", Lexeme::Relation(Relation::NotEqual)),
        ("<=", Lexeme::Relation(Relation::LessOrEqual)),
        (">=", Lexeme::Relation(Relation::GreaterOrEqual)),
        ("=", Lexeme::Relation(Relation::Equal)),
        ("<", Lexeme::Relation(Relation::Less)),
        (">", Lexeme::Relation(Relation::Greater)),
        ("+", Lexeme::Operator(Operator::Add)),
        ("-", Lexeme::Operator(Operator::Subtract)),
        ("*", Lexeme::Operator(Operator::Multiply)),
        ("/", Lexeme::Operator(Operator::Divide)),
        ("%", Lexeme::Operator(Operator::Remainder)),
        ("(", Lexeme::Open),
        (")", Lexeme::Close),
    ];
    let (symbol, what) = SYMBOLS.iter().find(|(symbol, _)| text.starts_with(symbol)).ok_or("a stray character")?;
    Ok((what.clone(), symbol.len()))
}
