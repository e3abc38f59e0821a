//! What each action does.

use std::time::Duration;

use loopscope_model::state::TaskState;
use loopscope_protocol::ExitHow;
use web_time::Instant;

use super::{Controller, Slow};
use crate::app::prompt::Purpose;
use crate::keys::Action;
use crate::theme::{Palette, Theme};
use crate::views::Effect;

/// Records a second in slow motion, from the slowest to the fastest.
const SPEEDS: [u32; 7] = [1, 2, 4, 8, 15, 30, 60];

impl Controller {
    /// Does what an action says.
    pub(super) fn perform(&mut self, action: Action) {
        if self.screen.popup.is_none() && self.perform_in_game(action) {
            return;
        }
        if action == Action::Open && self.go_to_cause() {
            return;
        }
        if action == Action::Command {
            // What is typed next is meant for that line, not for the box.
            self.screen.popup = None;
        }
        match action {
            Action::Interrupt => self.interrupt(),
            Action::Suspend => self.requests.suspend = true,
            Action::Redraw => self.requests.redraw = true,
            // The box is what is searched.
            Action::Filter if self.screen.popup.is_some() => self.open_prompt(Purpose::Filter),
            _ if self.screen.popup.is_some() && self.act_on_row(action) => {}
            _ if self.screen.popup.is_some() => {
                let snapshot = self.session_view.snapshot();
                self.screen.update(action, &snapshot);
            }
            _ if self.perform_in_lesson(action) => {}
            _ => self.perform_usually(action),
        }
    }

    fn perform_usually(&mut self, action: Action) {
        match action {
            Action::Step => self.forward("step"),
            Action::Line => self.forward("line"),
            Action::Back => self.command("rstep", true),
            Action::NextHandle => self.forward("next"),
            Action::PreviousHandle => self.command("rnext", true),
            Action::NextTurn => self.forward("turn"),
            Action::PreviousTurn => self.command("rturn", true),
            Action::Play => self.play(),
            Action::Slow => self.slow_motion(),
            Action::Faster => self.change_speed(true),
            Action::Slower => self.change_speed(false),
            Action::ReverseContinue => self.command("rcontinue", true),
            Action::Start => self.command("goto start", true),
            Action::End => self.command("goto end", true),
            Action::Breakpoint => self.breakpoint(),
            Action::Bookmark => self.command("bookmark", false),
            Action::Command => self.open_prompt(Purpose::Command),
            Action::Filter => self.open_prompt(Purpose::Filter),
            Action::Help => self.open_help(),
            Action::Glossary => self.open_glossary(),
            Action::Breakpoints => self.open_stops(0),
            Action::Restart => self.command("restart", true),
            Action::Theme => self.set_theme(self.theme.palette.following().name()),
            _ => {
                let snapshot = self.session_view.snapshot();
                let effect = self.screen.update(action, &snapshot);
                match (effect, action) {
                    (Effect::Ignored, Action::Why) => self.why(),
                    (Effect::Ignored, Action::Quit) => self.requests.leave = Some(0),
                    (Effect::Ignored, Action::Close) if self.slow.is_some() => self.slow_motion(),
                    (Effect::Ignored, Action::Close) if self.session_view.session.is_walking() => {
                        self.session_view.session.pause();
                    }
                    (effect, _) => self.take_effect(effect),
                }
            }
        }
    }

    /// Ctrl-C: interrupts a program that runs, ends it if that does not help; at a pause it leaves.
    fn interrupt(&mut self) {
        if self.slow.is_some() {
            return self.slow_motion();
        }
        if self.session_view.session.is_walking() {
            return self.session_view.session.pause();
        }
        // Nothing interrupts what runs without us: leaving it is all there is to do.
        let session = &self.session_view.session;
        let is_others = session.origin().runs_without_us();
        // One that was asked to pause, and has not come to a record since, runs all the same.
        let runs = session.is_running() || self.walk.is_some() || session.program_runs();
        if is_others || !runs {
            self.requests.leave = Some(130);
            return;
        }
        self.walk = None;
        self.interrupts += 1;
        if self.interrupts == 1 {
            match self.session_view.session.interrupt() {
                Ok(()) => self.say("The program was interrupted; once more ends it.", false),
                Err(error) => self.say(error.to_string(), true),
            }
        } else {
            self.session_view.session.kill(ExitHow::Interrupted);
            self.say("The program was ended.", false);
        }
    }

    fn play(&mut self) {
        if self.slow.is_some() {
            self.slow_motion();
        } else if self.walk.take().is_some() || self.session_view.session.is_running() {
            self.session_view.session.pause();
        } else if self.progress.is_some() {
            self.next_place();
        } else {
            self.command("continue", true);
        }
    }

    fn slow_motion(&mut self) {
        if self.slow.take().is_some() {
            self.session_view.slow = false;
        } else if self.is_busy() {
            self.say_busy();
        } else {
            let speed = SPEEDS[2];
            self.slow = Some(Slow { due: Instant::now(), speed });
            self.session_view.slow = true;
            self.say(format!("slow motion: {speed} records a second; + and - change that"), false);
        }
    }

    fn change_speed(&mut self, faster: bool) {
        let Some(slow) = &mut self.slow else { return };
        let at = SPEEDS.iter().position(|speed| *speed == slow.speed).unwrap_or(2);
        let at = if faster { at + 1 } else { at.saturating_sub(1) };
        slow.speed = SPEEDS[at.min(SPEEDS.len() - 1)];
        slow.due = slow.due.min(Instant::now() + Duration::from_secs(1) / slow.speed);
        let speed = slow.speed;
        self.say(format!("slow motion: {speed} a second"), false);
    }

    /// Why the running task is where it is; else why the first task that waits does.
    fn why(&mut self) {
        let state = self.session_view.session.state();
        let running = state.focus().and_then(|l| l.current).and_then(|id| state.handle(id));
        let running = running.map(|handle| handle.task).filter(|task| task.is_some());
        let mut pending = state.pending_tasks();
        let waiting = pending.find(|task| matches!(task.state, TaskState::Waiting(_)));
        let task = running.or(waiting.map(|task| task.id));
        drop(pending);
        match task {
            Some(id) => self.command(&format!("why {}", id.0), false),
            None => {
                self.say("No task waits here; the line above says what happens next.", false);
            }
        }
    }

    /// A breakpoint on events like the one at the cursor, or no longer.
    fn breakpoint(&mut self) {
        let Some(kind) = self.session_view.session.record().map(|record| record.kind()) else {
            return self.say(
                "Nothing has happened yet; step once, then b stops at events like that one.",
                true,
            );
        };
        let word = kind.word();
        let set = self.session_view.session.breaks().iter().find(|point| point.text == word);
        match set.map(|point| point.number) {
            Some(number) => self.command(&format!("delete {number}"), false),
            None => self.command(&format!("break {word}"), false),
        }
    }

    pub(super) fn set_theme(&mut self, name: &str) {
        if let Some(palette) = Palette::parse(name) {
            self.theme = Theme::new(palette, self.theme.is_ascii());
            self.requests.theme = Some(palette);
            self.say(format!("theme: {name}"), false);
        } else {
            let names = Palette::names();
            self.say(format!("There is no theme `{name}`; there are {names}."), true);
        }
    }
}
