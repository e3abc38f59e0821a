//! The ledger of asyncio's API: its rows, whether each can be proven, and the page for users.

use std::fmt::Write as _;
use std::path::Path;

use toml::{Table, Value};

use crate::{Outcome, dialects, versions};

/// Where the ledger is.
pub(crate) const FILE: &str = "tests/conformance/api.toml";

/// Where the programs are that show what a row says.
pub(crate) const PROGRAMS: &str = "tests/programs/cpython";

/// The rows that are in no class.
const MODULE: &str = "asyncio";

const BEGINNING: &str = "\
# The API of asyncio

Every documented function, method and class of asyncio in CPython 3.13, and how it is here.
What a row shows is proven by its program, whose output CPython wrote: the suite runs it, and compares names and parameters with the binary's.
This page is made from `tests/conformance/api.toml` by `cargo xtask reference`; do not edit it.

The loop's methods are those of `SelectorEventLoop`; `BaseEventLoop`, `EventLoop` and `new_event_loop()` lead to the same.
What is otherwise under `--dialect cpython-3.6` and `cpython-3.14` is the last table, \"Versions\".
";

/// One function, method or class.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its class, or `asyncio`.
    pub(crate) owner: String,
    pub(crate) name: String,
    /// What it is: a word, or parameters.
    pub(crate) told: String,
    /// What is different here.
    pub(crate) differs: Option<String>,
    /// The program that shows it.
    pub(crate) test: String,
}

impl Row {
    /// Why `program`, its test, does not prove it.
    pub(crate) fn unproven_by(&self, program: Option<&str>) -> Option<String> {
        let name = format!("{}.{}", self.owner, self.name);
        let test = &self.test;
        let Some(program) = program else {
            return Some(format!("{name}: there is no program `{test}`"));
        };
        let mentions = |word: &str| {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            program.split(|c| !is_part(c)).any(|found| found == word)
        };
        // One that goes through all names of a class need not mention each.
        let goes_through = self.owner != MODULE && mentions(&self.owner) && mentions("dir");
        let proven = mentions(&self.name) || goes_through;
        (!proven).then(|| format!("{name}: the program `{test}` does not mention it"))
    }
}

/// The rows of the ledger's text.
pub(crate) fn rows(text: &str) -> Outcome<Vec<Row>> {
    let file: Table = text.parse().map_err(|error| format!("{FILE}: {error}"))?;
    let mut rows = Vec::new();
    for (owner, names) in &file {
        let names = names.as_table().ok_or_else(|| format!("{FILE}: `{owner}` is no table"))?;
        for (name, row) in names {
            let text = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
            let need =
                |key: &str| text(key).ok_or_else(|| format!("{FILE}: `{name}` has no `{key}`"));
            rows.push(Row {
                owner: owner.clone(),
                name: name.clone(),
                told: need("told")?,
                differs: text("differs"),
                test: need("test")?,
            });
        }
    }
    Ok(rows)
}

/// The page for users.
pub(crate) fn page(root: &Path) -> Outcome<String> {
    let rows = rows(&std::fs::read_to_string(root.join(FILE))?)?;
    let mut page = BEGINNING.to_owned();
    let mut owners: Vec<&str> = rows.iter().map(|row| row.owner.as_str()).collect();
    owners.sort_by_key(|owner| (*owner != MODULE, *owner));
    owners.dedup();
    for owner in owners {
        write!(page, "\n## {owner}\n\n| name | | here | shown by |\n|---|---|---|---|\n")?;
        for row in rows.iter().filter(|row| row.owner == owner) {
            let here = row.differs.as_deref().unwrap_or("as in CPython");
            let told = row.told.replace('|', "\\|");
            writeln!(page, "| `{}` | `{told}` | {here} | `{}` |", row.name, row.test)?;
        }
    }
    page.push_str(&dialects::page(root)?);
    page.push_str(&versions::page(root)?);
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEDGER: &str = "[asyncio]\nrun = { told = '(main)', test = 'one' }\n[Lock]\n\
                          locked = { told = '()', test = 'two', differs = 'never' }\n";

    #[test]
    fn a_row_is_proven_by_a_program_that_mentions_it_or_goes_through_its_class() {
        let rows = rows(LEDGER).unwrap();
        let [locked, run] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!(run.unproven_by(Some("asyncio.run(main())")), None);
        assert!(run.unproven_by(Some("asyncio.runner()")).unwrap().contains("does not mention"));
        assert_eq!(locked.unproven_by(Some("dir(asyncio.Lock)")), None);
        assert!(locked.unproven_by(Some("asyncio.Lock()")).unwrap().contains("does not mention"));
        assert!(locked.unproven_by(None).unwrap().contains("no program"));
    }

    #[test]
    fn a_row_without_a_test_is_said() {
        let error = rows("[asyncio]\nrun = { told = '(main)' }\n").unwrap_err().to_string();
        assert!(error.ends_with("`run` has no `test`"), "{error}");
    }
}
