//! The line of the program that caused a record.

use loopscope_protocol::{Event, Place};

use crate::names::{Frame, Names};
use crate::record::Record;
use crate::state::Task;

/// A line of the program that caused a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The program's own line.
    pub place: Place,
    /// Where the library was that this line called, if it did.
    pub inside: Option<Frame>,
}

impl Record {
    /// The line that caused it. `None` for what the loop did by itself, for what came from outside,
    /// and for all that a source says which knows no lines.
    ///
    /// ```
    /// use loopscope_model::story::Story;
    /// use loopscope_protocol::Event;
    ///
    /// let mut story = Story::new();
    /// let line = story.chain(&[("put", "queues", 139), ("main", "program.py", 7)]);
    /// story.caused_by(line).push(Event::LoopStopRequest { by: Default::default() });
    /// let cause = story.records()[0].cause(story.names()).unwrap();
    /// assert_eq!(story.names().place(cause.place).unwrap(), "program.py:7");
    /// assert_eq!(story.names().place(cause.inside.unwrap().place).unwrap(), "queues:139");
    /// ```
    pub fn cause(&self, names: &Names) -> Option<Cause> {
        // Where a task waits its record says anyway, with the whole chain.
        if let Event::TaskSuspend { place, chain, .. } = self.event {
            let innermost = names.chain(chain).into_iter().next();
            let inside = innermost.filter(|frame| frame.place != place);
            return place.file.is_some().then_some(Cause { place, inside });
        }
        if !self.line.is_some() {
            return None;
        }
        let frames = names.chain(self.line);
        let place = frames.last()?.place;
        let inside = (frames.len() > 1).then(|| frames[0]);
        place.file.is_some().then_some(Cause { place, inside })
    }
}

impl Task {
    /// The line of the program where it stands; where it was raised what it ended by.
    pub fn stands_at(&self, names: &Names) -> Option<Place> {
        if self.place.file.is_some() {
            return Some(self.place);
        }
        let place = names.chain(self.chain).last()?.place;
        place.file.is_some().then_some(place)
    }
}
