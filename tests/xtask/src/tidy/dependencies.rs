//! Which crate may depend on which, and on what from outside.
//!
//! ```text
//! protocol <- columns <- model <- files <- session <- screen <- the binary
//!                              <- board, engine, process <- session's live sources
//!                              <- lessons <- screen
//! ```
//!
//! The tests may use all. The order is what keeps a record's meaning in one place, the terminal out
//! of the session, and the interpreter out of everything but the engine.

use toml::{Table, Value};

use super::{Finding, Tree};

/// What one crate may depend on.
struct Allowed {
    /// The crate.
    name: &'static str,
    /// Our crates that it may use.
    ours: &'static [&'static str],
    /// Our crates that its tests may use besides.
    ours_in_tests: &'static [&'static str],
    /// Beginnings of the names of crates from outside that it must not use, tests included.
    never: &'static [&'static str],
}

const PROTOCOL: &str = "loopscope-protocol";
const COLUMNS: &str = "loopscope-columns";
const MODEL: &str = "loopscope-model";
const LESSONS: &str = "loopscope-lessons";
const ENGINE: &str = "loopscope-engine";
const BOARD: &str = "loopscope-board";
const FILES: &str = "loopscope-files";
const SESSION: &str = "loopscope-session";
const PROCESS: &str = "loopscope-process";
const SCREEN: &str = "loopscope-screen";
const PROBE: &str = "loopscope-virtual-probe";

const TERMINAL: [&str; 5] = ["ratatui", "crossterm", "rustyline", "termion", "clap"];
const ASYNC: [&str; 7] = ["tokio", "async-", "smol", "futures", "mio", "embassy-", "polling"];
const INTERPRETER: &str = "rustpython-";

const ALLOWED: [Allowed; 15] = [
    Allowed { name: PROTOCOL, ours: &[], ours_in_tests: &[], never: &[INTERPRETER] },
    Allowed { name: COLUMNS, ours: &[PROTOCOL], ours_in_tests: &[], never: &[INTERPRETER] },
    Allowed {
        name: MODEL,
        ours: &[PROTOCOL, COLUMNS],
        ours_in_tests: &[],
        never: &[INTERPRETER, "nix", "rustix"],
    },
    Allowed { name: ENGINE, ours: &[PROTOCOL, COLUMNS], ours_in_tests: &[MODEL], never: &["clap"] },
    Allowed { name: LESSONS, ours: &[PROTOCOL, MODEL], ours_in_tests: &[], never: &[INTERPRETER] },
    Allowed { name: FILES, ours: &[MODEL], ours_in_tests: &[], never: &[INTERPRETER] },
    Allowed {
        name: BOARD,
        ours: &[PROTOCOL, MODEL, FILES, PROBE],
        ours_in_tests: &[],
        never: &[INTERPRETER],
    },
    Allowed { name: PROCESS, ours: &[FILES], ours_in_tests: &[], never: &[INTERPRETER, "clap"] },
    Allowed {
        name: SESSION,
        // These three only for the sources that run: feature `live`.
        ours: &[PROTOCOL, MODEL, FILES, BOARD, ENGINE, PROCESS],
        ours_in_tests: &[],
        never: &[INTERPRETER],
    },
    Allowed {
        name: SCREEN,
        ours: &[PROTOCOL, MODEL, FILES, LESSONS, SESSION],
        ours_in_tests: &[],
        never: &[INTERPRETER, "crossterm", "rustyline", "termion", "clap", "nix", "rustix"],
    },
    Allowed {
        name: "loopscope",
        ours: &[PROTOCOL, MODEL, FILES, LESSONS, ENGINE, BOARD, PROCESS, SESSION, SCREEN],
        ours_in_tests: &[],
        never: &[INTERPRETER],
    },
    Allowed {
        name: "loopscope-agent",
        ours: &[PROTOCOL],
        // Its tests read back what it has sent.
        ours_in_tests: &[MODEL],
        never: &["clap"],
    },
    Allowed { name: PROBE, ours: &[], ours_in_tests: &[], never: &[INTERPRETER, "clap"] },
    Allowed {
        name: "loopscope-tests",
        ours: &[PROTOCOL, MODEL, LESSONS, PROBE],
        ours_in_tests: &[],
        never: &[],
    },
    Allowed { name: "xtask", ours: &[PROTOCOL], ours_in_tests: &[], never: &[INTERPRETER] },
];

/// The crates that are pure: neither a terminal nor an async runtime may come in.
const PURE: [&str; 8] = [PROTOCOL, COLUMNS, MODEL, FILES, LESSONS, BOARD, PROCESS, SESSION];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending("Cargo.toml") {
        match text.parse::<Table>() {
            Ok(manifest) => check_manifest(path, &manifest, &mut findings),
            Err(error) => findings.push(Finding::error(path, None, error.message())),
        }
    }
    findings
}

fn check_manifest(path: &str, manifest: &Table, findings: &mut Vec<Finding>) {
    let Some(name) = manifest.get("package").and_then(|p| p.get("name")).and_then(Value::as_str)
    else {
        return;
    };
    let mut add = |text: String| findings.push(Finding::error(path, None, text));
    let lints = manifest.get("lints").and_then(|l| l.get("workspace")).and_then(Value::as_bool);
    // The firmware is a workspace of its own.
    if lints != Some(true) && !path.starts_with("target-agent/") {
        add("take over the workspace's lints: `[lints]`, `workspace = true`".to_owned());
    }
    let rule = ALLOWED.iter().find(|rule| rule.name == name);
    for (section, dependency) in dependencies(manifest) {
        let in_tests = section == "dev-dependencies";
        if name == PROTOCOL && !in_tests {
            add(format!("{name} has no dependencies, so it must not have `{dependency}`"));
        }
        let Some(rule) = rule else { continue };
        let ours = dependency == "loopscope" || dependency.starts_with("loopscope-");
        let allowed = rule.ours.contains(&dependency)
            || (in_tests && (rule.ours_in_tests.contains(&dependency) || dependency == name));
        if ours && !allowed {
            add(format!("{name} must not depend on {dependency}"));
        }
        let begins = |start: &&str| dependency.starts_with(*start);
        let pure = PURE.contains(&name) && TERMINAL.iter().chain(&ASYNC).any(begins);
        if pure || rule.never.iter().any(begins) {
            add(format!("{name} must not depend on {dependency}"));
        }
    }
}

/// Every dependency with its section's name, those for one platform included.
fn dependencies(manifest: &Table) -> Vec<(&str, &str)> {
    const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let platforms = manifest.get("target").and_then(Value::as_table).into_iter().flatten();
    let tables = platforms.filter_map(|(_, table)| table.as_table()).chain([manifest]);
    let mut found = Vec::new();
    for table in tables {
        for section in SECTIONS {
            let names = table.get(section).and_then(Value::as_table).into_iter().flatten();
            found.extend(names.map(|(name, value)| (section, real_name(name, value))));
        }
    }
    found
}

/// The crate's name where the manifest calls it by another.
fn real_name<'a>(name: &'a str, value: &'a Value) -> &'a str {
    value.get("package").and_then(Value::as_str).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(name: &str, rest: &str) -> Vec<String> {
        let text = format!("[package]\nname = \"{name}\"\n[lints]\nworkspace = true\n{rest}");
        check(&Tree::of(&[("x/Cargo.toml", &text)])).into_iter().map(|f| f.text).collect()
    }

    #[test]
    fn what_is_allowed_is_silent() {
        assert!(texts(MODEL, "[dependencies]\nloopscope-protocol = {}\nthiserror = {}").is_empty());
        assert!(texts(PROTOCOL, "[dev-dependencies]\nproptest = {}").is_empty());
        assert!(texts(ENGINE, "[dependencies]\nrustpython-vm = {}").is_empty());
    }

    #[test]
    fn protocol_has_no_dependencies() {
        let expected = ["loopscope-protocol has no dependencies, so it must not have `libm`"];
        assert_eq!(texts(PROTOCOL, "[dependencies]\nlibm = {}"), expected);
    }

    #[test]
    fn the_model_stays_pure() {
        let rest = "[dependencies]\nratatui = {}\n[dev-dependencies]\nx = { package = \"tokio\" }";
        let expected = ["loopscope-model must not depend on ratatui"];
        let found = texts(MODEL, rest);
        assert_eq!(found[..1], expected);
        assert_eq!(found[1], "loopscope-model must not depend on tokio");
        assert_eq!(texts(MODEL, "[dependencies]\nloopscope-engine = {}").len(), 1);
    }

    #[test]
    fn the_interpreter_stays_in_the_engine() {
        for name in ["loopscope", LESSONS, "xtask"] {
            assert_eq!(texts(name, "[build-dependencies]\nrustpython-vm = {}").len(), 1, "{name}");
        }
        assert_eq!(texts("xtask", "[dependencies]\nloopscope-engine = {}").len(), 1);
    }

    #[test]
    fn tests_may_use_more_and_platforms_count() {
        assert!(texts(ENGINE, "[dev-dependencies]\nloopscope-model = {}").is_empty());
        assert_eq!(texts(ENGINE, "[dependencies]\nloopscope-model = {}").len(), 1);
        let rest = "[target.'cfg(unix)'.dependencies]\nloopscope-engine = {}";
        assert_eq!(texts(LESSONS, rest).len(), 1);
    }

    #[test]
    fn lints_are_taken_over() {
        let tree = Tree::of(&[("x/Cargo.toml", "[package]\nname = \"x\"")]);
        assert_eq!(check(&tree).len(), 1);
    }
}
