//! The dialects of CPython's versions: each does what its version does, wherever the versions differ.

use std::fs;
use std::path::PathBuf;

use loopscope_tests::loopscope;
use loopscope_tests::programs::{compare, each, file_name, python_files};

use crate::{headless_with, program, workspace};

/// Each dialect and its version.
const DIALECTS: [(&str, &str); 3] =
    [("cpython-3.6", "3.6"), ("cpython", "3.13"), ("cpython-3.14", "3.14")];

/// The table of rows, without the one of versions.
fn ledger() -> toml::Table {
    let text = fs::read_to_string(workspace().join("tests/conformance/dialects.toml"));
    let mut table: toml::Table = text.unwrap_or_default().parse().expect("the ledger is TOML");
    assert!(table.remove("versions").is_some(), "no versions in {table}");
    table
}

#[test]
fn each_difference_has_a_row_and_a_program() {
    let programs: Vec<_> = python_files(&program("dialects")).iter().map(name).collect();
    let mut rows: Vec<_> = ledger().keys().cloned().collect();
    rows.sort();
    assert_eq!(rows, programs);
}

fn name(file: &PathBuf) -> String {
    file_name(file).trim_end_matches(".py").to_owned()
}

#[test]
fn each_dialect_prints_what_its_version_prints() {
    let rows = ledger();
    each(&python_files(&program("dialects")), file_name, |file| {
        let mut printed = Vec::new();
        for (dialect, version) in DIALECTS {
            let expected = file.with_extension(format!("{version}.out"));
            let expected = fs::read_to_string(&expected).map_err(|error| error.to_string())?;
            let differs = rows[&name(file)].get("differs").and_then(|all| all.get(version));
            for clock in ["auto", "real"] {
                let ended = headless_with(&["--dialect", dialect, "--clock", clock], file).end();
                let same = compare(&ended.out(), &expected, version);
                match (same, differs) {
                    (Err(text), None) => {
                        let told = ended.err();
                        return Err(format!("{dialect}, clock {clock}: {text}\n{told}"));
                    }
                    (Ok(()), Some(_)) => return Err(format!("{dialect} does not differ any more")),
                    _ => {}
                }
            }
            printed.push(expected);
        }
        printed.dedup();
        if printed.len() == 1 { Err("the versions do not differ".to_owned()) } else { Ok(()) }
    });
}

#[test]
fn readme_and_help_name_the_dialects_that_there_are() {
    let refused = loopscope(["run", "--dialect", "none", "x.py"]).end();
    let told = refused.err();
    let (_, listed) = told.split_once("[possible values: ").expect("the refusal lists them");
    let (listed, _) = listed.split_once(']').expect("the list ends");
    let known: Vec<&str> = listed.split(", ").collect();
    assert!(DIALECTS.iter().all(|(dialect, _)| known.contains(dialect)), "{known:?}");
    let readme = fs::read_to_string(workspace().join("README.md")).unwrap_or_default();
    let option = readme.lines().find(|line| line.contains("`--dialect NAME`"));
    let help = loopscope(["run", "--help"]).end().out();
    for dialect in known {
        assert!(option.is_some_and(|line| line.contains(&format!("`{dialect}`"))), "{option:?}");
        assert!(help.contains(dialect), "{dialect} is not in the help");
    }
}
