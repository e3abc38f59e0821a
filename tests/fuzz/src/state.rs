//! The target `state`: whatever bytes a stream or a recording has, its records are numbered in
//! order, and everything that is computed of them is computed without a panic.

use std::sync::Arc;
use std::time::Instant;

use loopscope_model::diff::{Around, Compare, Comparing, Side, diff_by};
use loopscope_model::expr::{Context, Expr};
use loopscope_model::history::InMemory;
use loopscope_model::recording::Damage;
use loopscope_model::{
    Arrived, Cursor, History, Ingest, Names, Record, State, json, sentence, why,
};
use loopscope_protocol::{Event, ExitHow, Kind, KindSet, LoopId, TaskId, Text};

use crate::input::Input;
use crate::sealed::sealed;

/// What the line mode may be asked about a record and the state after it.
const QUESTIONS: [&str; 6] = [
    "len(ready) > 0 or len(timers) > 0",
    "record.kind == 'handle-run' and task.state == 'running'",
    "t > 1 and turn != 3",
    "record.handle == 1 or record.task == 1",
    "tasks.waiting > 0",
    "task(1).on != null",
];

/// Runs the target.
pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let flags = input.byte();
    let piece = usize::from(input.byte()) + 1;
    let made = if flags & 4 == 0 { input.0.to_vec() } else { sealed(input.0) };
    let (history, names) = match flags & 3 {
        0 => stream(Ingest::midway(), &made, piece, false),
        1 => match opened(made) {
            Ok(history) => {
                let _ = history.damage().sentence();
                let names = history.names().clone();
                (history, names)
            }
            Err(error) => return drop(error.to_string()),
        },
        _ => stream(Ingest::new(), &made, piece, true),
    };
    let mut last = 0;
    for record in history.records() {
        assert!(record.seq > last, "record {} comes after record {last}", record.seq);
        last = record.seq;
    }
    look(&history, &names, usize::from(flags >> 3));
}

fn opened(bytes: Vec<u8>) -> Result<History, Box<dyn std::error::Error>> {
    let file = Arc::new(InMemory::holding(bytes));
    Ok(History::open(file, Arc::new(InMemory::default()))?.complete()?)
}

fn stream(start: Ingest, bytes: &[u8], piece: usize, recorded: bool) -> (History, Names) {
    let mut ingest = start.clone();
    let mut records = Vec::new();
    for piece in bytes.chunks(piece) {
        ingest.feed(piece);
        take(&mut ingest, &mut records);
    }
    ingest.end();
    take(&mut ingest, &mut records);
    let exit = Event::ProgramExit { code: 0, how: ExitHow::Lost, text: Text::FIRST };
    let lost = ingest.host_event(&exit, &["The board is gone."]);
    ingest.feed(&lost);
    take(&mut ingest, &mut records);

    let mut whole = start;
    whole.feed(bytes);
    whole.end();
    let mut again = Vec::new();
    take(&mut whole, &mut again);
    let common = again.len().min(records.len());
    same(&again[..common], &records[..common], "pieces change the records");
    if recorded {
        let file = Arc::new(InMemory::default());
        let mut history = History::on(file.clone());
        for (n, record) in again.iter().enumerate() {
            history.push(record.clone());
            if n % (7 * piece) == 0 {
                history.flush();
            }
        }
        history.finish().expect("memory has room");
        let read = opened(file.bytes()).expect("it was just written");
        assert_eq!(read.damage(), Damage::default());
        let read: Vec<_> = read.records().map(|record| (*record).clone()).collect();
        same(&read, &again, "a recording changes the records");
    }
    (records.into_iter().collect(), ingest.into_names())
}

fn take(ingest: &mut Ingest, records: &mut Vec<Record>) {
    records.extend(ingest.by_ref().filter_map(|arrived| match arrived {
        Arrived::Record(record) => Some(record),
        _ => None,
    }));
}

fn same(one: &[Record], two: &[Record], what: &str) {
    assert_eq!(one.len(), two.len(), "{what}");
    for (one, two) in one.iter().zip(two) {
        // A number that is none is not equal to itself, but it looks the same.
        assert_eq!(format!("{one:?}"), format!("{two:?}"), "{what}");
    }
}

/// Everything that the views and the line mode ask.
fn look(history: &History, names: &Names, at: usize) {
    let questions: Vec<_> = QUESTIONS.iter().filter_map(|text| Expr::parse(text).ok()).collect();
    let mut state = State::default();
    // Where there is much to look at, looking at some of it is enough.
    let step = history.len() / 150 + 1;
    for (position, record) in (1..).zip(history.records()) {
        state.apply(&record);
        if position % step == 0 {
            told(&state, &record, names, &questions);
        }
        if position % (8 * step) == 1 {
            tasks(history, &state, names);
        }
    }
    let n = history.len() * at / 32;
    assert_eq!(format!("{:?}", history.live()), format!("{state:?}"));
    let mut cursor = Cursor::new();
    for place in [n, history.len(), n / 2] {
        cursor.seek(history, place);
        assert_eq!(format!("{:?}", cursor.state()), format!("{:?}", history.at(place)));
    }
    for (_, finding) in history.lints(history.len()) {
        let _ = finding.text(names);
    }
    let _ = history.position_at_time(history.len(), 1_000_000_000);
    let _ = history.position_of_seq(40);
    let _ = history.find_kinds(n, KindSet::NONE.with(Kind::HandleRun));
    let _ = history.rfind(n, |state, _| state.uncertain());
    compared(history, names, n);
}

fn told(state: &State, record: &Record, names: &Names, questions: &[Expr]) {
    let line = json::line(record, names);
    assert!(!line.contains('\n'), "a line is one line");
    for text in
        [sentence::happened(state, record, names), sentence::next(state, names), names.line(record)]
    {
        assert!(!text.is_empty());
    }
    for question in questions {
        let context = Context { record: Some(record), state, names };
        if let Ok(value) = question.eval(&context) {
            let _ = value.to_string();
        }
    }
    for the_loop in state.loops() {
        assert!(the_loop.batch().len() + the_loop.next_batch().len() == the_loop.ready().len());
        let _ = state.one_queue(the_loop);
        let _ = state.can_be_woken_from_outside(the_loop.id);
        let _ = the_loop.sleep.map(|sleep| (sleep.wakes_at(), sleep.slept()));
        let _ = the_loop.first_timer();
    }
    let _ = state.event_loop(LoopId(7));
    for handle in state.handles() {
        let _ = (handle.how_word(), handle.key_ms());
    }
}

fn tasks(history: &History, state: &State, names: &Names) {
    let ids: Vec<_> = state.tasks().map(|task| task.id).take(12).collect();
    for id in ids.into_iter().chain([TaskId(1)]) {
        let _ = why::why(state, names, id);
        let _ = why::last_wakeup(history, state, names, id);
        let _ = state.task(id).map(|task| names.chain(task.chain));
    }
}

/// The history beside itself and beside its own beginning.
fn compared(history: &History, names: &Names, n: usize) {
    let beginning: History = history.range(0, n).map(|record| (*record).clone()).collect();
    let side = |history| Side { title: "one", history, names, never_sends: KindSet::NONE };
    for compare in [Compare::Everything, Compare::Visible, Compare::between(history, &beginning)] {
        let sides = [side(history), side(&beginning)];
        let mut comparing = Comparing::new(compare, sides, Around { before: 3, after: 3 });
        while !comparing.advance(sides, 100) {}
        assert_eq!(comparing.found(), diff_by(compare, sides[0], sides[1]).as_ref());
        let _ = comparing.rows();
    }
    let began = Instant::now();
    let _ = diff_by(Compare::Visible, side(history), side(history));
    assert!(began.elapsed().as_secs() < 5, "a comparison takes no longer than its histories");
}
