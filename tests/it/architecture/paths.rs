//! The paths that occur in a source file, spelled out in full.

/// A piece of source that matters here.
#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    /// `::`
    Colons,
    Open,
    Close,
    Comma,
    Other,
}

/// Words that may stand before a path that begins with `::`, and are no part of it.
const KEYWORDS: &[&str] = &["use", "as", "in", "return", "match", "if", "while", "else", "dyn", "impl", "for", "mut"];

/// All paths of a file, each from its first segment on; `self` and `super` are replaced by the module they stand for.
/// Inside an inline module they are taken to belong to the file, which asks for more than the compiler does.
pub(super) fn paths(name: &str, text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let module = module(name);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let begins = matches!(&tokens[at], Token::Word(word) if !KEYWORDS.contains(&word.as_str()));
        if begins {
            at = path(&tokens, at, &mut Vec::new(), &mut found);
        } else {
            at += 1;
        }
    }
    found.into_iter().map(|segments| resolved(&module, &segments)).collect()
}

/// Reads one path or tree from a word on and returns where it ends.
fn path(tokens: &[Token], mut at: usize, before: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let depth = before.len();
    let mut grouped = false;
    while let Some(Token::Word(word)) = tokens.get(at) {
        before.push(word.clone());
        at += 1;
        if tokens.get(at) != Some(&Token::Colons) {
            break;
        }
        at += 1;
        if tokens.get(at) == Some(&Token::Open) {
            at = group(tokens, at + 1, before, found);
            grouped = true;
            break;
        }
    }
    if !grouped {
        found.push(before.clone());
    }
    before.truncate(depth);
    at
}

fn group(tokens: &[Token], mut at: usize, before: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    loop {
        match tokens.get(at) {
            None | Some(Token::Close) => return at + 1,
            Some(Token::Word(_)) => at = path(tokens, at, before, found),
            Some(_) => at += 1,
        }
    }
}

/// The module of a file: `src/http/scim/users.rs` is `crate::http::scim::users`.
fn module(name: &str) -> Vec<String> {
    let inner = name.split_once("src/").map_or(name, |(_, inner)| inner);
    let inner = inner.strip_suffix(".rs").unwrap_or(inner);
    let named = inner.split('/').filter(|part| !matches!(*part, "lib" | "main")).map(str::to_owned);
    std::iter::once("crate".to_owned()).chain(named).collect()
}

fn resolved(module: &[String], segments: &[String]) -> String {
    let mut place = module.to_vec();
    let mut rest = segments;
    let relative = matches!(segments.first().map(String::as_str), Some("self" | "super"));
    while let Some(first) = rest.first().filter(|first| matches!(first.as_str(), "self" | "super")) {
        if first == "super" && place.len() > 1 {
            place.pop();
        }
        rest = &rest[1..];
    }
    if relative {
        place.extend_from_slice(rest);
        return place.join("::");
    }
    // `use a::{self, b}` names a.
    let named = segments.strip_suffix(&["self".to_owned()]).filter(|rest| !rest.is_empty()).unwrap_or(segments);
    named.join("::")
}

fn tokens(text: &str) -> Vec<Token> {
    let letters: Vec<char> = text.chars().collect();
    let next = |at: usize| letters.get(at + 1).copied().unwrap_or_default();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        match letters[at] {
            '/' if next(at) == '/' => at = until(&letters, at, |rest| rest[0] == '\n'),
            '/' if next(at) == '*' => at = until(&letters, at + 2, |rest| rest.starts_with(&['*', '/'])) + 2,
            '"' => at = string_end(&letters, at + 1),
            'r' if next(at) == '"' || next(at) == '#' => match raw_end(&letters, at) {
                Some(end) => at = end,
                None => at = word(&letters, at, &mut tokens),
            },
            // A character, not a lifetime.
            '\'' if next(at) == '\\' => at = until(&letters, at + 3, |rest| rest[0] == '\'') + 1,
            '\'' if letters.get(at + 2) == Some(&'\'') => at += 3,
            ':' if next(at) == ':' => {
                tokens.push(Token::Colons);
                at += 2;
            }
            letter if letter.is_alphabetic() || letter == '_' => at = word(&letters, at, &mut tokens),
            letter => {
                tokens.extend(match letter {
                    '{' => Some(Token::Open),
                    '}' => Some(Token::Close),
                    ',' => Some(Token::Comma),
                    _ if letter.is_whitespace() => None,
                    _ => Some(Token::Other),
                });
                at += 1;
            }
        }
    }
    tokens
}

fn word(letters: &[char], at: usize, tokens: &mut Vec<Token>) -> usize {
    let end = until(letters, at, |rest| !rest[0].is_alphanumeric() && rest[0] != '_');
    tokens.push(Token::Word(letters[at..end].iter().collect()));
    end
}

fn until(letters: &[char], from: usize, ends: impl Fn(&[char]) -> bool) -> usize {
    (from..letters.len()).find(|&at| ends(&letters[at..])).unwrap_or(letters.len())
}

fn string_end(letters: &[char], mut at: usize) -> usize {
    while at < letters.len() && letters[at] != '"' {
        at += if letters[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// The end of a raw string that begins here, if one does.
fn raw_end(letters: &[char], at: usize) -> Option<usize> {
    let quote = until(letters, at + 1, |rest| rest[0] != '#');
    let hashes = quote - at - 1;
    if letters.get(quote) != Some(&'"') {
        return None;
    }
    let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    Some(until(letters, quote + 1, |rest| rest.starts_with(&closing)) + closing.len())
}
