//! How much one command may let a source send, so that an endless program does not fill the memory:
//! a number of records, and a number of bytes of text.
//!
//! A program is told how many records it may send and holds by itself. How much text comes with
//! them shows only here; then it is asked to hold, and one that does not is ended.

use std::time::Duration;

use loopscope_protocol::ExitHow;
use web_time::Instant;

use super::source::Origin;
use super::{RunState, Session, UnderWay};

/// How many records more than it may a program can have on their way before it counts as one that
/// does not hold.
const ON_THEIR_WAY: u64 = 1_000_000;

/// How soon a statement that goes on is interrupted once more.
const AGAIN: Duration = Duration::from_millis(100);

/// How far the command under way is to go at most, counted as the session counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Limits {
    /// The number of records at which it is to pause.
    pub(super) records: Option<u64>,
    /// The bytes of text at which it is to pause.
    pub(super) text: Option<u64>,
}

/// What the command under way may let the source send, and what came of it.
#[derive(Debug, Default)]
pub(super) struct Brake {
    pub(super) limits: Limits,
    /// What there is too much of, once the command was braked for it.
    pub(super) full: Option<Full>,
    /// When a statement was interrupted for that.
    interrupted: Option<Instant>,
}

/// What there is too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// Records, and how many one command may run for.
    Records(u64),
    /// Text, and how many bytes of it one command may run for.
    Text(u64),
}

impl Full {
    /// The sentence about a run that was paused.
    pub(super) fn sentence(self) -> String {
        let (amount, name) = self.words();
        format!(
            "Paused after {amount} in one go, so that an endless program does not fill the memory; `resume` goes on, `set {name} N` changes the number."
        )
    }

    /// The sentence about a statement that was interrupted.
    pub(super) fn of_statement(self) -> String {
        let (amount, name) = self.words();
        format!(
            "The statement was interrupted after {amount}, so that it does not fill the memory; `set {name} N` changes the number."
        )
    }

    /// The amount, and the setting that says it.
    fn words(self) -> (String, &'static str) {
        match self {
            Self::Records(records) => (format!("{records} records"), "limit"),
            Self::Text(bytes) => (format!("{} of text", size(bytes)), "text"),
        }
    }
}

/// An amount of text for people, as `set text` takes it.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0 => "0".to_owned(),
        _ if bytes.is_multiple_of(1 << 20) => format!("{}M", bytes >> 20),
        _ if bytes.is_multiple_of(1 << 10) => format!("{}K", bytes >> 10),
        _ => format!("{bytes} bytes"),
    }
}

impl Session {
    /// The limits of a command that starts now.
    pub(super) fn set_limits(&mut self) {
        let beyond = |now: u64, more: u64| (more > 0).then(|| now.saturating_add(more));
        let limits = Limits {
            records: beyond(self.history.len() as u64, self.settings.limit),
            text: beyond(self.text, self.settings.text),
        };
        self.brake = Brake { limits, ..Brake::default() };
    }

    /// What has become too much, if anything has.
    fn too_much(&self) -> Option<Full> {
        let Limits { records, text } = self.brake.limits;
        if text.is_some_and(|most| self.text >= most) {
            return Some(Full::Text(self.settings.text));
        }
        // A program is told to hold at exactly that number.
        let more = u64::from(self.source.can_hold());
        let beyond = |most: u64| self.history.len() as u64 >= most.saturating_add(more);
        records.is_some_and(beyond).then_some(Full::Records(self.settings.limit))
    }

    /// Asks a source that has sent too much to hold. To be called after more has come.
    pub(super) fn brake(&mut self) {
        if !self.run_state.runs() && matches!(self.under_way, UnderWay::Run(_)) {
            return;
        }
        let Some(full) = self.too_much() else { return };
        self.brake.full.get_or_insert(full);
        if self.ignores_the_brake() {
            self.source.kill(ExitHow::Killed);
            return;
        }
        match &mut self.under_way {
            UnderWay::Nothing
            | UnderWay::LongWalk(_)
            | UnderWay::Look(_)
            | UnderWay::LookOver(_) => {}
            // `asyncio.run` takes the first interrupt for a wish to cancel its main task.
            UnderWay::Statement | UnderWay::StatementOver(_) => {
                if self.brake.interrupted.is_none_or(|at| at.elapsed() > AGAIN) {
                    self.brake.interrupted = Some(Instant::now());
                    // What cannot be interrupted is ended in the end.
                    let _ = self.interrupt();
                }
            }
            UnderWay::Run(run) => {
                if let RunState::Running { .. } = self.run_state {
                    run.stop();
                    let _ = self.ask_to_pause();
                }
            }
        }
    }

    /// Whether a program has sent as much again, although it was asked to hold.
    fn ignores_the_brake(&self) -> bool {
        let Limits { records, text } = self.brake.limits;
        let is_program = self.origin() == Origin::Program;
        let text = text.is_some_and(|most| self.text >= most.saturating_add(self.settings.text));
        let most = |most: u64| most.saturating_add(ON_THEIR_WAY);
        let records = records.is_some_and(|limit| self.history.len() as u64 > most(limit));
        is_program && (text || records)
    }
}
