//! Texts say things as an English-speaking colleague would. The phrases that CONTRIBUTING lists
//! under "Plain English", each with what to write in its place, stand nowhere else.

use super::{Finding, Tree};

/// Where the list is.
const LIST: &str = "CONTRIBUTING.md";

/// The heading above the list.
const HEADING: &str = "### Plain English";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(list) = tree.text(LIST) else { return Vec::new() };
    let phrases = phrases(list);
    if phrases.is_empty() {
        return vec![Finding::error(LIST, None, format!("there is no list under `{HEADING}`"))];
    }
    let mut findings = Vec::new();
    for (path, text) in tree.rust().chain(tree.ending(".md")).chain(tree.ending(".h")) {
        if path == LIST {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let lower = line.to_lowercase();
            for (phrase, instead) in &phrases {
                if lower.contains(phrase.as_str()) {
                    let says = format!("`{phrase}` is not plain English: {instead}");
                    findings.push(Finding::error(path, number + 1, says));
                }
            }
        }
    }
    findings
}

/// The rows of the list: a phrase, and what to write in its place.
fn phrases(list: &str) -> Vec<(String, String)> {
    let rows = list.lines().skip_while(|line| *line != HEADING).skip(1);
    rows.take_while(|line| !line.starts_with('#'))
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "))
        .filter(|(phrase, _)| *phrase != "not" && !phrase.starts_with("--"))
        .map(|(phrase, instead)| (phrase.to_lowercase(), instead.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# x\n\n### Plain English\n\nText.\n\n| not | but |\n| --- | --- |\n\
                        | odd phrase | say it plainly |\n\n## Next\n\n| other | table |\n";

    #[test]
    fn a_phrase_of_the_list_is_found_wherever_it_stands() {
        let tree = Tree::of(&[
            (LIST, PAGE),
            ("a.rs", "//! An odd phrase.\n// other\n"),
            ("b.md", "x\nOdd phrase here.\n"),
            ("c.py", "# odd phrase\n"),
        ]);
        let found: Vec<_> = check(&tree).into_iter().map(|f| (f.path, f.line)).collect();
        assert_eq!(found, [("a.rs".to_owned(), Some(1)), ("b.md".to_owned(), Some(2))]);
    }

    #[test]
    fn a_list_that_is_gone_is_an_error() {
        assert_eq!(check(&Tree::of(&[(LIST, "# x\n")])).len(), 1);
    }
}
