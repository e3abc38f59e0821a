//! What a loop runs, and who gives it a meaning.

use loopscope_protocol::{HandleId, TaskId};

/// Something that a loop can run.
pub trait Job: Clone {
    /// Its handle's id.
    fn id(&self) -> HandleId;
    /// The task that it steps, if it steps one.
    fn task(&self) -> TaskId {
        TaskId::NONE
    }
    /// Whether it was cancelled.
    fn is_cancelled(&self) -> bool;
    /// It entered or left the heap of timers.
    fn set_in_heap(&self, _in_heap: bool) {}
    /// It left the ready queue.
    fn left_queue(&self) {}
}

/// What gives jobs their meaning.
pub trait JobRunner<J> {
    /// What makes the loop leave at once, as `SystemExit` does.
    type Escape;
    /// Runs a job.
    fn run(&self, job: J) -> Result<(), Self::Escape>;
    /// A signal interrupted the poll.
    fn interrupted(&self) -> Result<(), Self::Escape>;
    /// The job that reads the self-pipe; it calls [`LoopCore::read_self_pipe`](super::LoopCore::read_self_pipe).
    fn self_pipe(&self, handle: HandleId) -> J;
    /// The loop is about to sleep without a limit, and watches nothing that could end that: the
    /// sentence about it, unless there are threads or signals that may all the same.
    fn who_hangs(&self) -> Option<String> {
        None
    }
    /// Whether there has been another thread than this one, which may still be at work.
    fn has_company(&self) -> bool {
        false
    }
    /// How many other threads there are that do not wait for something of the program.
    fn others(&self) -> usize {
        0
    }
    /// That sentence was recorded. What follows is waiting, unless the program is ended here.
    fn hangs(&self, _sentence: &str) {}
    /// The poll is about to sleep: what has arrived by now, and would not wake it, is dealt with.
    fn about_to_sleep(&self) -> Result<(), Self::Escape> {
        Ok(())
    }
    /// Whether to be told how long each poll took that could sleep, by [`polled`](Self::polled).
    fn times_polls(&self) -> bool {
        false
    }
    /// A poll took that many seconds, and found that many.
    fn polled(&self, _timeout: Option<f64>, _took: f64, _found: usize) -> Result<(), Self::Escape> {
        Ok(())
    }
    /// Waits in `poll` while other threads may go on.
    fn blocking<R>(&self, poll: impl FnOnce() -> R) -> R {
        poll()
    }
}
