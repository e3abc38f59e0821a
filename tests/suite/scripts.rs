//! The scripts of `tests/scripts`: what each says of itself holds, every command is in one, and the
//! help names what there is. A script is one that `loopscope repl -x` takes; its comments are:
//!
//! ```text
//! # program: pair.py            below `programs`
//! # options: --dialect NAME     of ours
//! # with: more.txt: step | next a file beside it, a line for each command
//! # code: 1                     the exit code; 0 without it
//! # stderr: words               what is complained of
//! #> words                      what has been answered since the last such line
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use loopscope_tests::programs::{each, file_name};
use loopscope_tests::{Scratch, loopscope};
use serde_json::Value;

use crate::workspace;

fn folder() -> PathBuf {
    workspace().join("tests/scripts")
}

fn scripts() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("the scripts are there");
    let all = entries.map(|entry| entry.expect("it can be read").path());
    let mut all: Vec<_> =
        all.filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    all.sort();
    all
}

/// What a script says of itself.
fn said<'t>(text: &'t str, name: &str) -> impl Iterator<Item = &'t str> {
    let prefix = format!("# {name}: ");
    text.lines().filter_map(move |line| line.strip_prefix(prefix.as_str()))
}

/// Runs a script, and compares it with what it says.
fn run(script: &Path) -> Result<(), String> {
    let text = fs::read_to_string(script).map_err(|error| error.to_string())?;
    let program = said(&text, "program").next().ok_or("it names no program")?;
    let code: i32 = said(&text, "code").next().map_or(Ok(0), str::parse).map_err(|_| "code")?;
    let scratch = Scratch::new();
    let copied = fs::copy(folder().join("programs").join(program), scratch.path(program));
    copied.map_err(|error| format!("{program}: {error}"))?;
    for file in said(&text, "with") {
        let (name, lines) = file.split_once(": ").ok_or("a file has lines")?;
        let _ = scratch.file(name, &format!("{}\n", lines.replace(" | ", "\n")));
    }
    let options = said(&text, "options").flat_map(str::split_whitespace);
    let ended = loopscope(["repl"])
        .args(options)
        .arg("-x")
        .arg(script)
        .arg(program)
        .within(scratch.folder())
        .end();
    if ended.code() != code {
        return Err(format!("not the exit code {code}: {ended}"));
    }
    for wanted in said(&text, "stderr") {
        if !ended.err().contains(wanted) {
            return Err(format!("{wanted:?} is not complained of: {ended}"));
        }
    }
    let out = ended.out();
    let mut rest = out.as_str();
    for wanted in text.lines().filter_map(|line| line.strip_prefix("#> ")) {
        let Some(at) = rest.find(wanted) else {
            return Err(format!("{wanted:?} is not answered, or not in its place: {ended}"));
        };
        rest = &rest[at + wanted.len()..];
    }
    Ok(())
}

#[test]
fn every_script_does_what_it_says() {
    let all = scripts();
    assert!(all.len() >= 60, "only {} scripts", all.len());
    each(&all, file_name, |script| run(script));
}

/// The words that begin a line of some script.
fn used() -> BTreeSet<String> {
    let texts = scripts().into_iter().map(|path| fs::read_to_string(path).unwrap_or_default());
    let text: String = texts.collect();
    let with = said(&text, "with").flat_map(|file| file.split([':', '|']).map(str::trim));
    let lines = text.lines().filter(|line| !line.starts_with('#')).chain(with);
    let words = lines.filter_map(|line| line.split_whitespace().next());
    words.map(str::to_owned).collect()
}

/// What commands of line mode say.
fn asked<T: AsRef<str>>(commands: &[T]) -> Vec<String> {
    let commands: Vec<&str> = commands.iter().map(AsRef::as_ref).collect();
    let ended = loopscope(["repl", "--json"]).commands(&commands).end().code_is(0);
    let text = |line: &String| {
        let answer: Value = serde_json::from_str(line).expect("an answer is an object");
        answer["text"].as_str().expect("it has a text").to_owned()
    };
    ended.lines().iter().map(text).collect()
}

#[test]
fn every_command_alias_and_topic_is_in_a_script_and_in_the_help() {
    let used = used();
    let help = asked(&["help", "help info"]);
    let begins =
        |line: &'_ str| Some(line.strip_prefix("  ")?.split_whitespace().next()?.to_owned());
    let names: Vec<String> = help[0].lines().filter_map(begins).collect();
    assert!(names.len() >= 45, "only {} commands in {}", names.len(), help[0]);
    let mut words = names.clone();
    // A command's own help names its other words, and each of them explains it as well.
    let own = asked(&names.iter().map(|name| format!("help {name}")).collect::<Vec<_>>());
    for one in &own {
        let aliases = one.lines().find_map(|line| line.strip_prefix("  Also: "));
        let aliases: Vec<&str> = aliases.iter().flat_map(|line| line.split(", ")).collect();
        if !aliases.is_empty() {
            let same =
                asked(&aliases.iter().map(|alias| format!("help {alias}")).collect::<Vec<_>>());
            let first = one.lines().next();
            assert!(same.iter().all(|other| other.lines().next() == first), "{aliases:?}");
        }
        words.extend(aliases.into_iter().map(str::to_owned));
    }
    let mut missing: Vec<String> = words.into_iter().filter(|word| !used.contains(word)).collect();
    let texts = scripts().into_iter().map(|path| fs::read_to_string(path).unwrap_or_default());
    let text: String = texts.collect();
    let topics = help[1].lines().skip_while(|line| !line.contains("For example")).skip(1);
    for topic in topics.filter_map(begins) {
        let is_asked = [format!("\ninfo {topic}\n"), format!("\ninfo {topic} ")];
        if !is_asked.iter().any(|line| text.contains(line.as_str())) {
            missing.push(format!("info {topic}"));
        }
    }
    assert!(missing.is_empty(), "in no script: {missing:?}");
}
