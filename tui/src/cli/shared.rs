//! The options that the commands share.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, FromArgMatches, ValueEnum};
use loopscope_protocol::{ClockMode, Dialect, Ties, Word};

use super::sandbox::SandboxArgs;
use super::{size, wall_start};

/// What `run`, `learn`, `attach`, `replay` and `repl` share.
#[derive(Args, Clone, Debug)]
pub struct Shared {
    /// Whose rules the program runs by: cpython is 3.13; cpython-3.6 and cpython-3.14 do what those
    /// versions of asyncio do otherwise
    #[arg(long, value_name = "NAME", default_value = "cpython", value_parser = words::<Dialect>(&[Dialect::Embassy, Dialect::Other]))]
    pub(super) dialect: Dialect,
    /// What CPython's event loop waits for: that something is ready (selector), or that operations are
    /// complete (proactor, as on Windows)
    #[arg(long = "loop", value_name = "KIND", default_value = "selector")]
    pub(super) loop_kind: LoopKind,
    /// Virtual: sleeping costs nothing and every run is the same; CPU time is not counted. Auto:
    /// virtual until the program touches the outside world
    #[arg(long, value_name = "CLOCK", default_value = "auto", value_parser = words::<ClockMode>(&[ClockMode::Board]))]
    pub(super) clock: ClockMode,
    /// The seed of str hashes, `random` and shuffled ties
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    pub(super) seed: u64,
    /// The order of timers that are due at exactly the same time
    #[arg(long, value_name = "ORDER", default_value = "heapq", value_parser = words::<Ties>(&[]))]
    pub(super) ties: Ties,
    /// The calendar time at the start, as 2000-01-01T00:00:00Z, seconds since 1970, or `now`
    #[arg(long, value_name = "TIME", default_value = "2000-01-01T00:00:00Z", allow_negative_numbers = true, value_parser = wall_start::parse)]
    pub(super) wall_start: i64,
    /// What the program reads from its standard input
    #[arg(long, value_name = "FILE")]
    pub(super) stdin: Option<PathBuf>,
    /// Write a recording, for `replay`, `diff` and `export`
    #[arg(long, value_name = "FILE")]
    pub(super) record: Option<PathBuf>,
    /// Write every record as a line of JSON; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(super) events: Option<PathBuf>,
    /// Write over files of --record and --events that are no earlier output of ours
    #[arg(long)]
    pub(super) force: bool,
    /// No screen: the program's own output as it is, whatever it does to a terminal, and its own
    /// exit code
    #[arg(long)]
    pub(super) headless: bool,
    /// No screen: printed lines only, as for a screen reader; digits choose, other lines are commands
    #[arg(long, conflicts_with = "headless")]
    pub(super) linear: bool,
    /// End the program after this many seconds, with exit code 124
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    pub(super) timeout: Option<Duration>,
    /// Wait on where nothing can ever wake the program's loop, as CPython does; otherwise a run
    /// without a screen ends there with exit code 1 and says who waits for whom
    #[arg(long)]
    pub(super) wait_forever: bool,
    /// Whether to use colour; `NO_COLOR` counts too
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
    /// Draw with ASCII characters only
    #[arg(long)]
    pub(super) ascii: bool,
    /// Exit with code 5 if records were lost or harmed
    #[arg(long)]
    pub(super) strict: bool,
    /// How much memory the program may use, as 512M or 4G; `none` for no limit [default: 4G; with
    /// --python none]
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    pub(super) memory: Option<size::Size>,
    /// The CPython that runs the program, 3.8 or later, with its own loop and its own packages, as
    /// python3.12 or venv/bin/python; --dialect, --seed and --ties mean nothing to it. `none` is ours
    /// [default: `LOOPSCOPE_PYTHON`, else `python` in config.toml, else ours]
    #[arg(long, value_name = "PYTHON")]
    pub(super) python: Option<PathBuf>,
    /// Where that Python is set, unless the command line names it.
    #[arg(skip)]
    pub(super) python_by: Option<&'static str>,
    /// How much a CPython tells: everything, or handles only, which costs its program less
    #[arg(long, value_name = "LEVEL", default_value = "full")]
    pub(super) level: Level,
    /// FILE is a module's name, as with `python3 -m` and `micropython -m`
    #[arg(short = 'm')]
    pub(super) module: bool,
    #[command(flatten)]
    pub(super) sandbox: SandboxArgs,
}

impl Default for Shared {
    /// What holds where nothing was said.
    fn default() -> Self {
        let bare = Self::augment_args(clap::Command::new("loopscope"));
        let matches = bare.get_matches_from(["loopscope"]);
        Self::from_arg_matches(&matches)
            .expect("every shared option has a default or may be absent")
    }
}

/// What the event loop waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LoopKind {
    /// That something is ready.
    Selector,
    /// That operations are complete.
    Proactor,
}

/// How much a real `CPython` tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Level {
    /// Everything that can be seen.
    #[default]
    Full,
    /// When which handle runs: no tasks, no futures, no lines.
    Handles,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether to use colour on a stream that is, or is not, a terminal.
    pub fn on(self, terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        }
    }
}

/// Accepts the words of a closed set, but for some.
pub(super) fn words<W: Word + PartialEq + Send + Sync>(
    but: &[W],
) -> impl clap::builder::TypedValueParser<Value = W> + use<W> {
    use clap::builder::TypedValueParser;
    let list: Vec<&'static str> =
        W::ALL.iter().filter(|word| !but.contains(word)).map(|word| word.word()).collect();
    clap::builder::PossibleValuesParser::new(list)
        .try_map(|word| W::parse(&word).ok_or("not one of the words"))
}

/// The longest time that there is, in seconds: more than a clock can count.
const LONGEST: f64 = 1e19;

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let bad = || "write a number of seconds from 0 on, such as 2.5".to_owned();
    let number: f64 = text.trim().parse().map_err(|_| bad())?;
    if (0.0..=LONGEST).contains(&number) {
        return Duration::try_from_secs_f64(number).map_err(|_| bad());
    }
    Err(if number > LONGEST {
        "write a smaller number of seconds; without --timeout there is no end".to_owned()
    } else {
        bad()
    })
}
