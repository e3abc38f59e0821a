//! Where the user's files are: settings in one folder, what is kept from run to run in another.

use std::path::PathBuf;

use etcetera::base_strategy::{BaseStrategy, choose_native_strategy};

/// What the folders are called.
const NAME: &str = "loopscope";

/// The folder of the settings; `None` where there is no home.
pub fn settings() -> Option<PathBuf> {
    let folders = choose_native_strategy().ok()?;
    // macOS keeps whatever is not its own `Preferences` in one place.
    let folder =
        if cfg!(target_vendor = "apple") { folders.data_dir() } else { folders.config_dir() };
    Some(folder.join(NAME))
}

/// The folder of what is kept from run to run: history and progress. `None` where there is no home.
pub fn data() -> Option<PathBuf> {
    Some(choose_native_strategy().ok()?.data_dir().join(NAME))
}
