//! The command line: what there is to say, in one place. Help, completions and the man page come
//! from the same definitions. What each command does is in the modules below.

mod attach;
mod bare_file;
mod compare;
mod convert;
mod doctor;
mod interpreter;
mod lesson;
mod lesson_folder;
mod manual;
mod open;
mod os_error;
mod patience;
mod refusal;
mod sandbox;
mod screen;
mod shared;
mod size;
mod start;
mod wall_start;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use loopscope_model::fault;
use loopscope_protocol::Dialect;

use crate::exit::{code, complain, deadline_in, printed};

use lesson_folder::LessonFolder;
use sandbox::SandboxArgs;
pub use shared::{Color, Shared};
use shared::{seconds, words};

use crate::panics;
use loopscope_session::Format;

/// An interactive teaching tool and visual debugger for event loops
#[derive(Debug, Parser)]
#[command(
    name = "loopscope",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  loopscope                              choose a lesson
  loopscope hello.py                     watch a program, step by step; short for `run`
  loopscope run --headless hello.py      just run it; its exit code is ours
  loopscope run --headless --events - hello.py
                                         every record as a line of JSON
  loopscope repl hello.py                the same without a screen
  loopscope repl -c 'expect handle-run' -c 'assert ready == 1' hello.py
                                         check an order of events in a script

Our options come before FILE; everything after FILE is the program's.
Exit codes: 0 ok, 1 a command or an assertion failed, or a file could not be written, 2 usage, 3 a lesson's check failed,
4 target lost, 5 records lost under --strict, 124 time over, 130 interrupted.
`run --headless` gives the program's own code."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Watch a Python program on the screen, paused before its first record
    #[command(
        override_usage = "loopscope run [OPTIONS] FILE [ARGS]...",
        after_help = "Examples:\n  loopscope run hello.py\n  loopscope run --clock real server.py --port 8080\n  loopscope run --headless --record run.loop hello.py\n  loopscope run --sandbox a_strangers.py\n  loopscope run --python python3.12 server.py\n  loopscope run --python venv/bin/python -m uvicorn app:app\n\nEverything after FILE is the program's."
    )]
    Run(RunArgs),
    /// Take a lesson on the screen
    #[command(
        after_help = "Examples:\n  loopscope learn\n  loopscope learn loop-01\n  loopscope learn call_soon\n  loopscope learn ./08_my_lesson"
    )]
    Learn(LearnArgs),
    /// Watch a recording on the screen
    #[command(
        after_help = "Examples:\n  loopscope replay run.loop\n  loopscope replay --headless --events - run.loop"
    )]
    Replay(ReplayArgs),
    /// The same without a screen: commands from the keyboard, a file or a pipe
    #[command(
        override_usage = "loopscope repl [OPTIONS] [SOURCE [ARGS]...]",
        after_help = "Examples:\n  loopscope repl hello.py\n  loopscope repl -c 'until task-done' -c 'info tasks' hello.py\n  loopscope repl -x checks.txt hello.py\n  loopscope repl --demo -c 'until task-done' -c 'info tasks'\n  echo 'info loop' | loopscope repl --json run.loop\n\nSOURCE is a program or a recording; options such as --chip and --demo name a board in its place. With -x or -c, or with commands from a pipe, it is a batch:\nit stops at the first command that fails, with exit code 1. An unfinished program is ended."
    )]
    Repl(ReplArgs),
    /// Compare two recordings or programs; exit code 1 if they differ
    #[command(
        after_help = "Examples:\n  loopscope diff before.loop after.loop\n  loopscope diff --dialect cpython --dialect micropython program.py\n  loopscope diff --dialect cpython --python python3.13 program.py"
    )]
    Diff(DiffArgs),
    /// Convert a recording
    #[command(
        after_help = "Examples:\n  loopscope export run.loop --to perfetto -o run.json\n  loopscope export run.loop --to csv"
    )]
    Export(ExportArgs),
    /// Lessons without a screen
    #[command(subcommand)]
    Lesson(LessonCommand),
    /// Watch a board on the screen
    #[command(
        after_help = "Examples:\n  loopscope attach --demo\n  loopscope attach --chip nRF52840_xxAA --elf target/thumbv7em-none-eabihf/release/firmware\n  loopscope attach --tcp localhost:19021 --elf firmware.elf\n  loopscope attach --headless --events - --timeout 5 --demo\n\nA board is only watched, and runs on when you leave; --control allows `pause` and `step`.\nThe options of `run` that concern Python, such as --dialect and --clock, are taken and mean nothing here."
    )]
    Attach(AttachArgs),
    /// What works on this machine
    Doctor,
    /// Print a shell's completions
    #[command(
        after_help = "Example:\n  loopscope completions bash > ~/.local/share/bash-completion/completions/loopscope"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  loopscope man | man -l -")]
    Man,
}

#[derive(Args, Debug)]
struct RunArgs {
    #[command(flatten)]
    shared: Shared,
    /// The program and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "FILE")]
    program: Vec<OsString>,
}

#[derive(Args, Debug)]
struct LearnArgs {
    #[command(flatten)]
    shared: Shared,
    /// The lesson's id (`loop-01`), its name, or the folder of one of your own; without it, the menu
    lesson: Option<String>,
}

#[derive(Args, Debug)]
struct ReplayArgs {
    #[command(flatten)]
    shared: Shared,
    /// The recording
    file: PathBuf,
}

#[derive(Args, Debug)]
struct ReplArgs {
    #[command(flatten)]
    shared: Shared,
    /// Do the commands in a file; may be given several times
    #[arg(short = 'x', value_name = "SCRIPT")]
    scripts: Vec<PathBuf>,
    /// Do a command; may be given several times
    #[arg(short = 'c', value_name = "COMMAND")]
    commands: Vec<String>,
    /// Answer each command with one JSON object on a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    board: attach::BoardArgs,
    /// A program with its arguments, or a recording
    #[arg(trailing_var_arg = true, value_name = "SOURCE")]
    source: Vec<OsString>,
}

#[derive(Args, Debug)]
struct DiffArgs {
    /// The first recording or program
    first: PathBuf,
    /// The second one; with two dialects, the first one once more if none is named
    second: Option<PathBuf>,
    /// Whose rules programs run by; given twice: the first one's and the second one's
    #[arg(long = "dialect", value_name = "NAME", value_parser = words::<Dialect>(&[Dialect::Embassy, Dialect::Other]))]
    dialects: Vec<Dialect>,
    /// End a program after this many seconds, with exit code 124
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    timeout: Option<Duration>,
    /// The CPython that runs the second program, under the virtual clock; the first one once more if
    /// no second is named
    #[arg(long, value_name = "PYTHON")]
    python: Option<PathBuf>,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

#[derive(Args, Debug)]
struct ExportArgs {
    /// The recording
    file: PathBuf,
    /// To what
    #[arg(long, value_name = "FORMAT", value_parser = ["perfetto", "jsonl", "csv"])]
    to: String,
    /// Where to; standard output by default
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Write over a file that is no earlier export
    #[arg(long)]
    force: bool,
}

impl ExportArgs {
    fn format(&self) -> Format {
        let all = Format::ALL.iter().copied();
        all.into_iter().find(|format| format.word() == self.to).unwrap_or(Format::Jsonl)
    }
}

#[derive(Debug, Subcommand)]
enum LessonCommand {
    /// List the lessons
    List,
    /// Check lessons as an author: all built-in ones, or a folder; their programs run in a sandbox
    Check {
        /// A lesson's folder
        folder: Option<PathBuf>,
        #[command(flatten)]
        sandbox: SandboxArgs,
    },
    /// Start a lesson of your own from a template
    New {
        /// Its folder, as `08_my_lesson`
        folder: PathBuf,
    },
    /// Take a lesson in line mode
    Run {
        /// Its id (`loop-01`), its name, or the folder of one of your own
        lesson: String,
        #[command(flatten)]
        sandbox: SandboxArgs,
    },
}

#[derive(Args, Debug)]
struct AttachArgs {
    #[command(flatten)]
    board: attach::BoardArgs,
    /// List the probes that are plugged in, and leave
    #[arg(long, help_heading = attach::WHICH)]
    list: bool,
    #[command(flatten)]
    shared: Shared,
}

/// Shared options that mean something for Python programs only.
const PYTHONS: [&str; 13] = [
    "dialect",
    "loop_kind",
    "clock",
    "seed",
    "ties",
    "wall_start",
    "stdin",
    "memory",
    "python",
    "module",
    "sandbox",
    "sandbox_allow",
    "no_sandbox",
];

/// The whole definition, for the manual and the completions.
pub fn definition() -> clap::Command {
    let without_python = |command: clap::Command| {
        PYTHONS.iter().fold(command, |command, name| command.mut_arg(name, |arg| arg.hide(true)))
    };
    // A board and a recording have no program of ours behind them.
    let replayed = |command: clap::Command| {
        without_python(command)
            .mut_arg("headless", |arg| arg.help("No screen: the recorded output, as text"))
    };
    Cli::command().mut_subcommand("replay", replayed).mut_subcommand("attach", |attach| {
        without_python(attach)
            .mut_arg("headless", |arg| arg.help("No screen: only what the board logs, as text"))
            .mut_arg("timeout", |arg| arg.help("Leave after this many seconds, with exit code 124"))
    })
}

/// Does what the command line says; `args` begin with the program's own name. Gives the exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> i32 {
    panics::install();
    if let Ok(place) = std::env::var(fault::VARIABLE) {
        fault::arm(&place);
    }
    let args = bare_file::with_command(args.into_iter().collect());
    let parsed = definition()
        .try_get_matches_from(&args)
        .and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return refusal::tell(&error, &args),
    };
    match cli.command {
        None => screen::menu(&Shared::default()),
        Some(Command::Run(args)) => start::run(&args),
        Some(Command::Learn(args)) => screen::learn(&args),
        Some(Command::Replay(args)) => start::replay(&args),
        Some(Command::Repl(args)) => {
            let order = matches.subcommand_matches("repl").map(given_order).unwrap_or_default();
            start::repl(args, &order)
        }
        Some(Command::Diff(args)) => compare::diff(&args),
        Some(Command::Export(args)) => convert::export(&args),
        Some(Command::Lesson(command)) => lesson::lesson(command),
        Some(Command::Attach(args)) => attach::attach(&args),
        Some(Command::Doctor) => doctor::doctor(),
        Some(Command::Completions { shell }) => manual::completions(shell),
        Some(Command::Man) => manual::man(),
    }
}

/// Whether each of the `-x` and `-c`, in the order in which they were written, is a script.
fn given_order(matches: &clap::ArgMatches) -> Vec<bool> {
    let at = |id: &str| matches.indices_of(id).into_iter().flatten().collect::<Vec<_>>();
    let scripts = at("scripts").into_iter().map(|index| (index, true));
    let mut all: Vec<_> =
        scripts.chain(at("commands").into_iter().map(|index| (index, false))).collect();
    all.sort_unstable();
    all.into_iter().map(|(_, is_script)| is_script).collect()
}

#[cfg(test)]
mod tests;
