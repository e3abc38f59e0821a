//! What a line of a program calls the lock, the queue or the like that it makes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many files are kept.
const KEPT: usize = 64;

/// A larger file is not read for this.
const LARGEST: u64 = 1 << 22;

type Lines = Arc<Vec<String>>;

static FILES: Mutex<Option<HashMap<String, Lines>>> = Mutex::new(None);

/// What a line of a file calls the `nth` object of a class that it makes; `None` where it does not
/// say.
pub(super) fn in_line(file: &str, line: usize, class: &str, nth: usize) -> Option<String> {
    let lines = lines_of(file);
    find(lines.get(line.checked_sub(1)?)?, class, nth)
}

fn lines_of(file: &str) -> Lines {
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let files = files.get_or_insert_default();
    if let Some(lines) = files.get(file) {
        return Arc::clone(lines);
    }
    if files.len() >= KEPT {
        files.clear();
    }
    let is_small = std::fs::metadata(file).is_ok_and(|it| it.is_file() && it.len() <= LARGEST);
    let text =
        if is_small { std::fs::read_to_string(file).unwrap_or_default() } else { String::new() };
    let lines: Lines = Arc::new(text.lines().map(str::to_owned).collect());
    files.insert(file.to_owned(), Arc::clone(&lines));
    lines
}

/// The same of a line's text.
fn find(line: &str, class: &str, nth: usize) -> Option<String> {
    let statements = split(line, ';');
    if statements.len() == 1 {
        return find_in(line, class, nth);
    }
    let named = statements.iter().filter_map(|statement| find_in(statement, class, 0));
    named.collect::<Vec<_>>().get(nth).cloned()
}

fn find_in(statement: &str, class: &str, nth: usize) -> Option<String> {
    let parts = split(statement.trim(), '=');
    let (value, targets) = parts.split_last()?;
    let (target, value) = (targets.first()?.trim(), value.trim());
    // `name: Type = ...`
    let target = target.split_once(':').map_or(target, |(target, _)| target.trim_end());
    if calls(value, class) && split(value, ',').len() == 1 {
        return is_name(target).then(|| target.to_owned());
    }
    if let Some(inside) = value.strip_prefix('[') {
        let is_first = calls(inside.trim_start(), class);
        return (is_first && is_name(target)).then(|| format!("{target}[{nth}]"));
    }
    // `a, b = Lock(), Lock()`
    let unbraced = |text: &str| -> String {
        let inside = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        inside.unwrap_or(text).to_owned()
    };
    let (target, value) = (unbraced(target), unbraced(value));
    let (targets, values) = (split(&target, ','), split(&value, ','));
    if targets.len() != values.len() || targets.len() < 2 {
        return None;
    }
    let mut named = targets.iter().zip(&values).filter(|(_, value)| calls(value.trim(), class));
    let (target, _) = named.nth(nth)?;
    is_name(target.trim()).then(|| target.trim().to_owned())
}

/// The parts of a text between separators that stand in no brackets and no strings.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut begin, mut depth, mut quote) = (Vec::new(), 0, 0_u32, None);
    let mut before = ' ';
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open && before != '\\' => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '#') => {
                parts.push(&text[begin..at]);
                return parts;
            }
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, _) if letter == separator && depth == 0 => {
                let next = letters.peek().map(|(_, next)| *next);
                let compares =
                    separator == '=' && (next == Some('=') || "=!<>:+-*/%&|^@".contains(before));
                if !compares {
                    parts.push(&text[begin..at]);
                    begin = at + letter.len_utf8();
                }
            }
            _ => {}
        }
        before = letter;
    }
    parts.push(&text[begin..]);
    parts
}

/// Whether an expression begins with a call of that class, by whatever dotted name.
fn calls(expression: &str, class: &str) -> bool {
    let end = expression.find(|letter: char| !is_of_name(letter)).unwrap_or(expression.len());
    let (name, rest) = expression.split_at(end);
    name.rsplit('.').next() == Some(class) && rest.starts_with(['(', '['])
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '.'
}

/// Whether a target is a variable, an attribute or an element of one.
fn is_name(target: &str) -> bool {
    let name = match target.split_once('[') {
        Some((name, index)) if index.ends_with(']') && index.len() < 24 => name,
        Some(_) => return false,
        None => target,
    };
    !name.is_empty() && name.chars().all(is_of_name)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_line_says_what_it_calls_what_it_makes() {
        for (line, class, nth, name) in [
            ("    lock = asyncio.Lock()", "Lock", 0, Some("lock")),
            ("self.done = Event()  # x = 3", "Event", 0, Some("self.done")),
            ("q: asyncio.Queue[int] = asyncio.Queue(maxsize=2)", "Queue", 0, Some("q")),
            ("q = asyncio.Queue[int](2)", "Queue", 0, Some("q")),
            ("a, b = asyncio.Lock(), asyncio.Lock()", "Lock", 1, Some("b")),
            ("(a, q) = (Lock(), Queue(1, 2))", "Queue", 0, Some("q")),
            ("a, q, b = Lock(), Queue(), Lock()", "Lock", 1, Some("b")),
            ("e=asyncio.Event(); b=asyncio.Barrier(2)", "Barrier", 0, Some("b")),
            ("forks = [asyncio.Lock() for _ in range(5)]", "Lock", 3, Some("forks[3]")),
            ("locks['a'] = asyncio.Lock()", "Lock", 0, Some("locks['a']")),
            ("a = b = asyncio.Lock()", "Lock", 0, Some("a")),
            ("worker = Worker(asyncio.Lock())", "Lock", 0, None),
            ("use(lock=asyncio.Lock())", "Lock", 0, None),
            ("if a == asyncio.Lock():", "Lock", 0, None),
            ("asyncio.Lock()", "Lock", 0, None),
            ("a, b = 3, asyncio.Lock()", "Lock", 0, Some("b")),
            ("a, b = asyncio.Lock(), 3", "Lock", 1, None),
            ("x = '= asyncio.Lock()'", "Lock", 0, None),
            ("", "Lock", 0, None),
        ] {
            assert_eq!(find(line, class, nth).as_deref(), name, "{line}");
        }
    }
}
