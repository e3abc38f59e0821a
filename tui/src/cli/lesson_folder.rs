//! A lesson's program as a file: the engine runs files, and the lessons are inside the binary.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs, io};

use loopscope_board::demo;
use loopscope_files::temporary::Folder;
use loopscope_lessons::{BoardSession, Lesson};
use loopscope_model::history::InMemory;
use loopscope_protocol::{ClockMode, Dialect};
use loopscope_session::Session;
use loopscope_session::source::replay::Replay;

use super::Shared;
use super::shared::LoopKind;

/// A temporary folder with a lesson's program, which goes away with the value.
#[derive(Debug)]
pub(crate) struct LessonFolder {
    folder: Folder,
    how: How,
}

/// How a lesson's programs are run.
#[derive(Clone, Copy, Debug)]
struct How {
    /// Whether the lesson is one of those in the binary. Another one's program is a stranger's.
    is_ours: bool,
    /// Whose rules they run by; `None`: as the user says.
    dialect: Option<Dialect>,
    /// Whether their loop waits for completions.
    is_proactor: bool,
    /// Whether their clock stays virtual, whatever they touch.
    is_virtual: bool,
    /// The recorded session that is in the place of a program.
    board: Option<BoardSession>,
}

impl How {
    fn of(lesson: &Lesson) -> Self {
        let dialect = (lesson.dialect != Dialect::Cpython).then_some(lesson.dialect);
        let &Lesson { is_proactor, is_virtual, board, .. } = lesson;
        Self { is_ours: lesson.is_built_in(), dialect, is_proactor, is_virtual, board }
    }

    fn session(self, program: &Path, shared: &Shared, capture: bool) -> Result<Session, String> {
        if let Some(session) = self.board {
            return recorded(session);
        }
        let mut shared = shared.clone();
        shared.dialect = self.dialect.unwrap_or(shared.dialect);
        if self.is_proactor {
            shared.loop_kind = LoopKind::Proactor;
        }
        if self.is_virtual {
            shared.clock = ClockMode::Virtual;
        }
        if !self.is_ours {
            shared.sandbox = shared.sandbox.by_default();
        }
        let is_for_any = self.dialect.is_none() && !self.is_proactor;
        let mut shared = shared.for_lesson(is_for_any);
        if shared.python.is_some() && shared.clock == ClockMode::Auto {
            shared.clock = ClockMode::Virtual;
        }
        shared.session(&[OsString::from(program)], capture)
    }
}

impl LessonFolder {
    /// Writes `lesson`'s program into a folder of its own.
    pub(crate) fn write(lesson: &Lesson) -> Result<Self, String> {
        Self::holding(lesson, &lesson.program)
    }

    /// Writes another program of the lesson's, such as a solution, into a folder of its own.
    pub(crate) fn holding(lesson: &Lesson, program: &str) -> Result<Self, String> {
        Self::with(lesson, program).map_err(|error| {
            format!(
                "the lesson's program cannot be written to a folder in `{}`: {error}; set TMPDIR to a folder that can be written",
                env::temp_dir().display()
            )
        })
    }

    fn with(lesson: &Lesson, program: &str) -> io::Result<Self> {
        let folder = Folder::new()?;
        fs::write(folder.path().join(Lesson::FILE), program)?;
        Ok(Self { folder, how: How::of(lesson) })
    }

    /// Where the program is.
    pub(crate) fn program(&self) -> PathBuf {
        self.folder.path().join(Lesson::FILE)
    }

    /// A session on the program, held before its first record. A stranger's is in a sandbox, unless
    /// `--no-sandbox` trusts it.
    pub(crate) fn session(&self, shared: &Shared, capture: bool) -> Result<Session, String> {
        self.how.session(&self.program(), shared, capture)
    }

    /// A session on a learner's own file for a lesson.
    pub(crate) fn start(lesson: &Lesson, file: &Path, shared: &Shared) -> Result<Session, String> {
        How::of(lesson).session(file, shared, true)
    }
}

/// A recorded session of a board, which needs no board.
fn recorded(session: BoardSession) -> Result<Session, String> {
    let (of, name) = match session {
        BoardSession::Demo => (demo::RECORDING, demo::RECORDING_NAME),
        BoardSession::DemoGap => (demo::RECORDING_WITH_GAP, demo::RECORDING_NAME),
        BoardSession::DemoHeld => (demo::RECORDING_HELD, demo::RECORDING_NAME),
        BoardSession::Doorbell => (demo::RECORDING_OF_DOORBELL, "doorbell.loop"),
        BoardSession::Priorities => (demo::RECORDING_OF_PRIORITIES, "priorities.loop"),
    };
    let from = Arc::new(InMemory::holding(of.to_vec()));
    let replay = Replay::read(from, name.to_owned());
    replay.map(Session::new).map_err(|error| error.to_string())
}
