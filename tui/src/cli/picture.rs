//! `export --to svg`: a picture of the screen at a place in a recording, as somebody would see it.

use std::io::Write as _;
use std::time::Duration;

use loopscope_screen::app::controller::Controller;
use loopscope_screen::event::Event;
use loopscope_screen::keys::{Chord, Key, Keymap};
use loopscope_screen::theme::{Palette, Theme};
use loopscope_session::{Outcome, Session, ToWrite};
use ratatui::layout::Rect;

use super::open::tell;
use super::{ExportArgs, Shared, code, complain, printed};
use crate::picture::USUAL;
use crate::print;

pub(super) fn export(args: &ExportArgs) -> i32 {
    let drawn = || -> Result<(Session, String), String> {
        let size = args.size.unwrap_or(USUAL);
        let palette = args.theme.as_deref().map_or(Ok(Palette::Dark), |name| {
            Palette::parse(name).ok_or_else(|| {
                format!("there is no theme `{name}`; there are {}", Palette::names())
            })
        })?;
        let shared = Shared { force: args.force, ..Shared::default() };
        let mut session = shared.recorded_session(&args.file)?;
        if let Some(warning) = session.warning() {
            complain(code::OK, &warning);
        }
        let place = args.at.as_deref().unwrap_or("end");
        go_to(&mut session, place)?;
        let theme = Theme::new(palette, args.ascii);
        let mut controller = Controller::new(session, None, theme, Keymap::default());
        while controller.has_work() {
            controller.tick(Duration::from_millis(20));
        }
        for key in &args.keys {
            press(&mut controller, key)?;
        }
        let area = Rect::new(0, 0, size.0, size.1);
        let picture = controller.picture(area, args.panel.as_deref())?;
        Ok((controller.into_session(), picture))
    };
    let (mut session, picture) = match drawn() {
        Ok(drawn) => drawn,
        Err(sentence) => return complain(code::USAGE, &sentence),
    };
    match &args.output {
        None => printed(print::out().write_all(picture.as_bytes())),
        Some(path) => {
            let to = ToWrite { path: path.display().to_string(), force: args.force };
            match session.write_picture(&to, &picture) {
                Ok(_) => {
                    tell(session.notices());
                    code::OK
                }
                Err(trouble) => complain(code::USAGE, &trouble.text),
            }
        }
    }
}

fn go_to(session: &mut Session, place: &str) -> Result<(), String> {
    let mut result = match session.execute_line(&format!("goto {place}")) {
        Outcome::Done(_) => Some(Ok(())),
        Outcome::Failed(trouble) => Some(Err(trouble.text)),
        Outcome::Started | Outcome::Quit => None,
    };
    loop {
        if let Some(result) = result {
            return result;
        }
        result = session.tick(Duration::from_millis(20)).over.map(|over| match over {
            Ok(_) => Ok(()),
            Err(trouble) => Err(trouble.text),
        });
    }
}

/// Presses a key, and waits for what it does.
fn press(controller: &mut Controller, key: &str) -> Result<(), String> {
    let chord = Chord::parse(key).or_else(|| {
        let mut all = key.chars();
        let only = all.next().filter(|_| all.as_str().is_empty());
        only.map(|c| Chord::plain(Key::Char(c)))
    });
    let chord = chord.ok_or_else(|| {
        format!("`{key}` is no key; write a character or a name such as tab, space or pageup")
    })?;
    controller.event(&Event::Key(chord));
    while controller.is_busy() {
        controller.tick(Duration::from_millis(20));
    }
    Ok(())
}
