//! The link to a board in words: for the header in a few, for the panel in a few lines.

use loopscope_model::link::{LinkState, LinkStatus, Processor};

use crate::theme::{Role, Theme};
use crate::views::{Activity, Snapshot};
use crate::widgets::row::Row;
use crate::widgets::text::wrap;

/// From this width on all of it is told.
const ROOMY: u16 = 56;

/// The link for the header: pieces with how soon each may be left out.
pub(crate) fn summary(link: &LinkStatus) -> impl Iterator<Item = (u8, String, Role)> {
    let (word, role) = match &link.state {
        LinkState::Gone(_) | LinkState::Released if link.pid.is_some() => ("gone", Role::Error),
        LinkState::Gone(_) | LinkState::Released => ("board gone", Role::Error),
        LinkState::Away => ("link lost", Role::Error),
        LinkState::Up(Processor::Halted(_)) => ("halted", Role::Warning),
        LinkState::Up(Processor::Faulted(_)) => ("fault", Role::Error),
        LinkState::Up(_) => ("", Role::Faint),
    };
    let word = (!word.is_empty()).then(|| (0, word.to_owned(), role));
    let rate = word.is_none().then(|| (4, format!("{}/s", link.rate), Role::Faint));
    let lost = if link.lost > 0 {
        (1, format!("lost {} in {}", link.lost, gaps(link.gaps)), Role::Warning)
    } else {
        (2, "lost 0".to_owned(), Role::Faint)
    };
    word.into_iter().chain(rate).chain([lost])
}

fn gaps(count: u64) -> String {
    plural(count, "gap", "gaps")
}

fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A number of bytes, short.
fn bytes(count: u64) -> String {
    match count {
        0..10_000 => format!("{count} B"),
        10_000..10_000_000 => format!("{} kB", count / 1000),
        _ => format!("{} MB", count / 1_000_000),
    }
}

/// The link for the panel.
pub(super) fn rows(snapshot: &Snapshot<'_>, theme: &Theme, width: u16, is_small: bool) -> Vec<Row> {
    let Some(link) = snapshot.link else {
        return vec![Row::of(" A recording: the link is past.", Role::Faint, theme)];
    };
    let mut rows = vec![state(link, snapshot.held, theme, width, is_small)];
    rows.extend(losses(link, theme, is_small));
    let mut say = |text: &str, role: Role| {
        let lines = wrap(text, usize::from(width).saturating_sub(2));
        rows.extend(lines.iter().map(|line| Row::of(format!(" {line}"), role, theme)));
    };
    match &link.state {
        LinkState::Gone(text) => say(text, Role::Error),
        LinkState::Away => say("The link is lost; it is tried again.", Role::Error),
        LinkState::Released => say("The board was let go; it runs on.", Role::Error),
        LinkState::Up(Processor::Halted(why)) => {
            say(&format!("The processor is halted: {why}."), Role::Warning);
        }
        LinkState::Up(Processor::Faulted(what)) => say(&format!("{what}."), Role::Error),
        LinkState::Up(_) => {}
    }
    let behind = snapshot.behind();
    if snapshot.activity == Activity::Standing && snapshot.is_away() {
        let behind = plural(behind as u64, "record", "records");
        say(&format!("The view is {behind} before that."), Role::Changed);
    } else if snapshot.activity == Activity::Standing {
        say(&format!("It runs on, {behind} ahead of the view."), Role::Changed);
    } else if snapshot.held && snapshot.is_live() {
        say("It is paused at this record.", Role::Changed);
    } else if snapshot.held {
        let behind = plural(behind as u64, "record", "records");
        say(&format!("It is paused {behind} further on."), Role::Changed);
    }
    rows
}

/// What it does, how fast, and what we may do.
fn state(link: &LinkStatus, held: bool, theme: &Theme, width: u16, is_small: bool) -> Row {
    let (word, role) = match &link.state {
        LinkState::Gone(_) | LinkState::Released => ("gone", Role::Error),
        LinkState::Away => ("does not answer", Role::Error),
        LinkState::Up(Processor::Halted(_)) => ("halted", Role::Warning),
        LinkState::Up(Processor::Faulted(_)) => ("in a fault handler", Role::Error),
        LinkState::Up(_) if held => ("paused", Role::Changed),
        LinkState::Up(Processor::Sleeping) => ("asleep", Role::Good),
        LinkState::Up(Processor::Running | Processor::Unknown) => ("up", Role::Good),
    };
    let may = if link.control { "control" } else { "only watched" };
    let row =
        Row::of(if is_small { " " } else { " link " }, Role::Faint, theme).put(word, role, theme);
    let away = !link.is_up();
    let row = if is_small {
        let lost = format!("  lost {}", link.lost);
        let role = if link.lost > 0 { Role::Warning } else { Role::Text };
        let rate = if away { String::new() } else { format!("  {}/s", link.rate) };
        row.put(rate, Role::Text, theme).put(lost, role, theme)
    } else if away {
        row
    } else {
        let bytes = if width < ROOMY { String::new() } else { format!("  {}", bytes(link.bytes)) };
        let rate = format!("  {} records/s", link.rate);
        row.put(rate, Role::Text, theme).put(bytes, Role::Faint, theme)
    };
    // Nothing is watched or controlled meanwhile.
    if away { row } else { row.put_right(may, Role::Faint, theme) }
}

/// What is missing, and why it may be; `None` where nothing is and there is no room to say so.
fn losses(link: &LinkStatus, theme: &Theme, is_small: bool) -> Option<Row> {
    let count = |count: u32| u64::from(count);
    let dropped = if is_small { "dropped" } else { "dropped by the board" };
    let all = [
        (link.gaps, "gap", "gaps"),
        (count(link.dropped.unwrap_or(0)), dropped, dropped),
        (link.garbage, "byte harmed", "bytes harmed"),
        (count(link.resets), "reset", "resets"),
        (count(link.returns), "reconnection", "reconnections"),
    ];
    let some = all.into_iter().filter(|(count, ..)| *count > 0);
    let some: Vec<String> = some.map(|(count, one, many)| plural(count, one, many)).collect();
    let row = Row::of(if is_small { " " } else { " lost " }, Role::Faint, theme);
    if is_small {
        let text = some.join(", ");
        return (!some.is_empty()).then(|| row.put(text, Role::Warning, theme));
    }
    let row = match link.lost {
        0 => row.put("nothing", Role::Good, theme),
        lost => row.put(lost.to_string(), Role::Warning, theme),
    };
    if some.is_empty() {
        return Some(row.put(", no gap, no reset", Role::Faint, theme));
    }
    Some(row.put(format!(": {}", some.join(", ")), Role::Warning, theme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_stays_in_the_header_longest() {
        let up = LinkState::Up(Processor::Running);
        let link = LinkStatus { state: up, lost: 9, gaps: 1, rate: 40, ..LinkStatus::default() };
        let mut pieces: Vec<_> = summary(&link).collect();
        pieces.sort_by_key(|(rank, ..)| *rank);
        assert_eq!(pieces[0].1, "lost 9 in 1 gap");
        let away = LinkStatus { state: LinkState::Away, ..LinkStatus::default() };
        assert_eq!(
            summary(&away).next().map(|(rank, text, _)| (rank, text)),
            Some((0, "link lost".to_owned()))
        );
    }

    #[test]
    fn bytes_are_rounded() {
        assert_eq!([bytes(9_999), bytes(29_800), bytes(41_000_000)], ["9999 B", "29 kB", "41 MB"]);
    }
}
