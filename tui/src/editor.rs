//! The user's editor, which has the terminal while it is open.

use std::env;
use std::path::Path;
use std::process::Command;

/// Opens a file in `$VISUAL` or `$EDITOR` and waits until that is closed.
pub(crate) fn edit(file: &Path) -> Result<(), String> {
    let named = ["VISUAL", "EDITOR"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.trim().is_empty()));
    let Some(editor) = named else {
        return Err(format!(
            "Neither $VISUAL nor $EDITOR names an editor; open {} in one beside this.",
            file.display()
        ));
    };
    // It may have options, so the shell takes it apart, as `git` and `crontab` do.
    let ended = Command::new("/bin/sh")
        .arg("-c")
        .arg(format!("{editor} \"$1\""))
        .arg(&editor)
        .arg(file)
        .status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            Err(format!("`{editor}` ended with {status}; your file is {}", file.display()))
        }
        Err(error) => Err(format!("`{editor}` cannot be started: {error}")),
    }
}
