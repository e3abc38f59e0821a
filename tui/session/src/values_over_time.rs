//! The values of Python expressions as the program goes on: what `watch` and `display` have seen.
//!
//! The program is asked where it holds. What it has said stays known, so that going back shows the
//! values of before.

use std::collections::VecDeque;

use loopscope_model::control::OwnedRequest;
use loopscope_model::expr::Expr;
use loopscope_model::safe_text;

use super::Session;
use super::answer::Answer;
use super::breaks::{Hit, Trigger};
use super::looking;
use super::values::Values;

/// An expression that is shown at each stop.
#[derive(Clone, Debug)]
pub(super) struct Display {
    pub(super) number: u32,
    pub(super) text: String,
    pub(super) shown: Shown,
}

/// Whose expression it is.
#[derive(Clone, Debug)]
pub(super) enum Shown {
    /// One of ours.
    Ours(Expr),
    /// Python's, with the scope of its names.
    Python { scope: String, values: Values },
}

/// What the program is asked for while it holds, one after the other.
#[derive(Debug)]
pub(super) struct Asking {
    left: VecDeque<Asked>,
    /// The answer to this one is waited for.
    waits: Option<Asked>,
}

#[derive(Clone, Copy, Debug)]
enum Asked {
    Watch(u32),
    Display(u32),
}

impl Session {
    pub(super) fn watch_python(&mut self, text: &str, scope: String, value: String) -> Answer {
        let seq = self.history.seq();
        let shown = safe_text::line(&value).into_owned();
        let point = self.breaks.add(Trigger::Python(scope), text.to_owned(), false);
        let answer = Answer::new(format!("Watch {}: {text} is {shown}", point.number))
            .with("breakpoint", point.number)
            .with("value", value.clone());
        let number = point.number;
        if let Ok(point) = self.breaks.get_mut(Some(number)) {
            point.values.note(seq, value);
        }
        answer
    }

    pub(super) fn display_python(&mut self, text: &str, scope: String, value: String) -> Answer {
        self.last_display += 1;
        let number = self.last_display;
        let shown = safe_text::line(&value).into_owned();
        let mut values = Values::default();
        values.note(self.history.seq(), value);
        let shown_by = Shown::Python { scope, values };
        self.displays.push(Display { number, text: text.to_owned(), shown: shown_by });
        Answer::new(format!("{number}: {text} = {shown}"))
    }

    /// What to ask before the program goes on: what is watched, if there is anything.
    pub(super) fn watches_to_ask(&self) -> Option<Asking> {
        self.asking(self.watches().collect())
    }

    fn watches(&self) -> impl Iterator<Item = Asked> {
        let watched = |point: &&super::Breakpoint| {
            point.enabled && matches!(point.trigger, Trigger::Python(_))
        };
        self.breaks.iter().filter(watched).map(|point| Asked::Watch(point.number))
    }

    /// What to ask where the program has stopped: what is displayed, and what is watched.
    pub(super) fn all_to_ask(&self) -> Option<Asking> {
        let is_python = |each: &&Display| matches!(each.shown, Shown::Python { .. });
        let displays = self.displays.iter().filter(is_python);
        let displays = displays.map(|each| Asked::Display(each.number));
        self.asking(self.watches().chain(displays).collect())
    }

    fn asking(&self, left: VecDeque<Asked>) -> Option<Asking> {
        (!left.is_empty() && self.can_look()).then_some(Asking { left, waits: None })
    }

    /// Asks for the next one. False: nothing is left to ask for.
    pub(super) fn ask_on(&mut self, asking: &mut Asking) -> bool {
        if asking.waits.is_some() {
            return true;
        }
        while let Some(next) = asking.left.pop_front() {
            let Some((text, scope)) = self.wanted(next) else { continue };
            let what = self.value_wanted(&text, &scope);
            if self.source.request(OwnedRequest::Look { what }).is_ok() {
                asking.waits = Some(next);
                return true;
            }
        }
        false
    }

    fn wanted(&self, asked: Asked) -> Option<(String, String)> {
        match asked {
            Asked::Watch(number) => {
                let point = self.breaks.get(number)?;
                let Trigger::Python(scope) = &point.trigger else { return None };
                Some((point.text.clone(), scope.clone()))
            }
            Asked::Display(number) => {
                let display = self.displays.iter().find(|each| each.number == number)?;
                let Shown::Python { scope, .. } = &display.shown else { return None };
                Some((display.text.clone(), scope.clone()))
            }
        }
    }

    /// Takes the answer that was waited for. Gives the watch whose value has changed.
    pub(super) fn take_value(&mut self, asking: &mut Asking, ok: bool, text: &str) -> Option<Hit> {
        let asked = asking.waits.take()?;
        let value = match looking::value(text).filter(|_| ok) {
            Some((_, value)) => value,
            None if ok => "(gone)".to_owned(),
            None => format!("({})", safe_text::line(text)),
        };
        let seq = self.history.seq();
        match asked {
            Asked::Watch(number) => {
                let point = self.breaks.get_mut(Some(number)).ok()?;
                let before = point.values.note(seq, value.clone())?;
                let text = format!(
                    "Watch {number}: {} was {}, is {}",
                    point.text,
                    safe_text::line(&before),
                    safe_text::line(&value)
                );
                Some(Hit { number, text })
            }
            Asked::Display(number) => {
                let display = self.displays.iter_mut().find(|each| each.number == number)?;
                if let Shown::Python { values, .. } = &mut display.shown {
                    values.note(seq, value);
                }
                None
            }
        }
    }

    /// What an expression that is displayed is at the cursor.
    pub(super) fn shown_here(&self, display: &Display) -> Option<String> {
        let Shown::Python { values, .. } = &display.shown else { return None };
        let seq = self.record().map_or(0, |record| record.seq);
        let value = values.at(seq).map(|value| safe_text::line(value).into_owned());
        Some(value.unwrap_or_else(|| "(not known here)".to_owned()))
    }
}
