//! Which events a line of the program may cause.
//!
//! Where a line has caused an event its record says which, as a chain of frames: the outermost one
//! is the program's own and stands on that line, and those inside it are the library's, down to the
//! one that has caused the event. An event that no line has caused has no chain.

use crate::Kind;

impl Kind {
    /// Whether a line of the program may cause it. False for what the loop does by itself, for what
    /// comes from outside, and for `task-suspend`, whose own fields say the line.
    ///
    /// Columns have a number for each event of which this is true, so a change of an old kind is a
    /// change of the recordings' form.
    ///
    /// ```
    /// use loopscope_protocol::Kind;
    ///
    /// assert!(Kind::HandleNew.has_line() && !Kind::HandleRun.has_line());
    /// ```
    #[inline]
    #[must_use]
    pub const fn has_line(self) -> bool {
        WITHOUT & 1 << self as u8 == 0
    }
}

/// The kinds that no line causes.
const WITHOUT: u128 = {
    let kinds = [
        Kind::RunStart,
        Kind::ProgramExit,
        Kind::Gap,
        Kind::SnapshotBegin,
        Kind::SnapshotEnd,
        Kind::Log,
        Kind::Remark,
        Kind::LoopStopped,
        Kind::TurnBegin,
        Kind::TurnEnd,
        Kind::PollBegin,
        Kind::PollEnd,
        Kind::TimerDue,
        Kind::TimerDrop,
        Kind::HandleRun,
        Kind::HandleDone,
        Kind::HandleSkip,
        Kind::TaskSuspend,
        Kind::WatcherReady,
        Kind::SignalArrived,
        Kind::ExecutorStart,
        Kind::ExecutorDone,
        Kind::TransportRead,
        Kind::TransportTls,
        Kind::TransportClosed,
        Kind::ProcessExit,
    ];
    let (mut set, mut at) = (0, 0);
    while at < kinds.len() {
        set |= 1 << kinds[at] as u8;
        at += 1;
    }
    set
};
