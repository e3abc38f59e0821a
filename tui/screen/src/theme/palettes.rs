//! The colours of each theme. Numbers are of the 256-colour table, which nearly every terminal
//! has; the background stays the terminal's own.

use ratatui::style::{Color, Modifier, Style};

use super::{Palette, Role};

/// What a role is drawn with in a palette.
pub(super) fn style(palette: Palette, role: Role) -> Style {
    let colours = match palette {
        Palette::Dark => coloured(&DARK, role),
        Palette::Light => coloured(&LIGHT, role),
        Palette::Safe => coloured(&SAFE, role),
        Palette::SafeLight => coloured(&SAFE_LIGHT, role),
        Palette::Sixteen => sixteen(role),
        Palette::Plain => Style::new(),
    };
    colours.add_modifier(modifier(palette, role))
}

/// The colours that the large themes differ in.
struct Table {
    faint: u8,
    border: u8,
    focus: u8,
    header: u8,
    running: u8,
    here: (u8, u8),
    arrived: u8,
    left: u8,
    changed: u8,
    cancelled: u8,
    ready: u8,
    timer: u8,
    task: u8,
    asleep: u8,
    selected: u8,
    key: u8,
    error: u8,
    warning: u8,
    good: u8,
    keyword: u8,
    literal: u8,
    comment: u8,
    stderr: u8,
}

const DARK: Table = Table {
    faint: 246,
    border: 240,
    focus: 75,
    header: 252,
    running: 156,
    here: (16, 156),
    arrived: 114,
    left: 174,
    changed: 222,
    cancelled: 243,
    ready: 81,
    timer: 179,
    task: 183,
    asleep: 61,
    selected: 237,
    key: 117,
    error: 203,
    warning: 215,
    good: 120,
    keyword: 110,
    literal: 150,
    comment: 244,
    stderr: 210,
};

const LIGHT: Table = Table {
    faint: 241,
    border: 248,
    focus: 26,
    header: 236,
    running: 22,
    here: (231, 28),
    arrived: 29,
    left: 131,
    changed: 94,
    cancelled: 245,
    ready: 25,
    timer: 130,
    task: 91,
    asleep: 67,
    selected: 254,
    key: 24,
    error: 160,
    warning: 166,
    good: 34,
    keyword: 19,
    literal: 64,
    comment: 242,
    stderr: 124,
};

/// After Okabe and Ito: sky blue, orange, yellow, reddish purple; no pair of red and green.
const SAFE: Table = Table {
    faint: 246,
    border: 240,
    focus: 75,
    header: 252,
    running: 229,
    here: (16, 221),
    arrived: 117,
    left: 208,
    changed: 227,
    cancelled: 243,
    ready: 74,
    timer: 214,
    task: 175,
    asleep: 61,
    selected: 237,
    key: 153,
    error: 202,
    warning: 215,
    good: 80,
    keyword: 110,
    literal: 187,
    comment: 244,
    stderr: 216,
};

const SAFE_LIGHT: Table = Table {
    faint: 241,
    border: 248,
    focus: 25,
    header: 236,
    running: 24,
    here: (231, 25),
    arrived: 31,
    left: 130,
    changed: 94,
    cancelled: 245,
    ready: 25,
    timer: 130,
    task: 89,
    asleep: 67,
    selected: 254,
    key: 24,
    error: 166,
    warning: 136,
    good: 31,
    keyword: 19,
    literal: 58,
    comment: 242,
    stderr: 130,
};

fn coloured(table: &Table, role: Role) -> Style {
    let fg = |number: u8| Style::new().fg(Color::Indexed(number));
    match role {
        Role::Text | Role::Title => Style::new().fg(Color::Reset),
        Role::Faint => fg(table.faint),
        Role::Border => fg(table.border),
        Role::Focus => fg(table.focus),
        Role::Header => fg(table.header),
        Role::Running => fg(table.running),
        Role::Here => fg(table.here.0).bg(Color::Indexed(table.here.1)),
        Role::Arrived => fg(table.arrived),
        Role::Left => fg(table.left),
        Role::Changed => fg(table.changed),
        Role::Cancelled => fg(table.cancelled),
        Role::Ready => fg(table.ready),
        Role::Timer => fg(table.timer),
        Role::Task => fg(table.task),
        Role::Asleep => fg(table.asleep),
        Role::Selected => Style::new().bg(Color::Indexed(table.selected)),
        Role::Key => fg(table.key),
        Role::Error => fg(table.error),
        Role::Warning => fg(table.warning),
        Role::Good => fg(table.good),
        Role::Keyword => fg(table.keyword),
        Role::Literal => fg(table.literal),
        Role::Comment => fg(table.comment),
        Role::Stderr => fg(table.stderr),
    }
}

fn sixteen(role: Role) -> Style {
    let fg = |colour: Color| Style::new().fg(colour);
    match role {
        Role::Selected => Style::new(),
        Role::Text | Role::Title | Role::Header | Role::Here => fg(Color::Reset),
        Role::Faint | Role::Border | Role::Cancelled | Role::Comment => fg(Color::DarkGray),
        Role::Focus | Role::Key | Role::Ready | Role::Keyword => fg(Color::Cyan),
        Role::Running | Role::Arrived | Role::Good | Role::Literal => fg(Color::Green),
        Role::Left | Role::Error | Role::Stderr => fg(Color::Red),
        Role::Changed | Role::Timer | Role::Warning => fg(Color::Yellow),
        Role::Task => fg(Color::Magenta),
        Role::Asleep => fg(Color::Blue),
    }
}

/// What is said besides colour. The sixteen colours and no colour lean on it more.
fn modifier(palette: Palette, role: Role) -> Modifier {
    let few = matches!(palette, Palette::Sixteen | Palette::Plain);
    match role {
        Role::Here if few => Modifier::REVERSED.union(Modifier::BOLD),
        Role::Title
        | Role::Focus
        | Role::Running
        | Role::Key
        | Role::Error
        | Role::Arrived
        | Role::Changed
        | Role::Here
        | Role::Good => Modifier::BOLD,
        Role::Header if few => Modifier::BOLD,
        Role::Selected if few => Modifier::REVERSED,
        Role::Cancelled => Modifier::CROSSED_OUT,
        Role::Comment => Modifier::ITALIC,
        Role::Faint | Role::Border | Role::Left if matches!(palette, Palette::Plain) => {
            Modifier::DIM
        }
        _ => Modifier::empty(),
    }
}
