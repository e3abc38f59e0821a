//! Whether the machine kept its time: a program that measures time may print something else where it
//! did not, and that proves nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long the one who watches sleeps, again and again.
const NAP: Duration = Duration::from_millis(1);

/// How much later it may wake. The programs that are watched tell milliseconds apart.
const LATE: Duration = Duration::from_micros(500);

/// A watch on the machine, from its beginning to its end.
#[derive(Debug)]
pub(super) struct Punctuality {
    over: Arc<AtomicBool>,
    /// `None`: no thread could be started, so nothing is known.
    watch: Option<JoinHandle<bool>>,
}

impl Punctuality {
    pub(super) fn begin() -> Self {
        Self::watching(|| {
            let begun = Instant::now();
            thread::sleep(NAP);
            begun.elapsed().saturating_sub(NAP)
        })
    }

    /// A watch that is told how late each nap was.
    fn watching(mut nap: impl FnMut() -> Duration + Send + 'static) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&over);
        let watch = thread::Builder::new().name("punctuality".to_owned()).spawn(move || {
            let mut on_time = true;
            while !is_over.load(Ordering::Relaxed) {
                on_time &= nap() <= LATE;
            }
            on_time
        });
        Self { over, watch: watch.ok() }
    }

    /// Ends the watch: whether nothing was late since it began.
    pub(super) fn end(self) -> bool {
        self.over.store(true, Ordering::Relaxed);
        self.watch.is_some_and(|watch| watch.join().unwrap_or(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// A watch whose naps were as late as that, and which has seen all of them.
    fn after(naps: &'static [u64]) -> bool {
        let (seen, all) = mpsc::channel();
        let mut naps = naps.iter().copied().map(Duration::from_micros);
        let watch = Punctuality::watching(move || {
            let late = naps.next();
            if late.is_none() {
                // Nobody may listen any more.
                let _ = seen.send(());
            }
            late.unwrap_or_default()
        });
        all.recv().expect("it naps until it is told to end");
        watch.end()
    }

    #[test]
    fn one_nap_that_was_late_is_enough() {
        assert!(after(&[60, 80, 499]));
        assert!(!after(&[60, 900, 80]));
    }
}
