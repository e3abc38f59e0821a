//! The built-in lessons are sound, and each question's answer follows from the run.

mod mistakes;

use std::collections::BTreeSet;

use loopscope_model::story::Story;
use loopscope_model::{History, State};

use crate::fixture::{Act, Bench, Outcome};
use crate::{
    Cue, Folder, Guide, Lesson, Resolved, TRACKS, check, glossary, lessons, misconceptions, quiz,
    resolve,
};

fn lesson(id: &str) -> &'static Lesson {
    Lesson::find(id).expect("the lesson exists")
}

/// The answers of a run, question by question.
fn answers<'a>(resolved: &'a Resolved<'_>) -> Vec<&'a str> {
    let answer = |question: &'a crate::ResolvedQuestion<'_>| {
        question.answer.as_ref().map_or("none", |answer| answer.text.as_str())
    };
    resolved.questions.iter().map(answer).collect()
}

fn assert_sound(lesson: &'static Lesson, run: &(History, Story)) -> Resolved<'static> {
    let resolved = resolve(lesson, &run.0, run.1.names());
    assert_eq!(check::run(lesson, &resolved), []);
    resolved
}

// ---- the lessons' programs, with the order of some lines as a parameter --------------------------

fn call_soon(order: &[&str]) -> (History, Story) {
    let mut bench = Bench::new();
    bench.call_soon_all(order);
    bench.print("nothing has run yet");
    let act: Act<'_> = &|bench, name| {
        bench.print(name);
        match name {
            "water" => bench.call_soon("refill"),
            "refill" => bench.stop(),
            _ => {}
        }
        Outcome::Returns
    };
    bench.run_forever(act);
    bench.close();
    bench.end()
}

fn call_later(sip_after: f64) -> (History, Story) {
    let mut bench = Bench::new();
    bench.call_later(5.0, "egg");
    bench.call_later(3.0, "tea");
    bench.call_later(0.0, "toast");
    bench.call_soon("stir");
    let act: Act<'_> = &|bench, name| {
        bench.print(name);
        match name {
            "egg" => bench.stop(),
            "tea" => bench.call_later(sip_after, "sip"),
            _ => {}
        }
        Outcome::Returns
    };
    bench.run_forever(act);
    bench.close();
    bench.end()
}

fn stop_and_close(order: &[&str]) -> (History, Story) {
    let mut bench = Bench::new();
    bench.call_soon_all(order);
    let act: Act<'_> = &|bench, name| {
        match name {
            "leave" => {
                bench.call_soon("later");
                bench.stop();
            }
            "later" => bench.stop(),
            _ => {}
        }
        bench.print(name);
        Outcome::Returns
    };
    bench.run_forever(act);
    bench.print("the first run is over");
    bench.run_forever(act);
    bench.print("the second run is over");
    bench.call_soon("lost");
    bench.close();
    bench.print("Event loop is closed");
    bench.end()
}

fn uncaught_exception(exits: bool) -> (History, Story) {
    let mut bench = Bench::new();
    bench.call_soon_all(&["count", "serve", "hire", "share", "lock_up"]);
    let act: Act<'_> = &|bench, name| {
        match name {
            "count" if exits => return Outcome::Exits,
            "count" => return Outcome::Raises("KeyError: 'coins'"),
            "share" => return Outcome::Raises("ZeroDivisionError: division by zero"),
            "hire" => bench.set_exception_handler("report"),
            "lock_up" => bench.stop(),
            _ => {}
        }
        Outcome::Returns
    };
    bench.run_forever(act);
    bench.close();
    bench.end()
}

// ---- what is built in ----------------------------------------------------------------------------

#[test]
fn everything_built_in_is_sound() {
    let problems: Vec<String> = check::built_in().iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(lessons().len() >= 45, "{}", lessons().len());
    assert!(glossary().find("batches").is_some());
    let tracks: Vec<&str> = lessons().iter().map(|lesson| lesson.track.as_str()).collect();
    let in_order = TRACKS.iter().map(|track| track.id);
    let (tracks, known) = (tracks.chunk_by(|a, b| a == b), in_order.collect::<Vec<_>>());
    assert_eq!(tracks.map(|same| same[0]).collect::<Vec<_>>(), known);
    for lesson in lessons() {
        let finds = lesson.items.iter().any(|item| item.find().is_some());
        let changed = lesson.modified_program().filter(|changed| *changed != lesson.program);
        assert!(finds || changed.is_some(), "{} has nothing to do", lesson.id);
        assert!(lesson.minutes <= 10, "{} is too long for one sitting", lesson.id);
    }
}

#[test]
fn the_answers_of_the_lessons_as_they_are() {
    let run = call_soon(&["water", "feed", "sweep"]);
    let resolved = assert_sound(lesson("call_soon"), &run);
    assert_eq!(answers(&resolved), ["feed"]);
    assert_eq!(resolved.questions[0].choices, ["feed", "refill", "sweep"]);

    let resolved = assert_sound(lesson("call_later"), &call_later(1.0)).questions;
    assert_eq!(resolved[0].choices, ["egg", "stir", "tea", "toast"]);
    assert_eq!(resolved[0].is_right("stir"), Some(true));
    assert_eq!(resolved[1].choices, ["egg", "sip"]);
    assert_eq!(resolved[1].is_right("egg"), Some(false));

    let resolved = assert_sound(lesson("stop_and_close"), &stop_and_close(&["leave", "wave"]));
    assert_eq!(answers(&resolved), ["wave", "nothing, the run is over"]);

    let resolved = assert_sound(lesson("uncaught_exception"), &uncaught_exception(false));
    assert_eq!(answers(&resolved), ["serve"]);
}

#[test]
fn an_edited_program_gets_other_answers() {
    let edited = |id, run: &(History, Story)| {
        let resolved = Guide::edited(lesson(id)).follow(&run.0, run.1.names());
        assert!(resolved.missing.is_empty() && resolved.places.len() == resolved.questions.len());
        resolved
    };
    let resolved = edited("call_soon", &call_soon(&["feed", "water", "sweep"]));
    assert_eq!(answers(&resolved), ["sweep"]);
    assert_eq!(resolved.questions[0].choices, ["refill", "sweep"]);
    let explanation = resolved.questions[0].explanation.as_ref().unwrap().to_string();
    assert!(explanation.starts_with("sweep runs next."), "{explanation}");

    let resolved = edited("call_later", &call_later(4.0));
    assert_eq!(answers(&resolved), ["stir", "egg"]);
    let resolved = edited("stop_and_close", &stop_and_close(&["wave", "leave"]));
    assert_eq!(answers(&resolved), ["nothing, the run is over"; 2]);
    let resolved = edited("uncaught_exception", &uncaught_exception(true));
    assert_eq!(answers(&resolved), ["nothing, the exception ends the run"]);
}

#[test]
fn a_folder_on_the_disk_reads_like_the_built_in_one() {
    let lesson = lesson("call_later");
    let content = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
    let folder = Folder::read(&content.join(lesson.folder())).unwrap();
    let read = Lesson::parse(&folder).unwrap();
    assert_eq!((&read.title, &read.program), (&lesson.title, &lesson.program));
    assert!(Folder::read(&content.join("00_missing")).is_err());
}

// ---- following a run ------------------------------------------------------------------------------

#[test]
fn a_guide_asks_before_it_knows() {
    let (history, story) = call_soon(&["water", "feed", "sweep"]);
    let lesson = lesson("call_soon");
    let (mut guide, mut state) = (Guide::new(lesson), State::default());
    assert_eq!(guide.resolved().current(0)[0].number, 0, "the start is there at once");
    let mut asked_at = None;
    let mut seen = vec![0];
    for record in history.records() {
        state.apply(&record);
        let wanted = guide.kinds();
        for cue in guide.see(&record, &state, story.names()) {
            assert!(wanted.has(record.kind()), "{cue:?} at {}", record.kind().word());
            let resolved = guide.resolved();
            match cue {
                Cue::Place(number) => {
                    seen.push(number);
                    assert!(
                        resolved.current(record.seq).iter().any(|placed| placed.number == number)
                    );
                    if let Some(question) = resolved.question(number) {
                        assert_eq!(question.answer, None, "asked, not yet answered");
                        assert_eq!(question.choices.len(), 3);
                        asked_at = Some(record.seq);
                    }
                }
                Cue::Answer(number) => {
                    let question = resolved.question(number).unwrap();
                    assert_eq!(question.answer.as_ref().unwrap().seq, record.seq);
                    assert!(asked_at.unwrap() < record.seq, "the answer is a later record");
                }
            }
        }
    }
    assert_eq!(seen, (0..lesson.items.len()).collect::<Vec<_>>());
    assert!(guide.kinds().is_empty(), "nothing is open at the end");
}

#[test]
fn going_back_finds_the_earlier_text() {
    let (history, story) = call_soon(&["water", "feed", "sweep"]);
    let resolved = resolve(lesson("call_soon"), &history, story.names());
    let places: Vec<u64> = resolved.places.iter().map(|placed| placed.seq).collect();
    assert!(places.is_sorted());
    for placed in &resolved.places {
        let current = resolved.current(placed.seq);
        assert!(current.iter().any(|other| other.number == placed.number));
        assert!(current.iter().all(|other| other.seq == placed.seq));
        let before = placed.seq.checked_sub(1).map_or(&[][..], |seq| resolved.current(seq));
        assert!(before.iter().all(|other| other.number < placed.number));
    }
    assert_eq!(resolved.next(0).unwrap().item.title, "Asking is not running");
    let last = resolved.places.last().unwrap().seq;
    let titles: Vec<&str> = resolved.current(last).iter().map(|p| p.item.title.as_str()).collect();
    assert_eq!(titles, ["Let water wait", "A callback that comes back"]);
    assert!(resolved.next(last).is_none());
}

#[test]
fn a_run_shows_what_does_not_fit() {
    let mut sample = Lesson::parse(&crate::template::new("01_sample")).unwrap();
    sample.items[1].anchor = crate::Anchor::parse("handle-run", 2).unwrap();
    sample.items[2].anchor = crate::Anchor::parse("loop-new", 1).unwrap();
    let mut bench = Bench::new();
    bench.call_soon_all(&["first", "second"]);
    bench.run_forever(&|bench, name| {
        if name == "second" {
            bench.stop();
        }
        Outcome::Returns
    });
    let (history, story) = bench.end();
    let problems = check::run(&sample, &resolve(&sample, &history, story.names()));
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 2, "{texts:#?}");
    assert!(texts[0].ends_with("put it before it"), "{texts:#?}");
    assert!(texts[1].ends_with("the run has no answer: no later record fits"), "{texts:#?}");

    sample.items[0].anchor = crate::Anchor::parse("gap", 1).unwrap();
    sample.items[1].anchor = crate::Anchor::parse("handle-run", 1).unwrap();
    sample.items[1].text = crate::Prose::parse("Of course `second` runs.");
    let problems = check::run(&sample, &resolve(&sample, &history, story.names()));
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(texts[0].contains("has no place: no record of the run is `gap`"), "{texts:#?}");
    assert!(texts.iter().any(|text| text.contains("gives the answer \"second\" itself")));

    sample.items[0].anchor = crate::Anchor::parse("handle-run", 1).unwrap();
    sample.items[1].anchor = crate::Anchor::parse("loop-run", 1).unwrap();
    sample.items[2].anchor = crate::Anchor::parse("turn-begin", 1).unwrap();
    let problems = check::run(&sample, &resolve(&sample, &history, story.names()));
    let early = "\"What to keep\" comes before the run has answered";
    assert!(problems.iter().any(|problem| problem.message.starts_with(early)), "{problems:#?}");

    let crate::ItemKind::Predict(question) = &mut sample.items[1].kind else { panic!() };
    question.wrong[1].0 = "nobody".to_owned();
    let problems = check::run(&sample, &resolve(&sample, &history, story.names()));
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let says = |words: &str| texts.iter().any(|text| text.contains(words));
    assert!(says("nothing is said to the wrong choice \"none of them\""), "{texts:#?}");
    assert!(says("\"nobody\" cannot be chosen, so its `wrong` is never said"), "{texts:#?}");
}

#[test]
fn an_exercise_is_judged_by_its_run_and_the_first_check_that_fails_is_told() {
    let sample = Lesson::parse(&crate::template::new("01_sample")).unwrap();
    let exercises: Vec<&crate::Exercise> = sample.exercises().map(|(_, _, one)| one).collect();
    let run = |order: &[&str]| {
        let mut bench = Bench::new();
        bench.call_soon_all(order);
        bench.run_forever(&|bench, name| {
            bench.print(name);
            if name == "second" {
                bench.stop();
            }
            Outcome::Returns
        });
        bench.end()
    };
    let judged = |which: usize, order: &[&str]| {
        let run = run(order);
        exercises[which].judge(&run.0, run.1.names())
    };
    let verdict = judged(0, &["first", "second"]);
    assert_eq!((verdict.holding, verdict.all), (0, 1), "as it was at first");
    assert!(verdict.wrong.is_some_and(|wrong| wrong.starts_with("`first` still comes first")));
    assert!(judged(0, &["second", "first"]).is_passed());
    let verdict = judged(1, &["third", "second", "third"]);
    assert_eq!((verdict.holding, verdict.all), (1, 2));
    assert!(verdict.wrong.is_some_and(|wrong| wrong.starts_with("`third` is to run three times")));
    let verdict = judged(1, &["third", "third", "third", "third", "second"]);
    assert!(verdict.seq.is_some(), "the record of the fourth");
    assert!(judged(1, &["third", "third", "third", "second"]).is_passed());
}

#[test]
fn a_check_of_exercises_runs_the_start_the_solution_and_each_mistake() {
    let sample = Lesson::parse(&crate::template::new("01_sample")).unwrap();
    let right = crate::Verdict::default();
    let wrong = |text: &str| crate::Verdict { wrong: Some(text.to_owned()), ..right.clone() };
    let solutions: Vec<&str> =
        sample.exercises().map(|(_, _, exercise)| exercise.solution.as_str()).collect();
    let mut fair = |_: &crate::Exercise, program: &str| {
        Ok(if solutions.contains(&program) {
            right.clone()
        } else {
            wrong("first still comes first, three times")
        })
    };
    assert_eq!(check::exercises(&sample, &mut fair), []);
    let texts = |verdict: crate::Verdict| -> Vec<String> {
        let problems = check::exercises(&sample, &mut |_, _| Ok(verdict.clone()));
        problems.iter().map(ToString::to_string).collect()
    };
    let lax = texts(right.clone());
    assert!(lax.iter().any(|text| text.contains("begins with passes already")), "{lax:#?}");
    assert!(lax.iter().any(|text| text.contains("this mistake passes")), "{lax:#?}");
    let strict = texts(wrong("no"));
    assert!(strict.iter().any(|text| text.contains("its solution does not pass: no")));
    assert!(strict.iter().any(|text| text.contains("is told something else")), "{strict:#?}");
}

#[test]
fn each_misconception_is_taught_and_asked_about() {
    let known = misconceptions();
    assert_eq!(known.len(), 25);
    for one in known {
        let number = one.number;
        let is_against = |lesson: &&Lesson| lesson.against.contains(&number);
        assert!(lessons().iter().any(|lesson| is_against(&lesson)), "{number}: {}", one.belief);
    }
    let asked: BTreeSet<u32> = quiz("a").iter().map(|question| question.about).collect();
    assert!(asked.len() >= 20, "the quiz asks about most of them: {asked:?}");
}

#[test]
fn the_code_of_each_lesson_ends_in_two_digits() {
    for lesson in lessons() {
        let code = lesson.code();
        let (track, number) = code.rsplit_once('-').expect("a track");
        assert!(TRACKS.iter().any(|known| known.id == track), "{code}");
        assert!(number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit()), "{code}");
    }
}
