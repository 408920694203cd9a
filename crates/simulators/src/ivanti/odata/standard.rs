//! OData v4: recursive descent, one function per rank: `or`, `and`, `eq ne`, `gt ge lt le in`, `not`, primary.

use super::functions::Function;
use super::lex::{self, Token};
use super::{Expr, FilterError, Operator, Value};

/// Groups and negations nested deeper than this are refused.
const DEPTH_MAX: usize = 100;

pub(super) fn parse(tokens: &[Token]) -> Result<Expr, FilterError> {
    let mut parser = Parser { rest: tokens, depth: 0 };
    let expr = parser.disjunction()?;
    if !parser.rest.is_empty() {
        return Err(FilterError::new("syntax error after the end of the expression"));
    }
    if !is_boolean(&expr) {
        return Err(FilterError::new("the filter is not a boolean expression"));
    }
    Ok(expr)
}

struct Parser<'a> {
    rest: &'a [Token],
    depth: usize,
}

impl Parser<'_> {
    fn disjunction(&mut self) -> Result<Expr, FilterError> {
        self.chain(&[Operator::Or], |parser| {
            parser.chain(&[Operator::And], |parser| {
                parser.chain(&[Operator::Eq, Operator::Ne], |parser| {
                    parser.chain(&[Operator::Gt, Operator::Ge, Operator::Lt, Operator::Le], Self::membership)
                })
            })
        })
    }

    fn chain(
        &mut self,
        operators: &[Operator],
        mut operand: impl FnMut(&mut Self) -> Result<Expr, FilterError>,
    ) -> Result<Expr, FilterError> {
        let mut left = operand(self)?;
        while let Some(operator) = self.operator(operators) {
            let right = operand(self)?;
            if matches!(operator, Operator::And | Operator::Or) && !(is_boolean(&left) && is_boolean(&right)) {
                return Err(FilterError::new("'and' and 'or' need boolean operands"));
            }
            left = Expr::Binary(Box::new(left), operator, Box::new(right));
        }
        Ok(left)
    }

    fn operator(&mut self, operators: &[Operator]) -> Option<Operator> {
        let Token::Word(word) = self.rest.first()? else { return None };
        let found = Operator::of(word).filter(|found| operators.contains(found))?;
        self.rest = &self.rest[1..];
        Some(found)
    }

    fn membership(&mut self) -> Result<Expr, FilterError> {
        let left = self.negation()?;
        if !self.word("in") {
            return Ok(left);
        }
        self.expect(&Token::Open)?;
        let list = self.list()?;
        Ok(Expr::In(Box::new(left), list))
    }

    fn negation(&mut self) -> Result<Expr, FilterError> {
        if !self.word("not") {
            return self.primary();
        }
        let inner = self.deeper(Self::negation)?;
        if is_boolean(&inner) {
            Ok(Expr::Not(Box::new(inner)))
        } else {
            Err(FilterError::new("'not' needs a boolean operand"))
        }
    }

    fn primary(&mut self) -> Result<Expr, FilterError> {
        let Some((first, rest)) = self.rest.split_first() else {
            return Err(FilterError::new("expression expected"));
        };
        self.rest = rest;
        match first {
            Token::Text(text) => Ok(Expr::Literal(Value::Text(text.clone()))),
            Token::Open => {
                let inner = self.deeper(Self::disjunction)?;
                self.expect(&Token::Close)?;
                Ok(inner)
            }
            Token::Word(name) if self.rest.first() == Some(&Token::Open) => {
                let function = Function::of(name)
                    .ok_or_else(|| FilterError::new(format!("an unknown function with name '{name}' was found")))?;
                self.rest = &self.rest[1..];
                let arguments = self.deeper(Self::list)?;
                if function.takes(arguments.len()) {
                    Ok(Expr::Call(function, arguments))
                } else {
                    Err(FilterError::new(format!("no overload of '{name}' takes {} arguments", arguments.len())))
                }
            }
            Token::Word(word) => word_expr(word),
            Token::Typed(name) => Err(FilterError::new(format!("unrecognized literal type '{name}'"))),
            Token::Close | Token::Comma => Err(FilterError::new("expression expected")),
        }
    }

    /// Comma-separated expressions up to the closing parenthesis, which is taken too.
    fn list(&mut self) -> Result<Vec<Expr>, FilterError> {
        let mut items = vec![self.disjunction()?];
        while self.rest.first() == Some(&Token::Comma) {
            self.rest = &self.rest[1..];
            items.push(self.disjunction()?);
        }
        self.expect(&Token::Close)?;
        Ok(items)
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, FilterError>) -> Result<T, FilterError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(FilterError::new("the filter is nested too deeply"));
        }
        let found = inner(self);
        self.depth -= 1;
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.rest.first(), Some(Token::Word(first)) if first == word);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    fn expect(&mut self, token: &Token) -> Result<(), FilterError> {
        if self.rest.first() != Some(token) {
            return Err(FilterError::new(format!("{token:?} expected")));
        }
        self.rest = &self.rest[1..];
        Ok(())
    }
}

fn word_expr(word: &str) -> Result<Expr, FilterError> {
    if let Some(value) = lex::literal(word) {
        return Ok(Expr::Literal(value));
    }
    if is_guid(word) {
        return Ok(Expr::Literal(Value::Text(word.to_owned())));
    }
    if Operator::of(word).is_some() || !lex::is_name(word) {
        return Err(FilterError::new(format!("syntax error at '{word}'")));
    }
    Ok(Expr::Field(word.to_owned()))
}

/// A guid literal stands without quotes in v4.
fn is_guid(word: &str) -> bool {
    let groups: Vec<&str> = word.split('-').collect();
    groups.len() == 5
        && groups.iter().zip([8, 4, 4, 4, 12]).all(|(g, n)| g.len() == n && g.chars().all(|c| c.is_ascii_hexdigit()))
}

/// Whether the expression may stand where a boolean is wanted. A field may: its type is not known here.
fn is_boolean(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(value) => matches!(value, Value::Bool(_) | Value::Null),
        Expr::Call(function, _) => function.is_boolean(),
        Expr::Field(_) | Expr::Not(_) | Expr::Binary(..) | Expr::In(..) => true,
    }
}
