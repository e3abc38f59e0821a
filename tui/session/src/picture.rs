//! A picture of the screen as a file. Who has the screen draws it; here it is written as every other
//! file is.

use std::io::Write as _;
use std::path::Path;

use loopscope_files::outputs::{Kind, Refusal};

use super::Session;
use super::answer::{Answer, Trouble};
use super::command::{Command, Format, ToWrite};
use super::files::cannot_be_written;
use super::parse;

/// The file that a line asks for a picture to be written to; `None`: it asks for something else.
pub fn picture_to(line: &str) -> Option<ToWrite> {
    let Ok(Command::Export(to, format)) = parse(line) else { return None };
    let format = format.or_else(|| Format::of(Path::new(&to.path)));
    (format == Some(Format::Svg)).then_some(to)
}

impl Session {
    /// Writes a picture to a file: whole, or not at all, and over no file of another kind.
    pub fn write_picture(&mut self, to: &ToWrite, picture: &str) -> Result<Answer, Trouble> {
        let path = Path::new(&to.path);
        let output = self.outlets.files().output(path, Kind::Picture, "`export`", to.force);
        let mut output = output.map_err(|Refusal(text)| Trouble::new(text))?;
        let written = output.write_all(picture.as_bytes()).and_then(|()| output.put_in_place());
        written.map_err(|error| cannot_be_written(&to.path, &error))?;
        Ok(Answer::new(format!("Wrote a picture of the screen to `{}`.", to.path))
            .with("file", to.path.clone())
            .with("format", Format::Svg.word()))
    }
}
