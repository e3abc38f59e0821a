//! Waiting until the head of MicroPython's queue is due: sleeping, asking streams, and hanging.

use std::time::Duration;

use loopscope_protocol::{Event, LintRule, TaskId};

use super::{Entry, MicroLoop, MicroTask, Millis, Order, Outside, TaskRunner};

/// With nothing queued and nothing watched, but an unfinished main task, MicroPython looks again
/// after each such number of milliseconds: it hangs, and lets others see that it does.
const HANG_SLICE: u64 = 3;

impl<T: MicroTask> MicroLoop<T> {
    pub(super) fn wait<R: TaskRunner<T>>(
        &self,
        runner: &R,
    ) -> Result<Option<(Order, Entry<T>)>, R::Escape> {
        let mut hang_told = false;
        loop {
            runner.between()?;
            let watching = runner.is_watching();
            let wait = match self.until_head() {
                Some(0) if !watching => match self.pop() {
                    Some(popped) => return Ok(Some(popped)),
                    None => continue,
                },
                Some(wait) => Some(wait),
                None if watching => None,
                None if runner.is_waited_for() => {
                    let outside = runner.outside();
                    if outside == Outside::Nothing && !hang_told {
                        hang_told = true;
                        let sentence = runner.who_hangs();
                        self.records().lint(LintRule::Deadlock, TaskId::NONE, &sentence);
                        runner.hangs(&sentence);
                    }
                    self.slice(runner, outside)?;
                    continue;
                }
                None => return Ok(None),
            };
            self.poll(runner, wait, watching)?;
            if wait == Some(0)
                && let Some(popped) = self.pop()
            {
                return Ok(Some(popped));
            }
        }
    }

    /// How many milliseconds there are until the head of the queue is due.
    fn until_head(&self) -> Option<u64> {
        // The lock is held over the look at the clock, which takes no lock itself.
        let queue = self.queue.lock();
        let (order, _) = queue.tasks.peek()?;
        let left = order.key().since(Millis::at(self.clock.read()));
        Some(u64::try_from(left).unwrap_or(0))
    }

    fn pop(&self) -> Option<(Order, Entry<T>)> {
        let mut queue = self.queue.lock();
        let (order, entry) = queue.tasks.pop()?;
        queue.left(&entry);
        Some((order, entry))
    }

    fn poll<R: TaskRunner<T>>(
        &self,
        runner: &R,
        mut wait: Option<u64>,
        watching: bool,
    ) -> Result<(), R::Escape> {
        let on = self.trace.is_on();
        if on {
            self.tell_poll(wait);
            // A py command at the pause may have made something ready: then it does not sleep.
            if self.lengths().0 > 0 {
                wait = Some(0);
            }
        }
        let ready = if watching {
            runner.poll(wait)?
        } else {
            match wait {
                Some(0) | None => {}
                Some(millis) if self.clock.is_virtual() => {
                    self.clock.advance(Duration::from_millis(millis));
                }
                Some(millis) => runner.sleep(millis)?,
            }
            0
        };
        if on {
            self.trace.emit(self.id, Event::PollEnd { ready });
        }
        Ok(())
    }

    /// A slice of waiting for nothing. Where nothing is about to come even virtual time passes at
    /// its real speed: a program that hangs is to be seen, not to fill the records.
    fn slice<R: TaskRunner<T>>(&self, runner: &R, outside: Outside) -> Result<(), R::Escape> {
        self.tell_poll(Some(HANG_SLICE));
        if self.clock.is_virtual() {
            self.clock.advance(Duration::from_millis(HANG_SLICE));
        }
        if outside != Outside::Soon || !self.clock.is_virtual() {
            runner.sleep(HANG_SLICE)?;
        }
        self.trace.emit(self.id, Event::PollEnd { ready: 0 });
        Ok(())
    }
}
