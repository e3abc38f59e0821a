//! Diagnoses: those that a source sent, and those that follow from the records alone.
//!
//! | rule | when |
//! |---|---|
//! | `slow-callback` | a handle ran for [`SLOW`] or longer |
//! | `unfinished-on-close` | a loop was closed with handles, timers or tasks that had not come to their end |
//! | `circle` | a task begins to wait for one that waits for it, directly or by way of others |
//! | `lost` | a loop begins to sleep without limit, and nothing outside could ever wake a waiting task |

mod circle;

use loopscope_protocol::{
    Event, FutureId, HandleId, Kind, KindSet, LintRule, LoopId, NameId, On, Place, TaskId, Text,
};

use crate::names::Names;
use crate::record::{Record, Texts, seconds};
use crate::safe_text;
use crate::state::{Phase, State, TaskState};
use crate::titles::{count, handle_title, on_title, task_title};

/// How long a handle may run, in nanoseconds: CPython's `slow_callback_duration`.
pub const SLOW: u64 = 100_000_000;

/// How many lost tasks one record may tell of.
const MOST_LOST: usize = 16;

/// How many tasks are looked at for that.
const MOST_LOOKED_AT: usize = 4096;

/// The kinds of records from which a diagnosis may follow that no source sends.
pub const DERIVED_FROM: KindSet = KindSet::NONE
    .with(Kind::HandleDone)
    .with(Kind::LoopClose)
    .with(Kind::PollBegin)
    .with(Kind::TaskSuspend);

/// The lesson that teaches what a rule is about, by its name on the shelf.
pub const fn lesson(rule: LintRule) -> &'static str {
    match rule {
        LintRule::NeverAwaited => "tasks-05",
        LintRule::NeverRetrieved => "tasks-03",
        LintRule::DestroyedPending => "tasks-11",
        LintRule::SlowCallback => "tasks-02",
        LintRule::NotThreadsafe => "loop-11",
        LintRule::UnfinishedOnClose => "tasks-18",
        LintRule::UnclosedLoop => "loop-03",
        LintRule::NestedRun => "tasks-22",
        LintRule::Lost => "faults-02",
        LintRule::Deadlock | LintRule::Circle => "faults-01",
        LintRule::BoardDiffers => "micropython-02",
    }
}

/// A diagnosis.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Which rule.
    pub rule: LintRule,
    /// The number of the record that showed it.
    pub seq: u64,
    /// The task it is about.
    pub task: TaskId,
    /// The future it is about.
    pub future: FutureId,
    /// The handle it is about.
    pub handle: HandleId,
    /// Where.
    pub place: Place,
    detail: Detail,
}

#[derive(Clone, Debug, PartialEq)]
enum Detail {
    /// The source said it, with this text.
    Said(Texts),
    Slow {
        name: NameId,
        took: u64,
        /// Whether there are other loops, which could run meanwhile.
        others: bool,
    },
    Unfinished {
        loop_id: LoopId,
        ready: usize,
        timers: usize,
        tasks: usize,
        first: TaskId,
        name: NameId,
    },
    Lost {
        name: NameId,
        on: On,
        on_name: NameId,
    },
    Circle(Vec<circle::Link>),
}

impl Finding {
    /// Whether it was found here; otherwise the source said it.
    pub const fn is_derived(&self) -> bool {
        !matches!(self.detail, Detail::Said(_))
    }

    /// It as a record that a source might have sent, for conditions about it.
    pub fn as_record(&self, of: &Record, names: &Names) -> Record {
        let Self { rule, task, future, handle, place, .. } = *self;
        let event = Event::Lint { rule, text: Text::FIRST, task, future, handle, place };
        Record { event, texts: Texts::new(&self.text(names), ""), ..of.clone() }
    }

    /// The sentence.
    pub fn text(&self, names: &Names) -> String {
        match &self.detail {
            Detail::Said(texts) => safe_text::line(texts.get(Text::FIRST)).into_owned(),
            Detail::Slow { name, took, others } => format!(
                "{} ran for {:.3} s, and nothing else{} could run meanwhile.",
                handle_title(self.handle, *name, names),
                seconds(*took),
                if *others { " of its loop" } else { "" },
            ),
            Detail::Unfinished { loop_id, ready, timers, tasks, first, name } => {
                let mut left = Vec::new();
                if *ready > 0 {
                    left.push(format!("{} ready", count(*ready, "handle")));
                }
                if *timers > 0 {
                    left.push(count(*timers, "timer"));
                }
                if *tasks > 0 {
                    let title = task_title(*first, *name, names);
                    left.push(if *tasks == 1 {
                        format!("the unfinished {title}")
                    } else {
                        format!("{} unfinished, {title} among them", count(*tasks, "task"))
                    });
                }
                format!("Loop {} was closed with {}.", loop_id.0, left.join(" and "))
            }
            Detail::Lost { name, on, on_name } => format!(
                "{} waits for {}, and nothing is left that could wake it.",
                task_title(self.task, *name, names),
                on_title(*on, *on_name, names),
            ),
            Detail::Circle(circle) => circle::text(circle, names),
        }
    }

    fn derived(rule: LintRule, record: &Record, detail: Detail) -> Self {
        Self {
            rule,
            seq: record.seq,
            task: TaskId::NONE,
            future: FutureId::NONE,
            handle: HandleId::NONE,
            place: Place::NONE,
            detail,
        }
    }
}

/// What `record` shows, given the state before it.
pub fn find(before: &State, record: &Record) -> Vec<Finding> {
    match record.event {
        Event::Lint { rule, task, future, handle, place, .. } => {
            let detail = Detail::Said(record.texts.clone());
            vec![Finding { rule, seq: record.seq, task, future, handle, place, detail }]
        }
        Event::HandleDone { handle, .. } => slow(before, record, handle).into_iter().collect(),
        Event::LoopClose { .. } => unfinished(before, record).into_iter().collect(),
        Event::PollBegin { timeout: None } => lost(before, record),
        Event::TaskSuspend { task, on, place, .. } if on != On::Nothing => {
            let circle = circle::find(before, task, on);
            if circle.is_empty() {
                return Vec::new();
            }
            let finding = Finding::derived(LintRule::Circle, record, Detail::Circle(circle));
            vec![Finding { task, place, ..finding }]
        }
        _ => Vec::new(),
    }
}

fn slow(before: &State, record: &Record, id: HandleId) -> Option<Finding> {
    let the_loop = before.event_loop(record.loop_id)?;
    let handle = before.handle(the_loop.current.filter(|current| *current == id)?)?;
    let took = record.t?.checked_sub(the_loop.current_since?)?;
    (took >= SLOW).then(|| {
        let others = before.loops().filter(|it| it.phase != Phase::Closed).count() > 1;
        let detail = Detail::Slow { name: handle.name, took, others };
        Finding {
            handle: id,
            task: handle.task,
            place: handle.place,
            ..Finding::derived(LintRule::SlowCallback, record, detail)
        }
    })
}

fn unfinished(before: &State, record: &Record) -> Option<Finding> {
    let loop_id = record.loop_id;
    let the_loop = before.event_loop(loop_id).filter(|l| l.phase != Phase::Closed)?;
    let live = |id: &HandleId| before.handle(*id).is_some_and(|handle| !handle.cancelled);
    let ready = the_loop.ready().filter(live).count();
    let timers = the_loop.timers().filter(live).count();
    let mut pending =
        before.pending_tasks_of(loop_id).filter(|task| task.state != TaskState::Unknown);
    let first = pending.next();
    let tasks = first.map_or(0, |_| 1 + pending.count());
    if ready + timers + tasks == 0 {
        return None;
    }
    let (first, name, place) = first
        .map_or((TaskId::NONE, NameId::NONE, Place::NONE), |task| (task.id, task.name, task.place));
    let detail = Detail::Unfinished { loop_id, ready, timers, tasks, first, name };
    let finding = Finding::derived(LintRule::UnfinishedOnClose, record, detail);
    Some(Finding { task: first, place, ..finding })
}

/// The tasks that wait when nothing outside is left that could wake the loop.
fn lost(before: &State, record: &Record) -> Vec<Finding> {
    if before.can_be_woken_from_outside(record.loop_id) {
        return Vec::new();
    }
    // A loop that sleeps without limit has none that are ready, so all of these wait.
    let waiting = before.pending_tasks_of(record.loop_id).take(MOST_LOOKED_AT);
    let found = waiting.filter_map(|task| {
        let TaskState::Waiting(on) = task.state else { return None };
        let on_name = match on {
            On::Task(id) => before.task(id).map(|task| task.name),
            On::Future(id) => before.future(id).map(|future| future.name),
            _ => None,
        };
        let on_name = on_name.unwrap_or(NameId::NONE);
        let detail = Detail::Lost { name: task.name, on, on_name };
        let finding = Finding::derived(LintRule::Lost, record, detail);
        Some(Finding { task: task.id, place: task.place, ..finding })
    });
    found.take(MOST_LOST).collect()
}

#[cfg(test)]
mod tests {
    use loopscope_protocol::{FutureId, TaskId};

    use crate::story::Story;

    use super::*;

    fn texts(story: &Story) -> Vec<String> {
        let history = story.history();
        history.lints(history.len()).map(|(_, f)| f.text(story.names())).collect()
    }

    #[test]
    fn a_slow_callback_is_told_once_it_is_done() {
        let mut story = Story::new();
        story.start().soon(1, "crunch").soon(2, "quick").turn(&[1, 2]);
        story.run(1).at(1.5).done(1).run(2).at(1.55).done(2).end_turn();
        assert_eq!(
            texts(&story),
            ["crunch (h1) ran for 1.500 s, and nothing else could run meanwhile."]
        );
    }

    #[test]
    fn closing_with_work_left_is_told() {
        let mut story = Story::new();
        story.start().soon(1, "a").timer(2, 5.0, "b", 0).task(1, "fetch", 3);
        story.push(Event::LoopStopped { how: loopscope_protocol::RunHow::Forever });
        story.push(Event::LoopClose { ready: 2, timers: 1 });
        assert_eq!(
            texts(&story),
            [
                "Loop 1 was closed with 2 handles ready and 1 timer and the unfinished fetch (task 1)."
            ]
        );
    }

    #[test]
    fn tasks_that_wait_for_each_other_are_told_when_the_last_one_begins_to() {
        let mut story = Story::new();
        story.start().task(1, "a", 1).task(2, "b", 2).turn(&[1, 2]);
        story.step(1, 1).suspend(1, 1, On::Task(TaskId(2)), 4);
        story.step(2, 2).suspend(2, 2, On::Task(TaskId(1)), 8).end_turn();
        assert_eq!(
            texts(&story),
            ["They wait for each other, for ever: b (task 2) waits for a (task 1); a (task 1) \
                 waits for b (task 2)."]
        );
    }

    #[test]
    fn a_task_that_nothing_can_wake_is_lost() {
        let mut story = Story::new();
        story.start().task(1, "fetch", 1).turn(&[1]).step(1, 1).future(1);
        story.suspend(1, 1, On::Future(FutureId(1)), 9).end_turn();
        story.push(Event::PollBegin { timeout: None });
        let history = story.history();
        let lints: Vec<_> = history.lints(history.len()).collect();
        assert_eq!(lints[0].1.task, TaskId(1));
        assert_eq!(
            texts(&story),
            ["fetch (task 1) waits for f1 (Future), and nothing is left that could wake it."]
        );
    }
}
