//! What the link's thread tells, on its way to whoever reads it. It is bounded by bytes as well as
//! by pieces: when it is full, nothing more is read from the board, so that the board's ring fills
//! and the board counts what it drops, or the sender of a stream waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use super::event::LinkEvent;

/// How many pieces may wait: what a probe reads at once may be a few bytes.
const PIECES: usize = 4096;

/// How many bytes may wait, besides the last piece.
const BYTES: usize = 8 << 20;

/// The thread's end.
#[derive(Debug)]
pub(super) struct PieceSender {
    said: SyncSender<LinkEvent>,
    waiting: Arc<AtomicUsize>,
}

/// The reader's end.
#[derive(Debug)]
pub(super) struct PieceReceiver {
    said: Receiver<LinkEvent>,
    waiting: Arc<AtomicUsize>,
}

/// A queue with nothing in it.
pub(super) fn queue() -> (PieceSender, PieceReceiver) {
    let (to_us, said) = sync_channel(PIECES);
    let waiting = Arc::new(AtomicUsize::new(0));
    (PieceSender { said: to_us, waiting: Arc::clone(&waiting) }, PieceReceiver { said, waiting })
}

/// How many bytes something said has.
const fn size(said: &LinkEvent) -> usize {
    match said {
        LinkEvent::Bytes(bytes) => bytes.len(),
        LinkEvent::Over { .. } => 0,
    }
}

impl PieceSender {
    /// Adds something, unless the queue is full or nobody listens.
    pub(super) fn try_send(&self, said: LinkEvent) -> Result<(), TrySendError<LinkEvent>> {
        if self.waiting.load(Ordering::Acquire) > BYTES {
            return Err(TrySendError::Full(said));
        }
        let size = size(&said);
        // Counted before it can be taken out.
        self.waiting.fetch_add(size, Ordering::AcqRel);
        self.said.try_send(said).inspect_err(|_| {
            self.waiting.fetch_sub(size, Ordering::AcqRel);
        })
    }

    /// Adds the last thing that is said, as soon as there is a place for it.
    pub(super) fn send_last(&self, said: LinkEvent) {
        let _ = self.said.send(said);
    }
}

impl PieceReceiver {
    /// Takes something out, waiting at most `timeout` for it.
    pub(super) fn next(&self, timeout: Duration) -> Result<LinkEvent, RecvTimeoutError> {
        let said = self.said.recv_timeout(timeout)?;
        self.waiting.fetch_sub(size(&said), Ordering::AcqRel);
        Ok(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fast_sender_waits_for_the_reader() {
        let (sender, receiver) = queue();
        let piece = || LinkEvent::Bytes(vec![0; 1 << 20]);
        let mut sent = 0;
        while sender.try_send(piece()).is_ok() {
            sent += 1;
        }
        assert_eq!(sent, 9);
        assert!(receiver.next(Duration::ZERO).is_ok());
        assert!(sender.try_send(piece()).is_ok());
        assert!(matches!(sender.try_send(piece()), Err(TrySendError::Full(_))));
        // A piece larger than all that may wait still passes alone.
        while receiver.next(Duration::ZERO).is_ok() {}
        assert!(sender.try_send(LinkEvent::Bytes(vec![0; 2 * BYTES])).is_ok());
        drop(receiver);
        assert!(sender.try_send(LinkEvent::Bytes(Vec::new())).is_err());
    }
}
