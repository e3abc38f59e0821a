//! The installed CPython whose tests are run: found where people have it, or named.

use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::interpreters::{Interpreter, of_series};

/// The version that the default dialect is.
const SERIES: &str = "3.13";

/// Names an interpreter.
const VARIABLE: &str = "LOOPSCOPE_CPYTHON";

/// The tests of one CPython.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Suite {
    /// As `3.13.0`.
    pub(super) version: String,
    /// The folder of the package `test`.
    pub(super) tests: PathBuf,
}

impl Suite {
    /// The tests of the CPython that is named, or of the first one that has them.
    pub(super) fn find(named: Option<&str>) -> Outcome<Self> {
        let variable = std::env::var(VARIABLE).ok().filter(|value| !value.is_empty());
        if let Some(named) = named.map(str::to_owned).or(variable) {
            return Self::of(&Interpreter::at(Path::new(&named))?);
        }
        let found = of_series(SERIES).find_map(|python| Self::of(&python).ok());
        found.ok_or_else(|| {
            format!(
                "no CPython {SERIES}.x with its tests was found; --python or {VARIABLE} names one"
            )
            .into()
        })
    }

    fn of(python: &Interpreter) -> Outcome<Self> {
        let Interpreter { path, version, library } = python;
        if !python.is_of(SERIES) {
            return Err(format!("{} is CPython {version}, not {SERIES}.x", path.display()).into());
        }
        let tests = library.join("test");
        if !tests.join("test_asyncio").is_dir() {
            return Err(format!("{} was installed without its tests", path.display()).into());
        }
        Ok(Self { version: version.clone(), tests })
    }

    /// The names of its modules, sorted.
    pub(super) fn modules(&self) -> Outcome<Vec<String>> {
        let mut modules = Vec::new();
        for entry in std::fs::read_dir(self.tests.join("test_asyncio"))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if let Some(module) = name.strip_suffix(".py").filter(|name| name.starts_with("test_"))
            {
                modules.push(module.to_owned());
            }
        }
        modules.sort();
        Ok(modules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_interpreter_is_said() {
        let error = Suite::find(Some("/no/such/python")).unwrap_err().to_string();
        assert!(error.starts_with("/no/such/python: "), "{error}");
    }
}
