//! Tokens to a tree, by precedence climbing.

use super::lexer::{Lexeme, Token, tokens};
use super::{Malformed, Operand, Operator, Qualification};

/// How deep parentheses, NOT and signs may be nested.
pub const DEPTH_MAX: usize = 200;

/// Arithmetic operators that a qualification may hold.
const OPERATIONS_MAX: usize = 1000;

/// Parses a whole qualification.
///
/// # Errors
/// Says where the text stops being one: an open quote, a stray word, a value where a condition must stand, nesting deeper
/// than [`DEPTH_MAX`], a calculation of more than a thousand steps.
pub fn parse(text: &str) -> Result<Qualification, Malformed> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, end: text.len(), depth: 0, operations: 0 };
    let node = parser.disjunction()?;
    match parser.tokens.first() {
        None => parser.condition(node),
        Some(token) => Err(Malformed { at: token.at, why: "nothing may follow here" }),
    }
}

/// What a pair of parentheses holds shows only after it was read: a condition or a value.
enum Node {
    Condition(Qualification),
    Value(Operand),
}

struct Parser<'a> {
    tokens: &'a [Token],
    end: usize,
    depth: usize,
    operations: usize,
}

impl Parser<'_> {
    fn disjunction(&mut self) -> Result<Node, Malformed> {
        self.chain(&Lexeme::Or, Self::conjunction, Qualification::Or)
    }

    fn conjunction(&mut self) -> Result<Node, Malformed> {
        self.chain(&Lexeme::And, Self::negation, Qualification::And)
    }

    fn chain(
        &mut self,
        joint: &Lexeme,
        mut part: impl FnMut(&mut Self) -> Result<Node, Malformed>,
        join: impl FnOnce(Vec<Qualification>) -> Qualification,
    ) -> Result<Node, Malformed> {
        let first = part(self)?;
        if self.peek() != Some(joint) {
            return Ok(first);
        }
        let mut parts = vec![self.condition(first)?];
        while self.take_if(joint) {
            let next = part(self)?;
            parts.push(self.condition(next)?);
        }
        Ok(Node::Condition(join(parts)))
    }

    fn negation(&mut self) -> Result<Node, Malformed> {
        if !self.take_if(&Lexeme::Not) {
            return self.relation();
        }
        let inner = self.deeper(Self::negation)?;
        Ok(Node::Condition(Qualification::Not(Box::new(self.condition(inner)?))))
    }

    fn relation(&mut self) -> Result<Node, Malformed> {
        let left = self.sum()?;
        let Some(Lexeme::Relation(relation)) = self.peek() else { return Ok(left) };
        let relation = *relation;
        self.skip();
        let left = self.value(left)?;
        let right = self.sum()?;
        Ok(Node::Condition(Qualification::Compare(relation, left, self.value(right)?)))
    }

    fn sum(&mut self) -> Result<Node, Malformed> {
        self.arithmetic(&[Operator::Add, Operator::Subtract], Self::product)
    }

    fn product(&mut self) -> Result<Node, Malformed> {
        self.arithmetic(&[Operator::Multiply, Operator::Divide, Operator::Remainder], Self::sign)
    }

    fn arithmetic(
        &mut self,
        operators: &[Operator],
        mut part: impl FnMut(&mut Self) -> Result<Node, Malformed>,
    ) -> Result<Node, Malformed> {
        let mut left = part(self)?;
        while let Some(Lexeme::Operator(operator)) = self.peek()
            && operators.contains(operator)
        {
            let operator = *operator;
            // The tree leans to the left, so that a long calculation is a deep one.
            self.operations += 1;
            if self.operations > OPERATIONS_MAX {
                return Err(self.malformed("too long a calculation"));
            }
            self.skip();
            let first = self.value(left)?;
            let second = part(self)?;
            let second = self.value(second)?;
            left = Node::Value(Operand::Arithmetic(operator, Box::new(first), Box::new(second)));
        }
        Ok(left)
    }

    fn sign(&mut self) -> Result<Node, Malformed> {
        if !self.take_if(&Lexeme::Operator(Operator::Subtract)) {
            return self.primary();
        }
        let inner = self.deeper(Self::sign)?;
        Ok(Node::Value(Operand::Negated(Box::new(self.value(inner)?))))
    }

    fn primary(&mut self) -> Result<Node, Malformed> {
        let operand = match self.peek() {
            Some(Lexeme::Field(reference)) => Operand::Field(reference.clone()),
            Some(Lexeme::Text(text)) => Operand::Text(text.clone()),
            Some(Lexeme::Number(number)) => Operand::Number(*number),
            Some(Lexeme::Keyword(keyword)) => Operand::Keyword(*keyword),
            Some(Lexeme::Open) => {
                self.skip();
                let inner = self.deeper(Self::disjunction)?;
                if !self.take_if(&Lexeme::Close) {
                    return Err(self.malformed("a parenthesis is never closed"));
                }
                return Ok(inner);
            }
            _ => return Err(self.malformed("a value is missing")),
        };
        self.skip();
        Ok(Node::Value(operand))
    }

    fn deeper(&mut self, part: impl FnOnce(&mut Self) -> Result<Node, Malformed>) -> Result<Node, Malformed> {
        if self.depth == DEPTH_MAX {
            return Err(self.malformed("nested too deep"));
        }
        self.depth += 1;
        let node = part(self);
        self.depth -= 1;
        node
    }

    fn condition(&self, node: Node) -> Result<Qualification, Malformed> {
        match node {
            Node::Condition(condition) => Ok(condition),
            Node::Value(_) => Err(self.malformed("a value stands where a condition must")),
        }
    }

    fn value(&self, node: Node) -> Result<Operand, Malformed> {
        match node {
            Node::Value(value) => Ok(value),
            Node::Condition(_) => Err(self.malformed("a condition stands where a value must")),
        }
    }

    fn peek(&self) -> Option<&Lexeme> {
        self.tokens.first().map(|token| &token.what)
    }

    fn skip(&mut self) {
        self.tokens = &self.tokens[1..];
    }

    fn take_if(&mut self, wanted: &Lexeme) -> bool {
        let there = self.peek() == Some(wanted);
        if there {
            self.skip();
        }
        there
    }

    fn malformed(&self, why: &'static str) -> Malformed {
        Malformed { at: self.tokens.first().map_or(self.end, |token| token.at), why }
    }
}
