//! The views: each draws one aspect of a [`Snapshot`], and all of them are rows of one table.
//!
//! To add one: create `views/x.rs` implementing [`View`] and add a line to [`TABLE`]. Tabs, help and
//! key documentation derive from the table; where it stands is decided in `app/layout.rs`, else it
//! is a tab of the last panel. Rendering is `&self`: a view keeps what the user chose (a row, a filter), never what is to be shown.
//!
//! What views do not know: where records come from, the engine, the line mode, the terminal.
#![warn(clippy::disallowed_methods, reason = "what is drawn follows from the records alone")]

use std::fmt;

use loopscope_model::why::Thing;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::keys::{Action, Keymap};
use crate::theme::Theme;

pub mod board;
pub mod calls;
pub mod digest;
pub mod lesson;
pub mod lesson_page;
pub mod locks;
pub mod looping;
pub mod output;
pub mod outside;
pub mod ready;
pub mod records;
pub mod snapshot;
pub mod source;
pub mod sources;
pub mod tasks;
pub mod timeline;
pub mod timers;
pub mod watchers;
pub mod words;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

pub use digest::Digest;
pub use snapshot::{Activity, BreakRow, Snapshot};
pub use sources::SourceTexts;

/// What a view asks for in answer to an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The action was not for this view.
    Ignored,
    /// The view has changed, or nothing was left to do.
    Done,
    /// Go to this position of the history.
    Seek(usize),
    /// Show this text, and where what it is about comes from.
    Show {
        /// The title.
        title: String,
        /// The text.
        text: String,
        /// What it is about.
        thing: Option<Thing>,
    },
    /// Answer the open question with this choice.
    Answer(usize),
    /// Show this text about a task, and its locals below it where the program can tell them.
    About {
        /// Which task.
        task: u32,
        /// The text.
        text: String,
    },
    /// Tell what this task waits for.
    Why(u32),
    /// A click on a key of the key line: as if it were pressed.
    Press(Action),
}

/// One aspect of a snapshot.
pub trait View: fmt::Debug {
    /// Its name in the settings, in tabs and in tests.
    fn id(&self) -> &'static str;

    /// The panel's title. Begins with a word by which the panel is known.
    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static>;

    /// Keys that mean something special here, for the help: key and meaning.
    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Does what an action says. `area` is where the view was last drawn, without its border.
    fn update(&mut self, _action: Action, _snapshot: &Snapshot<'_>, _area: Rect) -> Effect {
        Effect::Ignored
    }

    /// What a click at a place of the screen means.
    fn click(&mut self, _at: Position, _snapshot: &Snapshot<'_>, _area: Rect) -> Effect {
        Effect::Ignored
    }

    /// The cursor has moved: what the user had scrolled to may be left.
    fn follow(&mut self) {}

    /// Before it is drawn: which key does what, if the keys are this view's.
    fn take_keys(&mut self, _keymap: Option<&Keymap>) {}

    /// Sets what the list is filtered by, or what is searched; empty: nothing. Tells whether this
    /// view can.
    fn filter(&mut self, _text: &str) -> bool {
        false
    }

    /// Draws it. `area` is the inside of the panel.
    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer);

    /// What stands in the border below it, where no other panel's title does.
    fn footer(&self, _snapshot: &Snapshot<'_>, _theme: &Theme, _width: u16) -> Line<'static> {
        Line::default()
    }
}

/// All about the record at the cursor, for the views that say what it has done.
fn about_the_record(snapshot: &Snapshot<'_>) -> Effect {
    let position = snapshot.position;
    let Some(record) = snapshot.history.record(position) else { return Effect::Done };
    let details = words::details(snapshot, position, &record);
    let text = format!("{}\n\n{details}", snapshot.happened);
    Effect::Show {
        title: format!("record #{}", record.seq),
        text,
        thing: Some(Thing::Record(position)),
    }
}

impl Effect {
    /// Of an action that a list may have taken.
    const fn of_list(taken: bool) -> Self {
        if taken { Self::Done } else { Self::Ignored }
    }
}

/// A row of the table.
#[derive(Clone, Copy)]
pub struct Entry {
    /// The view's name.
    pub id: &'static str,
    /// What the help says about it.
    pub about: &'static str,
    /// Makes one.
    pub make: fn() -> Box<dyn View>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// Every view.
pub static TABLE: &[Entry] = &[
    Entry {
        id: source::ID,
        about: "the program: the line that runs, and the lines where tasks wait",
        make: || Box::<source::ProgramText>::default(),
    },
    Entry {
        id: board::ID,
        about: "the link to the board, and which task has how much of its time",
        make: || Box::<board::Board>::default(),
    },
    Entry {
        id: lesson::ID,
        about: "the lesson's text for this place in the run",
        make: || Box::<lesson::Lesson>::default(),
    },
    Entry {
        id: looping::ID,
        about: "where the loop is: poll, timers, ready, running",
        make: || Box::<looping::Looping>::default(),
    },
    Entry {
        id: ready::ID,
        about: "the handles that are ready, first to run first; this batch apart from the next",
        make: || Box::<ready::Ready>::default(),
    },
    Entry {
        id: timers::ID,
        about: "the timers by the time they are due",
        make: || Box::<timers::Timers>::default(),
    },
    Entry {
        id: tasks::ID,
        about: "the tasks, and who waits for whom",
        make: || Box::<tasks::Tasks>::default(),
    },
    Entry {
        id: locks::ID,
        about: "locks, semaphores, events, conditions, barriers, queues: who has them, who stands in line",
        make: || Box::<locks::Locks>::default(),
    },
    Entry {
        id: outside::ID,
        about: "who the loop deals with: servers, connections, child processes, executors' jobs",
        make: || Box::<outside::Outside>::default(),
    },
    Entry {
        id: watchers::ID,
        about: "what can wake the loop from outside: descriptors, by whom they lead to, and signals",
        make: || Box::<watchers::Watchers>::default(),
    },
    Entry {
        id: calls::ID,
        about: "calls of the exception handler with their context, and diagnoses",
        make: || Box::<calls::Calls>::default(),
    },
    Entry {
        id: records::ID,
        about: "everything that happened, a record a line",
        make: || Box::<records::Records>::default(),
    },
    Entry {
        id: output::ID,
        about: "what the program wrote; a board's log, by level",
        make: || Box::<output::Output>::default(),
    },
    Entry {
        id: timeline::ID,
        about: "who ran when, and when the loop slept",
        make: || Box::<timeline::Timelines>::default(),
    },
];

/// What a change is drawn with, beside its sign.
pub(crate) const fn mark_role(mark: loopscope_session::Mark) -> crate::theme::Role {
    use loopscope_session::Mark;

    use crate::theme::Role;
    match mark {
        Mark::New => Role::Arrived,
        Mark::Gone => Role::Left,
        Mark::Changed => Role::Changed,
    }
}
