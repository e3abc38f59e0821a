//! `cargo xtask notice`: what is linked into the binary, and the texts of its licences; with
//! `--check` it only says whether the files are as they should be.
//!
//! `deny.toml` says what may be linked. `NOTICE`, which is written by hand, has to name each licence
//! that asks for more than its text, and each work under it. `THIRD-PARTY` and the folder `licences`
//! are made here.

mod linked;
mod policy;
mod render;
mod texts;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::Outcome;
use linked::Linked;
use policy::Policy;

/// What is written by hand.
const NOTICE: &str = "NOTICE";

/// All works with their licences, made here.
const THIRD_PARTY: &str = "THIRD-PARTY";

/// The licences that ask for more than the text that comes with a work, and the files of their
/// texts. That of the LGPL holds the GPL too, of which it is made.
const FOLDER: &str = "licences";
const WHOLE: [&str; 2] = ["LGPL-3.0-only", "MPL-2.0"];

pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    match arguments {
        [] => {
            let linked = Everything::read(root)?;
            for (path, text) in linked.files()? {
                let path = root.join(path);
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::write(path, text)?;
            }
            linked.is_named(root)
        }
        [word] if word == "--check" => check(root),
        _ => Err("the only argument is --check".into()),
    }
}

/// Whether the files say what is linked.
pub(crate) fn check(root: &Path) -> Outcome {
    let linked = Everything::read(root)?;
    for (path, text) in linked.files()? {
        if fs::read_to_string(root.join(&path)).unwrap_or_default() != text {
            return Err(format!(
                "{path} is not what the linked works come to; `cargo xtask notice` writes it, and NOTICE may have to say more"
            )
            .into());
        }
    }
    linked.is_named(root)
}

/// What is linked, and what may be.
struct Everything {
    policy: Policy,
    works: Vec<Linked>,
}

impl Everything {
    fn read(root: &Path) -> Outcome<Self> {
        Ok(Self { policy: Policy::read(root)?, works: linked::works(root)? })
    }

    /// The files that are made here.
    fn files(&self) -> Outcome<BTreeMap<String, String>> {
        let mut files = BTreeMap::new();
        files.insert(THIRD_PARTY.to_owned(), render::third_party(&self.works, &self.policy)?);
        for id in WHOLE {
            let text = spdx::license_id(id).ok_or("the list of licences has them")?.text();
            files.insert(format!("{FOLDER}/{id}.txt"), texts::tidy(text));
        }
        Ok(files)
    }

    /// Whether `NOTICE` names whatever asks for more than its text.
    fn is_named(&self, root: &Path) -> Outcome {
        let notice = fs::read_to_string(root.join(NOTICE))?;
        let missing = missing(&self.works, &self.policy, &notice)?;
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join(", ");
        Err(format!("{NOTICE} does not name {missing}; say there what it asks").into())
    }
}

/// The works under a licence that asks for more, and such licences, that a notice does not name.
fn missing(works: &[Linked], policy: &Policy, notice: &str) -> Outcome<Vec<String>> {
    let has = |word: &str| {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        notice.split(|c| !is_part(c)).any(|part| part.trim_matches('.') == word)
    };
    let mut missing = Vec::new();
    for work in works {
        for id in policy.licences(work)? {
            if policy.is_usual(&id) {
                continue;
            }
            if !WHOLE.contains(&id.as_str()) {
                return Err(format!("the text of {id} is not among the files; see WHOLE").into());
            }
            missing.extend([id, work.name.clone()].into_iter().filter(|word| !has(word)));
        }
    }
    missing.sort();
    missing.dedup();
    Ok(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(name: &str, licence: &str) -> Linked {
        Linked { name: name.to_owned(), licence: Some(licence.to_owned()), ..Linked::default() }
    }

    const POLICY: &str = "[licenses]\nallow = [\"MIT\"]\n\
                          exceptions = [{ crate = \"big\", allow = [\"LGPL-3.0-only\"] }]\n";

    #[test]
    fn a_work_that_asks_for_more_is_named_with_its_licence() {
        let policy = Policy::parse(POLICY).unwrap();
        let works = [work("small", "MIT"), work("big", "LGPL-3.0-only")];
        let missing = |notice| missing(&works, &policy, notice).unwrap();
        assert_eq!(missing("Nothing."), ["LGPL-3.0-only", "big"]);
        assert_eq!(missing("Under LGPL-3.0-only, bigger-than-big."), ["big"]);
        assert!(missing("The work big is under LGPL-3.0-only.").is_empty());
    }

    #[test]
    fn what_is_not_allowed_is_an_error() {
        let policy = Policy::parse(POLICY).unwrap();
        let error = missing(&[work("other", "LGPL-3.0-only")], &policy, "").unwrap_err();
        assert!(error.to_string().contains("`other`"), "{error}");
    }
}
