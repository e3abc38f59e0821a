//! The command line: what is ours and what is the program's.

mod odd;

use loopscope_protocol::{ClockMode, Dialect, Ties};

use super::*;

fn parsed(line: &str) -> Cli {
    let args = std::iter::once("loopscope").chain(line.split(' ').filter(|word| !word.is_empty()));
    Cli::try_parse_from(args).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn refused(line: &str) -> String {
    let args = std::iter::once("loopscope").chain(line.split(' '));
    match Cli::try_parse_from(args) {
        Ok(cli) => panic!("{line}: {cli:?}"),
        Err(error) => {
            assert_eq!(error.exit_code(), code::USAGE, "{line}");
            error.to_string()
        }
    }
}

fn run(line: &str) -> RunArgs {
    match parsed(line).command {
        Some(Command::Run(args)) => args,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn the_definition_is_sound() {
    definition().debug_assert();
}

#[test]
fn everything_after_the_file_is_the_programs() {
    let args = run("run --seed 3 date.py --seed 4 -x -- --headless --help");
    assert_eq!(args.shared.seed, 3);
    assert!(!args.shared.headless);
    assert_eq!(args.program, ["date.py", "--seed", "4", "-x", "--", "--headless", "--help"]);
    let args = run("run --headless --events - -- -odd.py");
    assert!(args.shared.headless && args.shared.events_on_stdout());
    assert_eq!(args.program, ["-odd.py"]);
}

#[test]
fn defaults_are_those_of_the_design() {
    let shared = run("run x.py").shared;
    assert_eq!(
        (shared.dialect, shared.clock, shared.ties),
        (Dialect::Cpython, ClockMode::Auto, Ties::Heapq)
    );
    assert_eq!((shared.seed, shared.wall_start), (0, 946_684_800_000_000_000));
    assert_eq!(shared.timeout, None);
    let same = Shared::default();
    assert_eq!((same.wall_start, same.memory), (shared.wall_start, shared.memory));
}

#[test]
fn each_option_is_understood() {
    let shared = run("run --dialect cpython-3.6 --clock real --ties shuffle --wall-start 1970-01-02 --stdin in --record r --events e --timeout 2.5 --color never --ascii --strict --memory 1G x.py").shared;
    assert_eq!(
        (shared.dialect, shared.clock, shared.ties),
        (Dialect::Cpython36, ClockMode::Real, Ties::Shuffle)
    );
    assert_eq!(shared.wall_start, 86_400_000_000_000);
    assert_eq!(shared.timeout, Some(std::time::Duration::from_millis(2500)));
    assert!(!shared.color.on(true) && shared.ascii && shared.strict);
    assert_eq!(shared.memory, Some(size::Size(Some(1 << 30))));
}

#[test]
fn what_makes_no_sense_is_named() {
    assert!(refused("run").contains("FILE"));
    assert!(refused("run --bogus x.py").contains("--bogus"));
    assert!(refused("run --clock lunar x.py").contains("auto, virtual, real"));
    assert!(refused("run --dialect embassy x.py").contains("cpython"));
    assert!(refused("run --timeout soon x.py").contains("number of seconds"));
    assert!(refused("run --timeout -1 x.py").contains("--timeout"));
    assert!(refused("run --wall-start soon x.py").contains("2000-01-01"));
    assert!(refused("frobnicate").contains("frobnicate"));
}

#[test]
fn scripts_and_commands_keep_their_order() {
    let matches = definition()
        .try_get_matches_from([
            "loopscope",
            "repl",
            "-c",
            "a",
            "-x",
            "b",
            "-c",
            "c",
            "x.py",
            "-c",
            "d",
        ])
        .unwrap();
    assert_eq!(given_order(matches.subcommand_matches("repl").unwrap()), [false, true, false]);
    match parsed("repl -c step --json x.py -c y").command {
        Some(Command::Repl(args)) => {
            assert_eq!(args.commands, ["step"]);
            assert_eq!(args.source, ["x.py", "-c", "y"]);
            assert!(args.json);
        }
        other => panic!("{other:?}"),
    }
}
