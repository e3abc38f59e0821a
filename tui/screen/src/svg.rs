//! A frame of the screen as a picture that any browser and any slide can show: one rectangle for each
//! stretch of background, one text for each stretch of one style, every character in its cell.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use crate::theme::{Palette, Theme};

/// The size of a cell, and how far below its top the line stands on which letters are written.
const CELL: (f32, f32) = (8.4, 18.0);
const BASE: f32 = 13.5;

/// What surrounds the screen.
const MARGIN: f32 = 10.0;

/// How a cell looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    front: Rgb,
    back: Option<Rgb>,
    bold: bool,
    italic: bool,
    dim: bool,
    under: bool,
    struck: bool,
}

type Rgb = (u8, u8, u8);

/// A frame that was drawn with a theme, as an SVG document. `title` is said by screen readers and
/// shown by browsers; `text` is what is on it, for who does not see it.
pub fn document(buffer: &Buffer, theme: &Theme, title: &str) -> String {
    let columns = usize::from(buffer.area.width);
    let size = |cells: u16, cell: f32| f32::from(cells) * cell + 2.0 * MARGIN;
    let (width, height) = (size(buffer.area.width, CELL.0), size(buffer.area.height, CELL.1));
    let (front, back) = ground(theme.palette);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" data-made-by=\"loopscope\" width=\"{width:.1}\" \
         height=\"{height:.1}\" viewBox=\"0 0 {width:.1} {height:.1}\">\n<title>{}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{}\"/>\n\
         <g font-family=\"ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace\" \
         font-size=\"14\" fill=\"{}\" xml:space=\"preserve\">\n",
        escaped(title),
        hex(back),
        hex(front),
    );
    for (y, cells) in buffer.content.chunks(columns.max(1)).enumerate() {
        let looks: Vec<Look> = cells.iter().map(|cell| look(cell, theme.palette)).collect();
        let top = MARGIN + number(y) * CELL.1;
        for (from, upto) in stretches(&looks, |look| look.back) {
            if let Some(back) = looks[from].back {
                let (x, wide) = (left(from), number(upto - from) * CELL.0);
                let _ = writeln!(
                    out,
                    "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"{:.1}\" fill=\"{}\"/>",
                    CELL.1,
                    hex(back)
                );
            }
        }
        for (from, upto) in stretches(&looks, |look| Look { back: None, ..*look }) {
            write_text(&cells[from..upto], looks[from], (from, top), front, &mut out);
        }
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// The stretches in which something about the looks is the same.
fn stretches<T: PartialEq>(looks: &[Look], of: impl Fn(&Look) -> T) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, look) in looks.iter().enumerate() {
        match found.last_mut() {
            Some((from, upto)) if of(&looks[*from]) == of(look) => *upto = at + 1,
            _ => found.push((at, at + 1)),
        }
    }
    found
}

/// The words of one style, each in its place: an editor that spaces letters otherwise moves none far.
fn write_text(cells: &[Cell], look: Look, at: (usize, f32), usual: Rgb, out: &mut String) {
    let (from, top) = at;
    let mut words: Vec<(usize, String, usize)> = Vec::new();
    let mut spaces = 2;
    for (n, cell) in cells.iter().enumerate() {
        let symbol = cell.symbol();
        if symbol.trim().is_empty() {
            spaces += 1;
            continue;
        }
        match words.last_mut() {
            // One space keeps the words together; what is drawn with lines is never torn apart.
            Some((_, word, end)) if spaces < 2 => {
                word.extend(std::iter::repeat_n(' ', n - *end));
                word.push_str(symbol);
                *end = n + 1;
            }
            _ => words.push((n, symbol.to_owned(), n + 1)),
        }
        spaces = 0;
    }
    for (begin, word, end) in words {
        let mut style = String::new();
        if look.front != usual {
            let _ = write!(style, " fill=\"{}\"", hex(look.front));
        }
        for (is, text) in [
            (look.bold, " font-weight=\"bold\""),
            (look.italic, " font-style=\"italic\""),
            (look.dim, " opacity=\"0.6\""),
            (look.under, " text-decoration=\"underline\""),
            (look.struck, " text-decoration=\"line-through\""),
        ] {
            style.push_str(if is { text } else { "" });
        }
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\"{style}>{}</text>",
            left(from + begin),
            top + BASE,
            number(end - begin) * CELL.0,
            escaped(&word)
        );
    }
}

fn left(column: usize) -> f32 {
    MARGIN + number(column) * CELL.0
}

fn number(cells: usize) -> f32 {
    f32::from(u16::try_from(cells).unwrap_or(u16::MAX))
}

fn look(cell: &Cell, palette: Palette) -> Look {
    let (usual, ground) = ground(palette);
    let has = |modifier| cell.modifier.contains(modifier);
    let (mut front, mut back) = (rgb(cell.fg).unwrap_or(usual), rgb(cell.bg));
    if has(Modifier::REVERSED) {
        (front, back) = (back.unwrap_or(ground), Some(front));
    }
    Look {
        front,
        back,
        bold: has(Modifier::BOLD),
        italic: has(Modifier::ITALIC),
        dim: has(Modifier::DIM),
        under: has(Modifier::UNDERLINED),
        struck: has(Modifier::CROSSED_OUT),
    }
}

/// The colours of the terminal itself: of its text, and of what is behind it.
const fn ground(palette: Palette) -> (Rgb, Rgb) {
    match palette {
        Palette::Light | Palette::SafeLight => ((0x1c, 0x1c, 0x1c), (0xff, 0xff, 0xff)),
        Palette::Dark | Palette::Safe | Palette::Sixteen | Palette::Plain => {
            ((0xdd, 0xdd, 0xdd), (0x16, 0x16, 0x1a))
        }
    }
}

/// The sixteen colours, as xterm has them.
const SIXTEEN: [Rgb; 16] = [
    (0x00, 0x00, 0x00),
    (0xcd, 0x00, 0x00),
    (0x00, 0xcd, 0x00),
    (0xcd, 0xcd, 0x00),
    (0x00, 0x00, 0xee),
    (0xcd, 0x00, 0xcd),
    (0x00, 0xcd, 0xcd),
    (0xe5, 0xe5, 0xe5),
    (0x7f, 0x7f, 0x7f),
    (0xff, 0x00, 0x00),
    (0x00, 0xff, 0x00),
    (0xff, 0xff, 0x00),
    (0x5c, 0x5c, 0xff),
    (0xff, 0x00, 0xff),
    (0x00, 0xff, 0xff),
    (0xff, 0xff, 0xff),
];

/// What a colour is; `None`: the terminal's own.
fn rgb(color: Color) -> Option<Rgb> {
    Some(match color {
        Color::Reset => return None,
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Indexed(n) => indexed(n),
        Color::Black => SIXTEEN[0],
        Color::Red => SIXTEEN[1],
        Color::Green => SIXTEEN[2],
        Color::Yellow => SIXTEEN[3],
        Color::Blue => SIXTEEN[4],
        Color::Magenta => SIXTEEN[5],
        Color::Cyan => SIXTEEN[6],
        Color::Gray => SIXTEEN[7],
        Color::DarkGray => SIXTEEN[8],
        Color::LightRed => SIXTEEN[9],
        Color::LightGreen => SIXTEEN[10],
        Color::LightYellow => SIXTEEN[11],
        Color::LightBlue => SIXTEEN[12],
        Color::LightMagenta => SIXTEEN[13],
        Color::LightCyan => SIXTEEN[14],
        Color::White => SIXTEEN[15],
    })
}

/// A colour of the table of 256: sixteen, a cube of six by six by six, and greys.
const fn indexed(n: u8) -> Rgb {
    const fn step(n: u8) -> u8 {
        if n == 0 { 0 } else { 55 + 40 * n }
    }
    match n {
        0..16 => SIXTEEN[n as usize],
        16..232 => {
            let n = n - 16;
            (step(n / 36), step(n / 6 % 6), step(n % 6))
        }
        232.. => {
            let grey = 8 + 10 * (n - 232);
            (grey, grey, grey)
        }
    }
}

fn hex((r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// A text that is one in XML, whatever is in it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no other controls, however they are written.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn words_stand_in_their_cells_with_their_colours() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 2));
        buffer.set_string(0, 0, "ab", Style::new().fg(Color::Indexed(156)));
        buffer.set_string(4, 0, "x<&y", Style::new());
        buffer.set_string(1, 1, "row", Style::new().add_modifier(Modifier::REVERSED));
        let text = document(&buffer, &Theme::default(), "a \"frame\"");
        assert!(text.contains("<title>a &quot;frame&quot;</title>"), "{text}");
        assert!(
            text.contains("x=\"10.0\" y=\"23.5\" textLength=\"16.8\"")
                && text.contains("fill=\"#afff87\">ab</text>"),
            "{text}"
        );
        assert!(text.contains("x=\"43.6\"") && text.contains(">x&lt;&amp;y</text>"), "{text}");
        assert!(
            text.contains(
                "<rect x=\"18.4\" y=\"28.0\" width=\"25.2\" height=\"18.0\" fill=\"#dddddd\"/>"
            ),
            "{text}"
        );
    }

    #[test]
    fn a_light_theme_is_on_white() {
        let buffer = Buffer::empty(Rect::new(0, 0, 3, 1));
        assert!(document(&buffer, &Theme::new(Palette::Light, false), "").contains("#ffffff"));
    }

    #[test]
    fn the_table_of_256_is_xterms() {
        assert_eq!(indexed(16), (0, 0, 0));
        assert_eq!(indexed(231), (255, 255, 255));
        assert_eq!(indexed(75), (95, 175, 255));
        assert_eq!(indexed(255), (238, 238, 238));
    }

    #[test]
    fn nothing_in_it_is_no_xml() {
        assert_eq!(escaped("\u{1b}[0m \u{ffff}"), "\u{fffd}[0m \u{fffd}");
    }
}
