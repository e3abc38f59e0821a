//! The command line: what there is to say. Help, completions and the man page come from the same
//! definitions. What each command takes is in `args`, what it does in the other modules below.

mod args;
mod attach;
mod bare_file;
mod compare;
mod convert;
mod doctor;
mod interpreter;
mod lesson;
mod lesson_folder;
mod linear;
mod manual;
mod open;
mod os_error;
mod own_python;
mod patience;
mod picture;
mod play;
mod python_module;
mod quiz;
mod refusal;
mod sandbox;
mod screen;
mod shared;
mod size;
mod start;
mod wall_start;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use loopscope_model::fault;

use crate::exit::{code, complain, deadline_in, printed};

use args::{
    AttachArgs, DiffArgs, ExportArgs, LearnArgs, PlayArgs, QuizArgs, ReplArgs, ReplayArgs, RunArgs,
};
use lesson::LessonCommand;
use lesson_folder::LessonFolder;
pub use shared::{Color, Shared};

use crate::panics;

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
  loopscope --linear [FILE]              lessons, or a file, in printed lines only: for screen readers
  loopscope repl -c 'expect handle-run' -c 'assert ready == 1' hello.py
                                         check an order of events in a script

Our options come before FILE; everything after FILE is the program's.
Exit codes: 0 ok, 1 a command or an assertion failed, or a file could not be written, 2 usage, 3 a lesson's check failed,
4 target lost, 5 records lost under --strict, 124 time over, 130 interrupted.
`run --headless` gives the program's own code.
Theme, mouse, keys and the Python that runs programs: config.toml in ~/.config/loopscope; `?` on the screen and
`loopscope man` say what it may hold. LOOPSCOPE_PYTHON names that Python as well."
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
        after_help = "Examples:\n  loopscope repl hello.py\n  loopscope repl -c 'until task-done' -c 'info tasks' hello.py\n  loopscope repl -x checks.txt hello.py\n  loopscope repl --demo -c 'until task-done' -c 'info tasks'\n  echo 'info loop' | loopscope repl --json run.loop\n\nSOURCE is a program or a recording; options such as --chip, --demo, --pid and --socket name a board or a process in its place. With -x or -c, or with commands from a pipe, it is a batch:\nit stops at the first command that fails, with exit code 1. An unfinished program is ended."
    )]
    Repl(ReplArgs),
    /// Compare two recordings or programs; exit code 1 if they differ
    #[command(
        after_help = "Examples:\n  loopscope diff before.loop after.loop\n  loopscope diff --dialect cpython --dialect micropython program.py\n  loopscope diff --dialect cpython --python python3.13 program.py"
    )]
    Diff(DiffArgs),
    /// Convert a recording
    #[command(
        after_help = "Examples:\n  loopscope export run.loop --to perfetto -o run.pftrace\n  loopscope export run.loop --to svg --at t=1.5 --size 120x40 -o slide.svg\n  loopscope export run.loop --to svg --panel timeline --theme light -o timeline.svg\n  loopscope export run.loop --to csv"
    )]
    Export(ExportArgs),
    /// Lessons without a screen
    #[command(subcommand)]
    Lesson(LessonCommand),
    /// You are the loop: pick what it does next, graded by the run
    #[command(
        override_usage = "loopscope play [OPTIONS] FILE [ARGS]...",
        after_help = "Examples:\n  loopscope play hello.py\n  loopscope play --questions 5 --dialect micropython blink.py\n  loopscope play board.loop\n  echo '2' | loopscope play hello.py\n\nFILE is a program or a recording. The program runs to its end first; then you are asked which handle runs, how long the poll sleeps, which timer is due."
    )]
    Play(PlayArgs),
    /// 24 questions on programs, with a report: form a before a course, form b after it
    #[command(
        after_help = "Examples:\n  loopscope quiz a\n  loopscope quiz b --csv ada.csv --learner Ada\n\nThe answers are read from runs of the programs. The report names the belief behind each wrong choice, and a lesson."
    )]
    Quiz(QuizArgs),
    /// Watch a board, or a Python process that runs already, on the screen
    #[command(
        after_help = "Examples:\n  loopscope attach --list\n  loopscope attach --pid 1234\n  loopscope attach --socket /run/user/1000/loopscope/1234.sock\n  loopscope attach --headless --events - --timeout 5 --pid 1234\n  loopscope attach --demo\n  loopscope attach --chip nRF52840_xxAA --elf target/thumbv7em-none-eabihf/release/firmware\n  loopscope attach --qemu lm3s6965evb --elf target/thumbv7m-none-eabi/release/firmware\n  loopscope attach --tcp localhost:19021 --elf firmware.elf\n  loopscope attach --headless --events - --timeout 5 --demo\n\nA board or a process is only watched, and runs on when you leave; --control allows `pause` and `step`.\nA process is attached to by its number if it runs CPython 3.14 or later, or by its socket if it was started with\n`python3 -m loopscope FILE` or calls `loopscope.listen()`; `loopscope python-module` writes the module.\nThe options of `run` that concern Python, such as --dialect and --clock, are taken and mean nothing here."
    )]
    Attach(AttachArgs),
    /// What works on this machine
    #[command(after_help = "Examples:\n  loopscope doctor\n  loopscope doctor --pid 1234")]
    Doctor {
        /// Say whether this process can be attached to, check by check
        #[arg(long, value_name = "PID")]
        pid: Option<u32>,
    },
    /// Write the module that lets a program of your own Python be attached to
    #[command(
        after_help = "Examples:\n  loopscope python-module\n  loopscope python-module venv/lib/python3.12/site-packages\n\nThen `python3 -m loopscope FILE` runs a program that `loopscope attach` can come to, or two lines in a\nprogram do it:\n\n  import loopscope\n  loopscope.listen()\n\nThe wheel that `pip install` takes has the module already."
    )]
    PythonModule {
        /// The folder that it is written to
        #[arg(value_name = "FOLDER", default_value = ".")]
        folder: PathBuf,
        /// Write over a file that is no earlier module of ours
        #[arg(long)]
        force: bool,
    },
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
            .mut_arg("headless", |arg| {
                arg.help("No screen: only what the board logs or the process prints, as text")
            })
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
        None => screen::menu(&Shared::default().with_set_python()),
        Some(Command::Run(RunArgs { shared, program })) => {
            start::run(&RunArgs { shared: shared.with_set_python(), program })
        }
        Some(Command::Learn(LearnArgs { shared, lesson })) => {
            screen::learn(&LearnArgs { shared: shared.with_set_python(), lesson })
        }
        Some(Command::Replay(args)) => start::replay(&args),
        Some(Command::Repl(args)) => {
            let order = matches.subcommand_matches("repl").map(given_order).unwrap_or_default();
            start::repl(ReplArgs { shared: args.shared.with_set_python(), ..args }, &order)
        }
        Some(Command::Diff(args)) => compare::diff(&args),
        Some(Command::Export(args)) => convert::export(&args),
        Some(Command::Lesson(command)) => lesson::lesson(command),
        Some(Command::Play(args)) => {
            play::play(&PlayArgs { shared: args.shared.with_set_python(), ..args })
        }
        Some(Command::Quiz(args)) => quiz::take(&args),
        Some(Command::Attach(args)) => attach::attach(&args),
        Some(Command::Doctor { pid: None }) => doctor::doctor(),
        Some(Command::Doctor { pid: Some(pid) }) => doctor::of_process(pid),
        Some(Command::PythonModule { folder, force }) => python_module::write(&folder, force),
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
