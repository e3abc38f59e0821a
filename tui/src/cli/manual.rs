//! Completions and the manual page, from the definition of the command line and the table of keys.

use std::io::{self, Write};

use loopscope_screen::keys;

use super::{code, complain, definition, printed};
use crate::print;

pub(super) fn completions(shell: clap_complete::Shell) -> i32 {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut definition(), "loopscope", &mut text);
    printed(print::out().write_all(&text))
}

/// One page: the program, then each of its commands.
pub(super) fn man() -> i32 {
    let mut text = Vec::new();
    match page(&mut text) {
        Ok(()) => printed(print::out().write_all(&text)),
        Err(error) => complain(code::FAILED, &format!("the manual page cannot be made: {error}")),
    }
}

fn page(text: &mut Vec<u8>) -> io::Result<()> {
    let mut definition = definition();
    definition.build();
    clap_mangen::Man::new(definition.clone()).render(text)?;
    for command in definition.get_subcommands().filter(|command| command.get_name() != "help") {
        writeln!(text, ".SH LOOPSCOPE {}", command.get_name().to_uppercase())?;
        let man = clap_mangen::Man::new(command.clone().disable_help_subcommand(true));
        man.render_description_section(text)?;
        man.render_synopsis_section(text)?;
        man.render_options_section(text)?;
        man.render_extra_section(text)?;
    }
    settings(text)
}

/// What the settings file may say, with every action that a key can be given to.
fn settings(text: &mut Vec<u8>) -> io::Result<()> {
    text.write_all(SETTINGS.as_bytes())?;
    for row in keys::TABLE {
        writeln!(text, ".TP\n\\fB{}\\fR", escaped(row.name))?;
        writeln!(text, "{} ({})", escaped(row.help), escaped(&row.keys.join(" ")))?;
    }
    Ok(())
}

const SETTINGS: &str = "\
.SH SETTINGS
The settings are read from \\fI$XDG_CONFIG_HOME/loopscope/config.toml\\fR, or \\fI~/.config/loopscope/config.toml\\fR
(on macOS \\fI~/Library/Application Support/loopscope/config.toml\\fR).
What is wrong in it is said when the screen opens, and the rest is in force.
.PP
.nf
theme = \"light\"          # dark, light, safe, safe\\-light, sixteen, plain
ascii = true             # letters and signs of ASCII only
mouse = false            # leave the mouse to the terminal
python = \"python3.12\"    # what runs programs and lessons; none is ours

[keys]
step = [\"s\", \"f7\"]
.fi
.PP
Programs and lessons run in the Python that is named there, or by the variable \\fBLOOPSCOPE_PYTHON\\fR, which
goes before it; \\fB\\-\\-python\\fR goes before both.
It is not used where something is asked for that our own loop alone has: another dialect, a loop of completions,
a seed, an order of ties, a sandbox that starts nothing.
.PP
A theme that is chosen on the screen, with L or \\fB:set theme NAME\\fR, is remembered.
A key is a character or a name such as space, enter, tab, f5, pageup, ctrl\\-x, alt\\-x.
The actions with their usual keys:
";

/// A text that is one in a manual page, whatever is in it.
fn escaped(text: &str) -> String {
    format!("\\&{}", text.replace('\\', "\\e").replace('-', "\\-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_names_every_action_and_the_settings_file() {
        let mut text = Vec::new();
        page(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap().replace("\\-", "-");
        for row in keys::TABLE {
            assert!(text.contains(&format!(".TP\n\\fB\\&{}\\fR\n", row.name)), "{}", row.name);
        }
        assert!(text.contains("loopscope/config.toml") && text.contains("LOOPSCOPE_PYTHON"));
    }
}
