//! What a board never sends, live or recorded.

use loopscope_protocol::{Kind, KindSet};

/// What a board never tells: it has no interpreter, no descriptors and no threads, and it counts no
/// turns. Output and exits in its stream are the host's own words.
pub(crate) const NEVER: KindSet = KindSet::NONE
    .with(Kind::RunStart)
    .with(Kind::Clock)
    .with(Kind::ProgramExit)
    .with(Kind::Output)
    .with(Kind::Lint)
    .with(Kind::Anomaly)
    .with(Kind::TurnBegin)
    .with(Kind::TurnEnd)
    .with(Kind::AsyncgensShutdown)
    .with(Kind::ExecutorShutdown)
    .with(Kind::WatcherAdd)
    .with(Kind::WatcherRemove)
    .with(Kind::WatcherReady)
    .with(Kind::SignalAdd)
    .with(Kind::SignalRemove)
    .with(Kind::SignalArrived)
    .with(Kind::ExecutorSubmit)
    .with(Kind::ExecutorDone)
    .with(Kind::ServerNew)
    .with(Kind::ServerClose)
    .with(Kind::TransportNew)
    .with(Kind::TransportClose)
    .with(Kind::ProcessNew)
    .with(Kind::ProcessExit);
