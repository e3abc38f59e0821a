//! Which part of a crate may use which: the rules that Cargo cannot enforce. Which crate may use
//! which is in `dependencies.rs`, and what it is built with in the table of ARCHITECTURE.md.

use super::source::Code;
use super::{Finding, Tree};

/// A part of the tree and the names that its code must not mention.
struct Layer {
    /// Beginnings of the paths that it covers.
    part: &'static [&'static str],
    /// Words of a path, or two in a row; beginnings of words where they end with `*`.
    never: &'static [&'static str],
    /// The reason.
    why: &'static str,
}

const LAYERS: [Layer; 3] = [
    Layer {
        part: &["engine/src/core.rs", "engine/src/core/"],
        never: &["python", "asyncio", "rustpython*", "child"],
        why: "the core is the loop itself and knows no Python",
    },
    Layer {
        part: &[
            "tui/screen/src/views.rs",
            "tui/screen/src/views/",
            "tui/screen/src/widgets.rs",
            "tui/screen/src/widgets/",
        ],
        never: &["loopscope_session::source", "Session", "Instant", "SystemTime"],
        why: "a view is a function of the state that it is given",
    },
    Layer {
        part: &["engine/model/src/", "engine/columns/src/"],
        never: &["Instant", "SystemTime", "thread"],
        why: "the model is pure: the same records give the same state",
    },
];

/// The crates that forbid `unsafe` altogether, by their root.
const SAFE_ROOTS: [&str; 12] = [
    "engine/protocol/src/lib.rs",
    "engine/columns/src/lib.rs",
    "engine/model/src/lib.rs",
    "lessons/src/lib.rs",
    "tui/src/main.rs",
    "tui/src/lib.rs",
    "tui/board/src/lib.rs",
    "tui/files/src/lib.rs",
    "tui/process/src/lib.rs",
    "tui/screen/src/lib.rs",
    "tui/session/src/lib.rs",
    "tests/xtask/src/main.rs",
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust() {
        for layer in LAYERS.iter().filter(|l| l.part.iter().any(|part| path.starts_with(part))) {
            mentions(path, text, layer, &mut findings);
        }
        if SAFE_ROOTS.contains(&path) && !Code::of(text).has("#![forbid(unsafe_code)]") {
            let says = "begin the crate with `#![forbid(unsafe_code)]`";
            findings.push(Finding::error(path, None, says));
        }
    }
    findings
}

fn mentions(path: &str, text: &str, layer: &Layer, findings: &mut Vec<Finding>) {
    // Tests may wait, and look at the time.
    if path.ends_with("tests.rs") || path.contains("/tests/") {
        return;
    }
    let is = |never: &&str, before: &str, part: &str| match never.split_once("::") {
        Some((first, second)) => before == first && part == second,
        None => match never.strip_suffix('*') {
            Some(start) => part.starts_with(start),
            None => part == *never,
        },
    };
    let mut seen = None;
    for named in Code::without_tests(text).paths() {
        let mut before = String::new();
        for (line, part) in named.parts {
            let is_never = layer.never.iter().any(|never| is(never, &before, &part));
            before.clone_from(&part);
            // The parts that several imports have in common are mentioned once.
            if is_never && seen.replace((line, part.clone())) != Some((line, part.clone())) {
                findings.push(Finding::error(path, line, format!("`{part}` here: {}", layer.why)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(Option<usize>, String)> {
        check(&Tree::of(&[(path, text)])).into_iter().map(|f| (f.line, f.text)).collect()
    }

    #[test]
    fn the_core_knows_no_python() {
        assert_eq!(found("engine/src/core/turn.rs", "//! x\nuse rustpython_vm::VM;").len(), 1);
        assert_eq!(found("engine/src/core/turn.rs", "fn x() { crate::asyncio::y() }").len(), 1);
        assert!(found("engine/src/core/turn.rs", "// crate::python is not for us").is_empty());
        assert!(found("engine/src/asyncio/x.rs", "use rustpython_vm::VM;").is_empty());
    }

    #[test]
    fn a_view_asks_nobody() {
        let text =
            "use super::source;\nuse loopscope_session::{source::Source, x};\nlet source = 1;";
        let lines: Vec<_> = found("tui/screen/src/views/tasks.rs", text)
            .into_iter()
            .map(|(line, _)| line)
            .collect();
        assert_eq!(lines, [Some(2)]);
    }

    #[test]
    fn tests_may_use_what_the_code_may_not() {
        let text = "#[cfg(test)]\nmod tests { use std::thread::spawn; }";
        assert!(found("engine/model/src/lint.rs", text).is_empty());
        assert_eq!(found("engine/model/src/lint.rs", "use std::thread::spawn;").len(), 1);
    }

    #[test]
    fn safe_crates_say_so() {
        assert_eq!(found("engine/model/src/lib.rs", "//! x\n// #![forbid(unsafe_code)]").len(), 1);
        assert!(found("engine/model/src/lib.rs", "//! x\n#![forbid(unsafe_code)]").is_empty());
    }
}
