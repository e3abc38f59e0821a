//! Taking in what the source sends, and bringing the command under way forward.

use std::time::Duration;

use loopscope_model::control::OwnedReply;
use loopscope_model::stream::Arrived;
use loopscope_protocol::ExitHow;
use web_time::Instant;

use super::answer::{Answer, Outcome, Tick, Trouble};
use super::run_state::{Change, RunState};
use super::{Session, UnderWay};

impl Session {
    /// Takes in what arrived, waiting at most `timeout`, and tells whether the command under way is
    /// over. Also to be called now and then while none is, for a source that sends by itself.
    pub fn tick(&mut self, timeout: Duration) -> Tick {
        let mut tick = Tick::default();
        let wait = if self.can_go_on() { Duration::ZERO } else { timeout };
        let waited = matches!(self.under_way, UnderWay::Nothing) && !self.program_ended();
        let was_live = self.is_live();
        tick.arrived = self.take_in(wait);
        // A program that was held has ended all the same: its end is where the view is to stand.
        if waited && was_live && self.program_ended() {
            self.move_to(self.live_edge());
        }
        self.brake();
        self.go_on(&mut tick);
        if matches!(self.under_way, UnderWay::Nothing) {
            self.fold_some();
        }
        tick
    }

    /// Whether there is something to do before anything arrives.
    fn can_go_on(&self) -> bool {
        match &self.under_way {
            UnderWay::Nothing => !self.queue.is_empty(),
            UnderWay::Run(run) if run.is_asking() => false,
            UnderWay::Run(run) => !self.run_state.runs() || !self.is_live() && !run.has_landed(),
            UnderWay::Statement | UnderWay::Look(_) => false,
            UnderWay::StatementOver(_) | UnderWay::LongWalk(_) | UnderWay::LookOver(_) => true,
        }
    }

    pub(super) fn take_in(&mut self, timeout: Duration) -> usize {
        let arrived = self.source.poll(timeout);
        let before = self.history.len();
        let has_events = self.outlets.has_events();
        for each in arrived {
            match each {
                Arrived::Record(record) => {
                    self.text += record.texts.size() as u64;
                    let to_write = has_events.then(|| record.clone());
                    self.history.push(record);
                    if let Some(record) = to_write {
                        self.outlets.record(&record, self.history.names());
                    }
                }
                Arrived::Reply(OwnedReply::Hello(hello)) => self.history.set_source(hello),
                Arrived::Reply(reply) => self.take_reply(reply),
                defined @ (Arrived::Name(..) | Arrived::Chain { .. }) => self.history.take(defined),
            }
        }
        self.changed(Change::CanHold(self.source.can_hold()));
        if self.source.is_ended() {
            self.changed(Change::Over(self.source.lost()));
        }
        let count = self.history.len() - before;
        if count > 0 {
            self.last_record = Instant::now();
        }
        if count == 0 || !self.run_state.runs() {
            self.outlets.flush();
            if self.outlets.is_recording() {
                self.history.flush();
            }
        }
        self.stay_within();
        self.tell_of_files();
        count
    }

    fn take_reply(&mut self, reply: OwnedReply) {
        match reply {
            OwnedReply::Held { .. } => self.changed(Change::SaidHeld),
            OwnedReply::Line { place, .. } => {
                self.changed(Change::SaidHeld);
                self.at_line(&place);
                if let UnderWay::Run(run) = &mut self.under_way {
                    run.hold_at_line();
                }
            }
            OwnedReply::Ran { ok, text } if self.was_asked() => self.take_answer(ok, &text),
            OwnedReply::Ran { ok, text } => {
                let text = text.trim_end_matches('\n').to_owned();
                let result = if ok {
                    Ok(Answer::new(text.clone()).with("printed", text))
                } else {
                    Err(Trouble::new(text))
                };
                self.python_over(result);
            }
            OwnedReply::Refused { text } => match &mut self.under_way {
                UnderWay::Run(run) => {
                    run.refuse(text);
                    self.changed(Change::SaidHeld);
                }
                UnderWay::Statement | UnderWay::StatementOver(_) => {
                    self.python_over(Err(Trouble::new(text)));
                }
                UnderWay::Look(_) => {
                    self.under_way = UnderWay::LookOver(Err(Trouble::new(text)));
                }
                UnderWay::Nothing | UnderWay::LongWalk(_) | UnderWay::LookOver(_) => {}
            },
            OwnedReply::Hello(_) | OwnedReply::Dropped { .. } => {}
        }
    }

    /// Whether an answer is to what the program was asked for.
    fn was_asked(&self) -> bool {
        match &self.under_way {
            UnderWay::Look(_) => true,
            UnderWay::Run(run) => run.is_asking(),
            _ => false,
        }
    }

    fn take_answer(&mut self, ok: bool, text: &str) {
        match std::mem::take(&mut self.under_way) {
            UnderWay::Look(look) => {
                let result = self.looked(look, ok, text);
                self.under_way = UnderWay::LookOver(result);
            }
            UnderWay::Run(mut run) => {
                if let Some(mut asking) = run.asking().take() {
                    let hit = self.take_value(&mut asking, ok, text);
                    run.note_change(hit);
                    *run.asking() = Some(asking);
                }
                self.under_way = UnderWay::Run(run);
            }
            other => self.under_way = other,
        }
    }

    fn python_over(&mut self, result: Result<Answer, Trouble>) {
        if let UnderWay::Statement = self.under_way {
            self.under_way = UnderWay::StatementOver(result);
        }
    }

    /// Brings the command under way forward, and the lines that are queued behind it.
    fn go_on(&mut self, tick: &mut Tick) {
        loop {
            let result = match &mut self.under_way {
                UnderWay::Nothing => match self.queue.pop_front() {
                    None => return,
                    Some((place, line)) => match self.execute_queued(&place, &line, tick) {
                        None => continue,
                        Some(result) => result,
                    },
                },
                UnderWay::Run(_) => match self.walk() {
                    None => return,
                    Some(result) => result,
                },
                UnderWay::LongWalk(_) => match self.walk_on() {
                    None => return,
                    Some(result) => result,
                },
                UnderWay::StatementOver(_) => self.statement_over(),
                UnderWay::Statement if self.source.is_ended() => Err(Trouble::new(
                    "The program's process ended while the statement ran; `info source` says how.",
                )),
                UnderWay::LookOver(_) => match std::mem::take(&mut self.under_way) {
                    UnderWay::LookOver(result) => result,
                    _ => return,
                },
                UnderWay::Look(_) if self.source.is_ended() => Err(Trouble::new(
                    "The program's process ended before it answered; `info source` says how.",
                )),
                UnderWay::Statement | UnderWay::Look(_) => return,
            };
            self.under_way = UnderWay::Nothing;
            match result {
                Ok(answer) => {
                    self.message.clone_from(&answer.text);
                    if self.queue.is_empty() {
                        tick.over = Some(Ok(answer));
                        return;
                    }
                    tick.answers.push((self.line.clone(), answer));
                }
                Err(trouble) => {
                    self.queue.clear();
                    self.message.clone_from(&trouble.text);
                    tick.over = Some(Err(trouble));
                    return;
                }
            }
        }
    }

    /// Executes a line on behalf of another command. `None`: it has started.
    fn execute_queued(
        &mut self,
        place: &str,
        line: &str,
        tick: &mut Tick,
    ) -> Option<Result<Answer, Trouble>> {
        line.clone_into(&mut self.line);
        match self.execute_inner(line) {
            Outcome::Done(answer) => Some(Ok(answer)),
            Outcome::Started => None,
            Outcome::Failed(trouble) => {
                Some(Err(Trouble::new(format!("{place}: {}", trouble.text))))
            }
            Outcome::Quit => {
                self.queue.clear();
                tick.quit = true;
                Some(Ok(Answer::default()))
            }
        }
    }

    fn statement_over(&mut self) -> Result<Answer, Trouble> {
        // What the statement caused is now; the cursor stays with it.
        self.move_to(self.live_edge());
        let over = std::mem::take(&mut self.under_way);
        match (self.brake.full, over) {
            (Some(full), _) => Err(Trouble::new(full.of_statement())),
            (None, UnderWay::StatementOver(result)) => result,
            (None, _) => Ok(Answer::default()),
        }
    }

    /// Ends the command under way as soon as possible: the source is asked to hold at its next
    /// record.
    pub fn pause(&mut self) {
        let is_news = match &mut self.under_way {
            UnderWay::Run(run) => run.stop(),
            // The source has no part in it.
            UnderWay::LongWalk(walk) => {
                walk.stop();
                self.queue.clear();
                return;
            }
            UnderWay::Nothing
            | UnderWay::Statement
            | UnderWay::StatementOver(_)
            | UnderWay::Look(_)
            | UnderWay::LookOver(_) => true,
        };
        if !self.is_running() || !is_news {
            return;
        }
        self.queue.clear();
        if let RunState::Running { .. } = self.run_state
            && let Err(error) = self.ask_to_pause()
            && let UnderWay::Run(run) = &mut self.under_way
        {
            run.refuse(error.to_string());
        }
    }
}

impl Drop for Session {
    /// A program that is left is ended, and the files say so.
    fn drop(&mut self) {
        /// How long that may take.
        const LEAVING: Duration = Duration::from_secs(2);
        if self.outlets.is_empty() || self.source.is_ended() {
            return;
        }
        self.source.kill(ExitHow::Killed);
        let until = Instant::now() + LEAVING;
        while !self.source.is_ended() && Instant::now() < until {
            self.take_in(Duration::from_millis(20));
        }
        self.take_in(Duration::ZERO);
        self.end_files();
    }
}
