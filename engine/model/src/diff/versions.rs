//! The ledger of what CPython's versions changed in asyncio: `versions.txt`, each line of which is shown
//! by a program and computed with real interpreters by `cargo xtask dialects`.

use std::sync::LazyLock;

const LEDGER: &str = include_str!("versions.txt");

/// Something that a version of `CPython` does otherwise than the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The program that shows it, of `tests/programs/dialects`.
    pub program: &'static str,
    /// The minor versions of 3 from which on it is otherwise.
    pub since: Vec<u32>,
    /// What changed, in a sentence.
    pub says: &'static str,
    words: Vec<&'static str>,
}

static CHANGES: LazyLock<Vec<Change>> =
    LazyLock::new(|| LEDGER.lines().filter_map(change).collect());

fn change(line: &'static str) -> Option<Change> {
    let mut fields = line.split(" | ");
    let program = fields.next().filter(|first| !first.is_empty() && !first.starts_with('#'))?;
    let minor = |version: &str| version.strip_prefix("3.")?.parse().ok();
    let since = fields.next()?.split(' ').filter_map(minor).collect();
    let words = fields.next()?.split("; ").collect();
    Some(Change { program, since, words, says: fields.next()? })
}

/// All of them, in the order of the ledger.
#[must_use]
pub fn all() -> &'static [Change] {
    &CHANGES
}

/// The changes between two minor versions of `CPython` 3 that a difference may come from: those whose
/// words are in the texts that differ, or, where there are none, in the program's source.
///
/// ```
/// use loopscope_model::diff::versions::between;
///
/// let found = between(13, 8, "TypeError: wait() ...", "asyncio.wait([work()])");
/// assert_eq!(found[0].program, "wait_takes_coroutines");
/// assert!(between(13, 12, "", "asyncio.wait([work()])").is_empty());
/// ```
#[must_use]
pub fn between(one: u32, two: u32, differs: &str, source: &str) -> Vec<&'static Change> {
    let (older, newer) = (one.min(two), one.max(two));
    let told_by = |text: &str| -> Vec<&'static Change> {
        all()
            .iter()
            .filter(|change| change.since.iter().any(|since| older < *since && *since <= newer))
            .filter(|change| change.words.iter().any(|word| text.contains(word)))
            .collect()
    };
    let said = told_by(differs);
    if said.is_empty() { told_by(source) } else { said }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_ledger_is_read() {
        let lines = LEDGER.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        assert_eq!(all().len(), lines.count());
        for change in all() {
            assert!(!change.since.is_empty() && change.says.ends_with('.'), "{change:?}");
            assert!(change.words.iter().all(|word| word.len() > 2), "{change:?}");
        }
    }

    #[test]
    fn what_differs_counts_before_what_the_program_uses() {
        let source = "asyncio.wait_for(x, 1)\nexcept TimeoutError: pass";
        let programs = |found: Vec<&Change>| -> Vec<&str> {
            found.iter().map(|change| change.program).collect()
        };
        let said = between(8, 13, "module 'asyncio' has no attribute 'TaskGroup'", source);
        assert_eq!(programs(said), ["names_of_asyncio"]);
        let used = between(8, 13, "1 and 2", source);
        assert_eq!(programs(used), ["timeout_error_is", "wait_for_waits"]);
        // Nothing of this changed between these two.
        assert_eq!(programs(between(13, 14, "", source)), [] as [&str; 0]);
    }
}
