//! One build of the interpreter: the tests take in the same features as `cargo loopscope`.
//!
//! Cargo unifies features over the packages that it is asked for. If the tests' packages asked for
//! one feature more somewhere below the interpreter, it would be compiled a second time, which
//! takes a quarter of an hour. The remedy is to ask for that feature in the root `Cargo.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::{Outcome, cargo};

/// Where the interpreter's packages begin.
const ROOTS: &str = "rustpython-";

/// Compares the features that the binary's build and the tests' builds take in.
pub(crate) fn one_build(root: &Path) -> Outcome {
    let binary = graph(root, &["--package", "loopscope", "--edges", "normal,build"])?;
    let binary = binary.below(ROOTS);
    if binary.is_empty() {
        return Err("the binary holds no interpreter".into());
    }
    let mut findings = Vec::new();
    for selection in [&["--workspace"][..], &["--workspace", "--exclude", "loopscope-tests"]] {
        let words = [selection, &["--edges", "normal,build,dev"]].concat();
        findings.extend(differences(&binary, &graph(root, &words)?.below(ROOTS)));
    }
    findings.sort();
    findings.dedup();
    if findings.is_empty() {
        return Ok(());
    }
    Err(format!("the tests would compile the interpreter again:\n  {}", findings.join("\n  "))
        .into())
}

fn graph(root: &Path, words: &[&str]) -> Outcome<Graph> {
    let mut command = cargo::plain(root);
    command.args(["tree", "--locked", "--prefix", "depth", "--format", " {p}|{f}"]).args(words);
    let output = command.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned().into());
    }
    Ok(Graph::parse(&String::from_utf8_lossy(&output.stdout)))
}

/// A package with the features that it is built with: `name version|features`. One package may be
/// built twice, for what runs while building and for the binary.
type Node = String;

/// The packages of a build and what each needs.
#[derive(Debug, Default)]
struct Graph {
    needs: BTreeMap<Node, BTreeSet<Node>>,
}

impl Graph {
    /// Reads the output of `cargo tree`: a line is `depth package|features`, with ` (*)` at the
    /// end where the package's own needs were printed before.
    fn parse(text: &str) -> Self {
        let mut graph = Self::default();
        let mut path: Vec<Node> = Vec::new();
        for line in text.lines() {
            let Some((depth, node)) = line.split_once(' ') else { continue };
            let Ok(depth) = depth.parse::<usize>() else { continue };
            let node = node.trim_end_matches(" (*)").replace(" (proc-macro)", "");
            path.truncate(depth);
            if let Some(parent) = path.last() {
                graph.needs.entry(parent.clone()).or_default().insert(node.clone());
            }
            graph.needs.entry(node.clone()).or_default();
            path.push(node);
        }
        graph
    }

    /// The packages whose name begins so, and everything below them.
    fn below(&self, start: &str) -> BTreeSet<Node> {
        let mut open: Vec<&Node> = self.needs.keys().filter(|n| n.starts_with(start)).collect();
        let mut found = BTreeSet::new();
        while let Some(node) = open.pop() {
            if found.insert(node.clone()) {
                open.extend(self.needs.get(node).into_iter().flatten());
            }
        }
        found
    }
}

/// What the second build has below the interpreter that the first one has not.
fn differences(ours: &BTreeSet<Node>, theirs: &BTreeSet<Node>) -> Vec<String> {
    theirs.difference(ours).map(|node| node.replace('|', " with the features ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BINARY: &str = "\
0 loopscope v0.1.0 (/here)|
1 rustpython-vm v0.6.0|compiler,gc
2 libc v0.2.1|std
1 serde v1.0.0|std
";

    fn below(text: &str) -> BTreeSet<Node> {
        Graph::parse(text).below(ROOTS)
    }

    #[test]
    fn equal_features_are_fine() {
        let again = format!("0 other v1.0.0|\n\n{BINARY}");
        assert!(differences(&below(BINARY), &below(&again)).is_empty());
    }

    #[test]
    fn a_feature_more_below_the_interpreter_is_found() {
        let tests = BINARY.replace("libc v0.2.1|std", "libc v0.2.1|extra,std (*)");
        let found = differences(&below(BINARY), &below(&tests));
        assert_eq!(found, ["libc v0.2.1 with the features extra,std"]);
    }

    #[test]
    fn a_feature_more_elsewhere_does_not_matter() {
        let tests = BINARY.replace("serde v1.0.0|std", "serde v1.0.0|derive,std");
        assert!(differences(&below(BINARY), &below(&tests)).is_empty());
    }

    #[test]
    fn a_package_that_is_built_twice_counts_where_the_interpreter_needs_it() {
        let tests = format!("{BINARY}0 loopscope-tests v0.1.0 (/here)|\n1 libc v0.2.1|extra,std\n");
        assert!(differences(&below(BINARY), &below(&tests)).is_empty());
    }
}
