//! No `mod.rs`, and no file or folder named after nothing in particular.
//!
//! A name that any function would fit under soon holds functions that belong elsewhere.

use super::{Finding, Tree};

const VAGUE: [&str; 7] = ["utils", "util", "common", "commons", "helpers", "helper", "misc"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust().filter_map(|(path, _)| Some(Finding::error(path, None, fault(path)?))).collect()
}

fn fault(path: &str) -> Option<String> {
    if path == "mod.rs" || path.ends_with("/mod.rs") {
        return Some("use `name.rs` beside `name/` in place of `name/mod.rs`".to_owned());
    }
    let stem = path.trim_end_matches(".rs");
    let vague = stem.split('/').find(|part| VAGUE.contains(part))?;
    Some(format!("`{vague}` names nothing in particular; name it after what it owns"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vague_names_are_found() {
        let tree = Tree::of(&[
            ("a/src/mod.rs", ""),
            ("a/src/utils.rs", ""),
            ("a/src/common/x.rs", ""),
            ("a/src/commons_of_parliament.rs", ""),
            ("a/src/model.rs", ""),
            ("common/readme.md", ""),
        ]);
        let paths: Vec<_> = check(&tree).into_iter().map(|f| f.path).collect();
        assert_eq!(paths, ["a/src/common/x.rs", "a/src/mod.rs", "a/src/utils.rs"]);
    }
}
