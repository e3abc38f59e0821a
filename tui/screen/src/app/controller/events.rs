//! What the user does at the screen: keys, clicks and text that is pasted, and what a panel makes of
//! them.

use loopscope_model::why::Thing;
use loopscope_protocol::TaskId;
use loopscope_session::Outcome;

use super::{Asked, Controller};
use crate::event::{Event, Mouse, MouseButton, MouseKind};
use crate::keys::Chord;
use crate::views::Effect;

impl Controller {
    /// Takes what the user did.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Key(key) => self.key(*key),
            Event::Mouse(mouse) => self.mouse(*mouse),
            Event::Paste(text) => self.paste(text),
            Event::Redraw => self.dirty = true,
        }
    }

    fn key(&mut self, key: Chord) {
        self.dirty = true;
        self.screen.message = None;
        if self.screen.prompt.is_some() {
            self.type_key(key);
        } else if let Some(action) = self.keymap.action(key) {
            self.perform(action);
        }
    }

    fn paste(&mut self, text: &str) {
        self.dirty = true;
        if let Some(prompt) = &mut self.screen.prompt {
            let line = text.lines().next().unwrap_or_default();
            let at = prompt.input.before_cursor().len();
            prompt.input.replace_before_cursor(at, line);
        }
    }

    fn mouse(&mut self, mouse: Mouse) {
        let at = mouse.at;
        let snapshot = self.session_view.snapshot();
        let clicked = matches!(mouse.kind, MouseKind::Press(_));
        if clicked && self.screen.message.take().is_some() {
            self.dirty = true;
        }
        let effect = match mouse.kind {
            MouseKind::Press(MouseButton::Left) => self.screen.click(at, &snapshot),
            MouseKind::Drag(MouseButton::Left) if self.screen.focused() == "timeline" => {
                self.screen.click(at, &snapshot)
            }
            MouseKind::ScrollUp => self.screen.wheel(at, true, &snapshot),
            MouseKind::ScrollDown => self.screen.wheel(at, false, &snapshot),
            MouseKind::Press(_) | MouseKind::Drag(_) => return,
        };
        self.dirty = true;
        self.take_effect(effect);
    }

    pub(super) fn take_effect(&mut self, effect: Effect) {
        match effect {
            Effect::Ignored | Effect::Done => {}
            Effect::Seek(_) if self.hides_what_comes() => {}
            Effect::Seek(position) => self.seek(position),
            Effect::Show { title, text, thing } => {
                let _ = self.show_about(title, &text, thing);
            }
            Effect::About { task, text } => self.tell_about(task, &text),
            Effect::Answer(choice) if self.game.is_some() => self.pick(Some(choice)),
            Effect::Answer(choice) => self.answer(choice),
            Effect::Press(action) => self.perform(action),
            Effect::Why(task) => self.command(&format!("why {task}"), false),
        }
    }

    /// All about a task, with its locals where the program can be asked for them.
    fn tell_about(&mut self, task: u32, text: &str) {
        let title = format!("task {task}");
        let text = &self.show_about(title.clone(), text, Some(Thing::Task(TaskId(task))));
        let is_done = self.session_view.session.state().task(TaskId(task));
        let is_done = is_done.is_none_or(|task| task.state.is_done());
        if self.is_busy() || is_done || !self.session_view.session.can_tell_locals() {
            return;
        }
        let from = self.session_view.session.seq();
        if let Outcome::Started = self.session_view.execute(&format!("info locals {task}")) {
            let above = Some(text.to_owned());
            self.pending = Some(Asked { line: title, by_key: true, from, above });
        }
    }

    fn seek(&mut self, position: usize) {
        if self.is_busy() || self.slow.is_some() {
            return self.say_busy();
        }
        self.session_view.seek(position);
        self.stopped();
    }
}
