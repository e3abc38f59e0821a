//! A record that a lesson asks for: the learner looks for it with any key and command, and names the
//! one at the cursor.

use loopscope_lessons::{Found, no_hint};

use super::Controller;

impl Controller {
    /// The record of that number, or the one at the cursor, is what the learner has found.
    pub(super) fn found(&mut self, named: Option<&str>) {
        let session = &self.session_view.session;
        let seq = match named.map(|text| text.trim_start_matches('#').parse::<u64>()) {
            None => session.seq(),
            Some(Ok(seq)) => seq,
            Some(Err(_)) => return self.say("Write the record's number, as in `:found 17`.", true),
        };
        let Some(progress) = &mut self.progress else { return };
        let lesson = progress.lesson();
        let Some(number) = progress.open_find() else {
            return self.say("No record is asked for here.", true);
        };
        let item = &lesson.items[number];
        let Some(find) = item.find() else { return };
        let found = find.judge(session.history(), session.names(), seq);
        let is_right = found == Found::Right;
        progress.found(number, seq, found);
        if let Some(learner) = &mut self.learner {
            learner.progress.answered(lesson, item, &format!("record {seq}"), is_right);
            if is_right {
                learner.progress.did(lesson, item);
            }
            learner.save();
        }
        self.follow_lesson();
        self.screen.top_of("lesson");
        self.dirty = true;
    }

    /// The next hint for it. Tells whether there is something to be found.
    pub(super) fn hint_for_find(&mut self) -> bool {
        let Some(progress) = &mut self.progress else { return false };
        let Some(number) = progress.open_find() else { return false };
        if !progress.hint(number) {
            let hints = progress.hints_for_find(number);
            self.say(format!("{}; esc goes on without.", no_hint(hints)), false);
        }
        self.follow_lesson();
        self.screen.top_of("lesson");
        true
    }
}
