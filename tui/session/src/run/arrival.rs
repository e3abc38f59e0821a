//! What is said when a run is over: where the cursor is now, and why it stopped there.

use loopscope_model::record::seconds;
use loopscope_model::state::At;
use loopscope_protocol::Capability;

use super::End;
use crate::Session;
use crate::answer::{Answer, Trouble};
use crate::goal::{Goal, Until};

impl Session {
    /// The run is over: says what logpoints printed meanwhile, where the cursor is now, and why.
    pub(super) fn arrive(&mut self, end: End, goal: Goal) -> Result<Answer, Trouble> {
        let arrived = self.arrive_at(end, goal);
        let logged = std::mem::take(&mut self.logged);
        match arrived {
            Ok(answer) => Ok(logged.before(answer)),
            Err(trouble) if logged.is_empty() => Err(trouble),
            Err(trouble) => Err(Trouble::new(format!("{}\n{trouble}", logged.text()))),
        }
    }

    fn arrive_at(&mut self, end: End, goal: Goal) -> Result<Answer, Trouble> {
        let here = self.position();
        let is_jump = matches!(goal.until, Until::Seq(_) | Until::Time(_) | Until::End);
        if is_jump && !goal.breaks {
            self.jump_to(here);
        } else {
            self.move_to(here);
        }
        match end {
            End::Goal => {
                let by_records = matches!(goal.until, Until::Line { by_records: true, .. });
                let note = if by_records {
                    "In what is recorded, a line is known by what it has caused."
                } else {
                    ""
                };
                Ok(self.stop("goal", note))
            }
            End::Hit(hit) => {
                for line in self.breaks.count(hit.number).into_iter().rev() {
                    let place = format!("commands of breakpoint {}", hit.number);
                    self.queue.push_front((place, line));
                }
                Ok(self.stop("breakpoint", &hit.text).with("breakpoint", hit.number))
            }
            End::Paused => {
                self.interrupted = Some(goal);
                let note = if self.run_state.runs() && !self.program_ended() {
                    format!(
                        "Only the view is paused: `resume` goes on, `goto end` follows the {} again.",
                        self.kind_of_source()
                    )
                } else {
                    "Paused; `resume` goes on.".to_owned()
                };
                Ok(self.stop("paused", &note))
            }
            End::Waiting => {
                let more = if self.source.capabilities().has(Capability::Interrupt) {
                    "; `interrupt` raises KeyboardInterrupt in it"
                } else {
                    ""
                };
                let text = format!("{} It is held at its next record{more}.", self.why_no_record());
                self.interrupted = Some(goal);
                Ok(self.stop("paused", &text))
            }
            End::Limit(full) => {
                self.interrupted = Some(goal);
                Err(Trouble::new(full.sentence()))
            }
            End::Failed(trouble) => Err(trouble),
            End::Late => {
                let event = goal.expected.unwrap_or_default();
                let latest = goal.latest.map_or(0.0, seconds);
                Err(Trouble::new(format!(
                    "Expected {event} up to t {latest:.6}, but it did not come: {}.",
                    self.position_words()
                )))
            }
            End::Deadlock(sentence) if !self.settings.deadlock_fails => {
                Ok(self.stop("deadlock", &sentence))
            }
            End::Deadlock(sentence) => Err(Trouble::new(format!(
                "{sentence} The program is held here; `set wait-forever on` lets it wait."
            ))),
            End::Ended => self.ended(&goal),
        }
    }

    fn ended(&mut self, goal: &Goal) -> Result<Answer, Trouble> {
        let how = self.ending();
        if let Some(event) = &goal.expected {
            return Err(Trouble::new(format!("Expected {event}, but it did not come: {how}")));
        }
        if let Until::Seq(seq) = goal.until {
            return Err(Trouble::new(format!(
                "There is no record {seq}, only {}: {how}",
                self.history.seq()
            )));
        }
        if let Some(wanted) = &goal.wanted {
            return Err(Trouble::new(format!("There was no {wanted} any more: {how}")));
        }
        let mut answer = self.stop("end", &how).with("ended", true);
        if let Some(exit) = self.history.exit() {
            answer = answer.with("exit_code", exit.code);
        }
        Ok(answer)
    }

    /// Why a program that was asked to pause has not come to a record.
    fn why_no_record(&self) -> &'static str {
        match self.history.live().focus() {
            Some(each) if each.at == At::Polling => "The loop sleeps.",
            Some(each) if each.at == At::Running => {
                "The handle that runs has not come to a record yet; it may be busy or blocked."
            }
            _ => "The program has not come to a record yet; it may be busy or blocked.",
        }
    }
}
