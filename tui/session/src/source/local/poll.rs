//! What has come from the child: its records, what it prints otherwise, and how it ended.

use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use loopscope_model::stream::{Arrived, Came};
use loopscope_protocol::{Event, ExitHow, Text};

use super::Local;
use crate::source::ending;

/// How long a child whose pipe is closed may go on before it is taken for stuck.
const GRACE: Duration = Duration::from_secs(2);

impl Local {
    /// What has arrived, waiting at most `timeout` for the first of it.
    pub fn poll(&mut self, timeout: Duration) -> Vec<Arrived> {
        let read = |came| match came {
            Came::Arrived(arrived) => Some(arrived),
            // Pieces are only handed on where that was asked for.
            Came::Piece(_) => None,
        };
        self.poll_unread(timeout).into_iter().filter_map(read).collect()
    }

    /// The same, with pieces as they are where that was asked for.
    pub fn poll_unread(&mut self, timeout: Duration) -> Vec<Came> {
        let mut came = Vec::new();
        if self.ended {
            return came;
        }
        if self.closed.is_some() {
            self.finish(timeout, &mut came);
            return came;
        }
        // What it prints comes by another way, and no record comes before its first one.
        if self.stream.hears_output() && self.begun {
            self.hear_successor(None, &mut came);
            if !came.is_empty() {
                return came;
            }
        }
        match self.pieces.recv_timeout(timeout) {
            Ok(piece) => self.feed(&piece, &mut came),
            Err(RecvTimeoutError::Timeout) => return came,
            Err(RecvTimeoutError::Disconnected) => {
                self.finish(timeout, &mut came);
                return came;
            }
        }
        came
    }

    fn feed(&mut self, bytes: &[u8], came: &mut Vec<Came>) {
        let before = came.len();
        self.stream.feed(bytes, came);
        // A name may come by itself, and what is printed must not come before the first record.
        self.begun |= came[before..]
            .iter()
            .any(|each| matches!(each, Came::Piece(_) | Came::Arrived(Arrived::Record(_))));
        self.exit_seen |= came[before..].iter().any(|each| {
            matches!(each, Came::Arrived(Arrived::Record(record))
                if matches!(record.event, Event::ProgramExit { .. }))
        });
    }

    /// The pipe is closed: the child has ended, or is about to.
    fn finish(&mut self, timeout: Duration, came: &mut Vec<Came>) {
        let since = *self.closed.get_or_insert_with(Instant::now);
        let until = Instant::now() + timeout;
        loop {
            // A program may have become another one, which goes on without records of ours.
            self.hear_successor(None, came);
            if !came.is_empty() {
                return;
            }
            match self.kept.try_wait() {
                Ok(Some(status)) => {
                    self.status = Some(status);
                    break;
                }
                // Somebody else has waited for it, so its status is not known.
                Err(_) => break,
                Ok(None) if !self.patient && since.elapsed() > GRACE => self.kill(ExitHow::Lost),
                Ok(None) => {}
            }
            if Instant::now() >= until {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        self.ended = true;
        self.requests = None;
        self.cut_off(came);
        self.hear_successor(Some(Instant::now() + GRACE), came);
        if !self.exit_seen
            && let Some(status) = self.status
        {
            let text = ending::sentence(status, self.killed, self.memory_limit);
            let how = self.killed.unwrap_or(ExitHow::Lost);
            let event = Event::ProgramExit { code: ending::code(status), how, text: Text::FIRST };
            self.say(&event, &text, came);
        }
    }

    /// The child itself says nothing more. What it had begun to say is in neither the history nor the
    /// recording.
    fn cut_off(&mut self, came: &mut Vec<Came>) {
        self.stream.cut_off(came);
    }

    /// Records what the program prints that it has become.
    fn hear_successor(&mut self, until: Option<Instant>, came: &mut Vec<Came>) {
        let lines = self.successor.lines(until);
        if self.exit_seen && !self.stream.hears_output() {
            // It has not become another one: it found the way there by itself.
            self.successor.take_passed();
            return;
        }
        if lines.is_empty() {
            return;
        }
        if self.closed.is_some() {
            self.patient = true;
            self.cut_off(came);
        }
        for (stream, text) in lines {
            self.say(&Event::Output { stream, text: Text::FIRST }, &text, came);
        }
    }

    /// Says something in the child's place.
    fn say(&mut self, event: &Event, text: &str, came: &mut Vec<Came>) {
        // Not by `feed`: the child itself has said nothing.
        let record = self.stream.host_event(event, [text, ""]);
        came.push(Came::Arrived(Arrived::Record(record)));
    }
}
