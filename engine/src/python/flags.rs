//! The command line and the environment variables of `python3`, as far as they mean something
//! here.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::PathBuf;

use crate::options::Program;

/// What can be set before the interpreter starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    pub(crate) unbuffered: bool,
    pub(crate) ignore_environment: bool,
    pub(crate) isolated: bool,
    pub(crate) no_site: bool,
    pub(crate) no_user_site: bool,
    pub(crate) no_bytecode: bool,
    pub(crate) safe_path: bool,
    pub(crate) dev_mode: bool,
    pub(crate) optimize: u8,
    pub(crate) verbose: u8,
    pub(crate) bytes_warning: u64,
    pub(crate) warnings: Vec<String>,
    pub(crate) options: Vec<(String, Option<String>)>,
    pub(crate) path: Vec<String>,
    pub(crate) io_encoding: Option<String>,
    pub(crate) io_errors: Option<String>,
    /// `Some(None)`: another seed each time.
    pub(crate) hash_seed: Option<Option<u32>>,
}

impl Flags {
    /// Adds what the environment says, unless it is to be ignored.
    pub(crate) fn with_environment(mut self) -> Self {
        if self.ignore_environment || self.isolated {
            return self;
        }
        #[expect(clippy::disallowed_methods, reason = "CPython's own variables")]
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let text = |name| set(name).and_then(|value| value.into_string().ok());
        if let Some(path) = set("PYTHONPATH") {
            self.path =
                std::env::split_paths(&path).map(|dir| dir.to_string_lossy().into()).collect();
        }
        self.unbuffered |= set("PYTHONUNBUFFERED").is_some();
        self.no_bytecode |= set("PYTHONDONTWRITEBYTECODE").is_some();
        self.no_user_site |= set("PYTHONNOUSERSITE").is_some();
        self.dev_mode |= set("PYTHONDEVMODE").is_some();
        self.safe_path |= set("PYTHONSAFEPATH").is_some();
        if let Some(level) = text("PYTHONOPTIMIZE") {
            self.optimize = self.optimize.max(level.parse().unwrap_or(1));
        }
        if let Some(warnings) = text("PYTHONWARNINGS") {
            let before = std::mem::take(&mut self.warnings);
            self.warnings = warnings.split(',').map(str::to_owned).chain(before).collect();
        }
        if let Some(encoding) = text("PYTHONIOENCODING") {
            let (encoding, errors) = encoding.split_once(':').unwrap_or((&encoding, ""));
            self.io_encoding = Some(encoding.to_owned()).filter(|name| !name.is_empty());
            self.io_errors = Some(errors.to_owned()).filter(|name| !name.is_empty());
        }
        if self.hash_seed.is_none()
            && let Some(seed) = text("PYTHONHASHSEED")
        {
            self.hash_seed = Some(seed.parse().ok());
        }
        self
    }
}

/// A parsed command line of `python3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PythonArgs {
    pub(crate) flags: Flags,
    pub(crate) program: Program,
    pub(crate) args: Vec<OsString>,
    /// The program comes through standard input.
    pub(crate) from_stdin: bool,
}

/// There is nothing to run: this is what to say, where, and the exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    text: String,
    code: i32,
}

impl Done {
    fn wrong(text: impl Into<String>) -> Self {
        Self { text: text.into(), code: 2 }
    }

    /// Says it; gives the exit code.
    pub(crate) fn tell(self) -> i32 {
        let _ = match self.code {
            0 => writeln!(std::io::stdout(), "{}", self.text),
            _ => writeln!(std::io::stderr(), "{}", self.text),
        };
        self.code
    }
}

impl PythonArgs {
    /// Reads the arguments after the program's name.
    pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, Done> {
        let mut args = args.into_iter();
        let mut flags = Flags::default();
        while let Some(arg) = args.next() {
            let option = match arg.to_str() {
                Some("-") => return Ok(Self::from_stdin(flags, args.collect())),
                Some("--version") => return Err(version()),
                Some("--help") => return Err(help()),
                Some("--") => {
                    return match args.next() {
                        Some(file) => Ok(Self::file(flags, &file, args.collect())),
                        None => Ok(Self::from_stdin(flags, Vec::new())),
                    };
                }
                Some(option) if option.starts_with("--") => {
                    return Err(Done::wrong(format!(
                        "python3: the option {option} is not known here; see python3 -h"
                    )));
                }
                Some(option) if option.starts_with('-') => option.to_owned(),
                _ => return Ok(Self::file(flags, &arg, args.collect())),
            };
            let mut letters = option[1..].chars();
            while let Some(letter) = letters.next() {
                // An option with a value takes the rest of the word, or the next one.
                let mut value = || match letters.as_str() {
                    "" => args.next().ok_or_else(|| {
                        Done::wrong(format!("python3: the option -{letter} needs a value after it"))
                    }),
                    rest => Ok(OsString::from(rest)),
                };
                match letter {
                    'c' => {
                        let code = text(&value()?);
                        return Ok(Self::new(flags, Program::Code(code), args.collect()));
                    }
                    'm' => {
                        let module = text(&value()?);
                        return Ok(Self::new(flags, Program::Module(module), args.collect()));
                    }
                    'W' => {
                        let warning = text(&value()?);
                        flags.warnings.push(warning);
                        break;
                    }
                    'X' => {
                        let option = text(&value()?);
                        flags.set_x(&option);
                        break;
                    }
                    'V' => return Err(version()),
                    'h' | '?' => return Err(help()),
                    _ => flags.set(letter)?,
                }
            }
        }
        Ok(Self::from_stdin(flags, Vec::new()))
    }

    const fn new(flags: Flags, program: Program, args: Vec<OsString>) -> Self {
        Self { flags, program, args, from_stdin: false }
    }

    fn file(flags: Flags, file: &OsStr, args: Vec<OsString>) -> Self {
        Self::new(flags, Program::File(PathBuf::from(file)), args)
    }

    fn from_stdin(flags: Flags, args: Vec<OsString>) -> Self {
        Self { flags, program: Program::Code(String::new()), args, from_stdin: true }
    }
}

impl Flags {
    fn set(&mut self, letter: char) -> Result<(), Done> {
        match letter {
            'u' => self.unbuffered = true,
            'E' => self.ignore_environment = true,
            'I' => {
                self.isolated = true;
                self.ignore_environment = true;
                self.no_user_site = true;
                self.safe_path = true;
            }
            'S' => self.no_site = true,
            's' => self.no_user_site = true,
            'B' => self.no_bytecode = true,
            'P' => self.safe_path = true,
            'O' => self.optimize = self.optimize.saturating_add(1),
            'v' => self.verbose = self.verbose.saturating_add(1),
            'b' => self.bytes_warning += 1,
            // Debugging output of the parser, no banner, hash randomisation, a prompt at the end.
            'd' | 'q' | 'R' | 'i' | 'x' => {}
            _ => {
                return Err(Done::wrong(format!(
                    "python3: the option -{letter} is not known here; see python3 -h"
                )));
            }
        }
        Ok(())
    }

    fn set_x(&mut self, option: &str) {
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (option, None),
        };
        self.dev_mode |= name == "dev";
        self.options.push((name.to_owned(), value));
    }
}

fn text(value: &OsStr) -> String {
    value.to_string_lossy().into_owned()
}

fn version() -> Done {
    Done { text: format!("Python {}", super::version::NUMBER), code: 0 }
}

fn help() -> Done {
    let text = "usage: python3 [option] ... [-c cmd | -m mod | file | -] [arg] ...\n\
                This is loopscope, acting as python3 because LOOPSCOPE_AS_PYTHON is set.\n\
                Options: -b -B -E -I -O -P -s -S -u -v -W arg -X opt -V -h";
    Done { text: text.into(), code: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<PythonArgs, Done> {
        PythonArgs::parse(args.iter().map(OsString::from))
    }

    #[test]
    fn what_follows_the_program_is_the_programs() {
        let parsed = parse(&["-u", "x.py", "-u", "-c"]).unwrap();
        assert_eq!(parsed.program, Program::File("x.py".into()));
        assert_eq!(parsed.args, ["-u", "-c"]);
        let parsed = parse(&["-m", "unittest", "-v"]).unwrap();
        assert_eq!(parsed.program, Program::Module("unittest".into()));
        assert_eq!(parsed.args, ["-v"]);
        assert_eq!(parsed.flags.verbose, 0);
    }

    #[test]
    fn letters_may_stand_together_and_values_with_them() {
        let parsed = parse(&["-IBWignore", "-Xdev", "-Ocprint(1)", "a"]).unwrap();
        assert_eq!(parsed.program, Program::Code("print(1)".into()));
        assert_eq!(parsed.args, ["a"]);
        let flags = parsed.flags;
        assert!(flags.isolated && flags.no_bytecode && flags.dev_mode);
        assert_eq!((flags.optimize, flags.warnings), (1, vec!["ignore".to_owned()]));
    }

    #[test]
    fn without_a_program_it_comes_from_standard_input() {
        assert!(parse(&[]).unwrap().from_stdin);
        assert!(parse(&["-", "x"]).unwrap().from_stdin);
    }

    #[test]
    fn what_cannot_be_run_is_told() {
        assert_eq!(parse(&["-V"]).unwrap_err().code, 0);
        assert_eq!(parse(&["-c"]).unwrap_err().code, 2);
        assert!(parse(&["-Z"]).unwrap_err().text.contains("-Z"));
    }
}
