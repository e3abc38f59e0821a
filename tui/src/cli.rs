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
struct PlayArgs {
    #[command(flatten)]
    shared: Shared,
    /// How many questions at most
    #[arg(long, value_name = "N", default_value_t = 20)]
    questions: usize,
    /// The program and its arguments, or a recording
    #[arg(required = true, trailing_var_arg = true, value_name = "FILE")]
    program: Vec<OsString>,
}

#[derive(Args, Debug)]
struct QuizArgs {
    /// Which form: both have the same questions on other programs
    #[arg(value_name = "FORM", value_parser = ["a", "b"])]
    form: String,
    /// Write the answers as a table, for a teacher
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Who answers, for the table
    #[arg(long, value_name = "NAME", requires = "csv")]
    learner: Option<String>,
    /// Write over a file that is no earlier table of answers
    #[arg(long)]
    force: bool,
    /// Print the right answers, as the runs give them, and ask nothing
    #[arg(long, conflicts_with = "csv")]
    answers: bool,
    /// Without a screen, in printed lines, as for a screen reader
    #[arg(long)]
    linear: bool,
}

/// What a lesson's page is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum LessonFormat {
    /// Markdown
    Md,
    /// A page for a browser
    Html,
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

/// The heading of what concerns pictures.
const PICTURE: &str = "Pictures";

#[derive(Args, Debug)]
struct ExportArgs {
    /// The recording
    file: PathBuf,
    /// To what
    #[arg(long, value_name = "FORMAT", value_parser = ["perfetto", "jsonl", "csv", "svg"])]
    to: String,
    /// For svg: where the screen stands, as `goto` takes it: a record, t=SECONDS, start; the end by
    /// default
    #[arg(long, value_name = "PLACE", help_heading = PICTURE)]
    at: Option<String>,
    /// For svg: the size of the screen; 100x30 by default
    #[arg(long, value_name = "COLUMNSxROWS", value_parser = picture::size, help_heading = PICTURE)]
    size: Option<(u16, u16)>,
    /// For svg: one panel alone, as `tasks` or `timeline`
    #[arg(long, value_name = "NAME", help_heading = PICTURE)]
    panel: Option<String>,
    /// For svg: the theme; dark by default
    #[arg(long, value_name = "NAME", help_heading = PICTURE)]
    theme: Option<String>,
    /// For svg: press this key first, as `?` or `tab`; may be given several times
    #[arg(long = "key", value_name = "KEY", allow_hyphen_values = true, help_heading = PICTURE)]
    keys: Vec<String>,
    /// For svg: letters and signs of ASCII only
    #[arg(long, help_heading = PICTURE)]
    ascii: bool,
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
    #[command(
        after_help = "Examples:\n  loopscope lesson check\n  loopscope lesson check 08_my_lesson\n  loopscope lesson check --python python3 08_my_lesson\n  loopscope lesson check --python python3 --python micropython\n\nWhat is looked for: anchors and terms that name nothing, questions without exactly one answer, wrong choices\nto which nothing is said, exercises that pass unsolved or fail solved, mistakes that pass, hints that give the\nsolution away, sentences that are not true of the run, words and sentences that are hard to read, minutes that\ndo not fit the text, two runs that differ, another output than program.out, and what is not in sight on a screen\nof 80 columns. The exit code is 3 if there is anything."
    )]
    Check {
        /// A lesson's folder, or the id of a built-in one
        folder: Option<PathBuf>,
        /// Run the program by this CPython or MicroPython too, outside any sandbox: it must print
        /// program.out; may be given several times, and each lesson is run by those of its dialect
        #[arg(long, value_name = "PYTHON")]
        python: Vec<PathBuf>,
        #[command(flatten)]
        sandbox: SandboxArgs,
    },
    /// Write program.out anew: what the lesson's program prints in a run
    #[command(after_help = "Example:\n  loopscope lesson bless 08_my_lesson")]
    Bless {
        /// A lesson's folder
        folder: PathBuf,
        #[command(flatten)]
        sandbox: SandboxArgs,
    },
    /// Ask once more what went wrong in lessons that you have left
    Again {
        #[command(flatten)]
        sandbox: SandboxArgs,
    },
    /// Start a lesson of your own from a template
    New {
        /// Its folder, as `08_my_lesson`
        folder: PathBuf,
    },
    /// Run your program for a lesson's exercise, and say what is wrong with it
    Try(TryArgs),
    /// Write a lesson as a page, with its answers and a picture of the screen at each step
    #[command(
        after_help = "Example:\n  loopscope lesson export loop-01 --to html > call_soon.html"
    )]
    Export {
        /// Its id (`loop-01`), its name, or the folder of one of your own
        lesson: String,
        /// As what
        #[arg(long, value_name = "FORMAT")]
        to: LessonFormat,
        #[command(flatten)]
        sandbox: SandboxArgs,
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
#[command(
    after_help = "Examples:\n  loopscope lesson try loop-01\n  loopscope lesson try loop-01 --modify --watch\n  loopscope lesson try loop-01 mine.py\n  loopscope lesson try loop-01 --hint 2\n\nThe exit code is 0 if the program does what the exercise asks, and 1 if it does not."
)]
struct TryArgs {
    /// The lesson's id (`loop-01`), its name, or the folder of one of your own
    lesson: String,
    /// Your program; without it, the file that is kept for you, which is made if there is none
    file: Option<PathBuf>,
    /// The exercise to modify the lesson's program; without it, the one to make something
    #[arg(long)]
    modify: bool,
    /// Run it again each time it is saved, until it is right
    #[arg(long)]
    watch: bool,
    /// Say a hint, the first one or that of a number
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "1")]
    hint: Option<usize>,
    /// Print the solution
    #[arg(long)]
    solution: bool,
    /// Begin anew; what was in the file is kept beside it
    #[arg(long)]
    reset: bool,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

#[derive(Args, Debug)]
struct AttachArgs {
    #[command(flatten)]
    board: attach::BoardArgs,
    /// List the Python processes and the probes that are there, and leave
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
