//! What is asked along small runs, and what is said to wrong choices.

use loopscope_model::story::Story;
use loopscope_protocol::{ClockMode, Dialect, FutureId, RunHow, Ties};

use super::*;

fn moves(story: &Story) -> Vec<Move> {
    let history = story.history();
    let mut game = Game::new(&history, story.names());
    std::iter::from_fn(|| game.next_move()).collect()
}

#[test]
fn the_next_handle_is_asked_for_and_a_wrong_one_is_told_its_rule() {
    let mut story = Story::new();
    story.start().soon(1, "water").soon(2, "feed").soon(3, "sweep").turn(&[1, 2, 3]);
    story.run(1).soon(4, "refill").done(1).run(2).done(2).run(3).done(3);
    let moves: Vec<Move> =
        moves(&story).into_iter().filter(|one| one.ask.contains("handle")).collect();
    let texts = |one: &Move| one.choices.iter().map(|c| c.text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&moves[0]), ["feed", "sweep", "water"], "by the alphabet");
    assert_eq!(moves[0].choices[moves[0].answer].text, "water");
    assert!(moves[0].choices[1].rule.contains("stack"), "{:?}", moves[0].choices[1]);
    assert!(moves[0].choices[0].rule.contains("Nobody is passed over"));
    assert_eq!(texts(&moves[1]), ["feed", "refill", "sweep"]);
    assert!(moves[1].choices[1].rule.contains("if a batch grew"));
    assert_eq!(moves[1].choices[moves[1].answer].text, "feed");
}

#[test]
fn who_is_woken_is_asked_where_several_wait() {
    let mut story = Story::new();
    story.start().task(1, "main", 1).task(2, "cook", 2).turn(&[1, 2]);
    for (handle, task) in [(1, 1), (2, 2)] {
        story.step(handle, task).future(task);
        story.suspend(handle, task, On::Future(FutureId(task)), 9).done(handle);
    }
    story.complete(2).handle(3, HandleHow::Wakeup, "cook", 2, 2);
    let moves = moves(&story);
    let asked = moves.iter().find(|one| one.ask.contains("is woken")).expect("it is asked");
    assert_eq!(asked.choices[asked.answer].text, "cook (task 2)");
    let wrong = &asked.choices[1 - asked.answer];
    assert!(wrong.rule.contains("if everybody who waits were woken"), "{wrong:?}");
}

/// What is said to each choice of the first question about handles, by the choice.
fn rules(story: &Story) -> Vec<(String, String)> {
    let moves = moves(story);
    let asked = moves.iter().find(|one| one.ask.contains("handle")).expect("it is asked");
    asked.choices.iter().map(|choice| (choice.text.clone(), choice.rule.clone())).collect()
}

#[test]
fn a_timer_behind_another_one_is_told_that_it_was_due_later() {
    let mut story = Story::new();
    story.start().timer(1, 0.1, "tea", 0).timer(2, 0.2, "egg", 0).timer(3, 0.3, "soup", 0);
    story.poll(Some(0.0), 0.4).due(1, 0.1).due(2, 0.2).due(3, 0.3).begin_turn(3).run(1);
    let rules = rules(&story);
    assert!(rules[0].1.contains("if egg had been due before tea"), "{rules:?}");
    assert!(rules[1].1.contains("for a stack"), "{rules:?}");
}

#[test]
fn a_poll_is_not_asked_about_where_a_timer_is_overdue() {
    // Then not to sleep and to sleep until it is due are the same.
    let mut story = Story::new();
    story.start().timer(1, 0.1, "tea", 0).soon(2, "work").turn(&[2]).run(2);
    story.at(0.5).done(2).end_turn().poll(Some(0.0), 0.5).due(1, 0.1);
    let polls = moves(&story).iter().filter(|one| one.ask.contains("poll")).count();
    assert_eq!(polls, 1, "the first one alone");
}

#[test]
fn in_micropython_no_batch_is_spoken_of() {
    let mut story = Story::new();
    let file = story.name("program.py");
    story.on(0).push(Event::RunStart {
        dialect: Dialect::Micropython,
        clock: ClockMode::Virtual,
        wall_start: 0,
        seed: 0,
        ties: Ties::Fifo,
        file,
    });
    story.on(1).push(Event::LoopNew {});
    story.push(Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE });
    story.task(1, "main", 1).task(2, "cook", 2).task(3, "clean", 3).turn(&[1]).step(1, 1);
    let rules = rules(&story);
    assert_eq!(rules.len(), 3);
    for (name, rule) in &rules[..2] {
        assert!(rule.contains("The queue is ordered by time"), "{name}: {rule}");
    }
}
