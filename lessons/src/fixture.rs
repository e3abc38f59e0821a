//! Runs of lesson programs for tests: the events of a small loop, without Python.
//!
//! The engine is the authority on what a loop does; the whole project's tests run the lessons
//! there. This loop only has what these tests need: `call_soon`, `call_later`, `stop`, `close`.

use std::collections::VecDeque;

use loopscope_model::History;
use loopscope_model::story::Story;
use loopscope_protocol::{
    ClockMode, Dialect, Event, ExitHow, HandleId, LoopId, RunHow, TaskId, Text, Ties, Which,
};

/// What a callback of a test does.
pub(crate) type Act<'a> = &'a dyn Fn(&mut Bench, &str) -> Outcome;

/// How a callback ends.
pub(crate) enum Outcome {
    Returns,
    Raises(&'static str),
    Exits,
}

/// A loop on a workbench, writing its story.
pub(crate) struct Bench {
    story: Story,
    names: Vec<String>,
    ready: VecDeque<u32>,
    timers: Vec<(f64, u32)>,
    now: f64,
    turn: u32,
    stopping: bool,
    custom: bool,
    by: loopscope_protocol::By,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let mut story = Story::new();
        let file = story.name("program.py");
        story.on(0).push(Event::RunStart {
            dialect: Dialect::Cpython,
            clock: ClockMode::Virtual,
            wall_start: 946_684_800_000_000_000,
            seed: 0,
            ties: Ties::Heapq,
            file,
        });
        story.on(1).push(Event::LoopNew {});
        Self {
            story,
            names: Vec::new(),
            ready: VecDeque::new(),
            timers: Vec::new(),
            now: 0.0,
            turn: 0,
            stopping: false,
            custom: false,
            by: loopscope_protocol::By::Outside,
        }
    }

    fn named(&mut self, name: &str) -> u32 {
        self.names.push(name.to_owned());
        u32::try_from(self.names.len()).expect("a test makes few handles")
    }

    pub(crate) fn call_soon(&mut self, name: &str) {
        let id = self.named(name);
        self.ready.push_back(id);
        self.story.soon(id, name);
    }

    pub(crate) fn call_soon_all(&mut self, names: &[&str]) {
        for name in names {
            self.call_soon(name);
        }
    }

    pub(crate) fn call_later(&mut self, delay: f64, name: &str) {
        let id = self.named(name);
        let when = self.now + delay;
        self.timers.push((when, id));
        self.story.timer(id, when, name, 0);
    }

    pub(crate) fn stop(&mut self) {
        self.stopping = true;
        self.story.push(Event::LoopStopRequest { by: self.by });
    }

    pub(crate) fn print(&mut self, line: &str) {
        self.story.print(&format!("{line}\n"));
    }

    pub(crate) fn set_exception_handler(&mut self, name: &str) {
        self.custom = true;
        let (name, place) = (self.story.name(name), self.story.place("program.py", 25));
        self.story.push(Event::HandlerSet { which: Which::Custom, name, place });
    }

    pub(crate) fn run_forever(&mut self, act: Act<'_>) {
        let how = RunHow::Forever;
        self.story.push(Event::LoopRun { how, task: TaskId::NONE });
        while self.turn(act) && !self.stopping {}
        self.stopping = false;
        self.story.push(Event::LoopStopped { how });
    }

    /// One turn; false if an exception left the loop.
    fn turn(&mut self, act: Act<'_>) -> bool {
        self.timers.sort_by(|a, b| a.0.total_cmp(&b.0));
        let first = self.timers.first().map(|timer| timer.0);
        let timeout = if self.ready.is_empty() && !self.stopping {
            (first.expect("the tests' loops always have something to do") - self.now).max(0.0)
        } else {
            0.0
        };
        self.now += timeout + 0.000_001;
        self.story.poll(Some(timeout), self.now);
        let due = self.timers.iter().take_while(|(when, _)| *when < self.now).count();
        for (when, id) in self.timers.drain(..due) {
            self.story.due(id, when);
            self.ready.push_back(id);
        }
        self.turn += 1;
        let batch = self.ready.len();
        self.story.begin_turn(batch);
        for _ in 0..batch {
            let id = self.ready.pop_front().expect("the batch was counted");
            if !self.run(id, act) {
                return false;
            }
        }
        let [ready, timers] = [self.ready.len(), self.timers.len()].map(count);
        self.story.push(Event::TurnEnd { ready, timers });
        true
    }

    fn run(&mut self, id: u32, act: Act<'_>) -> bool {
        let name = self.names[id as usize - 1].clone();
        self.story.run(id);
        self.by = loopscope_protocol::By::Handle(HandleId(id));
        let outcome = act(self, &name);
        self.by = loopscope_protocol::By::Outside;
        if let Outcome::Raises(exception) = outcome {
            let message = self.story.text(Text::FIRST, &format!("Exception in callback {name}()"));
            let exception = self.story.text(Text::SECOND, exception);
            let which = if self.custom { Which::Custom } else { Which::Default };
            self.story.push(Event::HandlerCall {
                which,
                message,
                exception,
                task: TaskId::NONE,
                handle: HandleId(id),
                future: loopscope_protocol::FutureId::NONE,
            });
        }
        self.story.done(id);
        !matches!(outcome, Outcome::Exits)
    }

    pub(crate) fn close(&mut self) {
        let [ready, timers] = [self.ready.len(), self.timers.len()].map(count);
        self.ready.clear();
        self.timers.clear();
        self.story.push(Event::LoopClose { ready, timers });
    }

    /// The end of the program.
    pub(crate) fn end(mut self) -> (History, Story) {
        let text = self.story.text(Text::FIRST, "");
        self.story.on(LoopId::NONE.0);
        self.story.push(Event::ProgramExit { code: 0, how: ExitHow::End, text });
        (self.story.history(), self.story)
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).expect("a test makes few handles")
}
