//! Tokens become a tree. From loose to tight: `or`, `and`, `not`, comparisons, `+ -`, `-x`.

use super::lexer::{Token, tokens};
use super::words::WordId;
use super::{Comparison, ExprError, Node, NodeKind, Value};

/// Deeper than this nobody writes by hand; it keeps a pasted monster from using up the stack.
const DEEPEST: usize = 100;

pub(super) fn parse(source: &str) -> Result<Node, ExprError> {
    let mut parser =
        Parser { tokens: tokens(source)?, at: 0, end: source.chars().count(), depth: 0 };
    if parser.tokens.is_empty() {
        return Err(ExprError::new(0, "an expression is missing, such as `ready > 0`"));
    }
    let root = parser.or()?;
    match parser.tokens.get(parser.at) {
        None => Ok(root),
        Some((position, token)) => Err(ExprError::new(
            *position,
            format!("{} does not continue the expression", describe(token)),
        )),
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
    end: usize,
    depth: usize,
}

fn describe(token: &Token) -> String {
    match token {
        Token::Number(value) => format!("`{value}`"),
        Token::Text(text) => format!("{text:?}"),
        Token::Word(word) => format!("`{word}`"),
        Token::Sign(sign) => format!("`{sign}`"),
    }
}

impl Parser {
    fn position(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |(position, _)| *position)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.tokens.get(self.at), Some((_, Token::Word(found))) if found == word)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found =
            matches!(self.tokens.get(self.at), Some((_, Token::Sign(found))) if *found == sign);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<Node, ExprError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(ExprError::new(self.position(), "the expression is nested too deeply"));
        }
        let mut left = self.and()?;
        loop {
            let position = self.position();
            if !self.take_word("or") {
                self.depth -= 1;
                return Ok(left);
            }
            let right = self.and()?;
            left = Node { position, kind: NodeKind::Or(Box::new(left), Box::new(right)) };
        }
    }

    fn and(&mut self) -> Result<Node, ExprError> {
        let mut left = self.not()?;
        loop {
            let position = self.position();
            if !self.take_word("and") {
                return Ok(left);
            }
            let right = self.not()?;
            left = Node { position, kind: NodeKind::And(Box::new(left), Box::new(right)) };
        }
    }

    fn not(&mut self) -> Result<Node, ExprError> {
        let position = self.position();
        if !self.take_word("not") {
            return self.comparison();
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(ExprError::new(position, "the expression is nested too deeply"));
        }
        let inner = self.not()?;
        self.depth -= 1;
        Ok(Node { position, kind: NodeKind::Not(Box::new(inner)) })
    }

    fn comparison(&mut self) -> Result<Node, ExprError> {
        let first = self.sum()?;
        let mut rest = Vec::new();
        let position = self.position();
        while let Some(comparison) = self.take_comparison()? {
            rest.push((comparison, self.sum()?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        Ok(Node { position, kind: NodeKind::Compare { first: Box::new(first), rest } })
    }

    fn take_comparison(&mut self) -> Result<Option<Comparison>, ExprError> {
        const SIGNS: [(&str, Comparison); 6] = [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<", Comparison::Less),
            ("<=", Comparison::LessOrEqual),
            (">", Comparison::Greater),
            (">=", Comparison::GreaterOrEqual),
        ];
        for (sign, comparison) in SIGNS {
            if self.take_sign(sign) {
                return Ok(Some(comparison));
            }
        }
        if self.take_word("in") {
            return Ok(Some(Comparison::In));
        }
        if self.take_word("not") {
            if self.take_word("in") {
                return Ok(Some(Comparison::NotIn));
            }
            return Err(ExprError::new(self.position(), "`in` is missing after `not`"));
        }
        Ok(None)
    }

    fn sum(&mut self) -> Result<Node, ExprError> {
        let mut left = self.operand()?;
        loop {
            let position = self.position();
            let minus = if self.take_sign("+") {
                false
            } else if self.take_sign("-") {
                true
            } else {
                return Ok(left);
            };
            let right = Box::new(self.operand()?);
            let kind = NodeKind::Sum { left: Box::new(left), right, minus };
            left = Node { position, kind };
        }
    }

    fn operand(&mut self) -> Result<Node, ExprError> {
        let position = self.position();
        let Some((_, token)) = self.tokens.get(self.at) else {
            return Err(ExprError::new(position, "the expression ends too early"));
        };
        let kind = match token.clone() {
            Token::Number(value) => NodeKind::Literal(Value::Number(value)),
            Token::Text(text) => NodeKind::Literal(Value::Text(text)),
            Token::Word(word) => word_kind(position, &word)?,
            Token::Sign(sign) => {
                self.at += 1;
                return self.signed(position, sign);
            }
        };
        self.at += 1;
        Ok(Node { position, kind })
    }

    /// What begins with a sign: a group, a list, a negative number.
    fn signed(&mut self, position: usize, sign: &str) -> Result<Node, ExprError> {
        match sign {
            "(" => {
                let first = self.or()?;
                if self.take_sign(",") {
                    let list = self.list(vec![first], ")")?;
                    return Ok(Node { position, kind: NodeKind::List(list) });
                }
                if self.take_sign(")") {
                    return Ok(first);
                }
                Err(ExprError::new(position, "the group that begins here has no closing )"))
            }
            "[" => {
                let list = self.list(Vec::new(), "]")?;
                Ok(Node { position, kind: NodeKind::List(list) })
            }
            "-" => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(ExprError::new(position, "the expression is nested too deeply"));
                }
                let inner = self.operand()?;
                self.depth -= 1;
                Ok(Node { position, kind: NodeKind::Negate(Box::new(inner)) })
            }
            sign => Err(ExprError::new(position, format!("a value is missing before `{sign}`"))),
        }
    }

    fn list(&mut self, mut list: Vec<Node>, close: &str) -> Result<Vec<Node>, ExprError> {
        let position = self.position();
        loop {
            if self.take_sign(close) {
                return Ok(list);
            }
            if self.at == self.tokens.len() {
                return Err(ExprError::new(position, format!("the list has no closing {close}")));
            }
            list.push(self.or()?);
            if !self.take_sign(",") && !self.take_sign(close) {
                return Err(ExprError::new(self.position(), "a comma is missing in the list"));
            } else if matches!(self.tokens.get(self.at - 1), Some((_, Token::Sign(s))) if *s == close)
            {
                return Ok(list);
            }
        }
    }
}

fn word_kind(position: usize, word: &str) -> Result<NodeKind, ExprError> {
    Ok(match word {
        "true" | "True" => NodeKind::Literal(Value::Bool(true)),
        "false" | "False" => NodeKind::Literal(Value::Bool(false)),
        "null" | "None" => NodeKind::Literal(Value::Null),
        "and" | "or" | "not" | "in" => {
            return Err(ExprError::new(position, format!("a value is missing before `{word}`")));
        }
        word => match WordId::parse(word) {
            Some(id) => NodeKind::Word(id),
            None => {
                return Err(ExprError::new(
                    position,
                    format!(
                        "`{word}` is no field; if it is a text, put it in quotes: \"{word}\" (`help \
                         expr` lists the fields)"
                    ),
                ));
            }
        },
    })
}
