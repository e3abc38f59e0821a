//! What time brings: records, the end of a command that is under way, the next step in slow motion.

use std::time::Duration;

use loopscope_session::Tick;
use web_time::Instant;

use super::{Asked, Controller, Slow};
use crate::keys::Action;

impl Controller {
    /// Takes in what has come, waiting at most `wait` where something is under way.
    pub fn tick(&mut self, wait: Duration) {
        let is_running = self.session_view.session.is_running();
        // What is paused may come to an end all the same: a program is killed, a board is lost.
        let is_over = self.session_view.session.run_state().is_over();
        if is_running || !is_over || self.session_view.is_behind() {
            let had_ended = self.session_view.session.program_ended();
            let (tick, is_news) =
                self.session_view.tick(if is_running { wait } else { Duration::ZERO });
            self.dirty |= is_news || self.session_view.session.progress().is_some();
            self.take_tick(tick);
            if !is_running && !had_ended && self.session_view.session.program_ended() {
                self.stopped();
                self.say(self.session_view.session.ending(), true);
            }
        }
        for notice in self.session_view.session.notices() {
            self.say(notice, false);
        }
        while let Some(trouble) = self.session_view.session.trouble_with_files() {
            self.say(trouble.clone(), true);
            self.troubles.push(trouble);
        }
        if let Some(warning) = self.session_view.session.new_warning() {
            self.say(warning, true);
        }
        if let Some(file) = self.session_view.session.newly_saved() {
            let key = self.keymap.key(Action::Restart);
            self.say(
                format!("{file} was saved: {key} runs it from its start, as it is now."),
                false,
            );
        }
        if !self.session_view.session.is_running() {
            self.work_on(wait);
            self.walk_on();
            self.go_slowly();
        }
    }

    fn take_tick(&mut self, tick: Tick) {
        self.dirty |= tick.arrived > 0;
        for (line, answer) in tick.answers {
            self.tell(&line, &answer.text, false);
        }
        if tick.quit {
            self.requests.leave = Some(0);
        }
        if let Some(result) = tick.over {
            let from = self.session_view.session.seq();
            let none = Asked { line: String::new(), by_key: true, from, above: None };
            let asked = self.pending.take().unwrap_or(none);
            self.over(&asked, result);
        }
    }

    /// One record more in slow motion, if it is time.
    fn go_slowly(&mut self) {
        let Some(slow) = self.slow else { return };
        if Instant::now() < slow.due {
            return;
        }
        let hits = |controller: &Self| {
            controller.session_view.session.breaks().iter().map(|b| b.hits).sum::<u32>()
        };
        let (before, position) = (hits(self), self.session_view.session.position());
        self.command("step", true);
        let is_over = self.pending.is_none()
            && (hits(self) != before || self.session_view.session.position() == position);
        if is_over || self.requests.leave.is_some() {
            return;
        }
        let due = Instant::now() + Duration::from_secs(1) / slow.speed;
        self.slow = Some(Slow { due, ..slow });
        self.session_view.slow = true;
    }
}
