//! What `lesson` takes: its sub-commands with their options, and what the help says about them.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::super::sandbox::SandboxArgs;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum LessonCommand {
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

/// What a lesson's page is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LessonFormat {
    /// Markdown
    Md,
    /// A page for a browser
    Html,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  loopscope lesson try loop-01\n  loopscope lesson try loop-01 --modify --watch\n  loopscope lesson try loop-01 mine.py\n  loopscope lesson try loop-01 --hint 2\n\nThe exit code is 0 if the program does what the exercise asks, and 1 if it does not."
)]
pub(in crate::cli) struct TryArgs {
    /// The lesson's id (`loop-01`), its name, or the folder of one of your own
    pub(super) lesson: String,
    /// Your program; without it, the file that is kept for you, which is made if there is none
    pub(super) file: Option<PathBuf>,
    /// The exercise to modify the lesson's program; without it, the one to make something
    #[arg(long)]
    pub(super) modify: bool,
    /// Run it again each time it is saved, until it is right
    #[arg(long)]
    pub(super) watch: bool,
    /// Say a hint, the first one or that of a number
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "1")]
    pub(super) hint: Option<usize>,
    /// Print the solution
    #[arg(long)]
    pub(super) solution: bool,
    /// Begin anew; what was in the file is kept beside it
    #[arg(long)]
    pub(super) reset: bool,
    #[command(flatten)]
    pub(super) sandbox: SandboxArgs,
}
