//! The installed CPython whose tests are run: found where people have it, or named.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Outcome;

/// The version that the default dialect is.
const SERIES: &str = "3.13.";

/// Names an interpreter.
const VARIABLE: &str = "LOOPSCOPE_CPYTHON";

/// Tells an interpreter's version and where its library is.
const ASKS: &str = "import platform, sysconfig; \
                    print(platform.python_version()); print(sysconfig.get_path('stdlib'))";

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
            return Self::of(Path::new(&named));
        }
        let found = candidates().into_iter().find_map(|python| Self::of(&python).ok());
        found.ok_or_else(|| {
            format!(
                "no CPython {SERIES}x with its tests was found; --python or {VARIABLE} names one"
            )
            .into()
        })
    }

    fn of(python: &Path) -> Outcome<Self> {
        let output = Command::new(python)
            .args(["-I", "-c", ASKS])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .map_err(|error| format!("{}: {error}", python.display()))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let (version, library) =
            told(&text).ok_or_else(|| format!("{} is no CPython", python.display()))?;
        if !version.starts_with(SERIES) {
            return Err(format!("{} is CPython {version}, not {SERIES}x", python.display()).into());
        }
        let tests = Path::new(library).join("test");
        if !tests.join("test_asyncio").is_dir() {
            return Err(format!("{} was installed without its tests", python.display()).into());
        }
        Ok(Self { version: version.to_owned(), tests })
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

/// What an interpreter answers to [`ASKS`].
fn told(text: &str) -> Option<(&str, &str)> {
    let mut lines = text.lines();
    Some((lines.next()?.trim(), lines.next()?.trim()))
}

/// Interpreters that may be there: in the path, and pyenv's.
fn candidates() -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from("python3.13"), PathBuf::from("python3")];
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let pyenv = std::env::var_os("PYENV_ROOT").map_or_else(|| home.join(".pyenv"), PathBuf::from);
    if let Ok(versions) = std::fs::read_dir(pyenv.join("versions")) {
        let mut versions: Vec<_> = versions.filter_map(|entry| Some(entry.ok()?.path())).collect();
        versions.sort();
        let name =
            |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let fitting = versions.into_iter().filter(|path| name(path).starts_with(SERIES));
        found.extend(fitting.map(|path| path.join("bin").join("python3")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interpreter_tells_its_version_and_library() {
        assert_eq!(told("3.13.0\n/usr/lib/python3.13\n"), Some(("3.13.0", "/usr/lib/python3.13")));
        assert_eq!(told("3.13.0\n"), None);
    }

    #[test]
    fn what_is_no_interpreter_is_said() {
        let error = Suite::find(Some("/no/such/python")).unwrap_err().to_string();
        assert!(error.starts_with("/no/such/python: "), "{error}");
    }
}
