//! Characters become tokens.

use super::ExprError;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    Word(String),
    /// One of `== != < <= > >= ( ) [ ] , + -`.
    Sign(&'static str),
}

/// The longer signs first, so that `<=` is not read as `<`.
const SIGNS: [&str; 13] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", "+", "-"];

/// The tokens of an expression with their positions.
pub(super) fn tokens(source: &str) -> Result<Vec<(usize, Token)>, ExprError> {
    let chars: Vec<char> = source.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if c.is_whitespace() {
            at += 1;
            continue;
        }
        let start = at;
        let token = if c.is_ascii_digit() || (c == '.' && is_digit(&chars, at + 1)) {
            number(&chars, &mut at)?
        } else if c == '"' || c == '\'' {
            text(&chars, &mut at)?
        } else if c.is_alphabetic() || c == '_' {
            while chars.get(at).is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) {
                at += 1;
            }
            Token::Word(chars[start..at].iter().collect())
        } else {
            sign(&chars, &mut at)?
        };
        found.push((start, token));
    }
    Ok(found)
}

fn is_digit(chars: &[char], at: usize) -> bool {
    chars.get(at).is_some_and(char::is_ascii_digit)
}

fn number(chars: &[char], at: &mut usize) -> Result<Token, ExprError> {
    let start = *at;
    while let Some(&c) = chars.get(*at) {
        let exponent_sign = matches!(c, '+' | '-') && matches!(chars[*at - 1], 'e' | 'E');
        if !(c.is_ascii_alphanumeric() || c == '.' || c == '_' || exponent_sign) {
            break;
        }
        *at += 1;
    }
    let text: String = chars[start..*at].iter().filter(|c| **c != '_').collect();
    match text.parse() {
        Ok(value) => Ok(Token::Number(value)),
        Err(_) => Err(ExprError::new(start, format!("`{text}` is not a number"))),
    }
}

fn text(chars: &[char], at: &mut usize) -> Result<Token, ExprError> {
    let start = *at;
    let quote = chars[start];
    let mut text = String::new();
    *at += 1;
    while let Some(&c) = chars.get(*at) {
        *at += 1;
        match c {
            '\\' => {
                let escaped = chars.get(*at).copied().unwrap_or('\\');
                *at += 1;
                text.push(match escaped {
                    'n' => '\n',
                    't' => '\t',
                    other => other,
                });
            }
            c if c == quote => return Ok(Token::Text(text)),
            c => text.push(c),
        }
    }
    Err(ExprError::new(start, format!("the text that begins here has no closing {quote}")))
}

fn sign(chars: &[char], at: &mut usize) -> Result<Token, ExprError> {
    let start = *at;
    let two: String = chars[start..chars.len().min(start + 2)].iter().collect();
    if let Some(sign) = SIGNS.iter().find(|sign| two.starts_with(**sign)) {
        *at += sign.len();
        return Ok(Token::Sign(sign));
    }
    let hint = match two.as_str() {
        _ if chars[start] == '=' => "; to compare, write ==",
        "&&" => "; write `and`",
        "||" => "; write `or`",
        _ if chars[start] == '!' => "; write `not`",
        _ => "",
    };
    Err(ExprError::new(start, format!("`{}` has no meaning here{hint}", chars[start])))
}
