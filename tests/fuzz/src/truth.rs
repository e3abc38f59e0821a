//! What a host believes, held against what its boards really sent and really were.

use loopscope_model::state::{At, HandleState, Phase, TaskState};
use loopscope_model::{Record, State};
use loopscope_protocol::{Event, NameId, Text};

use crate::board::{Board, PIECE, Sent};

/// What the host says.
const HOST: [&str; 7] = [
    "a remark",
    "a line of the log",
    "It was away.",
    "It was reset.",
    "The board was reset",
    "The board has not said how long",
    "The board names something",
];

/// Where a record stands among all that was sent: the board's run, and its number there.
type SentAt = (usize, u64);

/// Goes through a stream's records.
#[derive(Debug)]
pub struct Judge<'a> {
    runs: &'a [Board],
    last: Option<(SentAt, u64)>,
    /// What comes now was sent after this.
    after: SentAt,
    /// This many marks of the host's are to come: it has told of a reset.
    marks: u8,
    state: State,
    /// Nothing is said about how many are missing: a link was away, or a reset went unseen.
    pub loose: bool,
}

impl<'a> Judge<'a> {
    /// For a stream of these runs of a board.
    pub fn new(runs: &'a [Board]) -> Self {
        Self { runs, last: None, after: (0, 0), marks: 0, state: State::default(), loose: false }
    }

    /// Takes in the next record.
    pub fn take(&mut self, record: &Record) {
        self.state.apply(record);
        match record.event {
            Event::RunStart { .. } | Event::Gap { .. } => return,
            // What the host itself adds.
            Event::Log { .. } | Event::Remark { .. } => {
                self.last = self.last.map(|(place, base)| (place, base + 1));
                let text = record.text(Text::FIRST);
                // Behind harmed bytes a text is marked: a piece of it may be among them.
                let words = text.strip_prefix('?').unwrap_or(text);
                let known = HOST.iter().any(|remark| words.starts_with(remark));
                assert!(known, "the host never said {text:?}");
                if text.contains("reset") {
                    (self.marks, self.last) = (2, None);
                    self.after = (self.after.0 + 1, 0);
                }
                return;
            }
            Event::SnapshotBegin {} | Event::SnapshotEnd {} if self.marks > 0 => {
                self.marks -= 1;
                return;
            }
            _ => {}
        }
        let found = self.find(record);
        let Some(&place) = found.first() else { panic!("{record:?} was never sent") };
        if found.len() > 1 {
            // Its time is not known, and there are several like it.
            return;
        }
        if let Some(((run, n), base)) = self.last
            && run == place.0
            && !self.loose
        {
            assert_eq!(record.seq - base, place.1 - n, "{record:?} has another number");
        }
        self.last = Some((place, record.seq));
        self.after = place;
        let sent = &self.runs[place.0].sent[&place.1];
        Self::text(record, sent);
        self.right(&sent.truth, record);
    }

    /// The places that a record may have, behind that of the last one. A time that is known says
    /// which one it is.
    fn find(&self, record: &Record) -> Vec<SentAt> {
        let mut found = Vec::new();
        let after = self.after;
        let runs = self.runs.iter().enumerate().skip(after.0);
        for (run, board) in runs {
            let from = if run == after.0 { after.1 + 1 } else { 0 };
            for (n, sent) in board.sent.range(from..) {
                let same_time = record.t.is_none_or(|t| t == sent.at * 1000);
                if same_time && plain(sent.event) == plain(record.event) {
                    found.push((run, *n));
                }
            }
        }
        found
    }

    fn text(record: &Record, sent: &Sent) {
        let text = record.text(Text::FIRST);
        // A piece has no number: one that is lost as a whole frame shows nowhere.
        let without_pieces = || {
            let mut rest = text;
            for piece in sent.text.as_bytes().chunks(PIECE) {
                let piece = std::str::from_utf8(piece).unwrap_or_default();
                rest = rest.strip_prefix(piece).unwrap_or(rest);
            }
            rest.is_empty()
        };
        let is_right = text.contains('?') || (record.garbage == 0 && without_pieces());
        assert!(is_right || text == sent.text, "{text:?} was {:?}: {record:?}", sent.text);
    }

    /// What is believed is so, or marked unknown.
    fn right(&self, truth: &State, record: &Record) {
        for the_loop in self.state.loops() {
            let Some(true_loop) = truth.event_loop(the_loop.id) else {
                panic!("there is no loop {} at {record:?}", the_loop.id.0)
            };
            if the_loop.phase != Phase::Unknown && true_loop.phase != Phase::Unknown {
                assert_eq!(the_loop.phase, true_loop.phase, "at {record:?}");
            }
            if the_loop.at != At::Unknown && true_loop.at != At::Unknown {
                assert_eq!(the_loop.at, true_loop.at, "at {record:?}");
            }
            if the_loop.current.is_some() {
                assert_eq!(the_loop.current, true_loop.current, "at {record:?}");
            }
            let lists = [
                (
                    the_loop.ready_known(),
                    true_loop.ready_known(),
                    list(the_loop.ready()),
                    list(true_loop.ready()),
                ),
                (
                    the_loop.timers_known(),
                    true_loop.timers_known(),
                    list(the_loop.timers()),
                    list(true_loop.timers()),
                ),
            ];
            for (known, really_known, believed, really) in lists {
                if known && really_known {
                    assert_eq!(believed, really, "at {record:?}");
                } else if really_known {
                    let all = believed.iter().all(|id| really.contains(id));
                    assert!(all, "of {believed:?} only {really:?} are there at {record:?}");
                }
            }
        }
        for task in self.state.tasks().filter(|task| task.state != TaskState::Unknown) {
            // One that ended long ago is forgotten.
            let Some(really) = truth.task(task.id) else {
                assert!(task.state.is_done(), "there is no {task:?} at {record:?}");
                continue;
            };
            if really.state != TaskState::Unknown {
                assert_eq!(task.state, really.state, "task {} at {record:?}", task.id.0);
            }
        }
        let uncertain = [HandleState::Unknown, HandleState::Gone];
        for handle in self.state.handles().filter(|handle| !uncertain.contains(&handle.state)) {
            let really = truth.handle(handle.id).map(|really| really.state);
            if really != Some(HandleState::Unknown) {
                assert_eq!(Some(handle.state), really, "h{} at {record:?}", handle.id.0);
            }
        }
        if !self.state.uncertain() && !truth.uncertain() {
            let [mine, really] = [&self.state, truth]
                .map(|state| state.pending_tasks().map(|task| task.id).collect::<Vec<_>>());
            assert_eq!(mine, really, "tasks at {record:?}");
        }
    }
}

/// An event without names: a host adds some, and another firmware has other ones.
const fn plain(mut event: Event) -> Event {
    match &mut event {
        Event::HandleNew { name, .. } | Event::TimerNew { name, .. } => *name = NameId::NONE,
        Event::TaskNew { name, place, .. } => {
            *name = NameId::NONE;
            place.file = NameId(2);
        }
        Event::TaskSuspend { place, .. } if place.file.is_some() => place.file = NameId(2),
        _ => {}
    }
    event
}

fn list<T>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.collect()
}
