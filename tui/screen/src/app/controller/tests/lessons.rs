//! A lesson taken on the whole screen.

use super::*;

#[test]
fn a_lesson_is_read_asked_and_graded() {
    let mut user = User::in_lesson();
    user.sees("A list, and a rule").sees("space next step");
    assert_picture!("lesson_start", user.screen());
    user.press("<enter>").sees("Asking is not running");
    assert_eq!(user.position(), 3);
    user.press("<enter><enter>").sees("One at a time");
    user.press("<enter>").sees("Who runs next?");
    assert_eq!(user.position(), 13);
    user.sees_not("then feed runs").sees("Your guess first");
    assert_picture!("lesson_question", user.screen());
    user.press(".").sees("First your guess");
    assert_eq!(user.position(), 13, "the question stands in the way");
    user.press("7").sees("The choices are 1 to 3");
    user.press("2").sees("✗ Not: refill").sees("That would be right for a stack");
    assert_eq!(user.position(), 15, "the run has told");
    assert_picture!("lesson_graded", user.screen());
    user.press(",").sees("Who runs next?");
    user.press("<enter>").sees("A batch is over");
    assert_eq!(user.position(), 21);
}

#[test]
fn a_text_that_is_longer_than_its_panel_names_the_key_that_shows_the_rest() {
    let mut user = User::in_lesson();
    user.sees("↓3 PgDn").press("<pagedown>").sees("↑3").sees_not("PgDn").sees_not("↓");
    user.press("<pageup>").sees("↓3 PgDn");
    // In another panel that key does something else.
    user.press("<tab>").sees("↓3").sees_not("PgDn");
}

#[test]
fn a_question_and_its_choices_are_in_sight_on_the_smallest_screen() {
    let mut user = User::in_lesson();
    user.size = (40, 12);
    user.press("<enter><enter><enter><enter>").sees("Who runs next?");
    for text in ["water is still running", "callback runs next?", "1 feed", "2 refill", "3 sweep"] {
        user.sees(text);
    }
    user.press("2").sees("✗ Not: refill").sees("✓ feed");
}

#[test]
fn the_glossary_begins_with_the_words_of_the_page() {
    let mut user = User::in_lesson();
    let words = |user: &mut User| {
        let screen = user.press("K").screen();
        let at = |text: &str| screen.lines().position(|line| line.contains(text));
        let (Some(from), Some(to)) = (at("In this text"), at("The others")) else {
            panic!("{screen}");
        };
        let known = &loopscope_lessons::glossary().terms;
        let rows = screen.lines().skip(from).take(to - from);
        let said = rows
            .filter_map(|row| known.iter().find(|term| row.contains(&format!(" {}: ", term.word))));
        let said: Vec<String> = said.map(|term| term.word.clone()).collect();
        user.press("<esc>");
        said
    };
    let first = words(&mut user);
    user.press("<enter>").sees("Asking is not running");
    let second = words(&mut user);
    assert!(!first.is_empty() && first != second, "{first:?}, {second:?}");
    let page = user.controller.session_view.lesson.as_ref().expect("it is open").words();
    let at = |word: &String| page.to_lowercase().find(word.as_str());
    let places: Vec<_> = second.iter().map(at).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{second:?}: {page}");
    // Elsewhere there is no page.
    User::new().press("K").sees("what the words mean").sees_not("In this text");
}

#[test]
fn arrows_clicks_and_escape_answer_too() {
    let mut user = User::in_lesson();
    user.press("<enter><enter><enter><enter>");
    user.press("<down><up><enter>").sees("Right!");
    let mut user = User::in_lesson();
    user.press("<enter><enter><enter><enter>");
    let screen = user.screen();
    let row = screen.lines().position(|line| line.contains("(3)")).expect("the third choice");
    let row = u16::try_from(row).unwrap();
    user.mouse(MouseKind::Press(MouseButton::Left), 60, row).sees("✗ Not: sweep");
    let mut user = User::in_lesson();
    user.press("<enter><enter><enter><enter><esc><enter>").sees("A batch is over");
}

#[test]
fn steps_in_a_lesson_stop_at_its_places() {
    let mut user = User::in_lesson();
    user.press("t").sees("Asking is not running");
    assert_eq!(user.position(), 3, "the turn is further, but this is to be read");
    user.press("t").sees("The loop takes over");
    user.press("    ").sees("Who runs next?");
}

#[test]
fn a_lesson_comes_to_its_end() {
    let mut user = User::in_lesson();
    for _ in 0..40 {
        user.press("<esc><enter>");
        if user.controller.lesson_is_over() {
            break;
        }
    }
    assert!(user.controller.lesson_is_over());
    user.sees("That was the lesson");
    assert_eq!(user.position(), LAST);
}

#[test]
fn the_answer_may_be_typed() {
    let mut user = User::in_lesson();
    user.press(":predict 1<enter>").sees("No question is open here");
    user.press(":lesson<enter>").sees("Asking is not running");
    user.press("<enter><enter><enter>").sees("Who runs next?");
    user.press(":predict 7<enter>").sees("The choices are 1 to 3");
    user.press(":predict 2<enter>").sees("✗ Not: refill");
    let mut user = User::in_lesson();
    user.press("<enter><enter><enter><enter>:predict feed<enter>").sees("Right!");
}

/// A learner whose program is `water` as the file says: once or twice, and before or behind `feed`.
fn learner(folder: &std::path::Path) -> crate::app::learner::Learner {
    let start = |_: &'static Lesson, file: &std::path::Path| {
        let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
        let order: &[(u32, &str)] = match text.as_str() {
            "solved" => &[(1, "feed the cat"), (2, "water the plants"), (3, "sweep the floor")],
            _ => &[(1, "water the plants"), (2, "feed the cat"), (3, "sweep the floor")],
        };
        let mut story = Story::new();
        story.start();
        for (handle, line) in order {
            story.soon(*handle, line.split(' ').next().unwrap_or_default());
        }
        story.turn(&[1, 2, 3]);
        for (handle, line) in order {
            story.run(*handle).print(&format!("{line}\n")).done(*handle);
        }
        let text = story.text(Text::FIRST, "The program has ended.");
        story.on(0).push(Record::ProgramExit { code: 0, how: ExitHow::End, text });
        Ok(Session::new(Script::new(&story).0))
    };
    crate::app::learner::Learner::in_folder(folder.to_owned(), Box::new(start))
}

#[test]
fn an_exercise_is_run_at_each_save_and_the_lesson_goes_on_behind_it() {
    let folder = std::env::temp_dir().join(format!("loopscope-learner-{}", std::process::id()));
    let mut user = User::in_lesson();
    user.controller.learner = Some(learner(&folder));
    for _ in 0..40 {
        user.press("<esc><enter>");
        if user.screen().contains("Let water wait") {
            break;
        }
    }
    user.sees("Let water wait").sees("Your file, run at each save").sees("e edit");
    user.press("r").sees("Not yet. `water` still runs");
    user.press("<esc>").sees("Let water wait");
    assert_eq!(user.position(), LAST, "the lesson's own run is back");
    user.press("s").sees("a solution").sees("esc closes").press("<esc>");
    user.press("i").sees("There are no hints here");
    user.press("e");
    let file = user.controller.requests.edit.take().expect("an editor is asked for");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), User::lesson_program());
    std::fs::write(&file, "solved").unwrap();
    for _ in 0..20 {
        user.controller.tick(Duration::from_millis(1));
    }
    user.settle();
    user.sees("Done: it does what it is to do.");
    user.press(":lesson reset<enter>").sees("modify.before.py");
    user.press("<enter>").sees("A callback that comes back");
    user.press("<enter>");
    assert!(user.controller.requests.next_lesson, "behind the last step comes the next lesson");
    let progress = &user.controller.learner.as_ref().unwrap().progress;
    let lesson = Lesson::find("call_soon").unwrap();
    assert!(progress.is_finished(lesson));
    assert_eq!(progress.score(lesson).done, 1);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn at_an_exercise_the_program_stands_at_what_is_to_be_changed() {
    let folder = std::env::temp_dir().join(format!("loopscope-change-{}", std::process::id()));
    let program = Some(User::lesson_program());
    let mut user = User::of(Session::new(Script::new(&story()).0), program);
    user.controller.open_lesson(Lesson::find("call_soon").expect("lesson one"));
    user.controller.learner = Some(learner(&folder));
    for _ in 0..40 {
        user.press("<esc><enter>");
        if user.screen().contains("Let water wait") {
            break;
        }
    }
    assert_eq!(user.position(), LAST, "the end of the run, which has another line");
    user.sees("Let water wait").sees("24 loop.call_soon(water, loop)");
    user.press("r").sees("Not yet.").sees_not("24 loop.call_soon(water, loop)");
    user.press("<esc>").sees("24 loop.call_soon(water, loop)");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_lesson_opens_where_it_was_left_with_its_answers() {
    let mut user = User::new();
    let mut learner = learner(&std::env::temp_dir());
    let lesson = Lesson::find("call_soon").unwrap();
    let (asked, _) = lesson.questions().next().unwrap();
    learner.progress.answered(lesson, asked, "refill", false);
    learner.progress.came_to(lesson, &lesson.items[6]);
    user.controller.learner = Some(learner);
    user.controller.open_lesson(lesson);
    user.settle();
    user.sees("A look outside").sees("Here you left off");
    user.press("g").sees("A list, and a rule");
    user.press("   ").press(" ").sees("Not: refill");
}

#[test]
fn what_went_wrong_is_asked_again_and_leads_back_to_the_list() {
    let mut user = User::new();
    let mut learner = learner(&std::env::temp_dir());
    let lesson = Lesson::find("call_soon").unwrap();
    let (asked, _) = lesson.questions().next().unwrap();
    let number = lesson.items.iter().position(|item| item.key() == asked.key()).unwrap();
    learner.progress.answered(lesson, asked, "refill", false);
    learner.progress.came_to(lesson, &lesson.items[2]);
    user.controller.learner = Some(learner);
    user.controller.ask_again(lesson, number);
    user.settle();
    user.sees("Who runs next?").sees("This went wrong last time");
    user.press("1").sees("Right!");
    let progress = user.controller.learner.as_ref().unwrap().progress.clone();
    assert_eq!(progress.place(lesson), Some(2), "where one left off stays");
    assert!(progress.went_wrong().is_empty());
    user.press("<enter>");
    assert_eq!(user.controller.requests.leave, Some(0));
}
