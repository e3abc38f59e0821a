//! What differs between the dialects, in one place.
//!
//! A dialect is one line of the table in [`Rules::of`]. What CPython's versions do differently from
//! each other inside a function of asyncio is said there, beside what they have in common.

use loopscope_protocol::Dialect;

use crate::run::Run;

/// Whose asyncio a program gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// CPython's: `engine/src/asyncio`.
    Cpython,
    /// MicroPython's: `engine/src/micropython`.
    Micropython,
}

/// What a dialect decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Whose asyncio.
    pub(crate) family: Family,
    /// `sys.version_info`.
    pub(crate) version: (u32, u32, u32),
    /// Whether `run()` cancels what its main task leaves unfinished. CPython's does so itself.
    pub(crate) cancels_leftovers: bool,
    /// Whether a run inside a run is refused. CPython's does so itself.
    pub(crate) refuses_nested_runs: bool,
}

impl Rules {
    /// The rules of a dialect.
    pub(crate) const fn of(dialect: Dialect) -> Self {
        let (family, version) = match dialect {
            Dialect::Cpython36 => (Family::Cpython, (3, 6, 15)),
            Dialect::Cpython314 => (Family::Cpython, (3, 14, 0)),
            // The language level that MicroPython gives itself.
            Dialect::Micropython | Dialect::MicropythonFirmware => (Family::Micropython, (3, 4, 0)),
            Dialect::Cpython | Dialect::Embassy | Dialect::Other => (Family::Cpython, (3, 13, 0)),
        };
        // Both are said in MicroPython's documentation, and neither is so on a board.
        let as_documented = matches!(dialect, Dialect::Micropython);
        Self {
            family,
            version,
            cancels_leftovers: as_documented,
            refuses_nested_runs: as_documented,
        }
    }

    /// The rules of this run.
    pub(crate) fn current() -> Self {
        Self::of(Run::current().dialect)
    }

    /// Whether the program is of CPython 3.6.
    pub(crate) fn is_3_6() -> bool {
        Run::current().dialect == Dialect::Cpython36
    }

    /// Whether the program is of CPython 3.14.
    pub(crate) fn is_3_14() -> bool {
        Run::current().dialect == Dialect::Cpython314
    }

    /// Whether the program is MicroPython's.
    pub(crate) fn is_micropython(&self) -> bool {
        self.family == Family::Micropython
    }
}

/// The version of MicroPython whose behaviour ours is.
pub(crate) const MICROPYTHON: (u32, u32, u32) = (1, 29, 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn firmware_differs_from_the_documentation_in_two_rules() {
        let (documented, firmware) =
            (Rules::of(Dialect::Micropython), Rules::of(Dialect::MicropythonFirmware));
        assert!(documented.cancels_leftovers && documented.refuses_nested_runs);
        assert_eq!(
            firmware,
            Rules { cancels_leftovers: false, refuses_nested_runs: false, ..documented }
        );
    }
}
