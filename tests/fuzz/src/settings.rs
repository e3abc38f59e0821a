//! The target `settings`: a settings file is understood, or each of its mistakes is told in a line.

use loopscope_screen::app::settings::Settings;

/// Runs the target.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for error in Settings::parse(&text).1 {
        let told = error.to_string();
        assert!(!told.is_empty() && !told.contains('\n'), "{told:?}");
    }
}
