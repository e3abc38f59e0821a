//! The link to a board, in lines and as data.

use loopscope_model::link::{LinkState, LinkStatus, Processor};
use serde_json::{Value, json};

/// What `info source` says of it.
pub(super) fn lines(link: &LinkStatus) -> Vec<String> {
    let state = match &link.state {
        LinkState::Away | LinkState::Gone(_) | LinkState::Released => "not connected",
        LinkState::Up(Processor::Halted(_)) => "halted",
        LinkState::Up(Processor::Sleeping) => "sleeping",
        LinkState::Up(Processor::Running | Processor::Unknown) => "live",
    };
    let dropped = link.dropped.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let mut lines = vec![
        format!(
            "link {state}  {}/s  lost {}  gaps {}  records {}",
            link.rate, link.lost, link.gaps, link.records
        ),
        format!(
            "bytes {}  harmed {}  dropped on the board {dropped}  resets {}  reconnected {}",
            link.bytes, link.garbage, link.resets, link.returns
        ),
    ];
    if let Some(why) = link.halted_by() {
        lines.push(format!("The processor is halted: {why}."));
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
        LinkState::Up(Processor::Unknown)
        | LinkState::Away
        | LinkState::Gone(_)
        | LinkState::Released => "unknown",
    };
    json!({
        "connected": link.is_up(), "processor": processor, "halted_by": link.halted_by(),
        "rate": link.rate, "records": link.records, "gaps": link.gaps, "lost": link.lost,
        "dropped": link.dropped, "bytes": link.bytes, "harmed": link.garbage,
        "resets": link.resets, "reconnected": link.returns,
        "control": link.control,
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
        let gone = LinkStatus { state: LinkState::Gone("It is gone.".to_owned()), ..link };
        assert_eq!(data(&gone)["connected"], false);
        assert_eq!(data(&gone)["lost"], 3);
    }
}
