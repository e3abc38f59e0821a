//! The lines above and below the panels: which program, when and where; what happened and what
//! happens next; the keys.

use loopscope_model::link::LinkState;
use loopscope_model::titles::count;
use loopscope_protocol::{ExitHow, Word};
use loopscope_session::Progress;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::keys::{Action, Keymap};
use crate::theme::{Role, Theme};
use crate::views::{Activity, Snapshot, board};
use crate::widgets::row::Row;
use crate::widgets::text::{clean, fit, width, wrap};

/// The line at the top. Where there is no room for all of it, what matters least is left out.
pub(super) fn header(snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let run = snapshot.state.run();
    let wide = area.width >= 70;
    // The higher the number, the sooner it is left out.
    let mut left = vec![(0, format!(" {}", clean(snapshot.name)), Role::Title)];
    if wide && !run.clock_word().is_empty() && !snapshot.board {
        left.push((6, format!("  clock {}", run.clock_word()), Role::Faint));
    }
    if let Some(dialect) = run.dialect.filter(|_| wide) {
        left.insert(1, (5, format!("  {}", dialect.word()), Role::Faint));
    }
    if let Some(link) = snapshot.link {
        left.extend(
            board::summary(link).map(|(rank, text, role)| (rank, format!("  {text}"), role)),
        );
    }
    // A diagnosis is of no use where nobody looks.
    let lints = snapshot.history.lints(snapshot.position).len();
    if lints > 0 {
        left.push((2, format!("  ! {}", count(lints, "warning")), Role::Warning));
    }
    if snapshot.state.uncertain() {
        let text = if snapshot.board { "unknown since a gap" } else { "records were lost" };
        left.push((1, format!("  {text}"), Role::Warning));
    }
    let mut right = Vec::new();
    if let Some(t) = snapshot.state.seconds() {
        right.push((3, format!("t {t:.3}  "), Role::Header));
    }
    // What a board counts as a turn is not told.
    if snapshot.state.turn() > 0 && area.width >= 50 && !snapshot.board {
        right.push((4, format!("turn {}  ", snapshot.state.turn()), Role::Header));
    }
    let of = if wide { " of " } else { "/" };
    // The number that `goto` takes: where records were lost there are fewer than it says.
    let here = format!("#{}{of}{} ", snapshot.state.seq(), snapshot.history.seq());
    right.push((0, here, Role::Header));
    let (word, role) = activity(snapshot);
    right.push((0, format!("({word}) "), role));
    loop {
        let all = left.iter().chain(&right);
        let used: usize = all.clone().map(|(_, text, _)| width(text)).sum();
        let least = all.map(|(rank, ..)| *rank).max().unwrap_or(0);
        if used < usize::from(area.width) || least == 0 {
            break;
        }
        left.retain(|(rank, ..)| *rank != least);
        right.retain(|(rank, ..)| *rank != least);
    }
    let row = left.into_iter().fold(Row::new(), |row, (_, text, role)| row.put(text, role, theme));
    let row = right.into_iter().fold(row, |row, (_, text, role)| row.put_right(text, role, theme));
    row.draw(theme, area, buffer);
}

/// In a word, what the source and the cursor are doing.
fn activity(snapshot: &Snapshot<'_>) -> (String, Role) {
    let exit = snapshot.history.exit();
    let held = snapshot.held;
    let away = snapshot.link.is_some_and(|link| link.state == LinkState::Away);
    match snapshot.activity {
        Activity::Running | Activity::Slow | Activity::Paused if away && snapshot.is_live() => {
            ("waiting for the board".to_owned(), Role::Error)
        }
        Activity::Running => match snapshot.progress {
            Some(Progress { doing, percent: Some(percent) }) => {
                (format!("{doing}, {percent} %"), Role::Running)
            }
            Some(Progress { doing, percent: None }) => (doing.to_owned(), Role::Running),
            None => ("running".to_owned(), Role::Running),
        },
        Activity::Slow => ("slow motion".to_owned(), Role::Running),
        Activity::Standing if snapshot.behind() > 0 => {
            (format!("view paused, {} behind", snapshot.behind()), Role::Changed)
        }
        Activity::Standing => ("view paused".to_owned(), Role::Changed),
        _ if !snapshot.is_live() => ("history".to_owned(), Role::Changed),
        Activity::Recording => ("recording".to_owned(), Role::Header),
        Activity::Paused if snapshot.history.is_empty() => ("not started".to_owned(), Role::Header),
        Activity::Paused if held => ("board paused".to_owned(), Role::Good),
        Activity::Paused => ("live".to_owned(), Role::Good),
        Activity::Ended => match exit {
            Some(exit) if exit.how == ExitHow::Lost => ("lost".to_owned(), Role::Error),
            Some(exit) if exit.code == 0 => ("ended".to_owned(), Role::Header),
            Some(exit) => (format!("ended, code {}", exit.code), Role::Error),
            None => ("ended".to_owned(), Role::Header),
        },
    }
}

/// What comes next while the link to a board is lost.
const AWAY: &str = "What the board does is not seen until the link is back.";

/// The two sentences and what each begins with. On a narrow screen it goes on below its label.
struct Told {
    sentences: [(&'static str, String); 2],
    width: u16,
    is_narrow: bool,
}

impl Told {
    fn new(snapshot: &Snapshot<'_>, width: u16) -> Self {
        let away = snapshot.link.is_some_and(|link| link.state == LinkState::Away);
        // The state does not know that nothing is seen any more.
        let next = if away && snapshot.is_live() { AWAY } else { snapshot.next };
        let is_narrow = width < 60;
        let labels = if is_narrow { [" ", " Next: "] } else { [" Just now  ", " Next      "] };
        let [happened, next] = [snapshot.happened, next].map(|text| clean(text).into_owned());
        Self { sentences: [(labels[0], happened), (labels[1], next)], width, is_narrow }
    }

    /// The lines of a sentence, without its label, and how far the later ones are moved to the right.
    fn lines(&self, which: usize) -> (Vec<String>, usize) {
        let (label, text) = &self.sentences[which];
        let columns = |before: usize| usize::from(self.width).saturating_sub(before + 1);
        if text.is_empty() {
            return (Vec::new(), 0);
        }
        if !self.is_narrow {
            return (wrap(text, columns(label.len())), label.len());
        }
        let label = label.trim_start();
        let mut lines = wrap(&format!("{label}{text}"), columns(0));
        if let Some(first) = lines.first_mut() {
            *first = first.strip_prefix(label.trim_end()).unwrap_or(first).trim_start().to_owned();
        }
        (lines, 1)
    }

    /// The rows that each takes.
    fn rows(&self) -> [usize; 2] {
        [self.lines(0).0.len().max(1), self.lines(1).0.len()]
    }
}

/// The rows that the two sentences take; while records run by, as many as they ever have.
pub(super) fn rows(snapshot: &Snapshot<'_>, width: u16) -> u16 {
    match snapshot.activity {
        Activity::Running | Activity::Slow | Activity::Recording => 0,
        _ => to_rows(Told::new(snapshot, width).rows().iter().sum()),
    }
}

/// What happened and what happens next: each begins a row of its own, and goes on below its beginning.
/// What happens next has the rows that it needs, as long as one is left for what happened.
pub(super) fn sentences(snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let told = Told::new(snapshot, area.width);
    let rows = usize::from(area.height);
    let [above, below] = told.rows();
    let below = below.min(rows.saturating_sub(1));
    let above = to_rows(above.clamp(1, (rows - below).max(1)));
    let top = Rect { height: above, ..area };
    flow(&told, 0, Role::Text, theme, top, buffer);
    let rest = Rect { y: area.y + above, height: area.height.saturating_sub(above), ..area };
    flow(&told, 1, Role::Running, theme, rest, buffer);
}

/// A count of rows or columns as the screen counts them.
fn to_rows(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// A sentence behind its label in as many lines as there are, with a mark if there are too few.
fn flow(told: &Told, which: usize, role: Role, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let (lines, indent) = told.lines(which);
    let label = told.sentences[which].0;
    let rows = usize::from(area.height);
    for (n, (y, line)) in (area.y..area.bottom()).zip(&lines).enumerate() {
        let label = if n == 0 { label.to_owned() } else { " ".repeat(indent) };
        let columns = usize::from(area.width).saturating_sub(label.len() + 1);
        let line = if n + 1 == rows && lines.len() > rows {
            // What does not fit stands behind the last word, so that the cut is seen.
            fit(&lines[n..].join(" "), columns, theme).into_owned()
        } else {
            line.clone()
        };
        Row::of(label, Role::Faint, theme).put(line, role, theme).draw(
            theme,
            Rect { y, height: 1, ..area },
            buffer,
        );
    }
}

/// What `display` shows.
pub(super) fn displays(snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let mut row = Row::of(" ", Role::Text, theme);
    for (expr, value) in snapshot.displays {
        row = row.put(format!("{} = ", clean(expr)), Role::Faint, theme).put(
            format!("{}  ", clean(value)),
            Role::Title,
            theme,
        );
    }
    row.draw(theme, area, buffer);
}

/// Which keys the key line offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// All.
    Usual,
    /// While the program runs, or a board does.
    Running {
        /// A board cannot be interrupted.
        board: bool,
    },
    /// While the link to a board is lost: there is nothing to pause.
    Away,
    /// While only the view stands.
    Standing {
        /// What runs on is a board.
        board: bool,
    },
    /// While a box is open.
    Popup,
    /// While a lesson's question is open, with that many choices.
    Question(usize),
    /// In a lesson.
    Lesson,
    /// At an exercise.
    Exercise,
    /// In a game, behind an answer.
    Game,
    /// Where a record is to be found.
    Find,
}

/// A key that the key line offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offered {
    key: String,
    short: String,
    /// What a click on it does.
    pub(super) action: Option<Action>,
    /// The columns that it takes, from the left of the line.
    pub(super) columns: std::ops::Range<u16>,
}

/// The keys of the key line, as many as there is room for; `? help` always.
pub(super) fn offers(offer: Offer, keymap: &Keymap, width: u16) -> Vec<Offered> {
    let of = |action: Action, short: &str| (keymap.key(action), short.to_owned(), Some(action));
    let named = |key: &str, short: &str| (key.to_owned(), short.to_owned(), None);
    let mut offers = match offer {
        Offer::Running { board: true } => vec![of(Action::Play, "pause"), of(Action::Quit, "quit")],
        Offer::Away => vec![of(Action::Play, "look back"), of(Action::Quit, "quit")],
        Offer::Standing { board } => {
            vec![of(Action::End, if board { "follow the board" } else { "follow the process" })]
        }
        Offer::Running { board: false } => vec![
            of(Action::Play, "pause"),
            of(Action::Interrupt, "interrupt the program"),
            of(Action::Quit, "quit"),
        ],
        Offer::Popup => {
            let keys = format!("{} {}", keymap.key(Action::Down), keymap.key(Action::Up));
            vec![of(Action::Close, "close"), named(&keys, "move")]
        }
        Offer::Question(choices) => vec![
            named(&format!("1-{choices}"), "answer"),
            named("up down", "choose"),
            of(Action::Open, "take it"),
            of(Action::Close, "go on without"),
            of(Action::Back, "back"),
        ],
        Offer::Lesson => vec![of(Action::Play, "next step")],
        Offer::Game => {
            vec![of(Action::Play, "go on"), of(Action::Why, "why"), of(Action::Quit, "leave")]
        }
        Offer::Exercise => vec![
            of(Action::Edit, "edit"),
            of(Action::Try, "run it"),
            of(Action::Hint, "hint"),
            of(Action::Solution, "solution"),
            of(Action::Play, "next step"),
        ],
        Offer::Find => vec![
            of(Action::Found, "this record"),
            of(Action::Hint, "hint"),
            of(Action::Close, "go on without"),
        ],
        Offer::Usual => Vec::new(),
    };
    if matches!(
        offer,
        Offer::Usual | Offer::Standing { .. } | Offer::Lesson | Offer::Exercise | Offer::Find
    ) {
        let rows =
            keymap.rows().filter(|(row, chords)| !row.short.is_empty() && !chords.is_empty());
        let is_next = matches!(offer, Offer::Lesson | Offer::Exercise | Offer::Find);
        let known = |action| is_next && action == Action::Play;
        let rows = rows.filter(|(row, _)| row.action != Action::Help && !known(row.action));
        offers.extend(rows.map(|(row, _)| of(row.action, row.short)));
    }
    let help = of(Action::Help, "help");
    let size = |(key, short, _): &(String, String, Option<Action>)| key.len() + short.len() + 3;
    let mut room = usize::from(width).saturating_sub(1 + size(&help));
    let fitting = offers.into_iter().filter(|(key, ..)| !key.is_empty()).take_while(|offer| {
        let fits = size(offer) <= room;
        room = room.saturating_sub(size(offer));
        fits
    });
    let mut x = 1;
    let mut placed = Vec::new();
    for (key, short, action) in fitting.collect::<Vec<_>>().into_iter().chain([help]) {
        let wide = to_rows(key.len() + short.len() + 1);
        placed.push(Offered { key, short, action, columns: x..x + wide });
        x += wide + 2;
    }
    placed
}

/// Draws the keys.
pub(super) fn keys(offers: &[Offered], theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let mut row = Row::of(" ", Role::Text, theme);
    for Offered { key, short, .. } in offers {
        row = row.put(key, Role::Key, theme).put(format!(" {short}  "), Role::Faint, theme);
    }
    row.draw(theme, area, buffer);
}

/// An answer or a refusal, in the place of the keys, until the next key. One that is long also takes
/// the rows above, so that its end is seen.
pub(super) fn message(text: &str, failed: bool, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let role = if failed { Role::Error } else { Role::Text };
    let sign = if failed { "! " } else { "" };
    let columns = usize::from(area.width).saturating_sub(2);
    let lines = wrap(&format!("{sign}{}", clean(text)), columns);
    let most = usize::from(area.y.saturating_sub(buffer.area.y)).clamp(1, 4);
    let rows = lines.len().clamp(1, most);
    let y = area.bottom() - to_rows(rows);
    for (n, (y, line)) in (y..area.bottom()).zip(&lines).enumerate() {
        let place = Rect { y, height: 1, ..area };
        for cell in place.positions() {
            buffer[cell].reset();
        }
        let is_cut = n + 1 == rows && lines.len() > rows;
        let line = if is_cut { lines[n..].join(" ") } else { line.clone() };
        Row::of(format!(" {}", fit(&line, columns, theme)), role, theme).draw(theme, place, buffer);
    }
}

/// All that a terminal without room shows.
pub(super) fn too_small(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let (width, height) = super::layout::SMALLEST;
    let text = format!(
        "Loopscope needs {width} columns and {height} rows; this terminal has {} and {}. Make it \
         larger, or press q and use `loopscope repl`.",
        area.width, area.height
    );
    let lines = wrap(&text, usize::from(area.width));
    let rows = usize::from(area.height);
    for (n, (y, line)) in (area.y..area.bottom()).zip(&lines).enumerate() {
        let cut = n + 1 == rows && lines.len() > rows;
        let line = if cut { lines[n..].join(" ") } else { line.clone() };
        let line = fit(&line, usize::from(area.width), theme);
        buffer.set_string(area.x, y, line, theme.style(Role::Text));
    }
}
