//! What a run is to reach, tested record by record.

use loopscope_model::expr::{Context, Expr};
use loopscope_model::lint::DERIVED_FROM;
use loopscope_model::{Names, Record, State};
use loopscope_protocol::{Event, Kind, KindSet, StopWhen, TaskId};

use super::answer::Trouble;

/// Where loop time may have passed: at these a time is tested while the program runs. Between two
/// of them no other handle runs.
const TIME_PASSES: KindSet = KindSet::NONE
    .with(Kind::LoopNew)
    .with(Kind::PollEnd)
    .with(Kind::HandleRun)
    .with(Kind::HandleDone)
    .with(Kind::TurnEnd);

/// What a run is to reach.
#[derive(Clone, Debug)]
pub(super) struct Goal {
    pub(super) until: Until,
    /// Whether breakpoints stop it before.
    pub(super) breaks: bool,
    /// For `until`: how the event was written.
    pub(super) wanted: Option<String>,
    /// For `expect`: how the event was written. Such a run fails if it comes to the end.
    pub(super) expected: Option<String>,
    /// The loop time after which it has failed.
    pub(super) latest: Option<u64>,
}

/// Where a run ends.
#[derive(Clone, Debug)]
pub(super) enum Until {
    /// After that many more records.
    Records(u32),
    /// At the last of that many more records of these kinds that fulfil the condition.
    /// `line`: that line stands in the event's place, and the source may hold there; `asked` is the
    /// condition without it.
    Kinds {
        kinds: KindSet,
        left: u32,
        condition: Option<Expr>,
        line: Option<String>,
        asked: Option<Expr>,
    },
    /// At the last of that many more lines of the program. `by_records`: as what is recorded has them,
    /// where another one than `from` has caused a record.
    Line { left: u32, from: Option<String>, by_records: bool },
    /// When this task is done.
    TaskDone(TaskId),
    /// At the record of that number.
    Seq(u64),
    /// At the last record up to that loop time.
    Time(u64),
    /// At the end.
    End,
}

/// What a record means for a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Go on.
    On,
    /// The goal is here.
    Here,
    /// The goal was the record before this one.
    Before,
    /// The time is over.
    Late,
}

impl Goal {
    pub(super) const fn new(until: Until) -> Self {
        Self { until, breaks: true, wanted: None, expected: None, latest: None }
    }

    pub(super) fn ignoring_breaks(self) -> Self {
        Self { breaks: false, ..self }
    }

    /// Takes one more record in. `by_lines`: the source has held at lines, where this record was made.
    pub(super) fn test(
        &mut self,
        record: &Record,
        state: &State,
        names: &Names,
        by_lines: bool,
    ) -> Result<Verdict, Trouble> {
        if let (Some(latest), Some(t)) = (self.latest, record.t)
            && t > latest
        {
            return Ok(Verdict::Late);
        }
        let one_less = |left: &mut u32| {
            *left = left.saturating_sub(1);
            if *left == 0 { Verdict::Here } else { Verdict::On }
        };
        Ok(match &mut self.until {
            Until::Records(left) => one_less(left),
            Until::Line { left, from, by_records } => {
                let place = record.cause(names).and_then(|cause| names.exact_place(cause.place));
                match place.filter(|place| *by_records && from.as_ref() != Some(place)) {
                    Some(place) => {
                        *from = Some(place);
                        one_less(left)
                    }
                    None => Verdict::On,
                }
            }
            Until::Kinds { kinds, left, condition, line, .. } => {
                if !kinds.has(record.kind()) || by_lines && line.is_some() {
                    return Ok(Verdict::On);
                }
                if let Some(expr) = condition {
                    let context = Context { record: Some(record), state, names };
                    let holds = expr.test(&context).map_err(|error| {
                        Trouble::new(format!("The condition cannot be tested here: {error}"))
                    })?;
                    if !holds {
                        return Ok(Verdict::On);
                    }
                }
                one_less(left)
            }
            Until::TaskDone(wanted) => match record.event {
                Event::TaskDone { task, .. } if task == *wanted => Verdict::Here,
                _ => Verdict::On,
            },
            Until::Seq(seq) if record.seq >= *seq => Verdict::Here,
            Until::Time(ns) if record.t.is_some_and(|t| t > *ns) => Verdict::Before,
            Until::Seq(_) | Until::Time(_) | Until::End => Verdict::On,
        })
    }

    /// Whether nothing but the end of the source, or a breakpoint, ends it.
    pub(super) const fn has_no_end(&self) -> bool {
        matches!(self.until, Until::End) && self.latest.is_none()
    }

    /// Whether it waits for diagnoses.
    pub(super) const fn wants_lints(&self) -> bool {
        matches!(&self.until, Until::Kinds { kinds, .. } if kinds.has(Kind::Lint))
    }

    /// Takes in a diagnosis that follows from the record that was taken in last.
    pub(super) fn test_derived(
        &mut self,
        lint: &Record,
        state: &State,
        names: &Names,
    ) -> Result<Verdict, Trouble> {
        if self.wants_lints() { self.test(lint, state, names, false) } else { Ok(Verdict::On) }
    }

    /// Where the source is to hold so that this goal and the breakpoints can be tested there.
    /// `seq` is the number of the last record; `limit` the most records to run for, 0 for any.
    pub(super) fn stop_when(&self, seq: u64, breaks: KindSet, limit: u64) -> StopWhen {
        let records = match self.until {
            Until::Records(left) => u64::from(left),
            Until::Seq(goal) => goal.saturating_sub(seq),
            _ => 0,
        };
        let mut kinds = match self.until {
            Until::Kinds { kinds, .. } if kinds.has(Kind::Lint) => kinds.union(DERIVED_FROM),
            Until::Kinds { kinds, .. } => kinds,
            Until::Line { by_records: true, .. } => KindSet(u128::MAX),
            Until::TaskDone(_) => KindSet::NONE.with(Kind::TaskDone),
            Until::Time(_) => TIME_PASSES,
            _ => KindSet::NONE,
        };
        if self.breaks {
            kinds = kinds.union(breaks);
        }
        // A run ends where nothing can ever wake the loop.
        kinds = kinds.with(Kind::Lint);
        if self.latest.is_some() {
            kinds = kinds.union(TIME_PASSES);
        }
        let least = [records, limit].into_iter().filter(|n| *n > 0).min().unwrap_or(0);
        StopWhen { records: u32::try_from(least).unwrap_or(u32::MAX), kinds }
    }
}
