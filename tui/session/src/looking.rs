//! What only the program itself can tell, while it is held: the locals of frames, and the values of
//! Python expressions.

mod frames;

use loopscope_model::control::OwnedRequest;
use loopscope_model::expr::Expr;
use loopscope_model::safe_text;
use loopscope_protocol::{Capability, TaskId};

pub(super) use frames::Selected;

use super::answer::{Answer, Outcome, Trouble};
use super::command::{FrameMove, TaskRef};
use super::run_state::RunState;
use super::source::Origin;
use super::{Session, UnderWay, labels};
use frames::frames;

/// What the program was asked for.
#[derive(Clone, Debug)]
pub(super) enum Look {
    /// The frames of a task, or of what runs.
    Locals { task: Option<TaskId>, then: Then },
    /// An expression's value, and what it is for. `instead`: the answer if it has none.
    Value { text: String, error: String, aim: Aim, instead: Option<Answer> },
}

/// What is done with frames.
#[derive(Clone, Copy, Debug)]
pub(super) enum Then {
    /// They are told, with their locals.
    Tell,
    /// One of them is looked at.
    Select(FrameMove),
}

/// What a value is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    Print,
    Watch,
    Display,
}

/// The scope and the value of an answer; `None`: what had the names is gone.
pub(super) fn value(text: &str) -> Option<(String, String)> {
    let (scope, value) = text.strip_prefix("value\t")?.split_once('\t')?;
    Some((scope.to_owned(), value.to_owned()))
}

impl Session {
    /// Whether the program can be asked for what it has.
    pub(super) fn may_look(&self) -> Result<(), Trouble> {
        let no = |text: String| Err(Trouble::new(text));
        match self.origin() {
            Origin::Recording => {
                return no("A recording has no program to look into; it has what its records say: `info tasks`, `where TASK`.".to_owned());
            }
            Origin::Board => {
                return no("A board does not tell what its variables hold; `where TASK` and `info tasks` tell what it has sent.".to_owned());
            }
            Origin::Nothing => {
                return no("No program is open; `loopscope repl FILE` opens one.".to_owned());
            }
            Origin::Program | Origin::Process => {}
        }
        if self.source.is_ended() {
            return no(format!("The program's process is gone: {}", self.ending()));
        }
        if !self.source.capabilities().has(Capability::Look) {
            return no(format!(
                "{} does not tell what its variables hold; `py` asks for a value at a handle-run.",
                safe_text::line(&self.name())
            ));
        }
        if !self.is_live() {
            return no(format!(
                "Only the program knows, which is at #{}, and the view is in the past; `goto {0}` goes there.",
                self.history.seq()
            ));
        }
        if self.run_state != RunState::Held {
            return no("The program runs; `pause` it first.".to_owned());
        }
        Ok(())
    }

    /// Whether Python expressions can be asked for at the cursor.
    pub(super) fn can_look(&self) -> bool {
        self.may_look().is_ok()
    }

    /// Whether the program tells what its variables hold, at the cursor.
    pub fn can_tell_locals(&self) -> bool {
        self.can_look()
    }

    fn running(&self) -> u32 {
        self.current_task().map_or(0, |id| id.0)
    }

    /// Asks for the frames of a task.
    pub(super) fn look_at_locals(&mut self, task: Option<&TaskRef>, then: Then) -> Outcome {
        if let Err(trouble) = self.may_look() {
            return Outcome::Failed(trouble);
        }
        let selected = self.selected().and_then(|selected| selected.task);
        let task = match task {
            // What was chosen stays chosen, until the program goes on.
            None => selected.or_else(|| self.current_task()),
            Some(_) => match self.task_or_current(task) {
                Ok(id) => Some(id),
                Err(trouble) => return Outcome::Failed(trouble),
            },
        };
        if let Some(id) = task
            && self.state().task(id).is_some_and(|task| task.state.is_done())
        {
            let title = labels::task(id, self.state(), self.names());
            return Outcome::Failed(Trouble::new(format!(
                "{title} is done, so it has no locals any more; `where {}` shows how it ended.",
                id.0
            )));
        }
        let what = format!("locals\t{}\t{}", self.running(), task.map_or(0, |id| id.0));
        self.ask(what, Look::Locals { task, then })
    }

    /// Asks for the value of an expression that is none of ours. `error`: why it is none.
    pub(super) fn look_at_value(&mut self, text: &str, error: String, aim: Aim) -> Outcome {
        if let Err(trouble) = self.may_look() {
            // In the past, or where no program is, that is not what is wrong with a word.
            let more = if matches!(self.origin(), Origin::Program | Origin::Process)
                && !self.source.is_ended()
            {
                format!("{error}; as Python it cannot be asked for here: {}", trouble.text)
            } else {
                error
            };
            return Outcome::Failed(Trouble::new(more));
        }
        let scope = match self.selected() {
            Some(selected) if aim == Aim::Print => {
                format!("{}#{}", selected.task.map_or(0, |id| id.0), selected.number)
            }
            _ => String::new(),
        };
        let what = self.value_wanted(text, &scope);
        self.ask(what, Look::Value { text: text.to_owned(), error, aim, instead: None })
    }

    /// How the value of an expression is asked for.
    pub(super) fn value_wanted(&self, text: &str, scope: &str) -> String {
        let text = text.replace('\n', " ");
        format!("value\t{}\t{scope}\t{text}", self.running())
    }

    fn ask(&mut self, what: String, look: Look) -> Outcome {
        if let Err(error) = self.source.request(OwnedRequest::Look { what }) {
            return Outcome::Failed(Trouble::new(error.to_string()));
        }
        self.under_way = UnderWay::Look(look);
        Outcome::Started
    }

    /// The program has answered.
    pub(super) fn looked(&mut self, look: Look, ok: bool, text: &str) -> Result<Answer, Trouble> {
        match look {
            Look::Locals { task, then } => {
                if !ok {
                    return Err(Trouble::new(text.to_owned()));
                }
                let frames = frames(text);
                match then {
                    Then::Tell => self.tell_locals(task, &frames),
                    Then::Select(step) => self.select(task, &frames, step),
                }
            }
            Look::Value { text: expr, error, aim, instead } => {
                let Some((scope, value)) = value(text).filter(|_| ok) else {
                    if let Some(answer) = instead {
                        return Ok(answer);
                    }
                    let shown = safe_text::line(text).into_owned();
                    // Whatever it is, Python knows it: then its own word for what is wrong is enough.
                    let is_unknown =
                        ["NameError", "SyntaxError"].iter().any(|kind| shown.starts_with(kind));
                    return Err(Trouble::new(if is_unknown && !error.is_empty() {
                        format!("{error}; as Python: {shown}")
                    } else {
                        shown
                    }));
                };
                let shown = safe_text::line(&value).into_owned();
                match aim {
                    Aim::Print => Ok(Answer::new(shown).with("expr", expr).with("value", value)),
                    Aim::Watch => Ok(self.watch_python(&expr, scope, value)),
                    Aim::Display => Ok(self.display_python(&expr, scope, value)),
                }
            }
        }
    }

    // ---- expressions of ours and Python's -----------------------------------------------------

    /// `print EXPR`: ours, or Python's where it is none of ours.
    pub(super) fn print_any(&mut self, text: &str) -> Outcome {
        match self.print(text) {
            Ok(answer) if self.selected().is_none() || !self.can_look() => Outcome::Done(answer),
            // In a frame that was chosen its own names come first.
            Ok(answer) => match self.look_at_value(text, String::new(), Aim::Print) {
                Outcome::Started => {
                    if let UnderWay::Look(Look::Value { instead, .. }) = &mut self.under_way {
                        *instead = Some(answer);
                    }
                    Outcome::Started
                }
                _ => Outcome::Done(answer),
            },
            Err(trouble) => self.look_at_value(text, trouble.text, Aim::Print),
        }
    }

    /// `watch EXPR`.
    pub(super) fn watch_any(&mut self, text: &str) -> Outcome {
        match Expr::parse(text) {
            Ok(_) => match self.set_watch(text) {
                Ok(answer) => Outcome::Done(answer),
                Err(trouble) => Outcome::Failed(trouble),
            },
            Err(error) => self.look_at_value(text, error.to_string(), Aim::Watch),
        }
    }

    /// `display EXPR`.
    pub(super) fn display_any(&mut self, text: &str) -> Outcome {
        match Expr::parse(text) {
            Ok(_) => match self.display(Some(text)) {
                Ok(answer) => Outcome::Done(answer),
                Err(trouble) => Outcome::Failed(trouble),
            },
            Err(error) => self.look_at_value(text, error.to_string(), Aim::Display),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_the_scope_of_its_names() {
        let both = ("2:main".to_owned(), "1\t2".to_owned());
        assert_eq!(value("value\t2:main\t1\t2"), Some(both));
        assert_eq!(value("gone"), None);
    }
}
