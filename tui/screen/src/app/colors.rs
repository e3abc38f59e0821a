//! Which colours to use: what the command line says, then the settings, then what the terminal seems
//! to be able to show.

use crate::theme::Palette;

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colors {
    /// As the terminal and `NO_COLOR` suggest.
    #[default]
    Auto,
    /// In any case.
    Always,
    /// Never.
    Never,
}

/// The palette to start with. `variable` looks up an environment variable.
pub fn palette(
    colors: Colors,
    wanted: Option<Palette>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Palette {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    match colors {
        Colors::Never => return Palette::Plain,
        Colors::Auto if is_set("NO_COLOR") => return Palette::Plain,
        Colors::Auto | Colors::Always => {}
    }
    if let Some(palette) = wanted {
        return palette;
    }
    let term = variable("TERM").unwrap_or_default();
    if term == "dumb" && colors == Colors::Auto {
        return Palette::Plain;
    }
    let many = is_set("COLORTERM") || term.contains("256") || term.contains("direct");
    let known =
        ["kitty", "alacritty", "ghostty", "foot", "wezterm"].iter().any(|n| term.contains(n));
    if !many && !known {
        return Palette::Sixteen;
    }
    // Some terminals say `foreground;background` in the numbers of the sixteen colours.
    let background = variable("COLORFGBG").and_then(|value| value.rsplit(';').next()?.parse().ok());
    match background {
        Some(7 | 9..=15) => Palette::Light,
        _ => Palette::Dark,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(colors: Colors, wanted: Option<Palette>, variables: &[(&str, &str)]) -> Palette {
        palette(colors, wanted, &|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn no_colour_means_none() {
        let xterm = ("TERM", "xterm-256color");
        assert_eq!(chosen(Colors::Never, Some(Palette::Dark), &[xterm]), Palette::Plain);
        assert_eq!(chosen(Colors::Auto, None, &[xterm, ("NO_COLOR", "1")]), Palette::Plain);
        assert_eq!(chosen(Colors::Auto, None, &[xterm, ("NO_COLOR", "")]), Palette::Dark);
        assert_eq!(chosen(Colors::Always, None, &[xterm, ("NO_COLOR", "1")]), Palette::Dark);
    }

    #[test]
    fn the_terminal_tells_what_it_can() {
        assert_eq!(chosen(Colors::Auto, None, &[("TERM", "linux")]), Palette::Sixteen);
        assert_eq!(
            chosen(Colors::Auto, None, &[("TERM", "xterm"), ("COLORTERM", "truecolor")]),
            Palette::Dark
        );
        let light = [("TERM", "rxvt-256color"), ("COLORFGBG", "0;15")];
        assert_eq!(chosen(Colors::Auto, None, &light), Palette::Light);
        assert_eq!(chosen(Colors::Auto, Some(Palette::Safe), &light), Palette::Safe);
    }
}
