//! What changed from one stop to the next, so that every panel can mark it.

use std::collections::BTreeMap;

use loopscope_model::State;
use loopscope_model::state::{Handle, Loop};
use loopscope_protocol::{Fd, HandleId, LoopId, Signal, TaskId, WatchHow};

/// What happened to a thing since the last stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It was not there before: `+`.
    New,
    /// It is there no more: `-`. Look it up in [`Changes::before`].
    Gone,
    /// It is there as before, but not the same: `~`.
    Changed,
}

impl Mark {
    /// The character that shows it.
    pub const fn sign(self) -> char {
        match self {
            Self::New => '+',
            Self::Gone => '-',
            Self::Changed => '~',
        }
    }
}

/// Everything that changed since the last stop. What is not listed did not change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// None of it is to be marked on a screen: the way was a jump, or so long that everything would
    /// be, or the cursor follows what comes.
    pub is_quiet: bool,
    /// The way led back: what has left a list has not come to it yet.
    pub is_back: bool,
    /// The state at the last stop.
    pub before: State,
    /// In the ready queue. A handle that went from this batch to running is `Gone` from it.
    pub ready: BTreeMap<HandleId, Mark>,
    /// In the heap of timers.
    pub timers: BTreeMap<HandleId, Mark>,
    /// Tasks; a task that has ended since is `Changed`.
    pub tasks: BTreeMap<TaskId, Mark>,
    /// Watched descriptors.
    pub watchers: BTreeMap<(LoopId, Fd, WatchHow), Mark>,
    /// Signals with a handler.
    pub signals: BTreeMap<Signal, Mark>,
    /// Loops: their place in their life or in the turn, or the exception handler.
    pub loops: BTreeMap<LoopId, Mark>,
    /// How many lines of output are new. Negative after going back: that many are gone.
    pub outputs: i64,
    /// How many calls of the exception handler are new. Negative after going back.
    pub handler_calls: i64,
}

impl Changes {
    /// Nothing is marked.
    pub fn quiet() -> Self {
        Self { is_quiet: true, ..Self::default() }
    }

    /// The state at the last stop, where what differs from it is marked.
    pub const fn before(&self) -> Option<&State> {
        if self.is_quiet { None } else { Some(&self.before) }
    }

    /// The position behind which records are new.
    pub fn from(&self) -> usize {
        let before = self.before().map_or(u64::MAX, State::position);
        usize::try_from(before).unwrap_or(usize::MAX)
    }

    /// What differs between two states.
    pub fn between(before: &State, after: &State) -> Self {
        let is_back = after.position() < before.position();
        let mut ready = BTreeMap::new();
        let mut timers = BTreeMap::new();
        for id in before.loops().chain(after.loops()).map(|each| each.id) {
            let queue = |state: &State| lined_up(state, id, |each| each.ready().collect());
            ready.extend(compare(&queue(before), &queue(after)));
            for handle in before.timers_apart(after, id) {
                let [then, now] = [before, after].map(|state| in_heap(state, id, handle));
                timers.extend(mark(then, now).map(|mark| (handle, mark)));
            }
        }
        if is_back {
            // What is not made yet is not gone.
            let is_made =
                |id: &HandleId, mark: &mut Mark| *mark != Mark::Gone || after.handle(*id).is_some();
            ready.retain(is_made);
            timers.retain(is_made);
        }
        let tasks = before.tasks_apart(after).filter_map(|id| {
            let seen = |state: &State| {
                state.task(id).map(|task| (task.state, task.place, task.cancel_pending))
            };
            Some((id, mark(seen(before), seen(after))?))
        });
        Self {
            is_quiet: false,
            is_back,
            ready,
            timers,
            tasks: tasks.collect(),
            watchers: compare(
                &before
                    .watchers()
                    .map(|w| ((w.loop_id, w.fd, w.how), (w.handle, w.known)))
                    .collect(),
                &after
                    .watchers()
                    .map(|w| ((w.loop_id, w.fd, w.how), (w.handle, w.known)))
                    .collect(),
            ),
            signals: compare(
                &before.signals().map(|s| (s.signal, (s.handle, s.known))).collect(),
                &after.signals().map(|s| (s.signal, (s.handle, s.known))).collect(),
            ),
            loops: compare(&places(before), &places(after)),
            outputs: difference(after.counts().outputs, before.counts().outputs),
            handler_calls: difference(after.counts().handler_calls, before.counts().handler_calls),
            before: before.clone(),
        }
    }
}

/// The handles of one queue with what is shown of them. Where a handle stands is not part of it:
/// that the others move up is not a change.
fn lined_up(
    state: &State,
    id: LoopId,
    queue: impl Fn(&Loop) -> Vec<HandleId>,
) -> BTreeMap<HandleId, (Option<bool>, u32)> {
    let Some(each) = state.event_loop(id) else {
        return BTreeMap::new();
    };
    let seen = |id| state.handle(id).map(|handle: &Handle| handle.cancelled);
    let times = |id| state.handle(id).map_or(0, |handle: &Handle| handle.queued);
    queue(each).into_iter().map(|id| (id, (seen(id), times(id)))).collect()
}

type Station = (&'static str, &'static str, Option<HandleId>, Option<&'static str>);

fn places(state: &State) -> BTreeMap<LoopId, Station> {
    use loopscope_protocol::Word;
    state
        .loops()
        .map(|each| {
            let which = each.handler.which.map(Word::word);
            (each.id, (each.phase.word(), each.at.word(), each.current, which))
        })
        .collect()
}

/// What is shown of a timer in the heap of a loop.
fn in_heap(state: &State, id: LoopId, handle: HandleId) -> Option<(bool, u32)> {
    let handle = state.handle(handle)?;
    let is_there = state.event_loop(id)?.has_timer(handle);
    is_there.then_some((handle.cancelled, handle.queued))
}

/// What became of one thing.
fn mark<V: PartialEq>(before: Option<V>, after: Option<V>) -> Option<Mark> {
    match (before, after) {
        (None, None) => None,
        (None, Some(_)) => Some(Mark::New),
        (Some(_), None) => Some(Mark::Gone),
        (Some(then), Some(now)) => (then != now).then_some(Mark::Changed),
    }
}

fn compare<K: Ord + Copy, V: PartialEq>(
    before: &BTreeMap<K, V>,
    after: &BTreeMap<K, V>,
) -> BTreeMap<K, Mark> {
    let gone = before.keys().filter(|key| !after.contains_key(key)).map(|key| (*key, Mark::Gone));
    let here = after
        .iter()
        .filter_map(|(key, now)| mark(before.get(key), Some(now)).map(|mark| (*key, mark)));
    gone.chain(here).collect()
}

fn difference(after: u64, before: u64) -> i64 {
    i64::try_from(after).unwrap_or(i64::MAX) - i64::try_from(before).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use loopscope_model::story::Story;

    use super::*;

    #[test]
    fn a_handle_that_starts_to_run_leaves_the_queue() {
        let mut story = Story::new();
        story.start().soon(1, "first").soon(2, "second").turn(&[1, 2]);
        let before = story.history().live().clone();
        story.run(1).soon(3, "third").timer(4, 1.0, "later", 0);
        let changes = Changes::between(&before, story.history().live());
        let marks: Vec<_> = changes.ready.into_iter().map(|(id, mark)| (id.0, mark)).collect();
        assert_eq!(marks, [(1, Mark::Gone), (3, Mark::New)]);
        assert_eq!(changes.timers.into_iter().collect::<Vec<_>>(), [(HandleId(4), Mark::New)]);
        assert_eq!(changes.loops.into_values().collect::<Vec<_>>(), [Mark::Changed]);
    }

    #[test]
    fn on_the_way_back_nothing_is_gone_that_is_not_made_yet() {
        let mut story = Story::new();
        story.start().soon(1, "first").turn(&[1]).run(1).timer(2, 1.0, "later", 0).soon(3, "next");
        let history = story.history();
        let changes = Changes::between(history.live(), &history.at(4));
        assert!(changes.is_back);
        assert_eq!((changes.timers.len(), changes.ready.len()), (0, 1));
        assert_eq!(changes.ready.get(&HandleId(1)), Some(&Mark::New), "it waits again");
    }

    #[test]
    fn nothing_changes_while_nothing_happens() {
        let mut story = Story::new();
        story.start().soon(1, "first").task(1, "main", 2).print("hello");
        let state = story.history().live().clone();
        let expected = Changes { before: state.clone(), ..Changes::default() };
        assert_eq!(Changes::between(&state, &state), expected);
    }

    #[test]
    fn going_back_takes_output_away() {
        let mut story = Story::new();
        story.start().print("one").print("two");
        let history = story.history();
        assert_eq!(Changes::between(&history.at(5), &history.at(3)).outputs, -2);
    }
}
