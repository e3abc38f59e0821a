//! A tree becomes a value.

use super::{Comparison, Context, ExprError, Node, NodeKind, Value};

pub(super) fn eval(node: &Node, context: &Context<'_>) -> Result<Value, ExprError> {
    Ok(match &node.kind {
        NodeKind::Literal(value) => value.clone(),
        NodeKind::Word(word) => word.value(context),
        NodeKind::List(list) => {
            Value::List(list.iter().map(|node| eval(node, context)).collect::<Result<_, _>>()?)
        }
        NodeKind::Not(inner) => Value::Bool(!eval(inner, context)?.is_true()),
        // As in Python, `and` and `or` give the side that decided.
        NodeKind::And(left, right) => {
            let left = eval(left, context)?;
            if left.is_true() { eval(right, context)? } else { left }
        }
        NodeKind::Or(left, right) => {
            let left = eval(left, context)?;
            if left.is_true() { left } else { eval(right, context)? }
        }
        NodeKind::Negate(inner) => match eval(inner, context)? {
            Value::Number(value) => Value::Number(-value),
            Value::Null => Value::Null,
            other => {
                return Err(ExprError::new(
                    node.position,
                    format!("`-` needs a number, not {}", other.kind()),
                ));
            }
        },
        NodeKind::Sum { left, right, minus } => {
            sum(node.position, eval(left, context)?, eval(right, context)?, *minus)?
        }
        NodeKind::Compare { first, rest } => {
            let mut left = eval(first, context)?;
            for (comparison, node) in rest {
                let right = eval(node, context)?;
                if !compare(node.position, &left, *comparison, &right)? {
                    return Ok(Value::Bool(false));
                }
                left = right;
            }
            Value::Bool(true)
        }
    })
}

fn sum(position: usize, left: Value, right: Value, minus: bool) -> Result<Value, ExprError> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            Ok(Value::Number(if minus { left - right } else { left + right }))
        }
        (Value::Text(left), Value::Text(right)) if !minus => Ok(Value::Text(left + &right)),
        // What is not known plus something is not known.
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (left, right) => Err(ExprError::new(
            position,
            format!(
                "`{}` needs two numbers, not {} and {}",
                if minus { '-' } else { '+' },
                left.kind(),
                right.kind()
            ),
        )),
    }
}

fn compare(
    position: usize,
    left: &Value,
    comparison: Comparison,
    right: &Value,
) -> Result<bool, ExprError> {
    let order = match comparison {
        Comparison::Equal => return Ok(left == right),
        Comparison::NotEqual => return Ok(left != right),
        Comparison::In => return contains(position, left, right),
        Comparison::NotIn => return contains(position, left, right).map(|found| !found),
        _ => match (left, right) {
            (Value::Number(left), Value::Number(right)) => left.partial_cmp(right),
            (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
            (Value::Null, _) | (_, Value::Null) => None,
            (left, right) => {
                let (left, right) = (left.kind(), right.kind());
                return Err(ExprError::new(
                    position,
                    format!("{left} and {right} cannot be compared by size"),
                ));
            }
        },
    };
    Ok(order.is_some_and(|order| match comparison {
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        _ => order.is_ge(),
    }))
}

fn contains(position: usize, part: &Value, whole: &Value) -> Result<bool, ExprError> {
    match (part, whole) {
        (part, Value::List(list)) => Ok(list.contains(part)),
        (Value::Text(part), Value::Text(whole)) => Ok(whole.contains(part.as_str())),
        (_, Value::Null) | (Value::Null, _) => Ok(false),
        (part, whole) => Err(ExprError::new(
            position,
            format!(
                "`in` looks for a text in a text, or in a list, not for {} in {}",
                part.kind(),
                whole.kind()
            ),
        )),
    }
}
