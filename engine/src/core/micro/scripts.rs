//! The smallest runner of MicroPython's loop: its tasks are lists of words. It shows how
//! [`MicroLoop`] is used, and tests it without Python.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use loopscope_protocol::{
    ChainId, ClockMode, HandleHow, NameId, ObjectId, On, Place, RunHow, TaskHow, TaskId,
};

use super::{MicroLoop, MicroTask, Outside, TaskRunner, Turned, sleep_key};
use crate::core::{Clock, Ending, Ids, Order, TaskQueue, Trace};

/// A task that does its words one after the other:
///
/// - `say X` adds `X` to [`Program::said`].
/// - `sleep N` sleeps N milliseconds; 0 gives the others a turn.
/// - `wait Q` waits in the queue `Q`, as at an event; `wake Q` wakes all that wait there.
/// - `cancel T` cancels the task `T`.
/// - `stop` queues the sentinel, which ends [`Program::run_forever`].
/// - `reset` does what `new_event_loop()` does.
#[derive(Clone, Debug)]
pub struct Script(Rc<Shared>);

#[derive(Debug)]
struct Shared {
    id: TaskId,
    name: String,
    words: RefCell<VecDeque<String>>,
    done: Cell<bool>,
    cancelled: Cell<bool>,
    stands: RefCell<Stands>,
}

/// Where a task stands while it does not run.
#[derive(Clone, Debug)]
enum Stands {
    Nowhere,
    InLoop(Order),
    Waiting(String, Order),
}

impl MicroTask for Script {
    fn task(&self) -> TaskId {
        self.0.id
    }

    fn describe(&self, trace: &Trace) -> (NameId, Place) {
        (trace.name(&self.0.name), Place::NONE)
    }
}

/// The program hangs: it has waited for nothing so often that the runner gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the program hangs")]
pub struct Hang;

/// A program of such tasks.
///
/// ```
/// use loopscope_engine::core::micro::scripts::Program;
///
/// let program = Program::new();
/// program.task("sleeper", "sleep 5; say second");
/// let main = program.task("main", "say first; sleep 10; say third");
/// program.run(&main).unwrap();
/// assert_eq!(program.said(), ["first", "second", "third"]);
/// ```
#[derive(Debug)]
pub struct Program {
    core: MicroLoop<Script>,
    tasks: RefCell<BTreeMap<String, Script>>,
    queues: RefCell<BTreeMap<String, TaskQueue<Script>>>,
    sentinel: RefCell<Option<Script>>,
    main: RefCell<Option<Script>>,
    said: RefCell<Vec<String>>,
    patience: Cell<u32>,
}

impl Default for Program {
    fn default() -> Self {
        Self::new()
    }
}

impl Program {
    /// An empty program with a virtual clock.
    #[must_use]
    pub fn new() -> Self {
        let clock = Arc::new(Clock::new(ClockMode::Virtual));
        Self::with(&Arc::new(Ids::default()), &clock, &Trace::off(Arc::clone(&clock)))
    }

    /// An empty program with the given surroundings.
    #[must_use]
    pub fn with(ids: &Arc<Ids>, clock: &Arc<Clock>, trace: &Arc<Trace>) -> Self {
        Self {
            core: MicroLoop::new(ids, clock, trace),
            tasks: RefCell::default(),
            queues: RefCell::default(),
            sentinel: RefCell::default(),
            main: RefCell::default(),
            said: RefCell::default(),
            patience: Cell::new(3),
        }
    }

    fn make(&self, name: &str, words: &str) -> Script {
        let words = words.split(';').map(|word| word.trim().to_owned());
        let script = Script(Rc::new(Shared {
            id: self.core.ids().task(),
            name: name.to_owned(),
            words: RefCell::new(words.filter(|word| !word.is_empty()).collect()),
            done: Cell::new(false),
            cancelled: Cell::new(false),
            stands: RefCell::new(Stands::Nowhere),
        }));
        self.core.task_new(&script);
        script
    }

    fn push(&self, script: &Script, how: HandleHow) {
        let order = self.core.push(script.clone(), how).order;
        script.0.stands.replace(Stands::InLoop(order));
    }

    /// `create_task()`.
    pub fn task(&self, name: &str, words: &str) -> Script {
        let script = self.make(name, words);
        self.push(&script, HandleHow::Step);
        self.tasks.borrow_mut().insert(name.to_owned(), script.clone());
        script
    }

    /// What the tasks have said.
    pub fn said(&self) -> Vec<String> {
        self.said.borrow().clone()
    }

    /// `run_until_complete()`.
    pub fn run(&self, main: &Script) -> Result<(), Hang> {
        self.run_as(RunHow::UntilComplete, main)
    }

    /// `run_forever()`: its main task is the sentinel.
    pub fn run_forever(&self) -> Result<(), Hang> {
        let sentinel = self.make("_stopper", "");
        self.sentinel.replace(Some(sentinel.clone()));
        self.run_as(RunHow::Forever, &sentinel)
    }

    fn run_as(&self, how: RunHow, main: &Script) -> Result<(), Hang> {
        self.main.replace(Some(main.clone()));
        self.core.run_begin(how, main.0.id);
        let mut result = Ok(());
        while result.is_ok() && !main.0.done.get() {
            match self.core.turn(self) {
                Ok(Turned::Ran) => {}
                Ok(Turned::Over) => break,
                Err(hang) => result = Err(hang),
            }
        }
        self.core.run_end(how);
        result
    }

    /// `task.cancel()`.
    pub fn cancel(&self, script: &Script) {
        if script.0.done.get() {
            return;
        }
        self.core.records().task_cancel(script.0.id);
        let stands = script.0.stands.borrow().clone();
        match stands {
            Stands::InLoop(order) if order.key().since(self.core.ticks()) > 0 => {
                self.core.take_back(order);
                self.push(script, HandleHow::Step);
            }
            Stands::Waiting(name, order) => {
                if let Some(queue) = self.queues.borrow_mut().get_mut(&name) {
                    queue.remove(order);
                }
                self.push(script, HandleHow::Step);
            }
            Stands::InLoop(_) | Stands::Nowhere => {}
        }
        script.0.cancelled.set(true);
    }

    fn suspend(&self, script: &Script, on: On) {
        self.core.records().task_suspend(script.0.id, on, (Place::NONE, ChainId::NONE));
    }

    /// Does one word. False if the task has given up control.
    fn act(&self, script: &Script, word: &str) -> bool {
        let (verb, rest) = word.split_once(' ').unwrap_or((word, ""));
        match verb {
            "say" => self.said.borrow_mut().push(rest.to_owned()),
            "sleep" => {
                let millis = rest.parse().unwrap_or(0);
                let Ok(key) = sleep_key(self.core.clock(), millis) else { return true };
                let pushed = self.core.push_at(script.clone(), key, HandleHow::Step);
                script.0.stands.replace(Stands::InLoop(pushed.order));
                let on = if pushed.sleeps { On::Timer(pushed.handle) } else { On::Nothing };
                self.suspend(script, on);
                return false;
            }
            "wait" => {
                let now = self.core.ticks();
                let mut queues = self.queues.borrow_mut();
                let queue = queues.entry(rest.to_owned()).or_default();
                let order = queue.push(now, i64::from(now.value()), script.clone());
                script.0.stands.replace(Stands::Waiting(rest.to_owned(), order));
                self.suspend(script, On::Queue(ObjectId(1)));
                return false;
            }
            "wake" => {
                while let Some((_, woken)) =
                    self.queues.borrow_mut().get_mut(rest).and_then(TaskQueue::pop)
                {
                    self.push(&woken, HandleHow::Wakeup);
                }
            }
            "cancel" => {
                let other = self.tasks.borrow().get(rest).cloned();
                if let Some(other) = other {
                    self.cancel(&other);
                }
            }
            "stop" => {
                if let Some(sentinel) = self.sentinel.take() {
                    self.core.stop_requested();
                    self.push(&sentinel, HandleHow::Step);
                }
            }
            "reset" => drop(self.core.reset()),
            _ => self.said.borrow_mut().push(format!("what is {word}?")),
        }
        true
    }

    fn finish(&self, script: &Script, how: TaskHow) {
        script.0.done.set(true);
        self.core.records().task_done(script.0.id, how, ChainId::NONE, Ending::default());
    }
}

impl TaskRunner<Script> for Program {
    type Escape = Hang;

    fn run(&self, script: Script) -> Result<(), Hang> {
        script.0.stands.replace(Stands::Nowhere);
        self.core.records().task_step(script.0.id, ChainId::NONE);
        if script.0.cancelled.get() {
            self.finish(&script, TaskHow::Cancelled);
            return Ok(());
        }
        loop {
            let word = script.0.words.borrow_mut().pop_front();
            match word {
                None => {
                    self.finish(&script, TaskHow::Result);
                    return Ok(());
                }
                Some(word) if !self.act(&script, &word) => return Ok(()),
                Some(_) => {}
            }
        }
    }

    fn between(&self) -> Result<(), Hang> {
        Ok(())
    }

    fn is_watching(&self) -> bool {
        false
    }

    fn poll(&self, _timeout: Option<u64>) -> Result<u32, Hang> {
        Ok(0)
    }

    fn sleep(&self, _millis: u64) -> Result<(), Hang> {
        let left = self.patience.get().checked_sub(1).ok_or(Hang)?;
        self.patience.set(left);
        Ok(())
    }

    fn is_waited_for(&self) -> bool {
        self.main.borrow().as_ref().is_some_and(|main| !main.0.done.get())
    }

    fn outside(&self) -> Outside {
        Outside::Nothing
    }
}

#[cfg(test)]
mod tests;
