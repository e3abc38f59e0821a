//! A timeline of more records than a digest keeps runs of.

use loopscope_model::History;
use loopscope_model::story::Story;
use loopscope_protocol::{HandleHow, On};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::views::Digest;
use crate::views::fixture::Fixture;

/// How many steps there are, of seven records each and a millisecond apart.
const STEPS: u32 = 320_000;

/// Whose step it is: one task runs always, one in the first tenth, one in the last.
const fn runs(step: u32) -> u32 {
    match (step % 3, step * 10 / STEPS) {
        (1, 0) => 2,
        (1, 9) => 3,
        _ => 1,
    }
}

fn long() -> History {
    let (mut story, mut history) = (Story::streaming(), History::new());
    story.start().task(1, "always", 1).task(2, "early", 2).task(3, "late", 3);
    let mut next = [1, 2, 3];
    for step in 0..STEPS {
        let (task, fresh) = (runs(step), step + 4);
        let handle = std::mem::replace(&mut next[task as usize - 1], fresh);
        let t = f64::from(step) / 1000.0;
        story.poll(Some(1.0), t).step(handle, task).at(t + 0.0004);
        story.handle(fresh, HandleHow::Step, "step", task, 0).suspend(handle, task, On::Nothing, 3);
        story.drain().for_each(|arrived| history.take(arrived));
    }
    history
}

fn digest(history: &History, cursor: usize) -> Digest {
    let mut digest = Digest::default();
    while !digest.follow(history, cursor) {}
    digest
}

/// In which columns a row has something, and its label.
fn row(buffer: &Buffer, y: u16) -> (String, Vec<bool>) {
    let label: String = (0..24).map(|x| buffer[(x, y)].symbol().to_owned()).collect();
    let glyphs = Theme::default().glyphs;
    let busy = [glyphs.busy, glyphs.busy_little, glyphs.busy_faint];
    let columns = (24..buffer.area.width).map(|x| busy.contains(&buffer[(x, y)].symbol()));
    (label.trim().to_owned(), columns.collect())
}

#[test]
fn all_of_a_long_history_is_in_sight_wherever_the_cursor_stands() {
    let history = long();
    let mut short = Story::new();
    short.start();
    let mut fixture = Fixture::new(&short, "");
    fixture.names = history.names().clone();
    let (len, width) = (history.len(), 124);
    fixture.history = history;
    for cursor in [len, len / 2, 1000] {
        fixture.digest = digest(&fixture.history, cursor);
        fixture.go(cursor.saturating_sub(1), cursor);
        let area = Rect::new(0, 0, width, 4);
        let mut buffer = Buffer::empty(area);
        let view = Timelines::default();
        view.render(&fixture.snapshot(), &Theme::default(), area, &mut buffer);
        for (y, task) in (0..3).zip(1..=3) {
            let (label, seen) = row(&buffer, y);
            assert!(label.contains(["always", "early", "late"][task as usize - 1]), "{label}");
            let columns = seen.len();
            let at = |column: usize| column * STEPS as usize / (columns - 1);
            let ran: Vec<bool> = (0..columns)
                .map(|column| {
                    (at(column)..at(column + 1).max(1)).any(|step| {
                        u32::try_from(step).is_ok_and(|step| step < STEPS && runs(step) == task)
                    })
                })
                .collect();
            // A part may lie across the border of two columns.
            let differ = ran.iter().zip(&seen).filter(|(a, b)| a != b).count();
            assert!(differ <= 2, "{cursor} {label}: {differ} columns differ\n{ran:?}\n{seen:?}");
        }
        let [known, unknown] = fixture.digest.load().passed(cursor, fixture.state.t().unwrap_or(0));
        assert_eq!((known, unknown), (fixture.state.t().unwrap_or(0), 0), "{cursor}");
    }
}

#[test]
fn a_step_in_the_middle_of_a_long_history_counts_all_before_it() {
    let history = long();
    let digest = digest(&history, history.len());
    let state = history.at(history.len());
    let now = state.t().unwrap_or(0);
    for task in 1..=3 {
        let who = loopscope_model::load::Who::Task(loopscope_protocol::TaskId(task));
        let all = digest.load().in_all(who, history.len(), now);
        let steps = (0..STEPS).filter(|step| runs(*step) == task).count();
        assert_eq!(all.steps as usize, steps);
        assert_eq!(all.busy.div_ceil(100_000), steps as u64 * 4, "0.4 ms each");
    }
}
