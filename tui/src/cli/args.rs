//! What each command takes: its options and arguments, with what the help says about them. Those
//! that several share are in `shared`, those of `lesson` in `lesson/command`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use loopscope_protocol::Dialect;
use loopscope_session::Format;

use super::sandbox::SandboxArgs;
use super::shared::{Shared, seconds, words};

/// The headings in the help.
const WHICH: &str = "Which board";
const PROCESS: &str = "Which process";
const WHAT: &str = "What may be done to it";
const PICTURE: &str = "Pictures";

/// How large a picture may be.
const LARGEST: u16 = 1000;

#[derive(Args, Debug)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) shared: Shared,
    /// The program and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "FILE")]
    pub(super) program: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(super) struct LearnArgs {
    #[command(flatten)]
    pub(super) shared: Shared,
    /// The lesson's id (`loop-01`), its name, or the folder of one of your own; without it, the menu
    pub(super) lesson: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct ReplayArgs {
    #[command(flatten)]
    pub(super) shared: Shared,
    /// The recording
    pub(super) file: PathBuf,
}

#[derive(Args, Debug)]
pub(super) struct PlayArgs {
    #[command(flatten)]
    pub(super) shared: Shared,
    /// How many questions at most
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(super) questions: usize,
    /// The program and its arguments, or a recording
    #[arg(required = true, trailing_var_arg = true, value_name = "FILE")]
    pub(super) program: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(super) struct QuizArgs {
    /// Which form: both have the same questions on other programs
    #[arg(value_name = "FORM", value_parser = ["a", "b"])]
    pub(super) form: String,
    /// Write the answers as a table, for a teacher
    #[arg(long, value_name = "FILE")]
    pub(super) csv: Option<PathBuf>,
    /// Who answers, for the table
    #[arg(long, value_name = "NAME", requires = "csv")]
    pub(super) learner: Option<String>,
    /// Write over a file that is no earlier table of answers
    #[arg(long)]
    pub(super) force: bool,
    /// Print the right answers, as the runs give them, and ask nothing
    #[arg(long, conflicts_with = "csv")]
    pub(super) answers: bool,
    /// Without a screen, in printed lines, as for a screen reader
    #[arg(long)]
    pub(super) linear: bool,
}

#[derive(Args, Debug)]
pub(super) struct ReplArgs {
    #[command(flatten)]
    pub(super) shared: Shared,
    /// Do the commands in a file; may be given several times
    #[arg(short = 'x', value_name = "SCRIPT")]
    pub(super) scripts: Vec<PathBuf>,
    /// Do a command; may be given several times
    #[arg(short = 'c', value_name = "COMMAND")]
    pub(super) commands: Vec<String>,
    /// Answer each command with one JSON object on a line
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) board: BoardArgs,
    /// A program with its arguments, or a recording
    #[arg(trailing_var_arg = true, value_name = "SOURCE")]
    pub(super) source: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(super) struct DiffArgs {
    /// The first recording or program
    pub(super) first: PathBuf,
    /// The second one; with two dialects, the first one once more if none is named
    pub(super) second: Option<PathBuf>,
    /// Whose rules programs run by; given twice: the first one's and the second one's
    #[arg(long = "dialect", value_name = "NAME", value_parser = words::<Dialect>(&[Dialect::Embassy, Dialect::Other]))]
    pub(super) dialects: Vec<Dialect>,
    /// End a program after this many seconds, with exit code 124
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    pub(super) timeout: Option<Duration>,
    /// The CPython that runs the second program, under the virtual clock; the first one once more if
    /// no second is named
    #[arg(long, value_name = "PYTHON")]
    pub(super) python: Option<PathBuf>,
    #[command(flatten)]
    pub(super) sandbox: SandboxArgs,
}

#[derive(Args, Debug)]
pub(super) struct ExportArgs {
    /// The recording
    pub(super) file: PathBuf,
    /// To what
    #[arg(long, value_name = "FORMAT", value_parser = ["perfetto", "jsonl", "csv", "svg"])]
    pub(super) to: String,
    /// For svg: where the screen stands, as `goto` takes it: a record, t=SECONDS, start; the end by
    /// default
    #[arg(long, value_name = "PLACE", help_heading = PICTURE)]
    pub(super) at: Option<String>,
    /// For svg: the size of the screen; 100x30 by default
    #[arg(long, value_name = "COLUMNSxROWS", value_parser = columns_and_rows, help_heading = PICTURE)]
    pub(super) size: Option<(u16, u16)>,
    /// For svg: one panel alone, as `tasks` or `timeline`
    #[arg(long, value_name = "NAME", help_heading = PICTURE)]
    pub(super) panel: Option<String>,
    /// For svg: the theme; dark by default
    #[arg(long, value_name = "NAME", help_heading = PICTURE)]
    pub(super) theme: Option<String>,
    /// For svg: press this key first, as `?` or `tab`; may be given several times
    #[arg(long = "key", value_name = "KEY", allow_hyphen_values = true, help_heading = PICTURE)]
    pub(super) keys: Vec<String>,
    /// For svg: letters and signs of ASCII only
    #[arg(long, help_heading = PICTURE)]
    pub(super) ascii: bool,
    /// Where to; standard output by default
    #[arg(short, long, value_name = "OUT")]
    pub(super) output: Option<PathBuf>,
    /// Write over a file that is no earlier export
    #[arg(long)]
    pub(super) force: bool,
}

impl ExportArgs {
    pub(super) fn format(&self) -> Format {
        let all = Format::ALL.iter().copied();
        all.into_iter().find(|format| format.word() == self.to).unwrap_or(Format::Jsonl)
    }
}

#[derive(Args, Debug)]
pub(super) struct AttachArgs {
    #[command(flatten)]
    pub(super) board: BoardArgs,
    /// List the Python processes and the probes that are there, and leave
    #[arg(long, help_heading = WHICH)]
    pub(super) list: bool,
    #[command(flatten)]
    pub(super) shared: Shared,
}

/// How a board or a process is found, and what may be done to it.
#[derive(Args, Clone, Debug, Default)]
#[allow(clippy::doc_markdown, reason = "help is shown as it is")]
pub(super) struct BoardArgs {
    /// The chip's name, as nRF52840_xxAA; a generic one such as Cortex-M4 does for watching
    #[arg(long, value_name = "NAME", help_heading = WHICH)]
    pub(super) chip: Option<String>,
    /// The firmware's ELF file
    #[arg(long, value_name = "FILE", help_heading = WHICH)]
    pub(super) elf: Option<PathBuf>,
    /// Which probe, as VID:PID or VID:PID:SERIAL; the only one by default
    #[arg(long, value_name = "PROBE", help_heading = WHICH)]
    pub(super) probe: Option<String>,
    /// A raw RTT stream, as OpenOCD and J-Link serve it
    #[arg(long, value_name = "HOST:PORT", help_heading = WHICH, conflicts_with_all = ["chip", "probe", "flash"])]
    pub(super) tcp: Option<String>,
    /// A serial line, as of a board with MicroPython that records: /dev/ttyACM0, or HOST:PORT; nothing is sent to it
    #[arg(long, value_name = "PORT", help_heading = WHICH, conflicts_with_all = ["chip", "probe", "elf", "flash", "tcp", "control"])]
    pub(super) serial: Option<PathBuf>,
    /// The speed of that line
    #[arg(long, value_name = "BAUD", help_heading = WHICH, default_value_t = 115_200, requires = "serial")]
    pub(super) baud: u32,
    /// A file that holds such a stream, or what came over such a line; or a folder with a trace of Zephyr's in CTF and its metadata
    #[arg(long, value_name = "FILE", help_heading = WHICH, conflicts_with_all = ["chip", "probe", "flash", "tcp", "serial", "control"])]
    pub(super) capture: Option<PathBuf>,
    /// A board without hardware: the firmware of --elf on this machine of QEMU, as lm3s6965evb or microbit
    #[arg(long, value_name = "MACHINE", help_heading = WHICH, requires = "elf", conflicts_with_all = ["probe", "flash", "tcp", "serial", "capture"])]
    pub(super) qemu: Option<String>,
    /// A board without hardware: a bundled firmware in QEMU
    #[arg(long, help_heading = WHICH, conflicts_with_all = ["chip", "probe", "elf", "flash", "tcp", "serial", "capture", "qemu"])]
    pub(super) demo: bool,
    /// A Python process, by its number: CPython 3.14 or later, or one that listens
    #[arg(long, value_name = "PID", help_heading = PROCESS, conflicts_with_all = ["chip", "probe", "elf", "flash", "tcp", "serial", "capture", "demo", "qemu"])]
    pub(super) pid: Option<u32>,
    /// A Python process, by the socket that it listens at
    #[arg(long, value_name = "PATH", help_heading = PROCESS, conflicts_with_all = ["chip", "probe", "elf", "flash", "tcp", "serial", "capture", "demo", "qemu", "pid"])]
    pub(super) socket: Option<PathBuf>,
    /// Pause and step it, not only watch it
    #[arg(long, help_heading = WHAT)]
    pub(super) control: bool,
    /// Write the firmware to the board first
    #[arg(long, help_heading = WHAT)]
    pub(super) flash: bool,
}

/// `100x30`.
fn columns_and_rows(text: &str) -> Result<(u16, u16), String> {
    let number = |text: &str| text.parse().ok().filter(|n| (1..=LARGEST).contains(n));
    let both = text.split_once('x').and_then(|(w, h)| Some((number(w)?, number(h)?)));
    both.ok_or_else(|| format!("a size is columns and rows, as 80x24, each at most {LARGEST}"))
}
