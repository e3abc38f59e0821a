//! Rust source as its tokens: comments, texts and characters are no code, and a line break or a
//! blank makes no difference.
//!
//! Tokens and not a syntax tree, because the bodies of macros are code too.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What stands for a text, a character or a number.
const LITERAL: &str = "\"\"";

/// How items begin that may have a body.
const ITEMS: [&str; 11] =
    ["mod", "fn", "struct", "enum", "union", "trait", "impl", "extern", "unsafe", "async", "const"];

/// The tokens of a file, brackets included.
#[derive(Debug, Default)]
pub(crate) struct Code {
    tokens: Vec<Token>,
}

#[derive(Debug)]
struct Token {
    text: String,
    line: usize,
}

/// A path that code names, as `crate::core::Trace`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// Its parts, each with its line, from 1.
    pub(crate) parts: Vec<(usize, String)>,
    /// The name that a `use` gives it here; `None`: it stands in other code.
    pub(crate) import: Option<String>,
}

impl Code {
    /// All of a file. What is not Rust has no tokens.
    pub(crate) fn of(text: &str) -> Self {
        let mut code = Self::default();
        if let Ok(stream) = text.parse() {
            code.add(stream);
        }
        code
    }

    /// A file without what is there for tests only.
    pub(crate) fn without_tests(text: &str) -> Self {
        let mut code = Self::of(text);
        while let Some(at) = code.first("#[cfg(test)]") {
            let end = code.item_end(at + pieces("#[cfg(test)]").len());
            code.tokens.drain(at..end);
        }
        code
    }

    fn add(&mut self, stream: TokenStream) {
        for tree in stream {
            let line = tree.span().start().line;
            match tree {
                TokenTree::Ident(word) => self.push(&word.to_string(), line),
                TokenTree::Punct(mark) => self.push(&mark.to_string(), line),
                TokenTree::Literal(_) => self.push(LITERAL, line),
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::None => ("", ""),
                    };
                    self.push(open, line);
                    let end = group.span_close().start().line;
                    self.add(group.stream());
                    self.push(close, end);
                }
            }
        }
    }

    fn push(&mut self, text: &str, line: usize) {
        self.tokens.push(Token { text: text.to_owned(), line });
    }

    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.text)
    }

    /// The lines at which this stands, such as `.emit(` or `unsafe`.
    pub(crate) fn lines_of(&self, pattern: &str) -> Vec<usize> {
        let pieces = pieces(pattern);
        let is_it = |at: &usize| self.stands_at(*at, &pieces);
        (0..self.tokens.len()).filter(is_it).map(|at| self.tokens[at].line).collect()
    }

    /// Whether this stands somewhere.
    pub(crate) fn has(&self, pattern: &str) -> bool {
        self.first(pattern).is_some()
    }

    fn first(&self, pattern: &str) -> Option<usize> {
        let pieces = pieces(pattern);
        (0..self.tokens.len()).find(|at| self.stands_at(*at, &pieces))
    }

    fn stands_at(&self, at: usize, pieces: &[String]) -> bool {
        pieces.iter().enumerate().all(|(n, piece)| self.text(at + n) == piece)
    }

    /// Where what begins at `at`, with its other attributes, ends: an item, a field, a branch.
    fn item_end(&self, at: usize) -> usize {
        let mut at = at;
        while self.text(at) == "#" {
            at = self.group_end(at + 1);
        }
        if self.text(at) == "pub" {
            at += 1;
            if self.text(at) == "(" {
                at = self.group_end(at);
            }
        }
        let begin = self.text(at);
        let is_value = begin == "const" && self.text(at + 1) != "fn";
        let has_no_body = is_value || ["use", "type", "static", "let"].contains(&begin);
        let is_item = has_no_body || ITEMS.contains(&begin);
        while at < self.tokens.len() {
            match self.text(at) {
                ";" => return at + 1,
                "," if !is_item => return at + 1,
                "{" if !has_no_body => return self.group_end(at),
                "(" | "[" | "{" => at = self.group_end(at),
                ")" | "]" | "}" => return at,
                _ => at += 1,
            }
        }
        at
    }

    /// Where the group that begins at `at` has ended.
    fn group_end(&self, at: usize) -> usize {
        let mut depth = 0_usize;
        for here in at..self.tokens.len() {
            match self.text(here) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return here + 1;
            }
        }
        self.tokens.len()
    }

    /// The modules that it says are files of their own: `mod name;`.
    pub(crate) fn modules(&self) -> Vec<&str> {
        let names = (1..self.tokens.len()).filter(|at| self.text(at - 1) == "mod");
        names.filter(|at| self.text(at + 1) == ";").map(|at| self.text(at)).collect()
    }

    /// Every path of more than one part, and all that is imported.
    pub(crate) fn paths(&self) -> Vec<Named> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            if self.text(at) == "use" && is_word(self.text(at + 1)) | (self.text(at + 1) == ":") {
                at = self.imports(at + 1, &[], &mut found);
                continue;
            }
            let begin = at;
            let parts = self.parts(&mut at);
            if parts.len() > 1 {
                found.push(Named { parts, import: None });
            } else if at == begin {
                at += 1;
            }
        }
        found
    }

    /// The parts of the path that begins at `at`, which goes behind it.
    fn parts(&self, at: &mut usize) -> Vec<(usize, String)> {
        let mut parts = Vec::new();
        while is_word(self.text(*at)) {
            parts.push((self.tokens[*at].line, self.text(*at).to_owned()));
            *at += 1;
            if self.text(*at) != ":" || self.text(*at + 1) != ":" || !is_word(self.text(*at + 2)) {
                break;
            }
            *at += 2;
        }
        parts
    }

    /// The imports of a `use` whose tree begins at `at`, below `outer`. Gives where it ends.
    fn imports(&self, at: usize, outer: &[(usize, String)], found: &mut Vec<Named>) -> usize {
        let mut at = at;
        while self.text(at) == ":" {
            at += 1;
        }
        let mut parts = outer.to_vec();
        parts.extend(self.parts(&mut at));
        while self.text(at) == ":" {
            at += 1;
        }
        if self.text(at) == "{" {
            let end = self.group_end(at);
            at += 1;
            while at + 1 < end {
                at = self.imports(at, &parts, found);
                // A comma, or something that only a macro understands.
                at += 1;
            }
            return end;
        }
        let mut name = parts.last().map(|(_, part)| part.clone()).unwrap_or_default();
        if self.text(at) == "*" {
            "*".clone_into(&mut name);
            at += 1;
        }
        if self.text(at) == "as" {
            self.text(at + 1).clone_into(&mut name);
            at += 2;
        }
        if parts.len() > 1 && parts.last().is_some_and(|(_, part)| part == "self") {
            parts.pop();
            name = parts.last().map(|(_, part)| part.clone()).unwrap_or_default();
        }
        found.push(Named { parts, import: Some(name) });
        at
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The tokens of a pattern: words, and marks one by one.
fn pieces(pattern: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut in_word = false;
    for c in pattern.chars() {
        let word = c.is_alphanumeric() || c == '_';
        match pieces.last_mut() {
            Some(last) if word && in_word => last.push(c),
            _ if c.is_whitespace() => {}
            _ => pieces.push(c.to_string()),
        }
        in_word = word;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        let joined = |named: Named| {
            let parts: Vec<_> = named.parts.into_iter().map(|(_, part)| part).collect();
            let import = named.import.map(|name| format!(" as {name}")).unwrap_or_default();
            format!("{}{import}", parts.join("::"))
        };
        Code::without_tests(text).paths().into_iter().map(joined).collect()
    }

    #[test]
    fn comments_and_texts_are_not_code() {
        let code =
            Code::of("//! unsafe\n/* unsafe */ fn f() { g(\"unsafe\", r#\"unsafe\"#, 'u') }");
        assert!(!code.has("unsafe") && code.has("fn f()"));
        assert_eq!(Code::of("\n\nunsafe {}").lines_of("unsafe"), [3]);
    }

    #[test]
    fn blanks_and_line_breaks_make_no_difference() {
        assert_eq!(Code::of("trace\n    .emit (x)").lines_of(".emit("), [2]);
        assert!(!Code::of("trace.emit_with(x)").has(".emit("));
        assert!(Code::of("write!(f, \"{}\", a.emit(b))").has(".emit("), "macros are code too");
    }

    #[test]
    fn imports_are_found_one_by_one() {
        assert_eq!(
            paths("use crate::{\n    a::{self, B as C},\n    d::*,\n};\npub(crate) use super::e;"),
            ["crate::a as a", "crate::a::B as C", "crate::d as *", "super::e as e"]
        );
        assert_eq!(
            paths("fn f<T>() -> x::Y { z(crate::a::b(), 'c', d) }"),
            ["x::Y", "crate::a::b"]
        );
    }

    #[test]
    fn what_is_for_tests_is_left_out_wherever_it_stands() {
        let text = "#[cfg(test)]\nmod tests;\nuse a::b;\n\
                    #[cfg(test)]\nuse c::{d, e};\n\
                    #[cfg(test)]\n#[allow(x)]\nmod tests { fn f() { g::h() } }\n\
                    #[cfg(test)]\nfn g<A, B>(a: o::P) -> q::R<'static> { s::t() }\n\
                    struct S { #[cfg(test)] x: i::J, y: k::L }\nfn f() { m::n() }\n";
        assert_eq!(paths(text), ["a::b as b", "k::L", "m::n"]);
        assert_eq!(Code::of("mod a;\npub mod b;\nmod c {}").modules(), ["a", "b"]);
    }
}
