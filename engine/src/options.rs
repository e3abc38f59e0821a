//! What the parent tells the child on its command line, and how it is spelled there.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;

use loopscope_protocol::{ClockMode, Dialect, Ties, Word};

use crate::process::guard::{Guard, Sandbox};
use crate::process::spelling;

/// The environment variable that makes our binary act as `python3`.
pub const AS_PYTHON: &str = "LOOPSCOPE_AS_PYTHON";

/// The environment variable by which a program's own Python processes learn its dialect, unless it
/// is CPython's of today.
pub const DIALECT: &str = "LOOPSCOPE_DIALECT";

/// The calendar time at loop time 0 unless something else is asked for: 2000-01-01 00:00:00 UTC.
pub const WALL_START_NS: i64 = 946_684_800 * 1_000_000_000;

/// How much memory a program may use unless something else is asked for.
pub const MEMORY_LIMIT: u64 = 4 << 30;

/// What is to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// A file, as with `python3 FILE`.
    File(PathBuf),
    /// Source text, as with `python3 -c CODE`.
    Code(String),
    /// A module, as with `python3 -m MODULE`.
    Module(String),
}

/// Everything that the child has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What runs.
    pub program: Program,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Whose rules.
    pub dialect: Dialect,
    /// Which clock.
    pub clock: ClockMode,
    /// The seed of everything that is random.
    pub seed: u64,
    /// Whether CPython's loop is one of completions, as on Windows.
    pub proactor: bool,
    /// The order among tied timers.
    pub ties: Ties,
    /// The calendar time at loop time 0, in nanoseconds since 1970.
    pub wall_start_ns: i64,
    /// Whether records go out on descriptor 3 and requests come in on descriptor 4.
    pub wire: bool,
    /// Whether the program's output goes into records only.
    pub capture: bool,
    /// Whether to hold before the first record.
    pub paused: bool,
    /// Whether what the program writes to its standard output goes to standard error.
    pub stdout_to_stderr: bool,
    /// How many bytes the program may use beyond what the engine itself needs; `None`: no limit.
    pub memory_limit: Option<u64>,
    /// What the program is kept away from.
    pub guard: Guard,
    /// Whether the program is ended where nothing can ever wake its loop. Otherwise it waits, as it
    /// does in CPython.
    pub ends_deadlock: bool,
    /// Whether descriptors 5 and 6 take what the program's successor prints: what it becomes by
    /// `exec`.
    pub successor: bool,
    /// The CPython that runs it; `None`: our own interpreter.
    pub python: Option<PathBuf>,
    /// Whether a CPython tells of handles only, which costs less.
    pub handles_only: bool,
}

/// An argument that the child does not understand. Only a parent of another version can cause it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadArgument(OsString);

impl fmt::Display for BadArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the engine does not understand `{}`, because another version of loopscope started it; \
             install loopscope anew",
            self.0.display()
        )
    }
}

impl std::error::Error for BadArgument {}

impl Options {
    /// The default way to run `program`: with the rules of CPython, an automatic clock, no records.
    #[must_use]
    pub const fn new(program: Program) -> Self {
        Self {
            program,
            args: Vec::new(),
            dialect: Dialect::Cpython,
            clock: ClockMode::Auto,
            seed: 0,
            proactor: false,
            ties: Ties::Heapq,
            wall_start_ns: WALL_START_NS,
            wire: false,
            capture: false,
            paused: false,
            stdout_to_stderr: false,
            memory_limit: Some(MEMORY_LIMIT),
            guard: Guard { lifeline: None, shown: false, sandbox: None },
            ends_deadlock: false,
            successor: false,
            python: None,
            handles_only: false,
        }
    }

    /// The arguments that make [`Options::from_args`] give the same again.
    ///
    /// ```
    /// use loopscope_engine::child::{Options, Program};
    /// let mut options = Options::new(Program::File("hello.py".into()));
    /// options.seed = 7;
    /// assert_eq!(Options::from_args(options.to_args()), Ok(options));
    /// ```
    #[must_use]
    pub fn to_args(&self) -> Vec<OsString> {
        let mut args: Vec<OsString> = Vec::new();
        let mut pair = |name: &str, value: &dyn fmt::Display| {
            args.push(name.into());
            args.push(value.to_string().into());
        };
        pair("--dialect", &self.dialect.word());
        pair("--clock", &self.clock.word());
        pair("--seed", &self.seed);
        pair("--ties", &self.ties.word());
        pair("--wall-start", &self.wall_start_ns);
        match self.memory_limit {
            Some(bytes) => pair("--memory", &bytes),
            None => pair("--memory", &"none"),
        }
        if let Some(fd) = self.guard.lifeline {
            pair("--lifeline", &fd);
        }
        if let Some(python) = &self.python {
            args.extend(["--python".into(), spelling::spell(python.as_os_str())]);
        }
        let sandbox = self.guard.sandbox.as_ref();
        if let Some(sandbox) = sandbox {
            args.extend(["--scratch".into(), sandbox.scratch.clone().into_os_string()]);
        }
        for (name, on) in [
            ("--proactor", self.proactor),
            ("--wire", self.wire),
            ("--capture", self.capture),
            ("--paused", self.paused),
            ("--stdout-to-stderr", self.stdout_to_stderr),
            ("--ends-deadlock", self.ends_deadlock),
            ("--successor", self.successor),
            ("--handles-only", self.handles_only),
            ("--shown", self.guard.shown),
            ("--allow-processes", sandbox.is_some_and(|sandbox| sandbox.processes)),
            ("--allow-network", sandbox.is_some_and(|sandbox| sandbox.network)),
        ] {
            if on {
                args.push(name.into());
            }
        }
        let (how, what) = match &self.program {
            Program::File(path) => ("--file", path.clone().into_os_string()),
            Program::Code(code) => ("--code", code.into()),
            Program::Module(module) => ("--module", module.into()),
        };
        args.extend([how.into(), spelling::spell(&what)]);
        args.extend(self.args.iter().map(|arg| spelling::spell(arg)));
        args
    }

    /// Reads what [`Options::to_args`] wrote.
    pub fn from_args(args: impl IntoIterator<Item = OsString>) -> Result<Self, BadArgument> {
        let mut args = args.into_iter();
        let mut options = Self::new(Program::Code(String::new()));
        while let Some(name) = args.next() {
            let bad = || BadArgument(name.clone());
            let mut value = || args.next().ok_or_else(bad);
            match name.to_str().ok_or_else(bad)? {
                "--proactor" => options.proactor = true,
                "--wire" => options.wire = true,
                "--capture" => options.capture = true,
                "--paused" => options.paused = true,
                "--stdout-to-stderr" => options.stdout_to_stderr = true,
                "--dialect" => options.dialect = word(&value()?)?,
                "--clock" => options.clock = word(&value()?)?,
                "--ties" => options.ties = word(&value()?)?,
                "--seed" => options.seed = number(&value()?)?,
                "--wall-start" => options.wall_start_ns = number(&value()?)?,
                "--memory" => {
                    let value = value()?;
                    options.memory_limit =
                        if value == "none" { None } else { Some(number(&value)?) };
                }
                "--lifeline" => options.guard.lifeline = Some(number(&value()?)?),
                "--ends-deadlock" => options.ends_deadlock = true,
                "--successor" => options.successor = true,
                "--handles-only" => options.handles_only = true,
                "--python" => options.python = Some(spelling::read(value()?).into()),
                "--shown" => options.guard.shown = true,
                "--scratch" => {
                    let scratch = value()?.into();
                    options.guard.sandbox =
                        Some(Sandbox { scratch, processes: false, network: false });
                }
                "--allow-processes" => {
                    options.guard.sandbox.as_mut().ok_or_else(bad)?.processes = true;
                }
                "--allow-network" => {
                    options.guard.sandbox.as_mut().ok_or_else(bad)?.network = true;
                }
                "--file" => options.program = Program::File(spelling::read(value()?).into()),
                "--code" => options.program = Program::Code(text(spelling::read(value()?))?),
                "--module" => options.program = Program::Module(text(spelling::read(value()?))?),
                _ => return Err(bad()),
            }
            // Whatever follows the program is the program's.
            if matches!(name.to_str(), Some("--file" | "--code" | "--module")) {
                options.args = args.map(spelling::read).collect();
                return Ok(options);
            }
        }
        Err(BadArgument("a command line without a program".into()))
    }
}

fn text(value: OsString) -> Result<String, BadArgument> {
    value.into_string().map_err(BadArgument)
}

fn word<W: Word>(value: &OsStr) -> Result<W, BadArgument> {
    value.to_str().and_then(W::parse).ok_or_else(|| BadArgument(value.to_owned()))
}

fn number<N: std::str::FromStr>(value: &OsStr) -> Result<N, BadArgument> {
    value.to_str().and_then(|text| text.parse().ok()).ok_or_else(|| BadArgument(value.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use proptest::prelude::*;

    use super::*;

    fn words<W: Word + std::fmt::Debug>() -> impl Strategy<Value = W> {
        (0..W::ALL.len()).prop_map(|at| W::ALL[at])
    }

    fn os_string() -> impl Strategy<Value = OsString> {
        // No NUL: the operating system does not pass one on.
        prop::collection::vec(1u8.., 0..12).prop_map(OsString::from_vec)
    }

    fn program() -> impl Strategy<Value = Program> {
        prop_oneof![
            os_string().prop_map(|path| Program::File(path.into())),
            ".*".prop_map(Program::Code),
            "-?[a-z.]*".prop_map(Program::Module),
        ]
    }

    fn guard() -> impl Strategy<Value = Guard> {
        let sandbox = (os_string(), any::<bool>(), any::<bool>()).prop_map(
            |(scratch, processes, network)| Sandbox { scratch: scratch.into(), processes, network },
        );
        (any::<Option<i32>>(), any::<bool>(), prop::option::of(sandbox))
            .prop_map(|(lifeline, shown, sandbox)| Guard { lifeline, shown, sandbox })
    }

    proptest! {
        #[test]
        fn what_the_parent_says_is_what_the_child_hears(
            program in program(),
            args in prop::collection::vec(os_string(), 0..4),
            dialect in words(),
            clock in words(),
            ties in words(),
            (seed, proactor, wall_start_ns, memory_limit) in
                any::<(u64, bool, i64, Option<u64>)>(),
            (wire, capture, paused, stdout_to_stderr, ends_deadlock, successor) in
                any::<(bool, bool, bool, bool, bool, bool)>(),
            (guard, python, handles_only) in
                (guard(), prop::option::of(os_string()), any::<bool>()),
        ) {
            let options = Options {
                program, args, dialect, clock, seed, proactor, ties, wall_start_ns, wire, capture,
                paused, stdout_to_stderr, memory_limit, guard, ends_deadlock, successor,
                python: python.map(Into::into), handles_only,
            };
            prop_assert_eq!(Options::from_args(options.to_args()), Ok(options));
        }
    }

    #[test]
    fn what_it_does_not_know_it_names() {
        let error = Options::from_args(["--color".into()]).unwrap_err();
        assert!(error.to_string().contains("--color"), "{error}");
        assert!(Options::from_args([]).is_err());
        assert!(Options::from_args(["--seed".into(), "x".into()]).is_err());
    }
}
