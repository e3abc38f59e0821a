//! Rust source without its comments and literals, so that rules see code alone.
//!
//! Not a parser: it knows just enough of the language to tell code from prose.

/// The source with every comment, string and character literal turned into spaces. Lines stay.
pub(crate) fn code(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_or_comment(&chars, at);
        if end > at {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// The identifiers and keywords in [`code`], each with its line, from 1.
pub(crate) fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.lines().enumerate().flat_map(|(number, line)| {
        line.split(|c: char| !is_word(c)).filter(|w| !w.is_empty()).map(move |w| (number + 1, w))
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where the comment or literal that begins at `at` ends; `at` itself if none begins there.
fn literal_or_comment(chars: &[char], at: usize) -> usize {
    let next = |n: usize| chars.get(at + n).copied();
    match (chars[at], next(1)) {
        ('/', Some('/')) => find(chars, at, &['\n']).unwrap_or(chars.len()),
        ('/', Some('*')) => block_comment(chars, at),
        ('"', _) => quoted(chars, at, '"'),
        // A lifetime has no second quote right behind its first letter.
        ('\'', Some('\\')) => quoted(chars, at, '\''),
        ('\'', Some(_)) if next(2) == Some('\'') => at + 3,
        ('r', Some('"' | '#')) if at == 0 || !is_word(chars[at - 1]) || chars[at - 1] == 'b' => {
            raw_string(chars, at)
        }
        _ => at,
    }
}

fn find(chars: &[char], from: usize, wanted: &[char]) -> Option<usize> {
    chars[from..].windows(wanted.len()).position(|w| w == wanted).map(|n| from + n)
}

fn block_comment(chars: &[char], at: usize) -> usize {
    let (mut depth, mut here) = (0_usize, at);
    while here < chars.len() {
        match (chars[here], chars.get(here + 1)) {
            ('/', Some('*')) => (depth, here) = (depth + 1, here + 2),
            ('*', Some('/')) => (depth, here) = (depth - 1, here + 2),
            _ => here += 1,
        }
        if depth == 0 {
            break;
        }
    }
    here.min(chars.len())
}

fn quoted(chars: &[char], at: usize, quote: char) -> usize {
    let mut here = at + 1;
    while here < chars.len() && chars[here] != quote {
        here += if chars[here] == '\\' { 2 } else { 1 };
    }
    (here + 1).min(chars.len())
}

fn raw_string(chars: &[char], at: usize) -> usize {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    if chars.get(at + 1 + hashes) != Some(&'"') {
        return at;
    }
    let end = [&['"'][..], &vec!['#'; hashes]].concat();
    find(chars, at + 2 + hashes, &end).map_or(chars.len(), |n| n + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<(usize, String)> {
        words(&code(text)).map(|(line, word)| (line, word.to_owned())).collect()
    }

    fn names(text: &str) -> Vec<String> {
        seen(text).into_iter().map(|(_, word)| word).collect()
    }

    #[test]
    fn comments_are_not_code() {
        assert_eq!(names("a // b\n/* c /* d */ e */ f //! g"), ["a", "f"]);
    }

    #[test]
    fn strings_are_not_code() {
        assert_eq!(names(r##"a("b \" c", r#"d " e"#, b"f", br"g") + h"##), ["a", "b", "b", "h"]);
    }

    #[test]
    fn lifetimes_and_characters_are_told_apart() {
        assert_eq!(
            names("fn a<'x>(b: &'x str) { c('d', '\\'', '\"') } // e"),
            ["fn", "a", "x", "b", "x", "str", "c"]
        );
    }

    #[test]
    fn lines_are_kept() {
        let text = "a\n/* one\n two */ b\n\"three\n four\" c";
        let expected = [(1, "a"), (3, "b"), (5, "c")].map(|(n, w)| (n, w.to_owned()));
        assert_eq!(seen(text), expected);
    }

    #[test]
    fn unfinished_input_does_no_harm() {
        for text in ["\"abc", "r#\"abc", "/* abc", "'", "'\\", "r#", "b"] {
            let _ = code(text);
        }
    }
}
