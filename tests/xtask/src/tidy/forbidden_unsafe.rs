//! `unsafe` stands only in the files named here, each with the argument why it must.

use super::source::Code;
use super::{Finding, Tree};

/// The files that may, and why nothing safe does the same.
const NAMED: [(&str, &str); 26] = [
    (
        "engine/src/process/fd.rs",
        "a program names descriptors by number; it borrows one for a call",
    ),
    (
        "engine/src/process/ring.rs",
        "the kernel is handed buffers by their addresses, and keeps them until it is done",
    ),
    (
        "engine/src/python/frames.rs",
        "the interpreter hands out its innermost frame as a pointer, and a frame object costs much",
    ),
    // On a board there is no allocator and no operating system between us and the linker.
    ("target-agent/src/rtt.rs", "a probe finds the control block by its symbol and writes into it"),
    (
        "target-agent/src/names.rs",
        "names lie in a section of their own, found by the linker's symbols",
    ),
    ("target-agent/src/clock.rs", "a clock of the user's is a symbol, as defmt's timestamp is"),
    ("target-agent/src/embassy.rs", "embassy calls its trace hooks by their symbols"),
    (
        "target-agent/src/traced.rs",
        "the agent is told by a symbol where a program's rings are, as with its clock",
    ),
    (
        "target-agent/src/traced/body.rs",
        "a waker without an allocator, and a future inside of another one that is pinned",
    ),
    ("target-agent/src/traced/tests.rs", "the symbol by which a program opens its rings"),
    ("target-agent/src/c.rs", "what C calls is exported, and hands over pointers"),
    (
        "target-agent/src/event_loop/storage.rs",
        "futures are kept and pinned in statics, not allocated",
    ),
    (
        "target-agent/src/event_loop/task.rs",
        "a pool fits one function's future, which only `task!` knows",
    ),
    ("target-agent/src/clock/dwt.rs", "a cycle counter's registers"),
    ("target-agent/src/clock/systick.rs", "a timer's register says whether it counts"),
    ("target-agent/src/clock/mcycle.rs", "a cycle counter is read by an instruction"),
    (
        "target-agent/firmware/src/board/arm.rs",
        "the instruction by which a program calls its debugger",
    ),
    (
        "target-agent/firmware/src/bin/priorities.rs",
        "an interrupt is handed to its executor, which only the program can vouch for",
    ),
    (
        "target-agent/firmware/embassy-time/src/bin/multiprio.rs",
        "interrupts are handed to their executors, which only the program can vouch for",
    ),
    (
        "target-agent/firmware/src/board/riscv.rs",
        "a timer's registers, and an instruction that is none",
    ),
    (
        "target-agent/firmware/src/board/rp2040.rs",
        "a boot loader in its section, and a clock's registers",
    ),
    ("target-agent/firmware/src/bin/faults.rs", "a fault is its purpose"),
    (
        "target-agent/cost/src/lib.rs",
        "an empty instruction keeps the compiler from leaving work out",
    ),
    ("target-agent/cost/src/hooks.rs", "embassy's trace hooks are called by their symbols"),
    ("target-agent/cost/src/bin/defmt_same.rs", "defmt's control block is found by its symbol"),
    ("tests/fuzz/src/control.rs", "it writes into the agent's memory, as a probe does"),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    check_with(tree, &NAMED)
}

fn check_with(tree: &Tree, named: &[(&str, &str)]) -> Vec<Finding> {
    let uses = |text: &str| Code::of(text).lines_of("unsafe").first().copied();
    let mut findings = Vec::new();
    for (path, text) in tree.rust() {
        let is_named = named.iter().any(|(file, _)| *file == path);
        match (uses(text), is_named) {
            (Some(line), false) => {
                let says = "unsafe code outside the files that forbidden_unsafe.rs names";
                findings.push(Finding::error(path, line, says));
            }
            (None, true) => {
                let says = "has no unsafe code any more: take it out of forbidden_unsafe.rs";
                findings.push(Finding::error(path, None, says));
            }
            _ => {}
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_code_needs_a_name() {
        let tree = Tree::of(&[
            ("a.rs", "//! unsafe\n#![forbid(unsafe_code)]\n"),
            ("b.rs", "\nunsafe { x() }"),
            ("c.rs", "unsafe { x() }"),
            ("d.rs", "x()"),
        ]);
        let findings = check_with(&tree, &[("c.rs", "why"), ("d.rs", "why")]);
        let told: Vec<_> = findings.into_iter().map(|f| (f.path, f.line)).collect();
        assert_eq!(told, [("b.rs".to_owned(), Some(2)), ("d.rs".to_owned(), None)]);
    }
}
