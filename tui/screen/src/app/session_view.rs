//! A session with what the screen keeps beside it: the digest of its history, the program's text,
//! and what a snapshot borrows.

use std::path::Path;

use loopscope_model::link::LinkStatus;
use loopscope_protocol::{Event, NameId};
use loopscope_session::source::Origin;
use loopscope_session::{Changes, Outcome, RunState, Session, Tick, program_text};

use crate::views::lesson::Page;
use crate::views::{Activity, BreakRow, Digest, Snapshot, SourceTexts};

/// A session and what belongs to it on the screen.
#[derive(Debug)]
pub(super) struct SessionView {
    pub(super) session: Session,
    name: String,
    /// The link to the board, where there is one.
    link: Option<LinkStatus>,
    digest: Digest,
    /// Whether it has all that there is to be taken in.
    is_digested: bool,
    /// A recording is not folded to its end, and gets on with it.
    is_folding: bool,
    sources: SourceTexts,
    /// The program's text, where it is not a file.
    text: Option<String>,
    breaks: Vec<BreakRow>,
    displays: Vec<(String, String)>,
    happened: String,
    next: String,
    /// The line at which the program holds.
    line: Option<(String, u32)>,
    /// How often the program was started anew, as far as it was noticed.
    starts: u32,
    pub(super) lesson: Option<Page>,
    pub(super) slow: bool,
    /// What is marked while the records run by.
    unmarked: Changes,
}

impl SessionView {
    pub(super) fn new(session: Session, text: Option<String>) -> Self {
        let name = session.name();
        let short = Path::new(&name).file_name().map(|name| name.to_string_lossy().into_owned());
        let short = short.unwrap_or(name);
        let mut session_view = Self {
            session,
            name: short.clone(),
            link: None,
            digest: Digest::default(),
            is_digested: true,
            is_folding: false,
            sources: SourceTexts::new(),
            text,
            breaks: Vec::new(),
            displays: Vec::new(),
            happened: String::new(),
            next: String::new(),
            line: None,
            starts: 0,
            lesson: None,
            slow: false,
            unmarked: Changes::quiet(),
        };
        // A board is called by its firmware's file and a recording by its own, neither of which is
        // what runs there.
        let origin = session_view.session.origin();
        let is_program = matches!(origin, Origin::Program | Origin::Process);
        let text = session_view.text.clone();
        let text = text.or_else(|| if is_program { session_view.read(&short) } else { None });
        session_view.sources.set_main(short, text.as_deref());
        session_view.refresh();
        session_view.is_folding = !session_view.session.history().folding().is_over();
        session_view
    }

    /// A file of the program, if it can be read.
    fn read(&self, name: &str) -> Option<String> {
        program_text(self.session.folder()?, name)
    }

    pub(super) fn execute(&mut self, line: &str) -> Outcome {
        let outcome = self.session.execute_line(line);
        self.refresh();
        outcome
    }

    /// Takes in what has come; also tells whether something about the link has changed.
    pub(super) fn tick(&mut self, timeout: std::time::Duration) -> (Tick, bool) {
        let folded = self.session.history().folding().done;
        let tick = self.session.tick(timeout);
        let folding = self.session.history().folding();
        self.is_folding = !folding.is_over() && folding.done > folded;
        if tick.arrived > 0 || tick.over.is_some() {
            self.refresh();
        }
        let mut is_news = self.look_at_link();
        if !self.is_digested {
            self.is_digested = self.digest.follow(self.session.history(), self.session.position());
            is_news = true;
        }
        (tick, is_news)
    }

    /// Whether there is something to be read yet: what is drawn from the digest, or what makes any
    /// place in a recording near.
    pub(super) const fn is_behind(&self) -> bool {
        !self.is_digested || self.is_folding
    }

    /// How the link is at this moment. Tells whether that is news.
    fn look_at_link(&mut self) -> bool {
        let link = self.session.link();
        let is_news = link != self.link;
        self.link = link;
        is_news
    }

    pub(super) fn seek(&mut self, position: usize) {
        self.session.seek(position);
        self.refresh();
    }

    /// Brings everything that is kept beside the session up to date with it.
    pub(super) fn refresh(&mut self) {
        if self.starts != self.session.starts() {
            // Another history, and perhaps another text.
            self.starts = self.session.starts();
            self.digest = Digest::default();
            self.sources = SourceTexts::new();
            let text = self.text.clone().or_else(|| self.read(&self.name));
            self.sources.set_main(self.name.clone(), text.as_deref());
        }
        self.is_digested = self.digest.follow(self.session.history(), self.session.position());
        self.happened = self.session.happened();
        if self.session.position() == 0 {
            self.happened = if self.session.origin() == Origin::Recording {
                "This is the start of the recording.".to_owned()
            } else {
                "Nothing has happened yet.".to_owned()
            };
        }
        self.next = self.session.next();
        self.line = self.session.line_to_come();
        self.look_at_link();
        let shown = self.session.displays().into_iter();
        self.displays = shown.map(|(_, expr, value)| (expr, value)).collect();
        let breaks = self.session.breaks().iter().map(|point| BreakRow {
            number: point.number,
            text: format!("{} {}", point.word(), point.text),
            enabled: point.enabled,
            temporary: point.temporary,
            hits: point.hits,
        });
        self.breaks = breaks.collect();
        self.learn_files();
    }

    /// The program's file: what runs at the cursor, and before the first record what is going to.
    fn program_file(&self) -> NameId {
        let now = self.session.state().run().file;
        if now.is_some() {
            return now;
        }
        let first = self.session.history().record(1);
        match first.map(|record| record.event) {
            Some(Event::RunStart { file, .. }) => file,
            _ => NameId::NONE,
        }
    }

    /// Reads the files that the state at the cursor speaks of and that were not read yet.
    fn learn_files(&mut self) {
        let state = self.session.state();
        let main = self.program_file();
        let current = state.focus().and_then(|l| l.current).and_then(|id| state.handle(id));
        let running = current.map(|handle| handle.place.file);
        let standing =
            current.and_then(|handle| state.task(handle.task)).map(|task| task.place.file);
        let said = self.session.record().and_then(|record| {
            record.event.fields().as_slice().iter().find_map(|field| match field.value {
                loopscope_protocol::FieldValue::Place(place) => Some(place.file),
                _ => None,
            })
        });
        let files = [Some(main), running, standing, said].into_iter().flatten();
        let files: Vec<NameId> = files.filter(|id| id.is_some()).collect();
        for id in files {
            let name = self.session.names().exact(id).into_owned();
            if self.sources.knows(&name) {
                continue;
            }
            let text = if id == main { self.text.clone() } else { None };
            let text = text.or_else(|| self.read(&name));
            if id == main && (text.is_some() || self.sources.get(self.sources.main()).is_none()) {
                self.sources.set_main(name, text.as_deref());
            } else {
                self.sources.set(name, text.as_deref());
            }
        }
    }

    /// Whether the cursor follows what comes.
    fn is_following(&self) -> bool {
        !self.slow && self.session.is_running() && !self.session.is_walking()
    }

    pub(super) fn activity(&self) -> Activity {
        if self.slow {
            return Activity::Slow;
        }
        if self.session.is_running() {
            return Activity::Running;
        }
        if self.session.origin() == Origin::Recording {
            return Activity::Recording;
        }
        match self.session.run_state() {
            _ if self.session.program_ended() => Activity::Ended,
            RunState::Running { .. } | RunState::Pausing | RunState::Following => {
                Activity::Standing
            }
            RunState::Held => Activity::Paused,
            RunState::Empty | RunState::Ended | RunState::Lost(_) => Activity::Ended,
        }
    }

    pub(super) fn snapshot(&self) -> Snapshot<'_> {
        let session = &self.session;
        // What happens next is what a lesson asks: the sentence must not tell.
        let question = self.lesson.as_ref().and_then(|page| page.question.as_ref());
        let is_asked = question.is_some_and(crate::views::lesson::Question::is_open);
        let next = if is_asked {
            "Your guess first; then the run tells."
        } else if self.lesson.as_ref().is_some_and(|page| page.hides) {
            ""
        } else {
            &self.next
        };
        Snapshot {
            name: &self.name,
            board: session.is_board(),
            link: self.link.as_ref(),
            held: self.link.is_some() && session.is_held(),
            history: session.history(),
            progress: session.progress(),
            names: session.names(),
            digest: &self.digest,
            sources: &self.sources,
            position: session.position(),
            state: session.state(),
            // What runs by is not marked: nobody has stopped to look at it.
            changes: if self.is_following() || session.changes().is_quiet {
                &self.unmarked
            } else {
                session.changes()
            },
            activity: self.activity(),
            happened: &self.happened,
            next,
            breaks: &self.breaks,
            line: self.line.as_ref(),
            displays: &self.displays,
            bookmarks: session.bookmarks(),
            lesson: self.lesson.as_ref(),
        }
    }
}
