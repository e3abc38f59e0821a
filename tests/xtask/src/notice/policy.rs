//! What may be linked: the part of `deny.toml` about licences, which `cargo deny` reads too.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use spdx::{Expression, Licensee, ParseMode};
use toml::{Table, Value};

use super::linked::Linked;
use crate::Outcome;

/// The file.
const FILE: &str = "deny.toml";

/// Which licences are allowed.
#[derive(Debug, Default)]
pub(super) struct Policy {
    /// For every work, the preferred ones first.
    allowed: Vec<Licensee>,
    /// For some works alone.
    exceptions: BTreeMap<String, Vec<Licensee>>,
    /// The licences of works that name a file instead, and the file.
    by_file: BTreeMap<String, (String, String)>,
}

impl Policy {
    pub(super) fn read(root: &Path) -> Outcome<Self> {
        Self::parse(&fs::read_to_string(root.join(FILE))?)
    }

    pub(super) fn parse(text: &str) -> Outcome<Self> {
        let table: Table = text.parse()?;
        let licences = table.get("licenses").and_then(Value::as_table);
        let licences = licences.ok_or_else(|| format!("{FILE} has no [licenses]"))?;
        let mut policy = Self { allowed: licensees(licences.get("allow"))?, ..Self::default() };
        for exception in tables(licences.get("exceptions")) {
            let allowed = licensees(exception.get("allow"))?;
            policy.exceptions.insert(word(exception, "crate")?, allowed);
        }
        for clarified in tables(licences.get("clarify")) {
            let file = tables(clarified.get("license-files")).next();
            let file = file.ok_or_else(|| format!("{FILE} names no file of a clarified work"))?;
            let what = (word(clarified, "expression")?, word(file, "path")?);
            policy.by_file.insert(word(clarified, "crate")?, what);
        }
        Ok(policy)
    }

    /// The licences that count for a work: the first of those that it offers.
    pub(super) fn licences(&self, work: &Linked) -> Outcome<Vec<String>> {
        let Linked { name, licence, .. } = work;
        let clarified = self.by_file.get(name).map(|(expression, _)| expression);
        let expression = clarified.or(licence.as_ref()).ok_or_else(|| {
            format!("`{name}` names no licence; read its file, and clarify it in {FILE}")
        })?;
        let parsed = Expression::parse_mode(expression, ParseMode::LAX)
            .map_err(|error| format!("the licence of `{name}`: {error}"))?;
        let allowed = self.allowed.iter().chain(self.exceptions.get(name).into_iter().flatten());
        let chosen = parsed.minimized_requirements(allowed).map_err(|_| {
            format!("`{name}` is under {expression}, which {FILE} does not allow; choose another work, or say in NOTICE what it asks")
        })?;
        Ok(chosen.iter().map(ToString::to_string).collect())
    }

    /// Whether a licence is allowed for every work: it asks only for its text.
    pub(super) fn is_usual(&self, id: &str) -> bool {
        self.allowed.iter().any(|licensee| licensee.to_string() == id)
    }

    /// The file that holds the licence of a work, where the work's own name of it does not help.
    pub(super) fn file(&self, name: &str) -> Option<&str> {
        self.by_file.get(name).map(|(_, path)| path.as_str())
    }
}

fn licensees(value: Option<&Value>) -> Outcome<Vec<Licensee>> {
    let words = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    words.map(|word| Ok(Licensee::parse(word).map_err(|error| error.to_string())?)).collect()
}

fn tables(value: Option<&Value>) -> impl Iterator<Item = &Table> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

fn word(table: &Table, key: &str) -> Outcome<String> {
    let word = table.get(key).and_then(Value::as_str);
    Ok(word.ok_or_else(|| format!("{FILE} lacks a `{key}`"))?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(licence: &str) -> Outcome<Vec<String>> {
        let policy = Policy::parse(
            "[licenses]\nallow = [\"Apache-2.0\", \"MIT\", \"Unicode-3.0\"]\n\
             clarify = [{ crate = \"odd\", expression = \"MIT\", license-files = [{ path = \"L\" }] }]",
        )?;
        let name = if licence.is_empty() { "odd" } else { "work" };
        let licence = Some(licence.to_owned()).filter(|licence| !licence.is_empty());
        policy.licences(&Linked { name: name.to_owned(), licence, ..Linked::default() })
    }

    #[test]
    fn the_preferred_licence_of_several_counts() {
        assert_eq!(chosen("MIT/Apache-2.0").unwrap(), ["Apache-2.0"]);
        assert_eq!(chosen("MIT OR GPL-3.0-only").unwrap(), ["MIT"]);
        let both = chosen("(MIT OR Apache-2.0) AND Unicode-3.0").unwrap();
        assert_eq!(both, ["Apache-2.0", "Unicode-3.0"]);
        assert_eq!(chosen("").unwrap(), ["MIT"], "clarified");
        assert!(chosen("GPL-3.0-only").is_err());
    }
}
