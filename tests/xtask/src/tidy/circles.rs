//! No circle between the modules of a crate, at any depth, except where one is named here with its
//! reason.
//!
//! Modules in a circle are one module: none of them can be read, tested or moved without the others.
//! What a module uses is what it names from `crate::` or `super::` on; tests may use what they like.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Code, Named};
use super::{Finding, Tree};

/// A circle that is allowed: neighbours below one module of a crate.
struct Allowed {
    /// The crate's folder.
    root: &'static str,
    /// The module that they are in; empty: the crate itself.
    within: &'static str,
    /// What they are called.
    names: &'static [&'static str],
    /// Why.
    why: &'static str,
}

/// To tighten the rule, take a line away.
const ALLOWED: [Allowed; 6] = [
    Allowed {
        root: "engine",
        within: "asyncio",
        names: &[
            "event_loop",
            "future",
            "future_cell",
            "future_iter",
            "handle",
            "job",
            "registry",
            "step",
            "sync",
            "task",
            "timer_handle",
            "wakeup",
        ],
        why: "CPython's loops, futures, tasks and handles know each other",
    },
    Allowed {
        root: "engine",
        within: "asyncio::event_loop",
        names: &["calls", "queue"],
        why: "they are methods of one class of CPython's",
    },
    Allowed {
        root: "engine",
        within: "micropython",
        names: &[
            "cancel", "io_queue", "language", "pollable", "program", "queue", "run", "schedule",
            "step", "task",
        ],
        why: "MicroPython's loop, tasks and queues know each other as CPython's do",
    },
    Allowed {
        root: "engine",
        within: "python",
        names: &[
            "await_text",
            "blocked",
            "clock",
            "ending",
            "hooks",
            "locks",
            "lookups",
            "outside",
            "processes",
            "program",
            "random",
            "start",
            "streams",
            "tls",
        ],
        why: "`hooks` has the table of what each of them changes, and what they change it with",
    },
    Allowed {
        root: "engine/protocol",
        within: "",
        names: &["cells", "control", "event", "field", "wire"],
        why: "an event is declared once, with its wire form, its fields and its columns",
    },
    Allowed {
        root: "tui/session",
        within: "",
        names: &["comparison", "diffing", "files", "goto", "logpoint", "long_walk", "recording"],
        why: "a long walk is one of these, and each of them is done as a long walk",
    },
];

/// A module's path from the root of its crate.
type Path = Vec<String>;

/// The modules of one crate, without those for tests.
#[derive(Default)]
struct Crate {
    modules: BTreeMap<Path, Module>,
}

#[derive(Default)]
struct Module {
    file: String,
    names: Vec<Named>,
}

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    check_with(tree, &ALLOWED)
}

fn check_with(tree: &Tree, allowed: &[Allowed]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut needed = vec![false; allowed.len()];
    for root in roots(tree) {
        let own = Crate::read(tree, &root);
        for (within, uses) in own.uses() {
            for circle in circles(&uses) {
                let within = within.join("::");
                let is_it = |it: &Allowed| {
                    let has = |name: &String| it.names.contains(&name.as_str());
                    it.root == root && it.within == within && circle.iter().all(has)
                };
                if let Some(at) = allowed.iter().position(is_it) {
                    needed[at] = true;
                    continue;
                }
                let first =
                    [within.split("::").map(str::to_owned).collect(), vec![circle[0].clone()]];
                let first: Path =
                    first.concat().into_iter().filter(|part| !part.is_empty()).collect();
                let file = own.modules.get(&first).map_or("", |module| &module.file);
                let arrows: Vec<_> = circle
                    .iter()
                    .map(|from| {
                        let to: Vec<_> =
                            uses[from].iter().filter(|to| circle.contains(to)).collect();
                        let to: Vec<_> = to.into_iter().map(String::as_str).collect();
                        format!("{from} uses {}", to.join(" and "))
                    })
                    .collect();
                let says = format!("modules in a circle: {}", arrows.join(", "));
                findings.push(Finding::error(file, None, says));
            }
        }
    }
    for (it, _) in allowed.iter().zip(needed).filter(|(_, needed)| !needed) {
        let says = format!(
            "there is no circle of {} any more ({}): take it out of circles.rs",
            it.names.join(", "),
            it.why
        );
        findings.push(Finding::error(it.root, None, says));
    }
    findings
}

/// The folders with the source of a crate.
fn roots(tree: &Tree) -> BTreeSet<String> {
    let root = |(path, _): (&str, &str)| {
        let folder = path.strip_suffix("/lib.rs").or_else(|| path.strip_suffix("/main.rs"))?;
        folder.strip_suffix("/src").map(str::to_owned)
    };
    tree.rust().filter_map(root).collect()
}

impl Crate {
    fn read(tree: &Tree, root: &str) -> Self {
        let mut own = Self::default();
        let mut top = Module::default();
        for name in ["lib", "main"] {
            let path = format!("{root}/src/{name}.rs");
            if let Some(text) = tree.text(&path) {
                let code = Code::without_tests(text);
                top.names.extend(code.paths());
                own.below(tree, &format!("{root}/src"), &[], &code);
            }
        }
        own.modules.insert(Vec::new(), top);
        own
    }

    /// The files of the modules that `code` declares.
    fn below(&mut self, tree: &Tree, folder: &str, outer: &[String], code: &Code) {
        for name in code.modules() {
            let file = format!("{folder}/{name}.rs");
            let Some(text) = tree.text(&file) else { continue };
            let path = [outer, &[name.to_owned()]].concat();
            let code = Code::without_tests(text);
            self.below(tree, &format!("{folder}/{name}"), &path, &code);
            self.modules.insert(path, Module { file, names: code.paths() });
        }
    }

    /// Which neighbours use which, for each module that has some.
    fn uses(&self) -> BTreeMap<Path, BTreeMap<String, BTreeSet<String>>> {
        let mut uses: BTreeMap<Path, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for (from, module) in &self.modules {
            for named in &module.names {
                let Some(to) = self.resolve(from, named, 0) else { continue };
                let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
                if let (Some(a), Some(b)) = (from.get(common), to.get(common)) {
                    let neighbours = uses.entry(from[..common].to_vec()).or_default();
                    neighbours.entry(b.clone()).or_default();
                    neighbours.entry(a.clone()).or_default().insert(b.clone());
                }
            }
        }
        uses
    }

    /// The module that a path of a module leads to; `None`: it leads out of the crate, or down.
    fn resolve(&self, from: &[String], named: &Named, depth: usize) -> Option<Path> {
        let mut parts = named.parts.iter().map(|(_, part)| part.as_str()).peekable();
        let mut at = match parts.next()? {
            "crate" => Vec::new(),
            "super" => from.split_last()?.1.to_vec(),
            _ => return None,
        };
        while parts.next_if_eq(&"super").is_some() {
            at.pop();
        }
        for part in parts {
            let below = [&at[..], &[part.to_owned()]].concat();
            if self.modules.contains_key(&below) {
                at = below;
                continue;
            }
            // It may be another module's, under the name that it has here.
            let here = self.modules.get(&at)?.names.iter();
            let mut here = here.filter(|other| other.import.as_deref() == Some(part));
            let other = here.next().filter(|_| depth < 4);
            return match other.and_then(|other| self.import(&at, other, depth + 1)) {
                Some(path) => Some(path),
                None => Some(at),
            };
        }
        Some(at)
    }

    /// The module that an import of `at` leads to.
    fn import(&self, at: &[String], named: &Named, depth: usize) -> Option<Path> {
        let (_, first) = named.parts.first()?;
        let below = [at, std::slice::from_ref(first)].concat();
        if self.modules.contains_key(&below) {
            let parts = [(0, "crate".to_owned())].into_iter();
            let parts = parts.chain(at.iter().map(|part| (0, part.clone())));
            let parts = parts.chain(named.parts.iter().cloned()).collect();
            return self.resolve(at, &Named { parts, import: None }, depth);
        }
        self.resolve(at, named, depth)
    }
}

/// The largest groups of which each member uses each other one, perhaps by way of others.
fn circles(uses: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reach: BTreeMap<&String, BTreeSet<&String>> =
        uses.keys().map(|from| (from, reached(uses, from))).collect();
    let mut found: Vec<Vec<String>> = Vec::new();
    for (from, to) in &reach {
        let is_mutual = |other: &&&String| reach.get(**other).is_some_and(|r| r.contains(from));
        let circle: Vec<String> = to.iter().filter(is_mutual).map(|name| (*name).clone()).collect();
        if circle.len() > 1 && !found.contains(&circle) {
            found.push(circle);
        }
    }
    found
}

/// All that is used from one on, and what that uses.
fn reached<'a>(
    uses: &'a BTreeMap<String, BTreeSet<String>>,
    from: &'a String,
) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut left = vec![from];
    while let Some(next) = left.pop() {
        for to in uses.get(next).into_iter().flatten() {
            if reached.insert(to) {
                left.push(to);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: (&str, &str) =
        ("x/src/lib.rs", "mod a;\nmod b;\nmod c;\n#[cfg(test)]\nmod tests;\npub use c::Thing;");

    fn found(files: &[(&str, &str)], allowed: &[Allowed]) -> Vec<(String, String)> {
        let files = [&[ROOT], files].concat();
        let findings = check_with(&Tree::of(&files), allowed);
        findings.into_iter().map(|finding| (finding.path, finding.text)).collect()
    }

    #[test]
    fn a_circle_is_found_however_it_is_written() {
        let circle = [
            ("x/src/a.rs", "use crate::{\n    b::B,\n};"),
            ("x/src/b.rs", "fn f() { vec![super::c::g()] }"),
            ("x/src/c.rs", "use crate::a;"),
        ];
        let says = "modules in a circle: a uses b, b uses c, c uses a";
        assert_eq!(found(&circle, &[]), [("x/src/a.rs".to_owned(), says.to_owned())]);
    }

    #[test]
    fn a_name_that_the_crate_passes_on_leads_to_its_module() {
        let files = [("x/src/a.rs", "use crate::Thing;"), ("x/src/b.rs", "")];
        let c = ("x/src/c.rs", "use crate::a::A;");
        assert_eq!(found(&[files[0], files[1], c], &[]).len(), 1);
        assert!(found(&[files[0], files[1], ("x/src/c.rs", "")], &[]).is_empty());
    }

    #[test]
    fn neighbours_within_a_module_count_and_its_own_parts_do_not() {
        let inner = [
            ("x/src/a.rs", "mod one;\nmod two;\nuse self::one::One;"),
            ("x/src/a/one.rs", "use super::two::Two;\nuse super::A;"),
            ("x/src/a/two.rs", "use super::one::One;"),
            ("x/src/b.rs", ""),
            ("x/src/c.rs", ""),
        ];
        let says = "modules in a circle: one uses two, two uses one";
        assert_eq!(found(&inner, &[]), [("x/src/a/one.rs".to_owned(), says.to_owned())]);
    }

    #[test]
    fn tests_may_use_what_they_like() {
        let files = [
            ("x/src/a.rs", "use crate::b;"),
            ("x/src/b.rs", "#[cfg(test)]\nmod tests { use crate::a::A; }"),
            ("x/src/c.rs", ""),
            ("x/src/tests.rs", "use crate::a;"),
        ];
        assert!(found(&files, &[]).is_empty());
    }

    #[test]
    fn what_is_allowed_must_be_there() {
        let circle = [("x/src/a.rs", "use crate::b;"), ("x/src/b.rs", "use crate::a;")];
        let named = |names| [Allowed { root: "x", within: "", names, why: "so" }];
        assert!(found(&circle, &named(&["a", "b"])).is_empty());
        assert_eq!(found(&circle, &named(&["a", "c"])).len(), 2);
        assert_eq!(found(&circle[..1], &named(&["a", "b"])).len(), 1);
    }
}
