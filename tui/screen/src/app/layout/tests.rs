//! No panel overlaps another, and every view can be reached, at every size.

use super::*;

const SIZES: &[(u16, u16)] = &[
    (40, 12),
    (41, 13),
    (60, 20),
    (79, 50),
    (80, 12),
    (80, 18),
    (80, 23),
    (80, 24),
    (100, 30),
    (110, 32),
    (120, 40),
    (159, 70),
    (160, 40),
    (200, 60),
    (400, 120),
];

fn each() -> impl Iterator<Item = (Rect, Facts, Layout)> {
    SIZES.iter().flat_map(|(width, height)| {
        [false, true].into_iter().flat_map(move |lesson| {
            [false, true].into_iter().map(move |rest| {
                let area = Rect::new(0, 0, *width, *height);
                let board = rest && !lesson;
                let (outside, locks) = (!board, !board);
                let facts = Facts {
                    lesson,
                    timers: rest,
                    tasks: rest,
                    outside,
                    locks,
                    calls: rest,
                    watchers: !rest,
                    board,
                    displays: rest,
                    hides: false,
                    reads: lesson && rest,
                    sentences: if rest { 9 } else { 0 },
                    rests: lesson && !rest,
                };
                (area, facts, layout(area, facts).unwrap())
            })
        })
    })
}

#[test]
fn insides_do_not_overlap_and_fill_the_screen() {
    for (area, facts, layout) in each() {
        for (n, slot) in layout.slots.iter().enumerate() {
            assert!(area.intersection(slot.rect) == slot.rect, "{area:?} {facts:?} {slot:?}");
            assert!(slot.inside().height >= 1 && slot.inside().width >= 10, "{area:?} {slot:?}");
            for other in &layout.slots[n + 1..] {
                let both = slot.inside().intersection(other.inside());
                assert!(both.is_empty(), "{area:?} {facts:?} {slot:?} {other:?}");
            }
        }
        let panels = layout.sentences.y - layout.displays.height;
        for y in 1..panels {
            for x in 0..area.width {
                let covered = layout.slots.iter().any(|slot| slot.rect.contains((x, y).into()));
                assert!(covered, "{area:?} {facts:?} has a hole at {x},{y}");
            }
        }
    }
}

#[test]
fn a_view_that_no_layout_places_is_a_tab_of_the_last_panel() {
    for (_, facts, mut layout) in each() {
        let before = layout.slots.clone();
        super::place_the_rest(&mut layout.slots, ["ready", "example"].into_iter(), facts);
        let last = layout.slots.last().unwrap();
        assert_eq!(last.views.last(), Some(&"example"));
        assert_eq!(layout.slots[..before.len() - 1], before[..before.len() - 1]);
    }
}

#[test]
fn every_view_can_be_reached_at_every_size() {
    for (area, facts, layout) in each() {
        for entry in crate::views::TABLE {
            if !is_of_use(entry.id, facts) {
                continue;
            }
            let found = layout.slots.iter().any(|slot| slot.views.contains(&entry.id));
            assert!(found, "{} at {area:?} {facts:?}", entry.id);
        }
    }
}

#[test]
fn sentences_have_the_rows_that_they_take_as_long_as_no_panel_goes() {
    let rows = |height, sentences, timers| {
        let facts = Facts { sentences, timers, tasks: timers, ..Facts::default() };
        layout(Rect::new(0, 0, 80, height), facts).unwrap().sentences.height
    };
    assert_eq!([rows(24, 0, false), rows(24, 3, false), rows(24, 5, false)], [3, 3, 5]);
    assert_eq!([rows(24, 40, true), rows(40, 40, true)], [5, 6]);
    assert_eq!([rows(18, 2, false), rows(18, 5, false), rows(12, 5, false)], [2, 4, 2]);
    for (area, facts, higher) in each() {
        let usual = layout(area, Facts { sentences: 0, ..facts }).unwrap();
        let names = |layout: &Layout| layout.slots.iter().map(|slot| slot.name).collect::<Vec<_>>();
        assert_eq!(names(&higher), names(&usual), "{area:?} {facts:?}");
    }
}

#[test]
fn ready_and_timers_are_titles_at_80x24() {
    let layout = layout(Rect::new(0, 0, 80, 24), Facts::default()).unwrap();
    for name in ["ready", "timers"] {
        assert!(layout.slots.iter().any(|slot| slot.views[0] == name), "{name}");
    }
}

#[test]
fn a_program_that_is_to_be_read_is_as_high_as_the_screen() {
    let facts = Facts { lesson: true, reads: true, ..Facts::default() };
    let height = |facts| {
        let layout = layout(Rect::new(0, 0, 80, 24), facts).unwrap();
        let source = layout.slots.iter().find(|slot| slot.name == "source").unwrap();
        (source.inside().width, source.inside().height)
    };
    let (read, later) = (height(facts), height(Facts { reads: false, ..facts }));
    assert!(read.1 >= 17 && read.0 > later.0 && later.1 < 8, "{read:?}, {later:?}");
}

#[test]
fn an_exercise_without_a_run_has_the_height_of_the_screen() {
    let facts = Facts { lesson: true, ..Facts::default() };
    let height = |facts| {
        let layout = layout(Rect::new(0, 0, 80, 24), facts).unwrap();
        let lesson = layout.slots.iter().find(|slot| slot.name == "lesson").unwrap();
        (lesson.inside().width, lesson.inside().height)
    };
    let (read, tried) = (height(Facts { rests: true, ..facts }), height(facts));
    assert!(read.1 >= 17 && read.0 == tried.0 && tried.1 < 12, "{read:?}, {tried:?}");
}

#[test]
fn a_lesson_on_a_board_has_the_room_of_the_text_that_a_board_has_not() {
    let height = |board| {
        let facts = Facts { lesson: true, board, ..Facts::default() };
        let layout = layout(Rect::new(0, 0, 80, 24), facts).unwrap();
        layout.slots.iter().find(|slot| slot.name == "lesson").unwrap().inside().height
    };
    assert!(height(true) > height(false) + 4);
}

#[test]
fn a_lesson_has_rows_for_three_lines_and_the_choices_at_every_size() {
    for (area, facts, layout) in each().filter(|(_, facts, _)| facts.lesson) {
        let slot = layout.slots.iter().find(|slot| slot.views[0] == "lesson").unwrap();
        assert!(slot.inside().height >= LESSON, "{area:?} {facts:?} {slot:?}");
    }
    let panels = |lesson| {
        let facts = Facts { lesson, ..Facts::default() };
        let layout = layout(Rect::new(0, 0, 40, 12), facts).unwrap();
        let heights = layout.slots.iter().map(|slot| slot.inside().height).collect::<Vec<_>>();
        (heights, layout.sentences.height)
    };
    assert_eq!([panels(false), panels(true)], [(vec![2, 2], 3), (vec![7], 1)]);
}

#[test]
fn too_small_is_too_small() {
    assert_eq!(layout(Rect::new(0, 0, 39, 30), Facts::default()), None);
    assert_eq!(layout(Rect::new(0, 0, 80, 11), Facts::default()), None);
}
