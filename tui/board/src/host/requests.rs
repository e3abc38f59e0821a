//! What the board is asked for and told: a snapshot while the stream's beginning is awaited, what
//! the user asks for, and that we are still there.

use std::time::{Duration, Instant};

use loopscope_model::control::OwnedRequest;

use super::Host;
use crate::splice::Splice;

/// How long a board may take to say hello and to send its first record or a snapshot.
const FIRST_WORDS: Duration = Duration::from_secs(2);

/// The same for a board that cannot be asked: it tells its state by itself, every few seconds.
const OWN_WORDS: Duration = Duration::from_secs(13);

/// The most bytes that wait for room on the board; a request is a few. A server that takes none may
/// never have any.
const MOST_PENDING: usize = 4096;

/// How often a board that holds is told that we are still there. It lets go after some seconds
/// without that.
const STAY: Duration = Duration::from_secs(2);

/// How often a snapshot is asked for while none comes.
const ASK_AGAIN: Duration = Duration::from_millis(700);

impl Host<'_> {
    /// Looks after the beginning of the stream, and takes in what the board is to be told.
    pub(crate) fn look_after(&mut self) {
        self.listen_there();
        if let Some(splice) = &mut self.splice
            && !splice.is_open()
        {
            let due = self.asked.is_none_or(|asked| asked.elapsed() > ASK_AGAIN);
            let asks = splice.wants_snapshot() && due;
            let patience = if self.is_silent { OWN_WORDS } else { FIRST_WORDS };
            if self.began.elapsed() > patience {
                splice.open_anyway(&mut self.out);
            }
            if asks {
                self.asked = Some(Instant::now());
                self.ask_for_snapshot();
            }
        }
        while self.pending.len() < MOST_PENDING
            && let Ok(request) = self.requests.try_recv()
        {
            if let Some(splice) = &mut self.splice {
                splice.asked(&request);
            }
            self.pending.extend(request.frames());
        }
        self.stay();
        if self.is_silent {
            self.pending.clear();
        }
    }

    /// Says now and then that we are still there, for as long as the board holds for us.
    fn stay(&mut self) {
        if !self.splice.as_ref().is_some_and(Splice::is_held) {
            self.stayed = None;
        } else if self.stayed.is_none_or(|at| at.elapsed() > STAY) && self.pending.is_empty() {
            self.stayed = Some(Instant::now());
            self.pending.extend(OwnedRequest::StillHere.frames());
        }
    }

    pub(super) fn ask_for_snapshot(&mut self) {
        if self.pending.len() < MOST_PENDING {
            self.pending.extend(OwnedRequest::Snapshot.frames());
        }
    }
}
