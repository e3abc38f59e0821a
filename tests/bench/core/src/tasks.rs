//! Tasks on the core, as the Python ones are: a step is a handle of its own in the ready queue, and a
//! bare yield queues the next.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

use loopscope_protocol::{ClockMode, HandleHow, HandleId, RunHow, TaskId, Ties};

use crate::core::{Clock, HandleInfo, Ids, Job, JobRunner, LoopCore, Trace};
use crate::{TASKS, YIELDS, pause_once, worker};

struct Task {
    id: TaskId,
    future: RefCell<Pin<Box<dyn Future<Output = ()>>>>,
}

#[derive(Clone)]
struct Step(HandleId, Rc<Task>);

impl Job for Step {
    fn id(&self) -> HandleId {
        self.0
    }
    fn task(&self) -> TaskId {
        self.1.id
    }
    fn is_cancelled(&self) -> bool {
        false
    }
}

struct Runner<'a> {
    core: &'a LoopCore<Step>,
    left: Cell<u64>,
}

impl Runner<'_> {
    fn queue(&self, task: Rc<Task>) {
        let step = Step(self.core.ids().handle(), task);
        self.core.call_soon(step, HandleHow::Step, |_| HandleInfo::default());
    }
}

impl JobRunner<Step> for Runner<'_> {
    type Escape = Infallible;

    fn run(&self, Step(_, task): Step) -> Result<(), Infallible> {
        let mut context = Context::from_waker(Waker::noop());
        let poll = task.future.borrow_mut().as_mut().poll(&mut context);
        if poll.is_pending() {
            self.queue(task);
        } else {
            self.left.set(self.left.get() - 1);
            if self.left.get() == 0 {
                self.core.stop();
            }
        }
        Ok(())
    }

    fn interrupted(&self) -> Result<(), Infallible> {
        Ok(())
    }

    fn self_pipe(&self, _handle: HandleId) -> Step {
        unreachable!("nobody wakes this loop")
    }
}

/// Runs the tasks to their end.
pub(crate) fn yields() {
    let clock = Arc::new(Clock::new(ClockMode::Auto));
    let trace = Trace::off(Arc::clone(&clock));
    let core = LoopCore::new(&Arc::new(Ids::default()), &clock, &trace, Ties::Heapq, 0);
    let runner = Runner { core: &core, left: Cell::new(TASKS) };
    let count = Rc::new(Cell::new(0));
    for _ in 0..TASKS {
        let future = RefCell::new(Box::pin(worker(pause_once, Rc::clone(&count))) as Pin<Box<_>>);
        runner.queue(Rc::new(Task { id: core.ids().task(), future }));
    }
    core.run_begin(RunHow::Forever, TaskId::NONE).expect("it does not run yet");
    while !core.is_stopping() {
        let Ok(()) = core.turn(&runner);
    }
    core.run_end(RunHow::Forever);
    assert_eq!(count.get(), TASKS * YIELDS);
}
