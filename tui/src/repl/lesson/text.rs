//! The text of a lesson in printed lines.

use std::io::{self, Write};

use loopscope_lessons::{Block, Prose, Span};

/// How long a line of text gets.
const WIDTH: usize = 78;

/// A text, wrapped.
pub(super) fn tell(out: &mut impl Write, prose: &Prose) -> io::Result<()> {
    for block in &prose.blocks {
        match block {
            Block::Code { lines, .. } => {
                for line in lines {
                    writeln!(out, "    {line}")?;
                }
            }
            Block::Paragraph(spans) => {
                let text: String = spans.iter().map(Span::marked).collect();
                let mut column = 0;
                for word in text.split_whitespace() {
                    let length = word.chars().count();
                    if column > 0 && column + 1 + length > WIDTH {
                        writeln!(out)?;
                        column = 0;
                    }
                    let space = if column > 0 { " " } else { "" };
                    write!(out, "{space}{word}")?;
                    column += length + space.len();
                }
                writeln!(out)?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}
