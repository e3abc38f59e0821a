//! Packages of other people's run as on CPython.

use std::fs;

use loopscope_tests::left_out::leave_out;
use loopscope_tests::programs::{compare, each, file_name, python_files};
use loopscope_tests::scratch::target_folder;

use crate::{headless_with, workspace};

#[test]
fn programs_that_use_them_print_what_they_print_on_cpython() {
    let packages = target_folder().join("packages");
    if !packages.join("compiled.txt").is_file() {
        return leave_out("Python's packages are missing: the programs that use them");
    }
    let programs = python_files(&workspace().join("tests/packages"));
    assert!(programs.len() >= 10, "only {} programs", programs.len());
    each(&programs, file_name, |file| {
        let expected = fs::read_to_string(file.with_extension("out")).unwrap_or_default();
        for clock in ["auto", "real"] {
            let run = headless_with(&["--clock", clock], file).env("PYTHONPATH", &packages);
            let ended = run.end();
            compare(&ended.out(), &expected, "CPython").map_err(|text| {
                format!("clock {clock}: {text}\nstandard error:\n{}", ended.err())
            })?;
        }
        Ok(())
    });
}
