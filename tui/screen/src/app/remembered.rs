//! What was chosen on the screen and holds the next time as well: the theme. The settings file is the
//! user's alone, so it is kept in a file of ours. Once the settings ask for another theme than when
//! it was chosen, they win.

use std::path::{Path, PathBuf};

use loopscope_files::own;
use loopscope_model::whole;
use toml::Table;

use super::folders;
use crate::theme::Palette;

/// The most bytes that the file may have.
const LARGEST: u64 = 1 << 12;

/// The theme to begin with, where the settings ask for `wanted`.
pub fn theme(wanted: Option<Palette>) -> Option<Palette> {
    path().and_then(|path| read(&path, wanted)).or(wanted)
}

/// Keeps a theme that was chosen while the settings asked for `wanted`. Where nothing can be kept it
/// holds as long as the screen is open.
pub fn keep_theme(theme: Palette, wanted: Option<Palette>) {
    if let Some(path) = path().filter(|path| own::may_be(path)) {
        let _ = own::write(&path, &text(theme, wanted));
    }
}

fn path() -> Option<PathBuf> {
    Some(folders::data()?.join("screen.toml"))
}

fn text(theme: Palette, wanted: Option<Palette>) -> String {
    format!("theme = \"{}\"\ninstead_of = \"{}\"\n", theme.name(), name(wanted))
}

fn name(wanted: Option<Palette>) -> &'static str {
    wanted.map_or("", Palette::name)
}

fn read(path: &Path, wanted: Option<Palette>) -> Option<Palette> {
    let kept = whole::read_text_file(path, LARGEST).ok()?.parse::<Table>().ok()?;
    let holds = kept.get("instead_of")?.as_str()? == name(wanted);
    Palette::parse(kept.get("theme")?.as_str()?).filter(|_| holds)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_theme_is_kept_until_the_settings_ask_for_another_one() {
        let folder = std::env::temp_dir().join(format!("loopscope-theme-{}", std::process::id()));
        let path = folder.join("screen.toml");
        assert_eq!(read(&path, None), None);
        own::write(&path, &text(Palette::Light, Some(Palette::Safe))).unwrap();
        assert_eq!(read(&path, Some(Palette::Safe)), Some(Palette::Light));
        assert_eq!(read(&path, Some(Palette::Dark)), None);
        assert_eq!(read(&path, None), None);
        own::write(&path, "theme = 3").unwrap();
        assert_eq!(read(&path, None), None);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
