//! Breakpoints and watches: where a run stops although it has not come to its goal.

use loopscope_model::expr::{Context, Expr, Value};
use loopscope_model::{Names, Record, State, lint, safe_text};
use loopscope_protocol::{Event, Kind, KindSet};

use super::answer::Trouble;
use super::command::Events;
use super::log_line::LogWhen;
use super::values::Values;

/// What a breakpoint waits for.
#[derive(Clone, Debug)]
pub enum Trigger {
    /// A record of one of these kinds, and the condition if there is one.
    Event(Events, Option<Expr>),
    /// A change of an expression's value.
    Watch(Expr),
    /// A change of a Python expression's value, with the scope of its names.
    Python(String),
    /// Nothing: it prints a line for each such record, of those behind the one of that number.
    Log {
        /// For which records, and which line.
        when: LogWhen,
        /// The number of the last record that it has seen.
        after: u64,
    },
}

/// One breakpoint.
#[derive(Clone, Debug)]
pub struct Breakpoint {
    /// Its number, from 1. Numbers are not used again.
    pub number: u32,
    /// What it waits for.
    pub trigger: Trigger,
    /// How the user wrote that.
    pub text: String,
    /// Whether it is deleted once it was hit.
    pub temporary: bool,
    /// Whether it counts.
    pub enabled: bool,
    /// How often it was hit.
    pub hits: u32,
    /// The lines to execute when it is hit.
    pub commands: Vec<String>,
    /// For a watch: the values that it was seen to have.
    pub values: Values,
    /// For a watch: the value where the cursor last was. `None`: not known yet.
    seen: Option<String>,
}

impl Breakpoint {
    /// Whether its values say nothing of that record yet.
    fn is_new(&self, seq: u64) -> bool {
        self.values.all().last().is_none_or(|(last, _)| *last < seq)
    }

    /// What is said where it stops at an event, if it does.
    fn event_hit(&self, context: &Context<'_>) -> Option<String> {
        let (Trigger::Event(events, condition), Some(record)) = (&self.trigger, context.record)
        else {
            return None;
        };
        if !events.kinds.has(record.kind()) {
            return None;
        }
        let Self { number, text, .. } = self;
        match condition.as_ref().map(|expr| expr.test(context)) {
            Some(Ok(false)) => None,
            None | Some(Ok(true)) => {
                // What it is about stands in no other sentence.
                let about = match record.event {
                    Event::Lint { text, .. } => format!(": {}", record.shown(text)),
                    _ => String::new(),
                };
                Some(format!("Breakpoint {number}: {text}{about}"))
            }
            Some(Err(error)) => Some(format!(
                "Breakpoint {number} stops here because its condition cannot be tested: {error}"
            )),
        }
    }

    /// `break`, `watch` or `logpoint`, for lists.
    pub const fn word(&self) -> &'static str {
        match self.trigger {
            Trigger::Event(..) => "break",
            Trigger::Watch(_) | Trigger::Python(_) => "watch",
            Trigger::Log { .. } => "logpoint",
        }
    }
}

/// All breakpoints, in order of their numbers.
#[derive(Clone, Debug, Default)]
pub struct Breaks {
    list: Vec<Breakpoint>,
    last: u32,
}

/// A breakpoint that was hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) number: u32,
    /// The line about it.
    pub(super) text: String,
}

impl Breaks {
    /// In order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Breakpoint> {
        self.list.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Breakpoint> {
        self.list.iter_mut()
    }

    /// Whether any prints lines.
    pub(super) fn log(&self) -> bool {
        self.list.iter().any(|point| matches!(point.trigger, Trigger::Log { .. }))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The one with that number.
    pub fn get(&self, number: u32) -> Option<&Breakpoint> {
        self.list.iter().find(|point| point.number == number)
    }

    pub(super) fn get_mut(&mut self, number: Option<u32>) -> Result<&mut Breakpoint, Trouble> {
        let number = number.unwrap_or(self.last);
        self.list.iter_mut().find(|point| point.number == number).ok_or_else(|| unknown(number))
    }

    pub(super) fn add(&mut self, trigger: Trigger, text: String, temporary: bool) -> &Breakpoint {
        self.last += 1;
        self.list.push(Breakpoint {
            number: self.last,
            trigger,
            text,
            temporary,
            enabled: true,
            hits: 0,
            commands: Vec::new(),
            values: Values::default(),
            seen: None,
        });
        self.list.last().expect("just pushed")
    }

    pub(super) fn delete(&mut self, numbers: &[u32]) -> Result<usize, Trouble> {
        let before = self.list.len();
        self.check(numbers)?;
        self.list.retain(|point| !numbers.is_empty() && !numbers.contains(&point.number));
        Ok(before - self.list.len())
    }

    pub(super) fn enable(&mut self, numbers: &[u32], enabled: bool) -> Result<usize, Trouble> {
        self.check(numbers)?;
        let mut changed = 0;
        for point in &mut self.list {
            if numbers.is_empty() || numbers.contains(&point.number) {
                point.enabled = enabled;
                point.seen = None;
                changed += 1;
            }
        }
        Ok(changed)
    }

    fn check(&self, numbers: &[u32]) -> Result<(), Trouble> {
        match numbers.iter().find(|number| self.get(**number).is_none()) {
            Some(number) => Err(unknown(*number)),
            None => Ok(()),
        }
    }

    /// The records at which the source must hold so that each breakpoint can be tested.
    pub(super) fn kinds(&self) -> KindSet {
        self.list.iter().filter(|point| point.enabled).fold(
            KindSet::NONE,
            |all, point| match &point.trigger {
                Trigger::Event(events, _) if events.kinds.has(Kind::Lint) => {
                    all.union(events.kinds).union(lint::DERIVED_FROM)
                }
                Trigger::Event(events, _) => all.union(events.kinds),
                Trigger::Watch(_) | Trigger::Python(_) => KindSet(u128::MAX),
                // They see whatever comes; nothing has to hold for them.
                Trigger::Log { .. } => all,
            },
        )
    }

    /// Learns the values of the watched expressions where a run begins.
    pub(super) fn arm(&mut self, record: Option<&Record>, state: &State, names: &Names) {
        let context = Context { record, state, names };
        for point in &mut self.list {
            if let Trigger::Watch(expr) = &point.trigger {
                let now = shown(expr, &context);
                if point.values.all().is_empty() {
                    point.values.note(state.seq(), now.clone());
                }
                point.seen = Some(now);
            }
        }
    }

    /// The lines of breakpoints that count.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        self.list.iter().filter(|point| point.enabled).filter_map(|point| point.trigger.line())
    }

    /// The first breakpoint that is hit where the program holds at a line. Does not count the hit.
    pub(super) fn test_line(&self, place: &str, context: &Context<'_>) -> Option<Hit> {
        self.list.iter().filter(|point| point.enabled).find_map(|point| {
            let Trigger::Event(events, _) = &point.trigger else { return None };
            if events.line.as_deref() != Some(place) {
                return None;
            }
            let asked = events.asked.as_deref().and_then(|text| Expr::parse(text).ok());
            let number = point.number;
            let text = match asked.map(|expr| expr.test(context)) {
                Some(Ok(false)) => return None,
                None | Some(Ok(true)) => format!("Breakpoint {number}: {}", point.text),
                Some(Err(error)) => format!(
                    "Breakpoint {number} stops here because its condition cannot be tested: {error}"
                ),
            };
            Some(Hit { number, text })
        })
    }

    /// From a new start on nothing is known of what was watched.
    pub(super) fn forget(&mut self) {
        for point in &mut self.list {
            (point.values, point.seen, point.hits) = (Values::default(), None, 0);
        }
    }

    /// The first breakpoint that this record hits. Does not count the hit. `by_lines`: the source has
    /// held at lines, where this record was made.
    pub(super) fn test(
        &mut self,
        record: &Record,
        state: &State,
        names: &Names,
        by_lines: bool,
    ) -> Option<Hit> {
        let context = Context { record: Some(record), state, names };
        let mut hit = None;
        for point in self.list.iter_mut().filter(|point| point.enabled) {
            let number = point.number;
            let text = match &point.trigger {
                Trigger::Event(..) if hit.is_some() => continue,
                Trigger::Event(events, _) if by_lines && events.line.is_some() => continue,
                Trigger::Event(..) => match point.event_hit(&context) {
                    Some(text) => text,
                    None => continue,
                },
                Trigger::Python(_) => match point.values.change_at(record.seq) {
                    // Only where it was asked for before; what comes is asked for where it holds.
                    Some((before, now)) => {
                        let [before, now] = [before, now].map(safe_text::line);
                        format!("Watch {number}: {} was {before}, is {now}", point.text)
                    }
                    None => continue,
                },
                Trigger::Watch(expr) => {
                    // Each watch must see each record, also when another one stops the run.
                    let now = shown(expr, &context);
                    let before = point.seen.replace(now.clone());
                    if point.values.at(u64::MAX) != Some(&now) && point.is_new(record.seq) {
                        point.values.note(record.seq, now.clone());
                    }
                    match before {
                        Some(before) if before != now => {
                            format!("Watch {number}: {} was {before}, is {now}", point.text)
                        }
                        _ => continue,
                    }
                }
                Trigger::Log { .. } => continue,
            };
            hit.get_or_insert(Hit { number, text });
        }
        hit
    }

    /// The first breakpoint that a diagnosis hits which follows from a record. Does not count the hit.
    pub(super) fn test_derived(&self, lint: &Record, state: &State, names: &Names) -> Option<Hit> {
        let context = Context { record: Some(lint), state, names };
        let hit = |point: &Breakpoint| {
            let text = point.event_hit(&context)?;
            Some(Hit { number: point.number, text })
        };
        self.list.iter().filter(|point| point.enabled).find_map(hit)
    }

    /// Whether any waits for diagnoses.
    pub(super) fn wants_lints(&self) -> bool {
        let wants = |point: &Breakpoint| match &point.trigger {
            Trigger::Event(events, _) => point.enabled && events.kinds.has(Kind::Lint),
            Trigger::Watch(_) | Trigger::Python(_) | Trigger::Log { .. } => false,
        };
        self.list.iter().any(wants)
    }

    /// Counts a hit: a temporary breakpoint goes away. Gives the lines to execute.
    pub(super) fn count(&mut self, number: u32) -> Vec<String> {
        let Some(at) = self.list.iter().position(|point| point.number == number) else {
            return Vec::new();
        };
        if self.list[at].temporary {
            return self.list.remove(at).commands;
        }
        self.list[at].hits += 1;
        self.list[at].commands.clone()
    }
}

/// A value as it is shown; what cannot be had is a value too, so that a watch sees it come and go.
fn shown(expr: &Expr, context: &Context<'_>) -> String {
    expr.eval(context).as_ref().map_or_else(|_| "(no value)".to_owned(), Value::to_string)
}

fn unknown(number: u32) -> Trouble {
    Trouble::new(format!("There is no breakpoint {number}; `info breakpoints` lists them."))
}
