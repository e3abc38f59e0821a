//! The grammar: what each line means, and that no line at all makes it panic.

use loopscope_protocol::{Kind, KindSet};
use proptest::prelude::*;

use super::*;
use crate::command::{Events, Target};

fn ok(line: &str) -> Command {
    parse(line).unwrap_or_else(|trouble| panic!("`{line}`: {}", trouble.text))
}

fn refused(line: &str) -> String {
    match parse(line) {
        Ok(command) => panic!("`{line}` is {command:?}"),
        Err(trouble) => trouble.text,
    }
}

fn handle_run() -> Events {
    Events::of(Kind::HandleRun)
}

#[test]
fn steps() {
    assert_eq!(ok("step"), Command::Forward(Unit::Record, 1));
    assert_eq!(ok("  s   12 "), Command::Forward(Unit::Record, 12));
    assert_eq!(ok("n"), Command::Forward(Unit::Handle, 1));
    assert_eq!(ok("tur 3"), Command::Forward(Unit::Turn, 3));
    assert_eq!(ok("rt"), Command::Back(Unit::Turn, 1));
    assert_eq!(ok("reverse-step 2"), Command::Back(Unit::Record, 2));
    assert_eq!(ok(""), Command::Repeat);
    assert_eq!(ok("   "), Command::Repeat);
    assert_eq!(ok("# a word to the reader"), Command::Nothing);
    assert_eq!(ok("?"), Command::Help(None));
    assert!(refused("step 0").contains("whole number"));
    assert!(refused("step x").contains("`x`"));
    assert!(refused("continue now").contains("takes nothing"));
}

#[test]
fn events_with_conditions() {
    assert_eq!(ok("until handle-run"), Command::Until(handle_run()));
    let with = |condition: &str| Events { condition: Some(condition.to_owned()), ..handle_run() };
    assert_eq!(ok("until handle-run if ready == 2"), Command::Until(with("ready == 2")));
    assert_eq!(
        ok("tb handle-run if ready > 1"),
        Command::Break { events: with("ready > 1"), temporary: true }
    );
    // The beginning of only one name is enough; the exact name always is.
    assert_eq!(ok("until handle-r"), Command::Until(handle_run()));
    assert_eq!(
        ok("b signal"),
        Command::Break { events: Events::of(Kind::SignalArrived), temporary: false }
    );
    let Command::Until(group) = ok("until handler-*") else { panic!() };
    assert_eq!(group.kinds, KindSet::NONE.with(Kind::HandlerSet).with(Kind::HandlerCall));
    assert!(refused("until handle").contains("handle-new"));
    assert!(refused("break").contains("needs an event"));
    assert!(refused("break hande-run").contains("did you mean `handle-run`?"));
    assert!(refused("break handle-run when ready").contains("if EXPR"));
    assert!(refused("break handle-run if").contains("missing"));
}

#[test]
fn a_line_or_a_function_may_stand_for_an_event() {
    let Command::Break { events, temporary: false } = ok("break pc.py:12") else { panic!() };
    assert_eq!(events.name, "pc.py:12");
    assert_eq!(events.condition.as_deref(), Some("at == \"pc.py:12\""));
    assert!(events.kinds.has(Kind::Output) && events.kinds.has(Kind::TaskSuspend));
    assert!(!events.kinds.has(Kind::HandleRun));
    let Command::Until(events) = ok("until a/b.py:3 if ready > 1") else { panic!() };
    assert_eq!(events.condition.as_deref(), Some("at == \"a/b.py:3\" and (ready > 1)"));
    let Command::Break { events, temporary: true } = ok("tbreak water()") else { panic!() };
    assert_eq!(events.kinds, KindSet::NONE.with(Kind::HandleRun));
    assert!(events.condition.is_some_and(|text| text.starts_with("handle.name == \"water\"")));
    assert!(refused("break pc.py:x").contains("no event"));
    assert!(refused("break ()").contains("no event"));
}

#[test]
fn places() {
    assert_eq!(ok("goto 41"), Command::Goto(Target::Record(41)));
    assert_eq!(ok("goto #41"), Command::Goto(Target::Record(41)));
    assert_eq!(ok("goto 50%"), Command::Goto(Target::Percent(50.0)));
    assert_eq!(ok("goto t=2.5"), Command::Goto(Target::Time(2.5)));
    assert_eq!(ok("goto t = 2.5s"), Command::Goto(Target::Time(2.5)));
    assert_eq!(ok("g start"), Command::Goto(Target::Start));
    assert_eq!(ok("goto end"), Command::Goto(Target::End));
    assert_eq!(ok("goto before-it"), Command::Goto(Target::Bookmark("before-it".to_owned())));
    for line in [
        "goto",
        "goto 101%",
        "goto t=x",
        "goto t=-1",
        "goto -5",
        "goto 99999999999999999999",
        "goto a b",
        "goto t=inf",
    ] {
        assert!(!refused(line).is_empty(), "{line}");
    }
}

#[test]
fn expectations() {
    let expect = |events: Events, within| Command::Expect { events, within };
    let with = |condition: &str| Events { condition: Some(condition.to_owned()), ..handle_run() };
    assert_eq!(ok("expect handle-run"), expect(handle_run(), None));
    assert_eq!(ok("expect handle-run within 2s"), expect(handle_run(), Some(2_000_000_000)));
    assert_eq!(ok("expect handle-run within 500ms"), expect(handle_run(), Some(500_000_000)));
    assert_eq!(ok("expect handle-run within 1.5"), expect(handle_run(), Some(1_500_000_000)));
    assert_eq!(
        ok("expect handle-run if ready == 1 within 10us"),
        expect(with("ready == 1"), Some(10_000))
    );
    assert_eq!(
        ok("expect handle-run within 10us if ready == 1"),
        expect(with("ready == 1"), Some(10_000))
    );
    assert!(refused("expect handle-run within soon").contains("soon"));
    assert!(refused("expect handle-run within 2 fortnights").contains("fortnights"));
}

#[test]
fn tasks_topics_and_the_rest() {
    assert_eq!(ok("finish 2"), Command::Finish(Some(TaskRef::Number(2))));
    assert_eq!(ok("finish task 2"), Command::Finish(Some(TaskRef::Number(2))));
    assert_eq!(ok("where Task-1"), Command::Where(Some(TaskRef::Name("Task-1".to_owned()))));
    assert_eq!(ok("where"), Command::Where(None));
    assert_eq!(ok("info loop"), Command::Info(Topic::Loop));
    assert_eq!(ok("i ti"), Command::Info(Topic::Timers));
    assert!(refused("info t").contains("more than one"));
    assert_eq!(ok("py print('#')"), Command::Py("print('#')".to_owned()));
    assert_eq!(ok("p(ready)"), Command::Print("(ready)".to_owned()));
    assert_eq!(ok("delete 1, 3 4"), Command::Delete(vec![1, 3, 4]));
    let to = |path: &str, force| ToWrite { path: path.to_owned(), force };
    assert_eq!(ok("export a b.jsonl"), Command::Export(to("a b.jsonl", false), None));
    for line in ["export run.x csv", "export csv run.x"] {
        assert_eq!(ok(line), Command::Export(to("run.x", false), Some(Format::Csv)));
    }
    for line in ["export run.x csv --force", "export --force csv run.x"] {
        assert_eq!(ok(line), Command::Export(to("run.x", true), Some(Format::Csv)));
    }
    assert_eq!(ok("record a b --force"), Command::Record(to("a b", true)));
    assert_eq!(ok("record --forced"), Command::Record(to("--forced", false)));
    assert!(refused("record --force").contains("the file to write"));
    assert_eq!(ok("set limit=20"), Command::Set(Some(("limit".to_owned(), "20".to_owned()))));
    assert!(refused("info nonsense").contains("loop, ready"));
    assert!(refused("assert ready ==").len() > 10);
}

#[test]
fn every_command_of_the_table_is_understood() {
    for row in table::ROWS {
        let written = if row.example.is_empty() { row.name } else { row.example };
        if let Err(trouble) = parse(written) {
            assert!(!trouble.text.contains("no command"), "{written}: {}", trouble.text);
        }
        if !row.example.is_empty() {
            ok(row.example);
        }
    }
}

/// What the usage says is needed is needed, what it says may be left out may, and every other word for
/// a command means the same.
#[test]
fn the_usage_and_the_grammar_agree() {
    for row in table::offered() {
        let rest = row.usage.strip_prefix(row.name).expect("a usage begins with the name").trim();
        let first = rest.split(" | ").next().unwrap_or_default();
        let may_be_alone = first.is_empty() || first.starts_with('[');
        assert_eq!(parse(row.name).is_ok(), may_be_alone, "{}", row.usage);
        if rest.is_empty() {
            assert!(parse(&format!("{} extra", row.name)).is_err(), "{}", row.usage);
        }
        let line = if row.example.is_empty() { row.name } else { row.example };
        let arguments = line.strip_prefix(row.name).expect("an example is of its command");
        for alias in row.aliases {
            let other = parse(&format!("{alias}{arguments}"));
            assert_eq!(other.ok(), parse(line).ok(), "{alias}{arguments}");
        }
    }
}

proptest! {
    #[test]
    fn no_line_makes_it_panic(line in ".*") {
        let _ = parse(&line);
    }

    #[test]
    fn no_argument_makes_it_panic(
        row in 0..table::ROWS.len(),
        words in proptest::collection::vec(
            prop_oneof![
                "[a-z0-9%=#.*<>()\"'-]{0,8}",
                Just("if".to_owned()), Just("within".to_owned()), Just("handle-run".to_owned()),
                Just("t=".to_owned()), Just("é=".to_owned()),
            ],
            0..5,
        ),
    ) {
        let _ = parse(&format!("{} {}", table::ROWS[row].name, words.join(" ")));
    }
}
