//! Text on a screen: what may not be shown as it is, how wide it is, where it is cut and wrapped.

use std::borrow::Cow;

use loopscope_model::safe_text;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::theme::Theme;

/// The most bytes of a line that are looked at. No terminal is so wide.
const WIDEST: usize = 8192;

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// A text as it may be shown on one line: tabs become spaces, and what could move our cursor or
/// cannot be seen is written out, as `^[` for escape. What is beyond every screen's edge is left out:
/// a program may write a line of megabytes, and it is looked at whenever it is drawn.
pub fn clean(text: &str) -> Cow<'_, str> {
    let text = &text[..text.floor_char_boundary(WIDEST)];
    if !text.contains('\t') {
        return safe_text::line(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for (n, part) in text.split('\t').enumerate() {
        if n > 0 {
            let column = width(&out);
            out.extend(std::iter::repeat_n(' ', 4 - column % 4));
        }
        out.push_str(&safe_text::line(part));
    }
    Cow::Owned(out)
}

/// A text of several lines as it may be shown: see [`clean`].
pub fn clean_lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}

/// The longest part of `text` that is at most `columns` wide.
fn prefix(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > columns {
            return &text[..at];
        }
    }
    text
}

/// A text cut to `columns`, with the theme's mark where it was cut.
pub fn fit<'a>(text: &'a str, columns: usize, theme: &Theme) -> Cow<'a, str> {
    if text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let mark = theme.glyphs.ellipsis;
    if columns < mark.width() {
        return Cow::Borrowed("");
    }
    Cow::Owned(format!("{}{mark}", prefix(text, columns - mark.width())))
}

/// A styled line cut to `columns`, with the theme's mark where it was cut.
pub fn fit_line(mut line: Line<'static>, columns: usize, theme: &Theme) -> Line<'static> {
    if line.width() <= columns {
        return line;
    }
    let mark = theme.glyphs.ellipsis;
    let Some(mut room) = columns.checked_sub(mark.width()) else {
        line.spans.clear();
        return line;
    };
    let mut spans: Vec<Span<'static>> = Vec::new();
    for span in line.spans {
        let kept = prefix(&span.content, room);
        room -= kept.width();
        let whole = kept.len() == span.content.len();
        spans.push(Span::styled(kept.to_owned(), span.style));
        if !whole {
            break;
        }
    }
    let style = spans.last().map(|span| span.style).unwrap_or_default();
    spans.push(Span::styled(mark, style));
    Line { spans, ..Line::default() }.style(line.style)
}

/// A text as lines of at most `columns`, broken between words where that is possible. Its own
/// line breaks and indents stay.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split_inclusive(' ') {
            // The space behind a word may hang over the edge.
            let wide = word.trim_end_matches(' ').width();
            if used > 0 && used + wide > columns && wide > 0 {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                used = 0;
            }
            line.push_str(word);
            used += word.width();
            while line.trim_end_matches(' ').width() > columns {
                let head = prefix(&line, columns).len();
                let first = line.graphemes(true).next().map_or(1, str::len);
                let rest = line.split_off(head.max(first).min(line.len()));
                lines.push(std::mem::replace(&mut line, rest));
                used = line.width();
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_cannot_move_the_cursor() {
        assert_eq!(clean("plain"), "plain");
        assert_eq!(clean("a\x1b[2Jb\r\n"), "a^[[2Jb^M^J");
        assert_eq!(clean("a\tb"), "a   b");
        let long = "ä".repeat(1 << 20);
        assert_eq!(clean(&long), "ä".repeat(WIDEST / 2));
        assert_eq!(clean("x\u{202e}y\u{85}"), "x<U+202E>y<U+0085>");
    }

    #[test]
    fn what_is_cut_says_so() {
        let theme = Theme::default();
        assert_eq!(fit("display_date", 12, &theme), "display_date");
        assert_eq!(fit("display_date", 8, &theme), "display…");
        assert_eq!(fit("日本語", 5, &theme), "日本…");
        assert_eq!(fit("abc", 0, &theme), "");
        let line = Line::from(vec![Span::raw("h4 "), Span::raw("display_date")]);
        assert_eq!(fit_line(line.clone(), 6, &theme).to_string(), "h4 di…");
        assert_eq!(fit_line(line.clone(), 3, &theme).to_string(), "h4…");
        assert_eq!(fit_line(line, 15, &theme).to_string(), "h4 display_date");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("The poll slept 1.000 s.", 10), ["The poll", "slept", "1.000 s."]);
        assert_eq!(wrap("one\n\ntwo", 10), ["one", "", "two"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("12 rows; this", 8), ["12 rows;", "this"]);
        assert_eq!(wrap("  a b\n\n  c", 4), ["  a", "b", "", "  c"]);
        for line in wrap("日本語のテキスト with words", 7) {
            assert!(width(&line) <= 7, "{line}");
        }
    }
}
