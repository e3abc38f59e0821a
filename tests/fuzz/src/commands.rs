//! The target `commands`: lines for the line mode, on a recording. Each is answered or refused in a
//! sentence, in bounded time, and wherever the cursor is then, the state is that of its position.

use std::sync::Arc;
use std::time::{Duration, Instant};

use loopscope_model::history::InMemory;
use loopscope_session::source::replay::Replay;
use loopscope_session::{Command, Outcome, Session, parse};

/// A board's session, as the program recorded it.
const SESSION: &[u8] = include_bytes!("../../../tui/board/src/demo/session.loop");

/// How many records of it there are, so that a run of the target is short.
const LENGTH: usize = 4000;

/// The most lines of one input.
const LINES: usize = 40;

/// Runs the target.
pub fn run(data: &[u8]) {
    let recording = Arc::new(InMemory::holding(SESSION[..LENGTH].to_vec()));
    let replay = Replay::read(recording, "session.loop".to_owned());
    let mut session = Session::new(replay.expect("it is a recording"));
    let text = String::from_utf8_lossy(data);
    for line in text.lines().take(LINES) {
        let began = Instant::now();
        let _ = session.complete(line);
        let parsed = parse(line);
        // What is written to and read from is not for the fuzzer to choose.
        let named = matches!(
            parsed,
            Ok(Command::Record(_) | Command::Export(..) | Command::Source(_) | Command::Diff(_))
        );
        if !named {
            answered(&mut session, line);
        }
        assert!(began.elapsed().as_secs() < 5, "`{line}` takes {:?}", began.elapsed());
    }
    let here = session.history().at(session.position());
    assert!(*session.state() == here, "the state at {} is another one", session.position());
}

/// Does a line to its end. Whatever is refused is refused in a sentence.
fn answered(session: &mut Session, line: &str) {
    let over = match session.execute_line(line) {
        Outcome::Done(answer) => Ok(answer),
        Outcome::Failed(trouble) => Err(trouble),
        Outcome::Quit => return,
        Outcome::Started => loop {
            if let Some(over) = session.tick(Duration::ZERO).over {
                break over;
            }
        },
    };
    if let Err(trouble) = over {
        assert!(!trouble.text.trim().is_empty(), "`{line}` is refused without a word");
    }
}
