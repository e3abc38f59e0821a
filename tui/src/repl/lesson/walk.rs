//! The run of a lesson in line mode: it goes on to the next place that has something to say.

use loopscope_session::{Command, Events, Outcome, Target};

use super::super::linear;
use super::super::wait::Waited;
use super::{Over, Reading};

impl Reading<'_> {
    /// Looks at the records that have come since.
    pub(super) fn follow(&mut self) {
        let session = &self.repl.session;
        let history = session.history();
        for record in history.range(self.seen, history.len()) {
            self.state.apply(&record);
            self.guide.see(&record, &self.state, session.names());
        }
        self.seen = history.len();
    }

    /// The next item to show, having run as far as its place.
    pub(super) fn next_item(&mut self) -> Result<Option<usize>, Over> {
        loop {
            self.follow();
            let places = self.guide.resolved().places;
            let next = places.iter().find(|placed| !self.shown.contains(&placed.number));
            if let Some(placed) = next {
                let (number, seq) = (placed.number, placed.seq);
                if self.lesson.is_on_board() {
                    // All of it is known from the start.
                    self.go(&Command::Goto(Target::Record(seq)))?;
                }
                return Ok(Some(number));
            }
            if !self.run_on()? {
                // What has no place in a run is shown at the end of it.
                let missing = self.guide.resolved().missing;
                let numbers = 0..self.lesson.items.len();
                let mut left = numbers.filter(|number| !self.shown.contains(number));
                return Ok(left.find(|number| {
                    missing
                        .iter()
                        .any(|item| std::ptr::eq(*item, &raw const self.lesson.items[*number]))
                }));
            }
        }
    }

    /// Runs to the next record that may matter. False at the end.
    pub(super) fn run_on(&mut self) -> Result<bool, Over> {
        let kinds = self.guide.kinds();
        if self.session().program_ended() || kinds.is_empty() {
            return Ok(false);
        }
        let name = "the lesson's next place".to_owned();
        let events = Events { name, kinds, condition: None, line: None, asked: None };
        self.go(&Command::Until(events))?;
        Ok(true)
    }

    /// Moves on. Where it stands is told only where all is told in lines: the lesson says what matters
    /// there.
    fn go(&mut self, command: &Command) -> Result<(), Over> {
        let from = self.session().position();
        let answer = match self.repl.session.execute(command) {
            Outcome::Started => match self.repl.wait() {
                Waited::Over(result) => result.ok(),
                Waited::Away(flow) => return Err(flow.into()),
            },
            Outcome::Done(answer) => Some(answer),
            Outcome::Failed(_) | Outcome::Quit => None,
        };
        if self.repl.linear
            && let Some(answer) = answer
        {
            linear::before(self.session(), from)?;
            linear::happened(&answer)?;
            self.next = Some(answer);
        }
        Ok(())
    }
}
