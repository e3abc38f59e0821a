//! A timeline of more records than a digest keeps runs of.

use loopscope_model::History;
use loopscope_model::story::Story;
use loopscope_protocol::{HandleHow, On};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::*;
use crate::theme::Palette;
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

/// The rows of a picture, with their names, as they are drawn.
fn rows(view: &Timelines, fixture: &Fixture, width: u16, height: u16) -> Vec<String> {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    view.render(&fixture.snapshot(), &Theme::default(), area, &mut buffer);
    let lines = buffer.content.chunks(usize::from(width));
    lines.map(|cells| cells.iter().map(ratatui::buffer::Cell::symbol).collect()).collect()
}

fn press(view: &mut Timelines, fixture: &Fixture, actions: &[Action]) -> Vec<Effect> {
    let area = Rect::new(0, 0, 100, 6);
    actions.iter().map(|action| view.update(*action, &fixture.snapshot(), area)).collect()
}

fn title(view: &Timelines, fixture: &Fixture) -> String {
    view.title(&fixture.snapshot(), &Theme::default()).to_string()
}

/// That many steps, a few at a time, of that many tasks in turn.
fn many(tasks: u32, steps: u32) -> Fixture {
    let mut story = Story::new();
    story.start();
    for task in 1..=tasks {
        story.task(task, "worker", task);
    }
    for step in 0..steps {
        let (task, handle) = (step % tasks + 1, step + 1);
        story.turn(&[handle]).step(handle, task);
        story.handle(tasks + handle, HandleHow::Step, "worker", task, 0);
        story.suspend(handle, task, On::Nothing, 3);
    }
    let mut fixture = Fixture::new(&story, "");
    fixture.go(0, fixture.history.len());
    fixture
}

#[test]
fn a_frame_takes_no_longer_for_a_hundred_times_as_many_rows() {
    let time = |tasks: u32| {
        let fixture = many(tasks, 20_000);
        let mut view = Timelines::default();
        view.filter("");
        let frame = || {
            let start = cpu_time::ThreadTime::now();
            let rows = rows(&view, &fixture, 120, 10);
            assert!(rows[0].starts_with(&format!("worker x{tasks}")), "{rows:?}");
            start.elapsed()
        };
        (0..12).map(|_| frame()).min().unwrap()
    };
    let (few, many) = (time(200), time(20_000));
    assert!(many < 3 * few, "200 tasks take {few:?}, 20,000 {many:?}");
}

/// A producer wakes a consumer, which is ready while another one runs.
fn handed_over() -> Fixture {
    let mut story = Story::new();
    story.start().task(1, "producer", 1).task(2, "consumer", 2).task(3, "other", 3);
    story.turn(&[1, 2, 3]).step(1, 1).suspend(1, 1, On::Nothing, 3);
    story.handle(4, HandleHow::Step, "producer", 1, 0);
    story.step(2, 2).future(1).suspend(2, 2, On::Future(loopscope_protocol::FutureId(1)), 7);
    story.step(3, 3).suspend(3, 3, On::Nothing, 9).handle(5, HandleHow::Step, "other", 3, 0);
    story.end_turn().turn(&[4, 5]).step(4, 1).complete(1);
    story.handle(6, HandleHow::Wakeup, "consumer", 2, 1);
    story.finish(4, 1, loopscope_protocol::TaskHow::Result).step(5, 3);
    story.finish(5, 3, loopscope_protocol::TaskHow::Result).end_turn().turn(&[6]).step(6, 2);
    story.finish(6, 2, loopscope_protocol::TaskHow::Result).end_turn();
    Fixture::new(&story, "")
}

#[test]
fn a_task_waits_is_ready_and_runs_and_says_who_made_it_ready() {
    let fixture = handed_over();
    let mut view = Timelines::default();
    let drawn = rows(&view, &fixture, 100, 5);
    let consumer = drawn.iter().find(|row| row.starts_with("consumer")).expect("it has a row");
    let glyphs = Theme::default().glyphs;
    let signs: String = consumer.chars().skip(18).filter(|c| !c.is_whitespace()).collect();
    let mut order: Vec<char> = signs.chars().collect();
    order.dedup();
    let [ready, runs, waits] =
        [glyphs.queued, glyphs.busy, glyphs.waits].map(|glyph| glyph.chars().next().unwrap());
    let expected = [ready, runs, waits, ready, runs];
    assert_eq!(order[..5], expected, "{consumer}");
    press(&mut view, &fixture, &[Action::Down, Action::Down]);
    let told = title(&view, &fixture);
    assert!(told.contains("consumer (task 2) ran at 0.000, made ready by producer"), "{told}");
    press(&mut view, &fixture, &[Action::Close]);
    assert!(!title(&view, &fixture).contains("consumer"));
}

#[test]
fn many_rows_become_groups_and_a_pinned_one_stays_at_the_top() {
    let fixture = crate::views::fixture::many();
    let mut view = Timelines::default();
    let drawn = rows(&view, &fixture, 100, 6);
    assert!(drawn[1].starts_with("worker x300"), "{drawn:?}");
    assert!(drawn[3].starts_with("worker (task"), "{drawn:?}");
    press(&mut view, &fixture, &[Action::Shape]);
    let drawn = rows(&view, &fixture, 100, 6);
    assert!(drawn[1].starts_with("worker"), "{drawn:?}");
    assert!(drawn[5].starts_with("asleep ↓"), "{drawn:?}");
    // The third one stays where the others go.
    press(&mut view, &fixture, &[Action::Down, Action::Down, Action::Down, Action::Pin]);
    press(&mut view, &fixture, &[Action::Down; 90]);
    let drawn = rows(&view, &fixture, 100, 6);
    assert!(drawn[0].starts_with("*worker"), "{drawn:?}");
    assert!(!drawn[1].starts_with("main") && drawn[5].starts_with("asleep ↑"), "{drawn:?}");
    assert!(view.filter("main"));
    let drawn = rows(&view, &fixture, 100, 6);
    assert!(drawn[0].starts_with("main") && title(&view, &fixture).ends_with("1 row found"));
}

#[test]
fn a_row_has_its_part_of_what_ran_in_a_column() {
    let fixture = crate::views::fixture::many();
    let mut view = Timelines::default();
    press(&mut view, &fixture, &[Action::Shape, Action::Open]);
    let drawn = rows(&view, &fixture, 60, 8);
    let glyphs = Theme::default().glyphs;
    let little: usize =
        glyphs.levels[..2].iter().map(|level| drawn[1].matches(level).count()).sum();
    assert!(little > 0, "one worker of many is little: {drawn:?}");
    assert_eq!(drawn[1].matches(glyphs.busy).count(), 0, "{drawn:?}");
}

#[test]
fn a_shorter_time_is_seen_in_more_detail_moved_on_and_measured() {
    let mut fixture = crate::views::fixture::date();
    let (mut view, end) = (Timelines::default(), fixture.history.len());
    assert_eq!(title(&view, &fixture), "timeline: by loop time");
    press(&mut view, &fixture, &[Action::PageDown, Action::PageDown]);
    let first = title(&view, &fixture);
    assert!(first.starts_with("timeline: by loop time, 2"), "{first}");
    press(&mut view, &fixture, &[Action::PanLeft, Action::PanLeft]);
    assert_ne!(title(&view, &fixture), first);
    press(&mut view, &fixture, &[Action::Measure]);
    fixture.go(end, end - 10);
    let told = title(&view, &fixture);
    assert!(told.contains(&format!("from #{end}: ")) && told.ends_with("10 records"), "{told}");
    press(&mut view, &fixture, &[Action::PageUp, Action::PageUp, Action::PageUp, Action::Close]);
    assert_eq!(title(&view, &fixture), "timeline: by loop time");
}

#[test]
fn what_deserves_attention_is_marked_on_the_axis() {
    let mut story = Story::new();
    story.start().soon(1, "crunch").turn(&[1]).run(1).at(0.5).done(1).end_turn();
    story.timer(2, 2.0, "tick", 0).poll(Some(1.5), 2.0).due(2, 2.0).begin_turn(1).run(2).done(2);
    let fixture = Fixture::new(&story, "");
    let footer =
        Timelines::default().footer(&fixture.snapshot(), &Theme::default(), 60).to_string();
    let at = footer.find('!').expect("a mark");
    assert!((10..40).contains(&footer[..at].chars().count()), "{footer}");
}

/// The third task wakes the first one, over the row of the second.
fn woken_from_below() -> Fixture {
    let mut story = Story::new();
    story.start().task(1, "sleeper", 1).task(2, "other", 2).task(3, "waker", 3);
    story.turn(&[1, 2, 3]).step(1, 1).future(1);
    story.suspend(1, 1, On::Future(loopscope_protocol::FutureId(1)), 3);
    story.step(2, 2).finish(2, 2, loopscope_protocol::TaskHow::Result);
    story.step(3, 3).complete(1).handle(4, HandleHow::Wakeup, "sleeper", 1, 1);
    story.finish(3, 3, loopscope_protocol::TaskHow::Result).end_turn().turn(&[4]).step(4, 1);
    story.finish(4, 1, loopscope_protocol::TaskHow::Result).end_turn();
    Fixture::new(&story, "")
}

/// A frame in this theme, and where it has the roles that arrows are drawn in.
fn frame(view: &Timelines, fixture: &Fixture, theme: &Theme) -> (String, Vec<(u16, u16)>) {
    let area = Rect::new(0, 0, 60, 4);
    let mut buffer = Buffer::empty(area);
    view.render(&fixture.snapshot(), theme, area, &mut buffer);
    let style = theme.style(Role::Changed);
    let cell = |x: u16, y: u16| &buffer[(x, y)];
    let is_arrow = |(x, y): &(u16, u16)| {
        let expected = Style::default().patch(style);
        let mut plain = ratatui::buffer::Cell::default();
        plain.set_style(expected);
        cell(*x, *y).style() == plain.style() && cell(*x, *y).symbol() != " "
    };
    let cells = (0..4).flat_map(|y| (0..60).map(move |x| (x, y)));
    let rows = (0..4).map(|y| (0..60).map(|x| cell(x, y).symbol()).collect::<String>());
    let rows: Vec<String> = rows.map(|row| row.trim_end().to_owned()).collect();
    (rows.join("\n"), cells.filter(is_arrow).collect())
}

#[test]
fn an_arrow_leads_from_who_woke_somebody_to_the_selected_row() {
    let fixture = woken_from_below();
    let mut view = Timelines::default();
    let colours = Theme::new(Palette::Dark, false);
    let (before, _) = frame(&view, &fixture, &colours);
    assert!(!before.contains('◆'), "nothing is selected: {before}");
    press(&mut view, &fixture, &[Action::Down]);
    for (palette, ascii, signs) in [
        (Palette::Dark, false, ["▲", "┊", "◆"]),
        (Palette::Plain, false, ["▲", "┊", "◆"]),
        (Palette::Plain, true, ["^", ":", "@"]),
        (Palette::Dark, true, ["^", ":", "@"]),
    ] {
        let (drawn, arrow) = frame(&view, &fixture, &Theme::new(palette, ascii));
        let rows: Vec<&str> = drawn.lines().collect();
        assert!(rows[0].starts_with("sleeper") && rows[2].starts_with("waker"), "{drawn}");
        // The first one stands behind the waker's name, the last one where the arrow begins.
        let begins: Vec<usize> = rows[2]
            .chars()
            .enumerate()
            .filter(|(_, c)| c.to_string() == signs[2])
            .map(|at| at.0)
            .collect();
        let [name, column] = begins[..] else { panic!("{drawn}") };
        assert!(name < 14, "{drawn}");
        for (row, sign) in rows.iter().zip(signs) {
            assert_eq!(row.chars().nth(column).map(String::from).as_deref(), Some(sign), "{drawn}");
        }
        if palette != Palette::Plain {
            let column = u16::try_from(column).unwrap();
            let is_drawn = |y| arrow.contains(&(column, y));
            assert!((0..3).all(is_drawn), "in its colour: {arrow:?}");
        }
    }
    let told = title(&view, &fixture);
    assert!(told.contains("made ready by waker (task 3)"), "{told}");
    // Before that step it came to run by being made; and what comes is not told.
    let mut early = woken_from_below();
    early.go(6, 9);
    let (drawn, _) = frame(&view, &early, &colours);
    assert!(!drawn.contains('◆'), "{drawn}");
    // Downwards, and from a row that is not in sight.
    let fixture = handed_over();
    let mut view = Timelines::default();
    press(&mut view, &fixture, &[Action::Down, Action::Down]);
    let (drawn, _) = frame(&view, &fixture, &colours);
    assert!(drawn.lines().nth(1).is_some_and(|row| row.contains('▼')), "{drawn}");
    assert!(drawn.lines().next().is_some_and(|row| row.matches('◆').count() == 2), "{drawn}");
}
