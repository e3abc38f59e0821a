//! The built-in lessons are sound, and each question's answer follows from the run.

use loopscope_model::story::Story;
use loopscope_model::{History, State};

use crate::fixture::{Act, Bench, Outcome};
use crate::{Cue, Folder, Guide, Lesson, Resolved, TRACKS, check, glossary, lessons, resolve};

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
    assert!(lessons().len() >= 4);
    assert!(glossary().find("batches").is_some());
    let tracks: Vec<&str> = lessons().iter().map(|lesson| lesson.track.as_str()).collect();
    let in_order = TRACKS.iter().map(|track| track.id);
    let (tracks, known) = (tracks.chunk_by(|a, b| a == b), in_order.collect::<Vec<_>>());
    assert_eq!(tracks.map(|same| same[0]).collect::<Vec<_>>(), known);
    for lesson in lessons() {
        let changed = lesson.modified_program().expect("every lesson has something to modify");
        assert_ne!(changed, lesson.program, "{}", lesson.id);
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

// ---- what a check finds --------------------------------------------------------------------------

/// The template with some text replaced, as its problems.
fn problems_with(file: &str, old: &str, new: &str) -> Vec<String> {
    let mut folder = crate::template::new("01_sample");
    let (_, bytes) = folder.files.iter_mut().find(|(name, _)| name == file).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains(old), "{old}");
    *bytes = text.replacen(old, new, 1).into_bytes();
    told(&folder)
}

fn told(folder: &Folder) -> Vec<String> {
    let problems = Lesson::parse(folder).map_or_else(|problems| problems, |_| Vec::new());
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn each_mistake_is_named_with_its_line() {
    let cases = [
        ("format_version: 1", "format_version: 2", "1:2: format_version 2 is not known"),
        ("minutes: 5", "minutes: soon", ":4: `minutes` is to be a number"),
        ("minutes: 5\n", "", ":1: `minutes` is missing"),
        ("title: A title", "title: A title\nmood: good", ":4: `mood` is not known here"),
        ("## step: Before", "## stop: Before", ":8: \"stop\" is no section"),
        ("## step: Before", "## Before", ":8: a heading is to be"),
        ("anchor: loop-run", "anchor: loop-runs", ":14: \"loop-runs\" is no event"),
        ("anchor: loop-run", "anchor: loop-run if ==", ":14: "),
        ("anchor: loop-run\n", "", ":13: `anchor` is missing"),
        ("anchor: loop-run", "anchor: loop-run\noccurrence: 0", ":15: `occurrence` is to be"),
        ("choices: ready", "choices: raedy", ":16: \"raedy\" is no choice"),
        ("\"none of them\"", "\"none of them", ":16: the quote in "),
        ("of next handle-run", "of handle-run", ":17: an answer is `VALUE of next EVENT`"),
        ("handle.name of", "handle. of", ":17: "),
        ("answer: handle.name of next handle-run\n", "", ":13: `answer` is missing"),
        ("wrong: \"second\" Say", "wrong: second Say", ":18: what is said to a wrong choice is"),
        (
            " Say by which rule this would be right, and what is different here.",
            "",
            ":18: what is said to a wrong choice is",
        ),
        ("ask: Which", "ask: Who?\nask: Which", ":16: `ask` is here twice"),
        (
            "`{answer}` runs first.\nSay why, in words that are right in every run.\n",
            "",
            "says nothing",
        ),
        ("## modify:", "## make:", ":0: there is nothing to modify"),
        ("## predict: Who runs next?", "## step: What to keep", "rename one"),
        ("-loop.call_soon(first)", "-loop.call_soon(third)", "exactly once"),
        ("-loop.call_soon(first)", "loop.call_soon(first)", "begins with `-`, `+` or a space"),
        ("anchor: start\n", "anchor: start\nSay something.\n", "put an empty line before the text"),
        ("shows: What", "shows What", "expected `key: value`"),
    ];
    for (old, new, expected) in cases {
        let problems = problems_with("lesson.md", old, new);
        let found =
            problems.iter().any(|problem| problem.contains(expected.trim_start_matches('1')));
        assert!(found, "{old:?} -> {new:?}: {problems:#?}");
        assert!(problems.iter().all(|problem| problem.starts_with("01_sample/lesson.md:")));
    }
}

#[test]
fn files_and_names_are_checked() {
    let mut folder = crate::template::new("1-Sample");
    folder.files.push(("notes.txt".to_owned(), Vec::new()));
    folder.files.retain(|(name, _)| name != "program.out");
    let problems = told(&folder);
    assert!(problems[0].starts_with("1-Sample:0: a lesson's folder is called NN_slug"));
    assert_eq!(
        problems[1],
        "1-Sample/notes.txt:0: this file does not belong in a lesson; remove it"
    );
    assert_eq!(problems[2], "1-Sample/program.out:0: this file is missing; add it");
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(problems_with("program.py", "#", "\n#").is_empty());
}

#[test]
fn a_shelf_has_an_order() {
    let folders = ["01_one", "01_two", "03_one"].map(crate::template::new);
    let problems = check::shelf(&folders, &crate::Glossary::default());
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "01_two:0: the next lesson is number 02; rename the folder",
            "03_one:0: the next lesson is number 02; rename the folder",
            "03_one:0: it has the same name as 01_one; rename one",
        ]
    );
    let folders = ["loop/01_one", "loop/02_two", "tasks/01_three", "tasks/03_four"];
    let folders = folders.map(crate::template::new);
    let problems = check::shelf(&folders, &crate::Glossary::default());
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["tasks/03_four:0: the next lesson is number 02; rename the folder"]);
}

#[test]
fn terms_come_in_order() {
    let glossary = "## batch\nforms: batches\n\nA.\n\n## turn\n\nB.\n\n## poll\n\nC.\n";
    let glossary = crate::Glossary::parse("glossary.md", glossary).unwrap();
    let mut folder = crate::template::new("01_one");
    let (_, bytes) = folder.files.iter_mut().find(|(name, _)| name == "lesson.md").unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let text = text.replace("Say what the program does", "Batches come in every *turn* and *tour*");
    let text = text.replace("Say it again", "One *batch* for every *turn*, says `poll`");
    *bytes = text.into_bytes();
    let problems = check::shelf(&[folder], &glossary);
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let introduce = "introduce it with stars, or say it otherwise";
    assert_eq!(
        texts,
        [
            format!("01_one/lesson.md:8: \"batch\" is used before it is introduced; {introduce}"),
            "01_one/lesson.md:8: *tour* is not in the glossary; add it, or take the stars away"
                .to_owned(),
            "01_one/lesson.md:24: *turn* was introduced before; take the stars away".to_owned(),
            "glossary.md:10: no lesson introduces \"poll\"; remove it".to_owned(),
        ]
    );
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
