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
//! makes it. A `make` section is an invitation.
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
pub mod differences;
mod folder;
mod glossary;
mod guide;
mod lesson;
mod parse;
mod problem;
mod prose;
mod resolve;
mod sections;
mod shelf;
pub mod template;

pub use anchor::{Anchor, Pattern};
pub use differences::{Difference, differences};
pub use folder::Folder;
pub use glossary::{Glossary, Term};
pub use guide::{Cue, Guide, resolve};
pub use lesson::{AnswerRule, ChoiceSource, Edit, Item, ItemKind, Lesson, Question, Value};
pub use problem::Problem;
pub use prose::{Block, Prose, Span};
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
