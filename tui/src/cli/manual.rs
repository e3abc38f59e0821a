//! Completions and the manual page, from the definition of the command line.

use std::io::{self, Write};

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
    Ok(())
}
