//! Every Rust file begins with `//!`: what it owns.
//!
//! Whoever opens a file learns in its first line whether it is the right one.

use super::{Finding, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .filter(|(_, text)| {
            let first = text.lines().next().unwrap_or_default();
            first.strip_prefix("//!").is_none_or(|says| says.trim().is_empty())
        })
        .map(|(path, _)| Finding::error(path, 1, "the first line does not say what the file owns"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_it_owns() {
        let tree = Tree::of(&[
            ("a/good.rs", "//! Owns something.\n"),
            ("a/empty.rs", ""),
            ("a/silent.rs", "//!\nuse x;\n"),
            ("a/late.rs", "use x;\n//! Owns something.\n"),
            ("a/other.py", "import x\n"),
        ]);
        let paths: Vec<_> = check(&tree).into_iter().map(|f| f.path).collect();
        assert_eq!(paths, ["a/empty.rs", "a/late.rs", "a/silent.rs"]);
    }
}
