//! The table of a run: a row a module.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::list::List;
use super::results::{Result, Word};

pub(super) fn text(results: &[Result], list: &List) -> String {
    let mut modules: BTreeMap<&str, Vec<&Result>> = BTreeMap::new();
    for result in results {
        modules.entry(&result.module).or_default().push(result);
    }
    let mut text = format!("{:<24}{:>8}", "module", "tests");
    for (_, title) in Word::ALL {
        let _ = write!(text, "{title:>9}");
    }
    text.push_str("  unexpected\n");
    for (module, results) in &modules {
        row(&mut text, module, results, list);
    }
    row(&mut text, "all", &results.iter().collect::<Vec<_>>(), list);
    let _ = writeln!(text, "{} tests stand on the list of what cannot pass.", list.len());
    text
}

fn row(text: &mut String, title: &str, results: &[&Result], list: &List) {
    let _ = write!(text, "{title:<24}{:>8}", results.len());
    for (word, _) in Word::ALL {
        let _ = write!(text, "{:>9}", results.iter().filter(|result| result.word == word).count());
    }
    let unexpected = results.iter().filter(|result| !list.expects(result)).count();
    let _ = writeln!(text, "{unexpected:>12}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_a_module_and_one_for_all() {
        let result = |module: &str, test: &str, word| Result {
            module: module.to_owned(),
            test: test.to_owned(),
            word,
            why: String::new(),
        };
        let results = [
            result("test_b", "test_b.T.a", Word::Pass),
            result("test_a", "test_a.T.a", Word::Hung),
            result("test_b", "test_b.T.b", Word::Pass),
        ];
        let text = super::text(&results, &List::default());
        let rows: Vec<Vec<&str>> = text.lines().map(|l| l.split_whitespace().collect()).collect();
        assert_eq!(rows[1], ["test_a", "1", "0", "0", "0", "1", "0", "0", "1"]);
        assert_eq!(rows[2], ["test_b", "2", "2", "0", "0", "0", "0", "0", "0"]);
        assert_eq!(rows[3], ["all", "3", "2", "0", "0", "1", "0", "0", "1"]);
    }
}
