//! Lessons: a program, a text in steps that belong to places in the program's run, and questions
//! whose answers are read from the run itself.
//!
//! # What a lesson is made of
//!
//! A folder below `content/TRACK/`, named `NN_slug`, with three files: `program.py`, `program.out` (what
//! it prints under CPython) and `lesson.md`:
//!
//! ```text
//! ---
//! format_version: 1
//! title: call_soon and the batch
//! minutes: 6
//! shows: Why a callback that asks for another one never overtakes those that wait already.
//! ---
//!
//! ## step: Asking is not running
//! anchor: handle-new if name == "water"
//!
//! Prose, with `code`, and *terms* where they are introduced.
//!
//! ## predict: Who runs next?
//! anchor: handle-new if name == "refill"
//! occurrence: 1
//! ask: `water` has just asked for `refill`. Which callback runs next?
//! choices: ready
//! answer: handle.name of next handle-run
//! wrong: "refill" That would be a stack: the last to come is the first to go.
//!
//! `{answer}` runs next. (Shown when the learner has answered.)
//! ```
//!
//! An anchor is `start`, `end`, or a record: an event, perhaps with a condition in the REPL's
//! expressions, perhaps not the first such record (`occurrence`). `choices` lists `ready`,
//! `timers` (the names of the handles there, at that place in the run) and texts in quotes.
//! `answer` names the first record *after* the question's place and what to read from it; with
//! several `answer` lines the first record that fits one of them decides. `wrong` says
//! to whoever chooses that text by which rule it would be right. So no answer is written
//! in a lesson, and a learner who edits the program is asked, and answered, according to that run.
//!
//! A `modify` section shows a change to the program as a `diff` block; [`Lesson::modified_program`]
//! makes it. A `make` section says what to write. Both are exercises: a learner's own file is run,
//! and its records and its output are compared with what the section asks:
//!
//! ```text
//! ## make: A callback that comes back
//! check: 5 times handle-run if handle.name == "again" else `again` is to run five times.
//! check: prints "again" then "sweep" else The others wait until `again` has run five times.
//! hint: `again` can give itself to `call_soon`.
//!
//! Write a callback `again` that asks for itself, five times in all, while three others wait.
//!
//! ## solution
//!
//! (a `python` block with the whole program, or `diff` blocks with changes to `program.py`)
//!
//! ## mistake: A loop in place of the loop
//! says: five times
//!
//! (a `python` block, or `diff` blocks with changes to the solution)
//! ```
//!
//! `check: CONDITION else MESSAGE`; the conditions are those of [`Condition::parse`]. `code: 1` says
//! that the program is to end with that exit code. A `modify` is its own solution. A `start` section
//! gives a learner's file another beginning than `program.py`. The check runs the start, which must
//! fail, the solution, which must pass, and each mistake, whose answer must contain what it `says`.
//!
//! A `find` section asks for a record, which the learner looks for with the debugger's own commands:
//!
//! ```text
//! ## find: Who let go of it?
//! ask: Which record says that the task was lost?
//! record: task-done if how == "destroyed"
//! wrong: task-suspend else There it only began to wait.
//! hint: `info lints` names the task.
//!
//! (Shown when it was found.)
//! ```
//!
//! The front matter may have `dialect: micropython`, `loop: proactor` (a loop of completions, as on
//! Windows), `clock: virtual` (also where threads would make the clock the machine's), and `board: demo`
//! for a lesson about the demo board's recorded session, which has no program of its own; the other
//! sessions are those of [`BoardSession`]. `against: 3, 23` names the misconceptions in
//! `content/misconceptions.md` that it is against.
//!
//! # Where to start
//!
//! [`lessons`] gives the built-in ones, [`Lesson::find`] one of them. [`Guide`] follows a run record by
//! record and says what is to be shown or asked; [`resolve()`] does that for a whole history at once.
//! [`check`] is for authors.
//!
//! [`differences()`] are short programs that the two dialects run differently, with the reason.
//!
//! What this crate does not do: run programs, draw, or remember what a learner has done. A progress
//! file can name a question by [`Item::key`], which stays the same while its title does.
#![forbid(unsafe_code)]

mod anchor;
pub mod check;
mod condition;
pub mod differences;
mod exercise;
mod find;
mod folder;
mod game;
mod glossary;
mod guide;
mod lesson;
mod misconception;
mod parse;
mod problem;
mod prose;
mod quiz;
mod resolve;
mod sections;
mod shelf;
pub mod template;

pub use anchor::{Anchor, Pattern};
pub use condition::Condition;
pub use differences::{Difference, differences};
pub use exercise::{Check, Exercise, Judge, Mistake, Verdict, no_hint};
pub use find::{Find, Found};
pub use folder::Folder;
pub use game::{Choice, Game, Move};
pub use glossary::{Glossary, Term};
pub use guide::{Cue, Guide, resolve};
pub use lesson::{
    AnswerRule, BoardSession, ChoiceOrigin, Edit, Item, ItemKind, Lesson, Question, Value,
};
pub use misconception::{Misconception, misconceptions};
pub use problem::Problem;
pub use prose::{Block, Prose, Span};
pub use quiz::{QuizQuestion, Reading, quiz};
pub use resolve::{Answer, Placed, Resolved, ResolvedQuestion};
pub use shelf::{TRACKS, Track, glossary, lessons};

/// The version of the lesson format that this crate reads.
pub const FORMAT_VERSION: u32 = 1;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod task_runs;
#[cfg(test)]
mod tests;
