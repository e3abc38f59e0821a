//! The link to a board or a process, in lines and as data.

use loopscope_model::link::{LinkState, LinkStatus, Processor};
use serde_json::{Value, json};

/// What `info source` says of it.
pub(super) fn lines(link: &LinkStatus) -> Vec<String> {
    let state = match &link.state {
        LinkState::Away | LinkState::Gone(_) | LinkState::Released => "not connected",
        LinkState::Up(Processor::Halted(_)) => "halted",
        LinkState::Up(Processor::Faulted(_)) => "in a fault handler",
        LinkState::Up(Processor::Sleeping) => "sleeping",
        LinkState::Up(Processor::Running | Processor::Unknown) => "live",
    };
    let first = format!(
        "link {state}  {}/s  lost {}  gaps {}  records {}",
        link.rate, link.lost, link.gaps, link.records
    );
    if let Some(pid) = link.pid {
        let may = if link.control {
            "It may be paused and stepped."
        } else {
            "It is only watched; attach with --control to pause and step it."
        };
        return vec![first, format!("pid {pid}  bytes {}", link.bytes), may.to_owned()];
    }
    let dropped = link.dropped.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let mut lines = vec![
        first,
        format!(
            "bytes {}  harmed {}  dropped on the board {dropped}  resets {}  reconnected {}",
            link.bytes, link.garbage, link.resets, link.returns
        ),
    ];
    if let Some(why) = link.halted_by() {
        lines.push(format!("The processor is halted: {why}."));
    }
    if let Some(what) = link.fault() {
        lines.push(format!("The program does not come back from a fault: {what}."));
    }
    lines.push(if link.control {
        "It may be paused and stepped.".to_owned()
    } else {
        "It is only watched; attach with --control to pause and step it.".to_owned()
    });
    lines
}

/// The same as data.
pub(super) fn data(link: &LinkStatus) -> Value {
    let processor = match &link.state {
        LinkState::Up(Processor::Running) => "running",
        LinkState::Up(Processor::Sleeping) => "sleeping",
        LinkState::Up(Processor::Halted(_)) => "halted",
        LinkState::Up(Processor::Faulted(_)) => "faulted",
        LinkState::Up(Processor::Unknown)
        | LinkState::Away
        | LinkState::Gone(_)
        | LinkState::Released => "unknown",
    };
    json!({
        "connected": link.is_up(), "processor": processor, "halted_by": link.halted_by(), "fault": link.fault(),
        "rate": link.rate, "records": link.records, "gaps": link.gaps, "lost": link.lost,
        "dropped": link.dropped, "bytes": link.bytes, "harmed": link.garbage,
        "resets": link.resets, "reconnected": link.returns,
        "control": link.control, "pid": link.pid,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_told_in_words_and_as_data() {
        let state = LinkState::Up(Processor::Halted("a breakpoint".to_owned()));
        let link = LinkStatus { state, rate: 40, lost: 3, gaps: 1, ..LinkStatus::default() };
        let lines = lines(&link);
        assert_eq!(lines[0], "link halted  40/s  lost 3  gaps 1  records 0");
        assert_eq!(lines[2], "The processor is halted: a breakpoint.");
        assert_eq!(data(&link)["halted_by"], "a breakpoint");
        let what = "HardFault since 0.3 s, at src/main.rs:41".to_owned();
        let faulted = LinkStatus { state: LinkState::Up(Processor::Faulted(what)), ..link.clone() };
        assert_eq!(
            super::lines(&faulted)[2],
            "The program does not come back from a fault: HardFault since 0.3 s, at src/main.rs:41."
        );
        assert_eq!(data(&faulted)["processor"], "faulted");
        let process =
            LinkStatus { pid: Some(7), state: LinkState::Up(Processor::Unknown), ..link.clone() };
        let lines = super::lines(&process);
        assert_eq!(
            lines[1..],
            ["pid 7  bytes 0", "It is only watched; attach with --control to pause and step it."]
        );
        let gone = LinkStatus { state: LinkState::Gone("It is gone.".to_owned()), ..link };
        assert_eq!(data(&gone)["connected"], false);
        assert_eq!(data(&gone)["lost"], 3);
    }
}
