//! The signs of the screen, once in Unicode and once in ASCII.

/// The signs that views use. Borders have their own table in `widgets::frames`.
#[derive(Debug)]
pub struct Glyphs {
    /// Text was cut here.
    pub ellipsis: &'static str,
    /// From one place to the next.
    pub arrow: &'static str,
    /// A longer piece of the same arrow.
    pub dash: &'static str,
    /// Between two facts.
    pub dot: &'static str,
    /// What runs, what the cursor is at.
    pub pointer: &'static str,
    /// What the last record is about.
    pub subject: &'static str,
    /// Points at a line from its right.
    pub back_pointer: &'static str,
    /// A moment in which something ran.
    pub busy: &'static str,
    /// The same, for other than the cursor's handle.
    pub busy_faint: &'static str,
    /// A moment of which what ran took little.
    pub busy_little: &'static str,
    /// What of all that ran in a moment was this: little, some, much, nearly all.
    pub levels: [&'static str; 4],
    /// It waits.
    pub waits: &'static str,
    /// It is ready, and others run.
    pub queued: &'static str,
    /// Asleep.
    pub asleep: &'static str,
    /// Who woke somebody.
    pub wakes: &'static str,
    /// A piece of that arrow.
    pub wakes_line: &'static str,
    /// Its end, where it leads down.
    pub wakes_down: &'static str,
    /// Its end, where it leads up.
    pub wakes_up: &'static str,
    /// The cursor on the timeline's axis.
    pub here: &'static str,
    /// A bookmark or a mark on the axis.
    pub tick: &'static str,
    /// More above.
    pub above: &'static str,
    /// More below.
    pub below: &'static str,
    /// A branch of a tree.
    pub branch: &'static str,
    /// The last branch of a tree.
    pub last_branch: &'static str,
    /// A branch that goes on below.
    pub trunk: &'static str,
    /// A horizontal line.
    pub line: &'static str,
    /// Done, right.
    pub check: &'static str,
    /// Failed, wrong, cancelled.
    pub cross: &'static str,
    /// A breakpoint.
    pub breakpoint: &'static str,
    /// The corners and sides of a box in the diagram: top left, top right, bottom left, bottom
    /// right, horizontal, vertical; then the same for the place where the loop is.
    pub boxes: [[&'static str; 6]; 2],
    /// Corners of the way back in the diagram: bottom left, bottom right, top left, top right.
    pub corners: [&'static str; 4],
}

pub(super) static UNICODE: Glyphs = Glyphs {
    ellipsis: "…",
    arrow: "►",
    dash: "─",
    dot: "·",
    pointer: "►",
    subject: "•",
    back_pointer: "◄",
    busy: "█",
    busy_faint: "▓",
    busy_little: "▒",
    levels: ["▂", "▄", "▆", "█"],
    waits: "╌",
    queued: "═",
    asleep: "░",
    wakes: "◆",
    wakes_line: "┊",
    wakes_down: "▼",
    wakes_up: "▲",
    here: "▲",
    tick: "┴",
    above: "↑",
    below: "↓",
    branch: "├─",
    last_branch: "└─",
    trunk: "│ ",
    line: "─",
    check: "✓",
    cross: "✗",
    breakpoint: "●",
    boxes: [["┌", "┐", "└", "┘", "─", "│"], ["┏", "┓", "┗", "┛", "━", "┃"]],
    corners: ["╰", "╯", "╭", "╮"],
};

pub(super) static ASCII: Glyphs = Glyphs {
    ellipsis: "..",
    arrow: ">",
    dash: "-",
    dot: "-",
    pointer: ">",
    subject: "*",
    back_pointer: "<",
    busy: "#",
    busy_faint: "%",
    busy_little: "=",
    levels: ["_", "o", "8", "#"],
    waits: "-",
    queued: "=",
    asleep: ".",
    wakes: "@",
    wakes_line: ":",
    wakes_down: "v",
    wakes_up: "^",
    here: "^",
    tick: "+",
    above: "^",
    below: "v",
    branch: "|-",
    last_branch: "`-",
    trunk: "| ",
    line: "-",
    check: "+",
    cross: "x",
    breakpoint: "*",
    boxes: [["+", "+", "+", "+", "-", "|"], ["#", "#", "#", "#", "=", "#"]],
    corners: ["'", "'", ".", "."],
};

/// The nearest thing to a symbol in ASCII.
pub(super) fn ascii_of(symbol: &str) -> &'static str {
    match symbol.chars().next().unwrap_or(' ') {
        '─' | '━' | '–' | '—' | '−' => "-",
        '│' | '┃' => "|",
        '\u{2500}'..='\u{257f}' => "+",
        '…' | '·' | '•' => ".",
        '‘' | '’' => "'",
        '“' | '”' => "\"",
        '→' | '►' => ">",
        '←' | '◄' => "<",
        '\u{a0}' => " ",
        _ => "?",
    }
}
