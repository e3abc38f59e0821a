//! Which Python runs programs and lessons where the command line names none: a setting, in the settings
//! file or in a variable.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use loopscope_protocol::{Dialect, Ties};
use loopscope_screen::app::settings::Settings;

use super::Shared;
use super::interpreter;
use super::shared::LoopKind;

/// The variable that names one. It goes before the settings file.
pub(super) const VARIABLE: &str = "LOOPSCOPE_PYTHON";

/// What stands in the place of a Python for the one that we bring along.
pub(super) const NONE: &str = "none";

/// A Python that is set, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SetPython {
    pub(super) python: PathBuf,
    /// In which variable or file, for sentences about it.
    pub(super) by: &'static str,
}

/// The Python that is set, if one is.
pub(super) fn set() -> Option<SetPython> {
    chosen(env::var_os(VARIABLE), || Settings::load().0.python)
}

fn chosen(variable: Option<OsString>, file: impl FnOnce() -> Option<PathBuf>) -> Option<SetPython> {
    let found = match variable.filter(|named| !named.is_empty()) {
        Some(named) => SetPython { python: named.into(), by: VARIABLE },
        None => SetPython { python: file()?, by: "config.toml" },
    };
    (found.python != Path::new(NONE)).then_some(found)
}

impl Shared {
    /// With the Python that is set, for a program of the user's or a lesson.
    pub(super) fn with_set_python(mut self) -> Self {
        match &self.python {
            Some(named) if named == Path::new(NONE) => self.python = None,
            Some(_) => {}
            None if self.asks_for_ours() => {}
            None => {
                let found = set();
                self.python_by = found.as_ref().map(|found| found.by);
                self.python = found.map(|found| found.python);
            }
        }
        self
    }

    /// For a lesson: a Python that is merely set is for lessons that any CPython can run. Its clock is
    /// ours, so that nobody waits for a sleep and each run has the same order.
    pub(super) fn for_lesson(mut self, is_for_any: bool) -> Self {
        let is_micropython = || self.python.as_deref().is_some_and(interpreter::is_micropython);
        if self.python_by.is_some() && (!is_for_any || self.asks_for_ours() || is_micropython()) {
            (self.python, self.python_by) = (None, None);
        }
        self
    }

    /// Whether something is asked for that our own loop alone has.
    fn asks_for_ours(&self) -> bool {
        self.dialect != Dialect::Cpython
            || self.loop_kind == LoopKind::Proactor
            || self.seed != 0
            || self.ties != Ties::Heapq
            || self.sandbox.starts_nothing()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_goes_before_the_file_and_none_is_ours() {
        let of = |variable: &str, file: &str| {
            let variable = (variable != "-").then(|| variable.into());
            chosen(variable, || (file != "-").then(|| file.into()))
                .map(|found| (found.python.display().to_string(), found.by))
        };
        assert_eq!(of("-", "-"), None);
        assert_eq!(of("-", "python3"), Some(("python3".to_owned(), "config.toml")));
        assert_eq!(of("", "python3"), Some(("python3".to_owned(), "config.toml")));
        assert_eq!(of("pypy", "python3"), Some(("pypy".to_owned(), VARIABLE)));
        assert_eq!(of(NONE, "python3"), None);
        assert_eq!(of("-", NONE), None);
    }

    #[test]
    fn what_our_loop_alone_has_asks_for_it() {
        assert!(!Shared::default().asks_for_ours());
        assert!(Shared { seed: 1, ..Shared::default() }.asks_for_ours());
        assert!(Shared { dialect: Dialect::Micropython, ..Shared::default() }.asks_for_ours());
        let named = Shared { python: Some(NONE.into()), ..Shared::default() };
        assert_eq!(named.with_set_python().python, None);
    }

    #[test]
    fn a_lesson_is_run_by_a_python_that_is_set_where_any_can() {
        let set = || Shared {
            python: Some("python3".into()),
            python_by: Some(VARIABLE),
            ..Shared::default()
        };
        assert!(set().for_lesson(true).python.is_some());
        assert_eq!(set().for_lesson(false).python, None);
        let named = Shared { python_by: None, ..set() };
        assert!(named.for_lesson(false).python.is_some());
    }
}
