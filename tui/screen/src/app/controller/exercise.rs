//! An exercise at the controller: the learner's file is run whenever it is saved, judged, and shown
//! in the place of the lesson's own run.

use std::path::Path;
use std::time::Duration;

use loopscope_lessons::{Exercise, Item, Lesson, Verdict, no_hint};
use loopscope_session::{Session, Unfinished};
use web_time::Instant;

use super::Controller;
use crate::app::session_view::SessionView;
use crate::app::workbench::{Stamp, Workbench};
use crate::keys::Action;
use crate::theme::Role;
use crate::views::lesson::{Page, Piece};
use crate::widgets::popup::Popup;

/// How long a learner's program may run.
const LIMIT: Duration = Duration::from_secs(20);

/// An exercise that the learner is at.
#[derive(Debug)]
pub(super) struct Work {
    /// Which part of the lesson it is.
    number: usize,
    bench: Workbench,
    /// How the file was when it was run, or first seen.
    stamp: Option<Stamp>,
    /// The run that is under way, and when it is late.
    run: Option<(Box<Session>, Instant)>,
    /// The lesson's own run, while the learner's is shown.
    parked: Option<Box<SessionView>>,
    verdict: Option<Verdict>,
    /// A sentence about what could not be done.
    trouble: Option<String>,
    hints: usize,
}

impl Work {
    pub(super) const fn is_running(&self) -> bool {
        self.run.is_some()
    }

    pub(super) const fn is_shown(&self) -> bool {
        self.parked.is_some()
    }
}

impl Controller {
    /// The session of the lesson's own run.
    pub(super) fn lesson_session(&self) -> &Session {
        let parked = self.work.as_ref().and_then(|work| work.parked.as_ref());
        parked.map_or(&self.session_view.session, |view| &view.session)
    }

    /// Whether the learner's own program is shown.
    pub(super) fn shows_own_run(&self) -> bool {
        self.work.as_ref().is_some_and(Work::is_shown)
    }

    /// The exercise at the part of the lesson that is shown is the learner's to do.
    pub(super) fn attend_exercise(&mut self) {
        let Some(progress) = &self.progress else { return };
        let seq = self.session_view.session.seq();
        let number = progress.shown(seq).filter(|n| progress.lesson().items[*n].exercise.is_some());
        if self.work.as_ref().map(|work| work.number) == number {
            return;
        }
        self.work = None;
        let (Some(number), Some(learner)) = (number, &self.learner) else { return };
        let Some(bench) = learner.bench(progress.lesson(), number) else { return };
        let stamp = bench.stamp();
        let work = Work {
            number,
            bench,
            stamp,
            run: None,
            parked: None,
            verdict: None,
            trouble: None,
            hints: 0,
        };
        self.work = Some(work);
    }

    fn exercise(&self) -> Option<(&Work, &'static Lesson, &'static Item, &'static Exercise)> {
        let (work, lesson) = (self.work.as_ref()?, self.progress.as_ref()?.lesson());
        let item = &lesson.items[work.number];
        Some((work, lesson, item, item.exercise.as_ref()?))
    }

    /// The exercise's page: what came of the last run, then what is to be done.
    pub(super) fn exercise_page(&self, mut page: Page) -> Page {
        let Some((work, lesson, item, exercise)) = self.exercise() else { return page };
        let text = std::mem::take(&mut page.body);
        let mut say = |role: Role, text: String| {
            page.body.push(Piece::Words(vec![(role, text)]));
            page.body.push(Piece::Gap);
        };
        let is_done =
            self.learner.as_ref().is_some_and(|learner| learner.progress.has_done(lesson, item));
        match (&work.trouble, &work.verdict) {
            _ if work.is_running() => say(Role::Faint, "Your program runs ...".to_owned()),
            (Some(trouble), _) => say(Role::Error, trouble.clone()),
            (None, Some(Verdict { wrong: None, .. })) => {
                say(Role::Good, "Done: it does what it is to do.".to_owned());
            }
            (None, Some(Verdict { wrong: Some(wrong), holding, all, .. })) => {
                let holding = match all {
                    all if *all > 1 && *holding > 0 => format!(" {holding} of {all} checks hold."),
                    _ => String::new(),
                };
                say(Role::Error, format!("Not yet. {}{holding}", wrong.trim()));
            }
            (None, None) if is_done => say(Role::Good, "You have done this one.".to_owned()),
            (None, None) => {}
        }
        for hint in exercise.hints.iter().take(work.hints) {
            say(Role::Title, format!("Hint: {}", hint.marked()));
        }
        let mut words = vec![(Role::Faint, "Your file, run at each save: ".to_owned())];
        // It may break behind each folder.
        let path = shown(work.bench.path());
        words.extend(path.split_inclusive('/').map(|part| (Role::Literal, part.to_owned())));
        page.body.push(Piece::Words(words));
        page.body.push(Piece::Gap);
        page.body.extend(text);
        page.file = true;
        // The lesson's own run is over: there is nothing to look at but what is to be done, and the
        // program.
        page.rests = !work.is_shown() && !work.is_running();
        // That is the lesson's own program, which the learner's file need not have been.
        let is_changed = page.rests && exercise.start == lesson.program;
        page.change = exercise.first_change().filter(|_| is_changed);
        page
    }

    /// What a key means at an exercise. Tells whether it meant something.
    pub(super) fn perform_in_exercise(&mut self, action: Action) -> bool {
        let Some((_, _, _, exercise)) = self.exercise() else { return false };
        let (hints, solution) = (exercise.hints.len(), exercise);
        let Some(work) = &mut self.work else { return false };
        match action {
            Action::Edit => self.requests.edit = Some(work.bench.path().to_owned()),
            Action::Try => self.try_it(),
            Action::Hint if work.hints < hints => {
                work.hints += 1;
                self.follow_lesson();
                self.screen.top_of("lesson");
            }
            Action::Hint => {
                self.say(format!("{}; s shows the solution.", no_hint(hints)), false);
            }
            Action::Solution => {
                let mut text = solution.solution.clone();
                if !solution.remark.is_empty() {
                    text = format!("{text}\n{}", solution.remark.marked());
                }
                let width = self.area.width;
                self.screen.popup = Some(Popup::text("a solution", &text, width, &self.theme));
            }
            Action::Close if work.is_shown() => self.leave_own_run(),
            _ => return false,
        }
        true
    }

    /// Makes the learner's file what it was at first.
    pub(super) fn reset_exercise(&mut self) {
        let Some(work) = &mut self.work else {
            return self.say("There is no exercise here.", true);
        };
        let said = match work.bench.reset() {
            Ok(Some(kept)) => {
                let name = kept.file_name().unwrap_or_default().to_string_lossy().into_owned();
                format!("As at first; what was there is kept as {name}.")
            }
            Ok(None) => "As at first.".to_owned(),
            Err(sentence) => format!("{sentence}."),
        };
        work.stamp = work.bench.stamp();
        self.say(said, false);
    }

    /// Runs the learner's file.
    pub(super) fn try_it(&mut self) {
        self.leave_own_run();
        let (Some(work), Some(progress), Some(learner)) =
            (&mut self.work, &self.progress, &self.learner)
        else {
            return;
        };
        work.stamp = work.bench.stamp();
        (work.verdict, work.trouble) = (None, None);
        match learner.start(progress.lesson(), work.bench.path()) {
            Ok(mut session) => {
                session.start_to_end();
                work.run = Some((Box::new(session), Instant::now() + LIMIT));
            }
            Err(sentence) => work.trouble = Some(sentence),
        }
        self.follow_lesson();
        self.screen.top_of("lesson");
        self.dirty = true;
    }

    /// Goes on with the learner's run, and looks whether their file was saved.
    pub(super) fn work_on(&mut self, wait: Duration) {
        let Some(work) = &mut self.work else { return };
        let Some((session, late)) = &mut work.run else {
            let stamp = work.bench.stamp();
            if stamp.is_some() && stamp != work.stamp {
                self.try_it();
            }
            return;
        };
        let (late, result) = (*late, session.go_to_end(wait, Some(*late)));
        let Some(result) = result else { return };
        let Some((session, _)) = work.run.take() else { return };
        self.judge(*session, result, late);
    }

    fn judge(&mut self, session: Session, result: Result<(), Unfinished>, _late: Instant) {
        let Some((_, lesson, item, exercise)) = self.exercise() else { return };
        let verdict = match result {
            Ok(()) => exercise.judge(session.history(), session.names()),
            Err(Unfinished::Left) => Verdict::unfinished("The run was left."),
            Err(Unfinished::Late) => Verdict::unfinished(format!(
                "The program does not end within {} seconds; something in it waits or works for ever.",
                LIMIT.as_secs()
            )),
            Err(Unfinished::Stopped(sentence)) => Verdict::unfinished(sentence),
        };
        if verdict.is_passed()
            && let Some(learner) = &mut self.learner
        {
            learner.progress.did(lesson, item);
            learner.save();
        }
        let tells = verdict.seq.and_then(|seq| session.history().position_of_seq(seq));
        let end = session.live_edge();
        let Some(work) = &mut self.work else { return };
        let text = work.bench.text().ok();
        work.verdict = Some(verdict);
        let own = SessionView::new(session, text);
        let parked = std::mem::replace(&mut self.session_view, own);
        work.parked = Some(Box::new(parked));
        self.session_view.seek(tells.unwrap_or(end));
        self.stopped();
        self.screen.top_of("lesson");
    }

    /// Back from the learner's run to the lesson's own.
    pub(super) fn leave_own_run(&mut self) {
        let parked = self.work.as_mut().and_then(|work| work.parked.take());
        if let Some(parked) = parked {
            self.session_view = *parked;
            self.stopped();
        }
    }

    /// The learner's editor was closed.
    pub fn edited(&mut self, result: Result<(), String>) {
        self.dirty = true;
        match result {
            Ok(()) => self.try_it(),
            Err(sentence) => self.say(sentence, true),
        }
    }
}

/// A path as it is written in a shell, with `~` for the user's own folder.
fn shown(path: &Path) -> String {
    let home = etcetera::home_dir().ok();
    let below = home.as_ref().and_then(|home| path.strip_prefix(home).ok());
    below.map_or_else(|| path.display().to_string(), |below| format!("~/{}", below.display()))
}
