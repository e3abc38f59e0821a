//! Other people's programs at the other end of a connection, and many ends at once.

use std::fs;

use loopscope_tests::left_out::mention;
use loopscope_tests::outside::has_python;
use loopscope_tests::programs::compare;

use crate::{headless, program};

/// Whether there is a curl. Nobody has to have one.
fn has_curl() -> bool {
    let there = std::process::Command::new("curl").arg("--version").output();
    let has = there.is_ok_and(|output| output.status.success());
    if !has {
        mention("curl is missing: a real client of a server of ours");
    }
    has
}

/// The lines of the expected output that begin with one of these words.
fn expected(name: &str, words: &[&str]) -> String {
    let text = fs::read_to_string(program(name)).expect("it is committed");
    let is_told = |line: &&str| words.iter().any(|word| line.starts_with(word));
    text.split_inclusive('\n').filter(is_told).collect()
}

#[test]
fn real_clients_talk_to_a_server_of_ours() {
    let mut clients = Vec::new();
    if has_curl() {
        clients.push("curl");
    }
    if has_python() {
        clients.push("http.client");
    }
    let ended = headless(&program("peers/serves.py")).args(&clients).end();
    compare(&ended.out(), &expected("peers/serves.out", &clients), "what was asked for")
        .unwrap_or_else(|text| panic!("{text}\nstandard error:\n{}", ended.err()));
}

#[test]
fn clients_of_ours_talk_to_a_real_server() {
    if !has_python() {
        return;
    }
    let ended = headless(&program("peers/fetches.py")).end();
    compare(&ended.out(), &expected("peers/fetches.out", &[""]), "what is served")
        .unwrap_or_else(|text| panic!("{text}\nstandard error:\n{}", ended.err()));
}

#[test]
fn many_connections_at_once_leave_no_descriptor() {
    let ended = headless(&program("scale/connections.py")).arg("1000").end();
    assert_eq!(ended.out(), "1000 connections at once\n0 descriptors left\n", "{}", ended.err());
}

#[test]
fn many_processes_leave_no_descriptor() {
    let ended = headless(&program("scale/processes.py")).arg("200").end();
    assert_eq!(ended.out(), "200 processes\n0 descriptors left\n", "{}", ended.err());
}

#[test]
fn a_child_process_has_what_it_would_have_of_any_parent() {
    let ended = headless(&program("peers/children.py")).end();
    let text = fs::read_to_string(program("peers/children.out")).expect("it is committed");
    compare(&ended.out(), &text, "CPython")
        .unwrap_or_else(|text| panic!("{text}\nstandard error:\n{}", ended.err()));
}
