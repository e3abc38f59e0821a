//! Every row of the ledger of asyncio's API names a program that shows it.

use super::{Finding, Tree};
use crate::ledger::{FILE, PROGRAMS, rows};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.text(FILE) else { return Vec::new() };
    let rows = match rows(text) {
        Ok(rows) => rows,
        Err(error) => return vec![Finding::error(FILE, None, error.to_string())],
    };
    let unproven = rows
        .iter()
        .filter_map(|row| row.unproven_by(tree.text(&format!("{PROGRAMS}/{}.py", row.test))));
    unproven.map(|says| Finding::error(FILE, None, says)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_its_program_is_found() {
        let ledger = "[asyncio]\nrun = { told = '()', test = 'there' }\n\
                      gather = { told = '()', test = 'gone' }\n";
        let tree =
            Tree::of(&[(FILE, ledger), ("tests/programs/cpython/there.py", "asyncio.run()")]);
        let told: Vec<_> = check(&tree).into_iter().map(|finding| finding.text).collect();
        assert_eq!(told, ["asyncio.gather: there is no program `gone`"]);
    }
}
