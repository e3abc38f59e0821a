//! Installed interpreters of a version: found where people have them, or named.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Outcome;

/// Tells an interpreter's version and where its library is.
const ASKS: &str = "import platform, sysconfig; \
                    print(platform.python_version()); print(sysconfig.get_path('stdlib'))";

/// A CPython.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Interpreter {
    pub(crate) path: PathBuf,
    /// As `3.13.0`.
    pub(crate) version: String,
    /// The folder of its library.
    pub(crate) library: PathBuf,
}

impl Interpreter {
    /// The interpreter at a path, or of a name in the path.
    pub(crate) fn at(path: &Path) -> Outcome<Self> {
        let output = Command::new(path)
            .args(["-I", "-c", ASKS])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let (version, library) =
            told(&text).ok_or_else(|| format!("{} is no CPython", path.display()))?;
        Ok(Self { path: path.to_owned(), version: version.to_owned(), library: library.into() })
    }

    /// Whether its version is one of a series, as `3.13`.
    pub(crate) fn is_of(&self, series: &str) -> bool {
        self.version.strip_prefix(series).is_some_and(|rest| rest.starts_with('.'))
    }
}

/// Those of a series that are there: in the path, and pyenv's.
pub(crate) fn of_series(series: &str) -> impl Iterator<Item = Interpreter> + use<'_> {
    candidates(series)
        .into_iter()
        .filter_map(|path| Interpreter::at(&path).ok())
        .filter(move |found| found.is_of(series))
}

/// What an interpreter answers to [`ASKS`].
fn told(text: &str) -> Option<(&str, &str)> {
    let mut lines = text.lines();
    Some((lines.next()?.trim(), lines.next()?.trim()))
}

fn candidates(series: &str) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from(format!("python{series}")), PathBuf::from("python3")];
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let pyenv = std::env::var_os("PYENV_ROOT").map_or_else(|| home.join(".pyenv"), PathBuf::from);
    if let Ok(versions) = std::fs::read_dir(pyenv.join("versions")) {
        let mut versions: Vec<_> = versions.filter_map(|entry| Some(entry.ok()?.path())).collect();
        versions.sort();
        let name =
            |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let begins = format!("{series}.");
        let fitting = versions.into_iter().filter(|path| name(path).starts_with(&begins));
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
    fn a_series_is_no_beginning_of_another() {
        let found = Interpreter {
            path: PathBuf::new(),
            version: "3.13.0".to_owned(),
            library: PathBuf::new(),
        };
        assert!(found.is_of("3.13") && !found.is_of("3.1"));
    }
}
