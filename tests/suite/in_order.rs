//! The terminal is left in order, whatever ends or stops us: signals from outside in every mode, a
//! stop and a return, and a mistake of our own in any thread.

use loopscope_tests::outside::wait_for_end_of;
use loopscope_tests::{Job, Scratch};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

mod mistakes;
mod temporary;

/// A program that runs until it is ended.
const ENDLESS: &str = "\
import asyncio
async def main():
    print('started', flush=True)
    while True:
        await asyncio.sleep(0.05)
asyncio.run(main())
";

/// A program whose loop never gets its turn.
const BUSY: &str = "print('started', flush=True)\nwhile True:\n    pass\n";

/// What asks us to leave.
const ENDS: [Signal; 6] = [
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTERM,
    Signal::SIGHUP,
    Signal::SIGALRM,
    Signal::SIGUSR1,
];

/// What a shell says of a job that Ctrl-Z has stopped.
const STOPPED: i32 = 128 + Signal::SIGTSTP as i32;

/// How our binary is run, and when it is where it should be.
struct Mode {
    arguments: Vec<String>,
    /// What the screen shows then.
    ready: &'static str,
    /// What is typed then, and what the screen shows after that.
    typed: Option<(&'static str, &'static str)>,
    /// Whether it has the whole screen.
    is_screen: bool,
    _scratch: Scratch,
}

impl Mode {
    fn new(arguments: &[&str], code: &str, ready: &'static str) -> Self {
        let scratch = Scratch::new();
        let file = scratch.file("program.py", code).display().to_string();
        let arguments = arguments.iter().map(|each| each.replace("FILE", &file)).collect();
        Self { arguments, ready, typed: None, is_screen: true, _scratch: scratch }
    }

    fn after(mut self, typed: &'static str, shows: &'static str) -> Self {
        self.typed = Some((typed, shows));
        self
    }

    fn in_lines(mut self) -> Self {
        self.is_screen = false;
        self
    }

    /// Starts it and brings it there.
    fn start(&self) -> Option<Job> {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let job = Job::start("", &arguments)?;
        job.screen.wait_for(self.ready);
        if let Some((typed, shows)) = self.typed {
            if typed.len() > 1 {
                job.screen.line(typed);
            } else {
                job.screen.keys(&[typed]);
            }
            job.screen.wait_for(shows);
        }
        Some(job)
    }

    /// Signals from outside end it with their codes, and a stop gives the terminal back for as long as
    /// it lasts.
    fn is_left_in_order(&self) {
        for signal in ENDS {
            let Some(job) = self.start() else { return };
            if signal == Signal::SIGINT && !self.is_screen && !self.leaves_on_interrupt() {
                continue;
            }
            let children = job.children();
            job.signal(signal);
            assert_eq!(job.shell_is_back(), 128 + signal as i32, "{signal}: {}", job.screen.text());
            assert_eq!(job.leftovers(), [""; 0], "{signal} leaves the terminal so");
            children.into_iter().for_each(wait_for_end_of);
        }
        let Some(job) = self.start() else { return };
        job.signal(Signal::SIGTSTP);
        assert_eq!(job.shell_is_back(), STOPPED, "{}", job.screen.text());
        assert_eq!(job.leftovers(), [""; 0], "a stop leaves the terminal so");
        job.bring_back();
        if self.is_screen {
            job.screen.wait_for(self.typed.map_or(self.ready, |(_, shows)| shows));
            assert!(job.modes().contains(&1049), "the screen is not taken again");
        }
        job.signal(Signal::SIGTERM);
        assert_eq!(job.shell_is_back(), 143, "{}", job.screen.text());
        assert_eq!(job.leftovers(), [""; 0], "after a return the terminal is left so");
    }

    /// In line mode an interrupt is for the program.
    fn leaves_on_interrupt(&self) -> bool {
        self.arguments.first().is_some_and(|command| command != "repl")
    }
}

#[test]
fn a_paused_program_on_the_screen() {
    Mode::new(&["run", "--clock", "real", "FILE"], ENDLESS, "ready").is_left_in_order();
}

#[test]
fn a_running_program_on_the_screen() {
    let mode = Mode::new(&["run", "--clock", "real", "FILE"], ENDLESS, "ready");
    mode.after(":continue", "1 line").is_left_in_order();
}

#[test]
fn a_busy_program_on_the_screen() {
    Mode::new(&["run", "FILE"], BUSY, "ready").after(":continue", "1 line").is_left_in_order();
}

#[test]
fn the_command_line_on_the_screen() {
    Mode::new(&["run", "FILE"], ENDLESS, "ready").after(":", "\n:").is_left_in_order();
}

#[test]
fn help_on_the_screen() {
    Mode::new(&["run", "FILE"], ENDLESS, "ready").after("?", "Run and step").is_left_in_order();
}

#[test]
fn a_recording_on_the_screen() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "import asyncio\nasyncio.run(asyncio.sleep(1))\n");
    let to = scratch.path("run.loop").display().to_string();
    let _ = crate::headless_with(&["--record", &to], &file).end().code_is(0);
    Mode::new(&["replay", &to], "", "ready").is_left_in_order();
}

#[test]
fn a_program_without_a_screen() {
    let run = ["run", "--headless", "--clock", "real", "FILE"];
    Mode::new(&run, ENDLESS, "started").in_lines().is_left_in_order();
    let scratch = Scratch::new();
    let to = scratch.path("run.loop").display().to_string();
    let run = ["run", "--headless", "--clock", "real", "--record", &to, "FILE"];
    let mode = Mode::new(&run, ENDLESS, "started").in_lines();
    // It stands still for as long as we do.
    let Some(job) = mode.start() else { return };
    let programs = job.children();
    job.signal(Signal::SIGTSTP);
    assert_eq!(job.shell_is_back(), STOPPED, "{}", job.screen.text());
    let stopped = |pid: &Pid| state(*pid) == Some('T');
    job.screen.wait_until("the program's stop", |_| programs.iter().any(stopped));
    job.bring_back();
    job.screen.wait_until("the program's return", |_| !programs.iter().any(stopped));
    job.signal(Signal::SIGTERM);
    assert_eq!(job.shell_is_back(), 143, "{}", job.screen.text());
}

/// What the system says that a process does.
fn state(pid: Pid) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

#[test]
fn a_program_that_dies_while_it_is_held_is_told_at_the_prompt_and_what_was_typed_stays() {
    let mode = Mode::new(&["repl", "FILE"], ENDLESS, "#0>").in_lines();
    for typed in ["", "info loop"] {
        let Some(job) = mode.start() else { return };
        if !typed.is_empty() {
            job.screen.keys(&[typed]);
            job.screen.wait_for(typed);
        }
        // The keeper's end is the program's.
        let keeper = job.children()[0];
        kill(keeper, Signal::SIGKILL).expect("it is there");
        job.screen.wait_for("The program was killed (SIGKILL)");
        let restored = |text: &str| text.trim_end().ends_with(format!("> {typed}").trim_end());
        job.screen.wait_until("the line", restored);
        // Nothing was entered.
        assert!(!job.screen.text().contains("there is no"), "{}", job.screen.text());
        job.screen.keys(&["Enter"]);
        if !typed.is_empty() {
            job.screen.wait_for("there is no loop yet");
        }
        job.screen.line("quit");
        assert_eq!(job.shell_is_back(), 0, "{}", job.screen.text());
        assert_eq!(job.leftovers(), [""; 0]);
    }
}

#[test]
fn the_list_of_lessons() {
    Mode::new(&["learn"], "", "lessons").is_left_in_order();
}

#[test]
fn a_lesson() {
    Mode::new(&["learn", "1"], "", "call_soon").is_left_in_order();
}

#[test]
fn the_prompt_of_line_mode() {
    Mode::new(&["repl", "FILE"], ENDLESS, "#0>").in_lines().is_left_in_order();
}

#[test]
fn a_program_that_runs_in_line_mode() {
    let mode = Mode::new(&["repl", "--clock", "real", "FILE"], ENDLESS, "#0>");
    mode.after("continue", "started").in_lines().is_left_in_order();
}

#[test]
fn a_lesson_in_line_mode() {
    Mode::new(&["lesson", "run", "1"], "", "Enter").in_lines().is_left_in_order();
}

#[test]
fn ctrl_z_is_a_stop_on_the_screen_in_the_list_of_lessons_and_at_the_prompt() {
    let modes = [
        Mode::new(&["run", "FILE"], ENDLESS, "ready"),
        Mode::new(&["learn"], "", "lessons"),
        Mode::new(&["repl", "FILE"], ENDLESS, "#0>").in_lines(),
    ];
    for mode in modes {
        let Some(job) = mode.start() else { return };
        job.screen.keys(&["C-z"]);
        assert_eq!(job.shell_is_back(), STOPPED, "{}", job.screen.text());
        assert_eq!(job.leftovers(), [""; 0], "Ctrl-Z leaves the terminal so");
        job.bring_back();
        job.screen.wait_for(mode.ready);
        job.signal(Signal::SIGTERM);
        assert_eq!(job.shell_is_back(), 143, "{}", job.screen.text());
    }
}

#[test]
fn a_child_that_dies_while_it_is_held_is_told_at_once() {
    let mode = Mode::new(&["run", "FILE"], ENDLESS, "about to start");
    let Some(job) = mode.start() else { return };
    let child = *job.children().last().expect("the program's process");
    nix::sys::signal::kill(child, Signal::SIGKILL).expect("it is there");
    let text = job.screen.wait_for("program-exit");
    assert!(!text.contains("about to start") && text.contains("SIGKILL"), "{text}");
    // In line mode, before the next answer.
    let Some(job) = Mode::new(&["repl", "FILE"], ENDLESS, "#0>").in_lines().start() else { return };
    let processes = job.children();
    let child = *processes.last().expect("the program's process");
    nix::sys::signal::kill(child, Signal::SIGKILL).expect("it is there");
    // Its keeper brings the news.
    processes.into_iter().for_each(wait_for_end_of);
    job.screen.line("print 40 + 2");
    let text = job.screen.wait_for("42");
    let (told, answer) = (text.find("SIGKILL"), text.find("\n42"));
    assert!(told.is_some() && told < answer, "{text}");
}
