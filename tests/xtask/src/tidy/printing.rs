//! What is printed goes through one place, which makes it safe for a terminal, except where a place
//! is named here with its reason.
//!
//! Names, texts and files come from strangers, and a terminal obeys what it is sent.

use super::source::Code;
use super::{Finding, Tree};

/// Code that is part of the binary's own process. The engine is the child, which prints what the
/// program prints.
const OURS: [&str; 5] =
    ["tui/", "lessons/src/", "engine/model/src/", "engine/columns/src/", "engine/protocol/src/"];

/// Where the standard streams may be written to, and why. To tighten the rule, take a line away.
const PRINTS: [(&str, &str); 8] = [
    ("tui/src/print.rs", "the one place"),
    ("tui/src/cli/refusal.rs", "clap's words about arguments, which were made safe before"),
    ("tui/files/src/outputs/files.rs", "asks which files the streams are, and writes nothing"),
    ("tui/files/src/outputs/place.rs", "records and exports for `-`, as they are made"),
    ("tui/src/terminal.rs", "the screen's own orders, whose texts are made safe as they are drawn"),
    ("tui/screen/examples/day.rs", "a measurement, which is no part of the binary"),
    ("tui/screen/examples/frames.rs", "a measurement, which is no part of the binary"),
    ("tui/session/src/source/outlets.rs", "JSON lines, which are safe as they are made"),
];

/// What writes to a standard stream.
const WRITES: [&str; 8] = [
    "print!(",
    "println!(",
    "eprint!(",
    "eprintln!(",
    "dbg!(",
    "io::stdout(",
    "io::stderr(",
    ".print()",
];

/// What imports one.
const STREAMS: [&str; 4] = ["stdout", "stderr", "Stdout", "Stderr"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust() {
        let is_ours = OURS.iter().any(|part| path.starts_with(part));
        let may = PRINTS.iter().any(|(named, _)| *named == path) || path.ends_with("build.rs");
        if !is_ours || may {
            continue;
        }
        let code = Code::of(text);
        let imports = code.paths().into_iter().filter(|named| named.import.is_some());
        let imports = imports.filter_map(|named| match &named.parts[..] {
            [.., (_, io), (line, stream)] if io == "io" && STREAMS.contains(&&**stream) => {
                Some(*line)
            }
            _ => None,
        });
        let mut lines: Vec<usize> = imports.collect();
        lines.extend(WRITES.iter().flat_map(|writes| code.lines_of(writes)));
        lines.sort_unstable();
        lines.dedup();
        for line in lines {
            let says = "this prints past `print`; only the places in printing.rs may";
            findings.push(Finding::error(path, line, says));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_places_print() {
        let prints = "//! x\nfn f() { println!(); }\n";
        let tree = Tree::of(&[
            ("tui/src/print.rs", prints),
            ("tui/src/cli.rs", prints),
            ("engine/src/python/flags.rs", prints),
            ("tests/xtask/src/tidy.rs", prints),
            ("tui/src/x.rs", "//! println!(\n// print!(x)\nuse std::io::{self, stdout};\n"),
            ("engine/model/src/y.rs", "\nlet mut out = std::io::stderr();\nprint::out()\n"),
        ]);
        let told: Vec<_> = check(&tree).into_iter().map(|f| (f.path, f.line)).collect();
        let expected = [("engine/model/src/y.rs", 2), ("tui/src/cli.rs", 2), ("tui/src/x.rs", 3)];
        assert_eq!(told, expected.map(|(path, line)| (path.to_owned(), Some(line))));
    }
}
