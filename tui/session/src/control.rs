//! What is asked of the source itself: to pause, to be let go, to be interrupted, to run Python.

use loopscope_model::control::OwnedRequest;
use loopscope_model::safe_text;
use loopscope_protocol::{Capability, ExitHow};

use super::answer::{Answer, Outcome, Trouble};
use super::goal::{Goal, Until};
use super::run_state::{Change, RunState};
use super::source::Origin;
use super::{Session, UnderWay};

impl Session {
    pub(super) fn pause_command(&mut self) -> Outcome {
        if !self.is_running() {
            return self.pause_what_runs_by_itself();
        }
        self.pause();
        Outcome::Done(Answer::default())
    }

    /// No command is under way, but a board runs all the same.
    fn pause_what_runs_by_itself(&mut self) -> Outcome {
        match self.run_state {
            _ if self.program_ended() => {
                return Outcome::Done(Answer::new("Nothing runs at the moment."));
            }
            RunState::Empty | RunState::Held | RunState::Ended | RunState::Lost(_) => {
                return Outcome::Done(Answer::new("Nothing runs at the moment."));
            }
            RunState::Following => {
                // It says why not.
                return match self.source.request(OwnedRequest::Pause) {
                    Ok(()) => Outcome::Done(Answer::default()),
                    Err(error) => Outcome::Failed(Trouble::new(error.to_string())),
                };
            }
            RunState::Running { .. } | RunState::Pausing => {}
        }
        self.move_to(self.live_edge());
        let outcome = self.start(Goal::new(Until::End).ignoring_breaks());
        self.pause();
        outcome
    }

    /// Leaves a board, which runs on.
    pub(super) fn detach(&mut self) -> Answer {
        self.source.kill(ExitHow::Killed);
        self.changed(Change::Over(None));
        self.move_to(self.live_edge());
        Answer::new(format!(
            "Detached; {} runs on without us, and its history up to here stays.",
            safe_text::line(&self.name())
        ))
        .with("detached", true)
    }

    /// The interrupt, and then a step to the first record that it causes.
    pub(super) fn interrupt_command(&mut self) -> Outcome {
        if self.program_ended() || !self.source.capabilities().has(Capability::Interrupt) {
            return Outcome::Failed(Trouble::new(format!(
                "There is no program to interrupt: {}",
                self.ending()
            )));
        }
        if let Err(error) = self.interrupt() {
            return Outcome::Failed(Trouble::new(error.to_string()));
        }
        if self.is_running() {
            return Outcome::Done(Answer::default());
        }
        self.move_to(self.live_edge());
        self.start(Goal::new(Until::Records(1)))
    }

    pub(super) fn python(&mut self, code: &str) -> Outcome {
        let refuse = |text: String| Outcome::Failed(Trouble::new(text));
        if self.origin() == Origin::Recording {
            return refuse("A recording has no program that could run Python; start the program itself with `loopscope repl FILE`.".to_owned());
        }
        if self.source.is_ended() {
            return refuse(format!(
                "The program's process is gone, so no Python runs: {}",
                self.ending()
            ));
        }
        if !self.is_live() {
            return refuse(format!(
                "Python runs only where the program is, at #{}, and the view is in the past; `goto {0}` goes there.",
                self.history.seq()
            ));
        }
        if !self.source.capabilities().has(Capability::Python) {
            return refuse(format!("{} cannot run Python.", safe_text::line(&self.name())));
        }
        if self.run_state != RunState::Held {
            return refuse("The program runs; `pause` it first.".to_owned());
        }
        self.set_limits();
        if let Err(error) = self.source.request(OwnedRequest::Python { code: code.to_owned() }) {
            return refuse(error.to_string());
        }
        self.under_way = UnderWay::Statement;
        Outcome::Started
    }
}
