//! The dialect a live tenant was seen to speak. It is read **strictly from left to right**:
//!
//! - `and` and `or` have the same rank and bind to everything before them: `A or B and C` is read `(A or B) and C`,
//!   `B and C or A` as everyone would expect.
//! - Parentheses must balance and are skipped otherwise. Hence a group at the very start holds (`(A or B) and C`, also
//!   nested), and a later one does not: `C and (A or B)` is read `(C and A) or B`.
//! - A function call anywhere, `tolower` included, drops the whole filter: everything is returned. `substringof` and
//!   typed literals (`datetime'…'`) are refused.
//! - `not` is never honoured: the clause or group after it is dropped together with the connector before it. A filter
//!   that begins with `not (` is dropped as a whole; one that begins with a bare `not A` is refused.
//! - A clause is `Field operator literal`, with the six comparisons. `in`, arithmetic and comparisons of two fields are
//!   refused.
//! - `Field eq '$NULL'` selects null and `""`, `ne` the others. A bare `null` compares as in SQL: never true.
//! - Nothing at all, or nothing left, selects everything.

use super::lex::{self, Token};
use super::{Expr, FilterError, Operator, Value};

/// The text that stands for "no value".
pub(super) const NULL: &str = "$NULL";

pub(super) fn parse(tokens: &[Token]) -> Result<Option<Expr>, FilterError> {
    refuse_what_is_never_read(tokens)?;
    if has_call(tokens) {
        return Ok(None);
    }
    if is_word(tokens.first(), "not") {
        return if tokens.get(1) == Some(&Token::Open) {
            Ok(None)
        } else {
            Err(FilterError::new("the operator 'not' is not supported here"))
        };
    }
    fold(tokens)
}

fn refuse_what_is_never_read(tokens: &[Token]) -> Result<(), FilterError> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Open => depth += 1,
            Token::Close => {
                depth = depth.checked_sub(1).ok_or_else(|| FilterError::new("unbalanced parenthesis"))?;
            }
            Token::Typed(name) => return Err(FilterError::new(format!("unrecognized literal type '{name}'"))),
            Token::Word(word) if word == "substringof" && tokens.get(at + 1) == Some(&Token::Open) => {
                return Err(FilterError::new("an unknown function with name 'substringof' was found"));
            }
            Token::Word(word) if word == "in" => {
                return Err(FilterError::new("the operator 'in' is not supported"));
            }
            Token::Word(_) | Token::Text(_) | Token::Comma => {}
        }
    }
    if depth == 0 { Ok(()) } else { Err(FilterError::new("unbalanced parenthesis")) }
}

fn has_call(tokens: &[Token]) -> bool {
    tokens.windows(2).any(|pair| match pair {
        [Token::Word(word), Token::Open] => word != "not" && Operator::of(word).is_none() && lex::is_name(word),
        _ => false,
    })
}

fn fold(tokens: &[Token]) -> Result<Option<Expr>, FilterError> {
    let mut rest = without_parentheses_before(tokens);
    let mut read: Option<Expr> = None;
    let mut connector = Operator::And;
    while !rest.is_empty() {
        let clause;
        (clause, rest) = clause_at(rest)?;
        read = match (read, clause) {
            (Some(before), Some(clause)) => Some(Expr::Binary(Box::new(before), connector, Box::new(clause))),
            (before, clause) => clause.or(before),
        };
        rest = without_parentheses_before(rest);
        let Some((next, after)) = rest.split_first() else { break };
        connector = match next {
            Token::Word(word) if word == "and" => Operator::And,
            Token::Word(word) if word == "or" => Operator::Or,
            _ => return Err(FilterError::new("'and' or 'or' expected")),
        };
        rest = without_parentheses_before(after);
        if rest.is_empty() {
            return Err(FilterError::new("expression expected at the end of the filter"));
        }
    }
    Ok(read)
}

/// One clause and what follows it; `None` for a negated one, which is dropped.
fn clause_at(tokens: &[Token]) -> Result<(Option<Expr>, &[Token]), FilterError> {
    if is_word(tokens.first(), "not") {
        let rest = &tokens[1..];
        return match rest.first() {
            Some(Token::Open) => Ok((None, after_group(rest))),
            _ => comparison_at(rest).map(|(_, rest)| (None, rest)),
        };
    }
    comparison_at(tokens).map(|(clause, rest)| (Some(clause), rest))
}

fn comparison_at(tokens: &[Token]) -> Result<(Expr, &[Token]), FilterError> {
    let [Token::Word(field), Token::Word(operator), operand, rest @ ..] = tokens else {
        return Err(FilterError::new("'Field operator value' expected"));
    };
    let operator = Operator::of(operator)
        .filter(|found| !matches!(found, Operator::And | Operator::Or))
        .ok_or_else(|| FilterError::new(format!("unknown operator '{operator}'")))?;
    if !lex::is_name(field) || lex::literal(field).is_some() {
        return Err(FilterError::new(format!("'{field}' is not a field")));
    }
    let value = match operand {
        Token::Text(text) => Value::Text(text.clone()),
        Token::Word(word) => {
            lex::literal(word).ok_or_else(|| FilterError::new(format!("'{word}' is not a literal")))?
        }
        _ => return Err(FilterError::new("literal expected")),
    };
    Ok((Expr::Binary(Box::new(Expr::Field(field.clone())), operator, Box::new(Expr::Literal(value))), rest))
}

/// What follows the group that opens with the first token.
fn after_group(tokens: &[Token]) -> &[Token] {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Open => depth += 1,
            Token::Close => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &tokens[at + 1..];
        }
    }
    &[]
}

fn without_parentheses_before(tokens: &[Token]) -> &[Token] {
    let first = tokens.iter().position(|token| !matches!(token, Token::Open | Token::Close));
    &tokens[first.unwrap_or(tokens.len())..]
}

fn is_word(token: Option<&Token>, word: &str) -> bool {
    matches!(token, Some(Token::Word(found)) if found == word)
}
