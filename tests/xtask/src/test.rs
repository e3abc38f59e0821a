//! `cargo xtask test`: every check and every test. All failures are collected, then told.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::commands::{check, component, tests};
use crate::report::Report;
use crate::{
    Outcome, agent, cargo, conformance, dialects, features, locks, machine, micropython, notice,
    recipes, tidy, walls, wasm, wheel,
};

/// The file in which tests note what they could not do on this machine.
const NOTES: &str = "left-out.txt";

/// How a note begins that tells of something that nobody has to have.
const OPTIONAL: &str = "optional: ";

/// The tests of the binary, and those of the fuzzer's targets.
const SUITE: &str = "suite";
const SMOKE: &str = "smoke";

/// Tests that are steps of their own.
const OWN_STEPS: [&str; 2] = [SUITE, SMOKE];

/// A step: its name, what it is, and how it is done.
struct Step {
    name: &'static str,
    what: &'static str,
    run: fn(&Path, &mut Report),
}

const STEPS: [Step; 19] = [
    Step { name: "set-up", what: "what the tests need", run: machine::set_up },
    Step { name: "fmt", what: "the formatting", run: fmt },
    Step { name: "tidy", what: "the rules about the source tree", run: tree },
    Step { name: "locks", what: "every Cargo.lock names what is depended on", run: locked },
    Step { name: "one-build", what: "the interpreter has one set of features", run: one_build },
    Step { name: "licences", what: "what is linked may be, and NOTICE names it", run: licences },
    Step { name: "walls", what: "what no build of a crate may hold", run: walls },
    Step { name: "build", what: "the binary that users run, and the tests of it", run: build },
    Step { name: "clippy", what: "the lints, as errors", run: clippy },
    Step { name: "unit", what: "tests of the crates and their documents' examples", run: unit },
    Step { name: "recipes", what: "what CONTRIBUTING's recipes lead to", run: recipes::run },
    Step { name: "suite", what: "tests of the binary", run: suite },
    Step { name: "conformance", what: "CPython's own tests of asyncio", run: conformance::step },
    Step { name: "dialects", what: "what CPython's versions differ in", run: dialects::step },
    Step { name: "wasm", what: "what a browser may run compiles for it", run: wasm::run },
    Step { name: "agent", what: "what runs on boards", run: agent::run },
    Step { name: "fuzz", what: "whatever a board or a file may say, a little", run: fuzz },
    Step { name: "wheel", what: "what pip installs works", run: wheel::step },
    Step { name: "doc", what: "the documentation builds without a warning", run: doc },
];

/// Runs the steps named, or all of them.
pub(crate) fn run(root: &Path, names: &[String]) -> Outcome {
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|s| s.name != **name)) {
        let known = STEPS.map(|step| format!("  {:<11} {}", step.name, step.what)).join("\n");
        return Err(format!("there is no step `{unknown}`; the steps are\n{known}").into());
    }
    let notes = cargo::target(root).join(NOTES);
    let _ = std::fs::remove_file(&notes);
    let mut report = Report::default();
    for step in STEPS.iter().filter(|s| names.is_empty() || names.iter().any(|n| n == s.name)) {
        println!("\n== {}: {}", step.name, step.what);
        let began = Instant::now();
        (step.run)(root, &mut report);
        println!("== {}: {:.0} s", step.name, began.elapsed().as_secs_f64());
    }
    if let Ok(noted) = std::fs::read_to_string(&notes) {
        for line in noted.lines() {
            match line.strip_prefix(OPTIONAL) {
                Some(optional) => report.mention(optional),
                None => report.leave_out(line),
            }
        }
    }
    print!("\n{}", report.summary());
    // The summary's last line stays the last one: no sentence after it.
    if report.is_good() { Ok(()) } else { std::process::exit(1) }
}

fn fmt(root: &Path, report: &mut Report) {
    let mut command = cargo::plain(root);
    command.args(["fmt", "--all", "--check"]);
    component(root, report, "fmt", command);
}

fn tree(root: &Path, report: &mut Report) {
    match tidy::run(root) {
        Ok(()) => report.pass(),
        Err(error) => report.fail(format!("tidy: {error}")),
    }
}

fn locked(root: &Path, report: &mut Report) {
    match locks::check(root) {
        Ok(()) => report.pass(),
        Err(error) => report.fail(format!("locks: {error}")),
    }
}

fn one_build(root: &Path, report: &mut Report) {
    match features::one_build(root) {
        Ok(()) => report.pass(),
        Err(error) => report.fail(format!("one-build: {error}")),
    }
}

fn licences(root: &Path, report: &mut Report) {
    match notice::check(root) {
        Ok(()) => report.pass(),
        Err(error) => report.fail(format!("licences: {error}")),
    }
    // It also looks at where the works come from, and at those that are never to be linked. What is
    // known of mistakes in them lies in a repository that not every machine can reach.
    let Some(deny) = machine::cargo_deny(root) else {
        return machine::need(report, false, "cargo-deny is missing: its checks of what is linked");
    };
    let mut command = Command::new(deny);
    command.current_dir(root).args(["--offline", "--locked", "check", "--hide-inclusion-graph"]);
    command.args(["--allow", "no-license-field", "licenses", "bans", "sources"]);
    check(report, "licences: cargo deny", command);
}

fn walls(root: &Path, report: &mut Report) {
    match walls::check(root) {
        Ok(()) => report.pass(),
        Err(error) => report.fail(format!("walls: {error}")),
    }
}

fn build(root: &Path, report: &mut Report) {
    check(report, "build", cargo::compiling(root, &["build", "--workspace", "--all-targets"]));
}

fn clippy(root: &Path, report: &mut Report) {
    let words = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    component(root, report, "clippy", cargo::compiling(root, &words));
}

/// Everything but the targets that are steps of their own. All of the workspace is named each time:
/// a package that was named alone would be built with other features, and so once more.
fn unit(root: &Path, report: &mut Report) {
    let targets = match cargo::test_targets(root) {
        Ok(targets) => targets,
        Err(error) => return report.fail(format!("unit: {error}")),
    };
    // One of the tests runs an example.
    check(
        report,
        "unit: examples",
        cargo::compiling(root, &["build", "--workspace", "--examples"]),
    );
    let mut words = vec!["test", "--workspace", "--no-fail-fast", "--lib", "--bins"];
    for target in targets.iter().filter(|target| !OWN_STEPS.contains(&target.as_str())) {
        words.extend(["--test", target]);
    }
    tests(report, "unit", cargo::compiling(root, &words));
    let words = ["test", "--workspace", "--no-fail-fast", "--doc"];
    tests(report, "unit: examples in documents", cargo::compiling(root, &words));
}

fn suite(root: &Path, report: &mut Report) {
    let words = ["test", "--workspace", "--no-fail-fast", "--test", SUITE];
    let mut command = cargo::compiling(root, &words);
    // Many of them wait for a clock or a board: one more runs than there are processors.
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    command.env("RUST_TEST_THREADS", (processors + 1).to_string());
    command.env("LOOPSCOPE_BIN", cargo::binary(root));
    command.env("LOOPSCOPE_LEFT_OUT", cargo::target(root).join(NOTES));
    if std::env::var_os(micropython::CHECKOUT).is_some() {
        match micropython::module(root) {
            Ok(module) => _ = command.env(micropython::MODULE, module),
            Err(error) => report.mention(format!("MicroPython's webassembly build: {error}")),
        }
    }
    tests(report, "suite", command);
}

/// The fuzzer's targets on their seeds and on a few random changes of them.
fn fuzz(root: &Path, report: &mut Report) {
    let words = ["test", "--workspace", "--no-fail-fast", "--test", SMOKE];
    tests(report, "fuzz", cargo::compiling(root, &words));
}

fn doc(root: &Path, report: &mut Report) {
    let mut command =
        cargo::compiling(root, &["doc", "--workspace", "--no-deps", "--document-private-items"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    check(report, "doc", command);
}
