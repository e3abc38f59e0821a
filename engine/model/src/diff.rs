//! Where two histories first differ.
//!
//! Events are compared in order and matched by name: numbers that a run gives out (sequence
//! numbers, times, ids, descriptors, process ids) and places in files are left out, and so are
//! kinds of events that one side declares it never sends, and a snapshot in the middle, which says
//! again what is known.
//!
//! Two dialects do the same work by different events. There only what a program can tell is
//! compared: in which order its tasks take their steps, how they end, what it prints, which
//! exceptions reach the handler, and its exit code; see [`Compare::Visible`].

mod columns;
mod reasons;
mod side;
#[cfg(test)]
mod tests;
pub mod versions;

use std::collections::VecDeque;

use loopscope_protocol::{Kind, KindSet};

use crate::history::History;
use crate::names::Names;
use crate::sentence;
use crate::state::State;

pub use columns::{Around, Cell, Row};

use columns::Reading;
use side::{SideCursor, SidePosition, differs};

/// What counts when two histories are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compare {
    /// Every event that both sides send.
    #[default]
    Everything,
    /// What a program can tell: the order of its tasks' steps, how they end, standard output,
    /// exceptions that reach the handler, the exit code.
    Visible,
}

impl Compare {
    /// What can be compared of two runs: everything, unless two schedulers of different kinds made
    /// them, whose events are not the same even where the programs do the same.
    pub fn between(first: &History, second: &History) -> Self {
        match [first, second].map(scheduler) {
            [Some(one), Some(two)] if one != two => Self::Visible,
            _ => Self::Everything,
        }
    }
}

/// Who scheduled, as the last start of the source says, or what is known where the history begins.
fn scheduler(history: &History) -> Option<reasons::Family> {
    let started = history.last_of(history.len(), Kind::RunStart).map(|(_, record)| {
        let mut state = State::default();
        state.apply(&record);
        state
    });
    reasons::family(&started.unwrap_or_else(|| history.at(history.first())))
}

/// One of two histories.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What it is called in the explanation: a file's name.
    pub title: &'a str,
    /// What happened.
    pub history: &'a History,
    /// What it was called.
    pub names: &'a Names,
    /// The kinds of events that its source never sends.
    pub never_sends: KindSet,
}

/// The first difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// How many events were compared before it and found equal.
    pub equal: usize,
    /// The position on the first side; `None`: it has ended.
    pub first: Option<usize>,
    /// The position on the second side; `None`: it has ended.
    pub second: Option<usize>,
    /// The field that differs, where both have the same event.
    pub field: Option<&'static str>,
    /// The explanation.
    pub sentence: String,
}

/// The first difference of two histories; `None` if there is none.
///
/// ```
/// use loopscope_model::diff::{Side, diff};
/// use loopscope_model::story::Story;
/// use loopscope_protocol::KindSet;
///
/// let (mut one, mut two) = (Story::new(), Story::new());
/// one.start().soon(1, "tick");
/// two.start().soon(1, "tock");
/// let (a, b) = (one.history(), two.history());
/// let never_sends = KindSet::NONE;
/// let first = Side { title: "a.rec", history: &a, names: one.names(), never_sends };
/// let second = Side { title: "b.rec", history: &b, names: two.names(), never_sends };
/// assert_eq!(
///     diff(first, second).unwrap().sentence,
///     "After 3 equal events they differ. a.rec, record 4: call_soon put h1 tick into the ready \
///      queue. b.rec, record 4: call_soon put h1 tock into the ready queue."
/// );
/// assert_eq!(diff(first, first), None);
/// ```
pub fn diff(first: Side<'_>, second: Side<'_>) -> Option<Divergence> {
    diff_by(Compare::Everything, first, second)
}

/// The first difference in what counts.
pub fn diff_by(compare: Compare, first: Side<'_>, second: Side<'_>) -> Option<Divergence> {
    let mut comparing = Comparing::new(compare, [first, second], Around::default());
    comparing.advance([first, second], usize::MAX);
    comparing.found
}

/// How far apart two places are at least from which lines side by side can be read again.
const APART: usize = 1 << 17;

/// Two histories while they are compared, in portions. It keeps neither of them: each portion is
/// handed the same two sides.
#[derive(Debug)]
pub struct Comparing {
    compare: Compare,
    never: KindSet,
    around: Around,
    places: [SidePosition; 2],
    equal: usize,
    /// Places on the way, with how many events were equal up to there.
    marks: VecDeque<(usize, [SidePosition; 2])>,
    found: Option<Divergence>,
    /// Once that is found: the lines around it.
    reading: Option<[Reading; 2]>,
    over: bool,
}

impl Comparing {
    /// From their beginnings on.
    pub fn new(compare: Compare, sides: [Side<'_>; 2], around: Around) -> Self {
        let mut places = sides.map(|side| SidePosition::first(side.history));
        let marks = VecDeque::from([(0, places.each_mut().map(SidePosition::share))]);
        Self {
            compare,
            never: sides[0].never_sends.union(sides[1].never_sends),
            around,
            places,
            equal: 0,
            marks,
            found: None,
            reading: None,
            over: false,
        }
    }

    /// The first difference, once it is found.
    pub const fn found(&self) -> Option<&Divergence> {
        self.found.as_ref()
    }

    /// How many events were equal so far.
    pub const fn equal(&self) -> usize {
        self.equal
    }

    /// The positions that are reached on both sides.
    pub fn positions(&self) -> [usize; 2] {
        self.places.each_ref().map(|place| place.position)
    }

    /// Looks at about `budget` more records on each side. True: the difference is found and the
    /// lines around it are read, or there is none.
    pub fn advance(&mut self, sides: [Side<'_>; 2], budget: usize) -> bool {
        if self.found.is_none() && !self.over {
            self.compare(sides, budget);
        } else if !self.over {
            self.read_around(sides, budget);
        }
        self.over
    }

    fn compare(&mut self, sides: [Side<'_>; 2], budget: usize) {
        let until = self.positions().map(|position| position.saturating_add(budget));
        let mut walks = self.walks(sides);
        while !self.over && self.found.is_none() {
            let [a, b] = &mut walks;
            if !(a.advance(self.never, until[0]) && b.advance(self.never, until[1])) {
                break;
            }
            self.compare_next(a, b);
            let [a, b] = &mut walks;
            let last = self
                .marks
                .back()
                .map_or([0; 2], |(_, places)| places.each_ref().map(|place| place.position));
            let is_far = a.place.position - last[0] >= APART || b.place.position - last[1] >= APART;
            if is_far && self.found.is_none() && !self.over {
                self.mark([a, b].map(|walk| walk.place.share()));
            }
        }
        self.places = walks.map(|walk| walk.place);
        if self.found.is_some() {
            self.begin_reading();
        }
    }

    fn walks<'a>(&mut self, sides: [Side<'a>; 2]) -> [SideCursor<'a>; 2] {
        let [one, two] = std::mem::take(&mut self.places);
        let [first, second] = sides;
        [SideCursor::new(first, self.compare, one), SideCursor::new(second, self.compare, two)]
    }

    /// Compares what both stand at. They stand there no longer if that is equal.
    fn compare_next(&mut self, a: &mut SideCursor<'_>, b: &mut SideCursor<'_>) {
        let field = match (a.record(), b.record()) {
            (None, None) => {
                self.over = true;
                return;
            }
            (Some(x), Some(y)) if x.kind() == y.kind() => match differs(a, x, b, y) {
                None => {
                    self.equal += 1;
                    (a.place.stands, b.place.stands) = (false, false);
                    return;
                }
                Some(field) => Some(field),
            },
            _ => None,
        };
        self.found = Some(Divergence {
            equal: self.equal,
            first: a.record().map(|_| a.place.position),
            second: b.record().map(|_| b.place.position),
            field,
            sentence: explain(self.equal, a, b, field),
        });
    }

    /// Notes a place to read from again. Enough of them are kept for what is wanted before a
    /// difference, however far apart what counts is.
    fn mark(&mut self, places: [SidePosition; 2]) {
        self.marks.push_back((self.equal, places));
        if self.marks.len() > self.around.before + 2 {
            self.marks.pop_front();
        }
    }

    /// The lines around the difference are read from the last mark before them.
    fn begin_reading(&mut self) {
        let Around { before, after } = self.around;
        let from = self.equal.saturating_sub(before);
        let begins = |(equal, _): &&(usize, [SidePosition; 2])| *equal <= from;
        let mark = self.marks.iter().rfind(begins).map(|(equal, places)| (*equal, places.clone()));
        self.marks.clear();
        if let Some((equal, places)) = mark
            && before + after > 0
        {
            self.places = places;
            self.reading = Some([equal; 2].map(|at| Reading { at, cells: Vec::new() }));
        } else {
            self.over = true;
        }
    }
}

fn explain(equal: usize, a: &SideCursor<'_>, b: &SideCursor<'_>, field: Option<&str>) -> String {
    let what = match a.compare {
        Compare::Everything => "event",
        Compare::Visible => "step or output",
    };
    let after = match equal {
        0 => format!("They differ from the first {what} on."),
        1 => format!("After 1 equal {what} they differ."),
        n if a.compare == Compare::Visible => {
            format!("After {n} equal steps and outputs they differ.")
        }
        n => format!("After {n} equal events they differ."),
    };
    let side = |walk: &SideCursor<'_>| match walk.record() {
        Some(record) => {
            let said = sentence::happened(walk.state(), record, walk.side.names);
            format!("{}, record {}: {said}", walk.side.title, record.seq)
        }
        None => format!("{} has ended.", walk.side.title),
    };
    let (one, two) = (side(a), side(b));
    // Where both sentences say the same, only the field tells the difference.
    let plain = |text: &str| text.split_once(": ").map(|(_, said)| said.to_owned());
    let hint = match field {
        Some(field) if plain(&one) == plain(&two) => format!(" The difference is in `{field}`."),
        _ => String::new(),
    };
    let reason = reasons::reason(a, b).map(|reason| format!(" {reason}")).unwrap_or_default();
    format!("{after} {one} {two}{hint}{reason}")
}
