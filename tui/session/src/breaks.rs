//! Breakpoints and watches: where a run stops although it has not come to its goal.

use loopscope_model::expr::{Context, Expr, Value};
use loopscope_model::{Names, Record, State};
use loopscope_protocol::KindSet;

use super::answer::Trouble;
use super::command::Events;

/// What a breakpoint waits for.
#[derive(Clone, Debug)]
pub enum Trigger {
    /// A record of one of these kinds, and the condition if there is one.
    Event(Events, Option<Expr>),
    /// A change of an expression's value.
    Watch(Expr),
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
    /// For a watch: the value where the cursor last was. `None`: not known yet.
    seen: Option<String>,
}

impl Breakpoint {
    /// `break` or `watch`, for lists.
    pub const fn word(&self) -> &'static str {
        match self.trigger {
            Trigger::Event(..) => "break",
            Trigger::Watch(_) => "watch",
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
                Trigger::Event(events, _) => all.union(events.kinds),
                Trigger::Watch(_) => KindSet(u128::MAX),
            },
        )
    }

    /// Learns the values of the watched expressions where a run begins.
    pub(super) fn arm(&mut self, record: Option<&Record>, state: &State, names: &Names) {
        let context = Context { record, state, names };
        for point in &mut self.list {
            if let Trigger::Watch(expr) = &point.trigger {
                point.seen = Some(shown(expr, &context));
            }
        }
    }

    /// The first breakpoint that this record hits. Does not count the hit.
    pub(super) fn test(&mut self, record: &Record, state: &State, names: &Names) -> Option<Hit> {
        let context = Context { record: Some(record), state, names };
        let mut hit = None;
        for point in self.list.iter_mut().filter(|point| point.enabled) {
            let number = point.number;
            let text = match &point.trigger {
                Trigger::Event(events, condition) => {
                    if !events.kinds.has(record.kind()) || hit.is_some() {
                        continue;
                    }
                    match condition.as_ref().map(|expr| expr.test(&context)) {
                        Some(Ok(false)) => continue,
                        None | Some(Ok(true)) => format!("Breakpoint {number}: {}", point.text),
                        Some(Err(error)) => format!(
                            "Breakpoint {number} stops here because its condition cannot be tested: {error}"
                        ),
                    }
                }
                Trigger::Watch(expr) => {
                    // Each watch must see each record, also when another one stops the run.
                    let now = shown(expr, &context);
                    let before = point.seen.replace(now.clone());
                    match before {
                        Some(before) if before != now => {
                            format!("Watch {number}: {} was {before}, is {now}", point.text)
                        }
                        _ => continue,
                    }
                }
            };
            hit.get_or_insert(Hit { number, text });
        }
        hit
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
