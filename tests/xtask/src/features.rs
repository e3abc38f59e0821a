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
    let below = binary.below(ROOTS);
    let mut findings = Vec::new();
    for selection in [&["--workspace"][..], &["--workspace", "--exclude", "loopscope-tests"]] {
        let words = [selection, &["--edges", "normal,build,dev"]].concat();
        let tests = graph(root, &words)?;
        findings.extend(differences(&below, &tests.features));
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

/// The packages of a build: which features each has, and which packages it needs.
#[derive(Debug, Default)]
struct Graph {
    features: BTreeMap<String, BTreeSet<String>>,
    needs: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// Reads the output of `cargo tree`: a line is `depth package|features`, with ` (*)` at the
    /// end where the package's own needs were printed before.
    fn parse(text: &str) -> Self {
        let mut graph = Self::default();
        let mut path: Vec<String> = Vec::new();
        for line in text.lines() {
            let Some((depth, rest)) = line.split_once(' ') else { continue };
            let Ok(depth) = depth.parse::<usize>() else { continue };
            let Some((package, features)) = rest.split_once('|') else { continue };
            let package = package.trim_end_matches(" (proc-macro)").to_owned();
            let features = features.trim_end_matches(" (*)").to_owned();
            path.truncate(depth);
            if let Some(parent) = path.last() {
                graph.needs.entry(parent.clone()).or_default().insert(package.clone());
            }
            graph.features.entry(package.clone()).or_default().insert(features);
            path.push(package);
        }
        graph
    }

    /// The packages whose name begins so and everything below them, with their features.
    fn below(&self, start: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut open: Vec<&String> =
            self.features.keys().filter(|package| package.starts_with(start)).collect();
        let mut found = BTreeMap::new();
        while let Some(package) = open.pop() {
            let features = self.features.get(package).cloned().unwrap_or_default();
            if found.insert(package.clone(), features).is_none() {
                open.extend(self.needs.get(package).into_iter().flatten());
            }
        }
        found
    }
}

/// Where a package that both builds have is built with features that the first does not have.
fn differences(
    ours: &BTreeMap<String, BTreeSet<String>>,
    theirs: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<String> {
    let mut found = Vec::new();
    for (package, features) in ours {
        for other in theirs.get(package).into_iter().flatten() {
            if !features.contains(other) {
                let known = features.iter().cloned().collect::<Vec<_>>().join("\" or \"");
                found
                    .push(format!("{package} has \"{other}\" in the tests, \"{known}\" otherwise"));
            }
        }
    }
    found
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

    #[test]
    fn equal_features_are_fine() {
        let graph = Graph::parse(BINARY);
        assert!(differences(&graph.below(ROOTS), &graph.features).is_empty());
    }

    #[test]
    fn a_feature_more_below_the_interpreter_is_found() {
        let tests = "0 loopscope-tests v0.1.0 (/here)|\n1 libc v0.2.1|extra,std (*)\n";
        let found = differences(&Graph::parse(BINARY).below(ROOTS), &Graph::parse(tests).features);
        assert_eq!(found, ["libc v0.2.1 has \"extra,std\" in the tests, \"std\" otherwise"]);
    }

    #[test]
    fn a_feature_more_elsewhere_does_not_matter() {
        let tests = "0 loopscope-tests v0.1.0 (/here)|\n1 serde v1.0.0|derive,std\n";
        let found = differences(&Graph::parse(BINARY).below(ROOTS), &Graph::parse(tests).features);
        assert!(found.is_empty());
    }
}
