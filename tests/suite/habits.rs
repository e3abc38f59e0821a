//! Habits of the screen: settings and themes are kept, a saved program is run again, lists of what
//! stops, words and their meaning.

use std::fs;

use loopscope_tests::{Scratch, Screen, loopscope};

const PROGRAM: &str = "\
import asyncio
async def main():
    await asyncio.sleep(1)
    print('done')
asyncio.run(main())
";

/// Closes the box that is open. A key right behind Escape would be taken for one with Alt.
fn close(screen: &Screen) {
    screen.keys(&["Escape"]);
    screen.wait_until("no box", |text| !text.contains("esc closes"));
}

fn program() -> (Scratch, String) {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM).to_string_lossy().into_owned();
    (scratch, file)
}

#[test]
fn good_settings_stand_beside_a_bad_one_and_a_theme_is_remembered() {
    let (_scratch, file) = program();
    let settings = "theme = \"nope\"\n[keys]\nstep = \"s\"\n";
    let prepare = |home: &std::path::Path| {
        for (folder, name, text) in [
            (".config/loopscope", "config.toml", settings),
            (".local/share/loopscope", "screen.toml", "theme = \"safe\"\ninstead_of = \"\"\n"),
        ] {
            let folder = home.join(folder);
            fs::create_dir_all(&folder).expect("a home can be written");
            fs::write(folder.join(name), text).expect("a home can be written");
        }
    };
    let Some(screen) = Screen::prepared(100, 30, &["run", &file], prepare) else { return };
    screen.wait_for("config.toml:1: there is no theme `nope`");
    close(&screen);
    screen.keys(&["s"]);
    screen.wait_for("#1 of 1");
    // The one behind the one that was remembered.
    screen.keys(&["L"]);
    screen.wait_for("theme: safe-light");
    screen.keys(&["q"]);
    assert_eq!(screen.left(), 0);
    let kept = fs::read_to_string(screen.home().join(".local/share/loopscope/screen.toml"));
    assert!(kept.as_ref().is_ok_and(|text| text.contains("\"safe-light\"")), "{kept:?}");
}

#[test]
fn a_program_that_is_saved_is_offered_and_run_again() {
    let (scratch, file) = program();
    let Some(screen) = Screen::open(&["run", &file]) else { return };
    screen.wait_for("not started");
    screen.keys(&["b"]);
    screen.line(":break timer-due");
    screen.line(":continue");
    screen.wait_for("Breakpoint 1");
    let _ = scratch.file("program.py", &PROGRAM.replace("'done'", "'mended'"));
    screen.wait_for("program.py was saved: ctrl-r runs it");
    screen.keys(&["C-r"]);
    screen.wait_for("mended");
    screen.wait_for("not started");
    screen.keys(&["Space"]);
    screen.wait_for("Breakpoint 1");
    screen.keys(&["q"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn what_stops_is_switched_off_and_deleted_in_a_list() {
    let (_scratch, file) = program();
    let Some(screen) = Screen::open(&["run", &file]) else { return };
    screen.wait_for("not started");
    for line in [":break timer-due", ":watch timers", ":display ready"] {
        screen.line(line);
    }
    screen.keys(&["B"]);
    screen.wait_for("display ready");
    screen.keys(&["Space"]);
    screen.wait_for("0 hits, off");
    screen.keys(&["Space", "Down", "d"]);
    screen.wait_until("no watch", |text| !text.contains("watch timers") && !text.contains(", off"));
    screen.keys(&["Down", "d"]);
    screen.wait_until("no display", |text| !text.contains("display ready"));
    screen.keys(&["d"]);
    screen.wait_for("There are none.");
    close(&screen);
    screen.keys(&["Space"]);
    screen.wait_for("(ended)");
    screen.keys(&["q"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn the_help_begins_with_the_panel_and_is_searched_and_words_have_a_meaning() {
    let (_scratch, file) = program();
    let Some(screen) = Screen::open(&["run", &file]) else { return };
    screen.wait_for("not started");
    screen.keys(&["Tab", "?"]);
    screen.wait_for("This panel: ");
    screen.line("/zoom");
    let text = screen.wait_for("of `zoom`");
    assert!(
        text.contains("this panel on the whole screen") && !text.contains("slow motion"),
        "{text}"
    );
    close(&screen);
    screen.keys(&["K"]);
    screen.wait_for("batch: The handles that were ready");
    close(&screen);
    screen.line(":help turn");
    let text = screen.wait_for("Once around for the loop");
    assert!(text.contains("turn [N]"), "a command of that name has its help as well: {text}");
    close(&screen);
    screen.keys(&["q"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn a_program_that_wants_input_is_told_how_on_the_screen() {
    let scratch = Scratch::new();
    let file = scratch.file("asks.py", "print('hello', input('who? '))\n");
    let Some(screen) = Screen::open(&["run", &file.to_string_lossy()]) else { return };
    screen.wait_for("not started");
    screen.keys(&["Space"]);
    screen.wait_for("--stdin FILE");
    close(&screen);
    screen.keys(&["q"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn ctrl_c_at_a_view_that_is_paused_interrupts_the_program_first() {
    let scratch = Scratch::new();
    let code =
        "import asyncio\nasync def main():\n    while True:\n        pass\nasyncio.run(main())\n";
    let file = scratch.file("hangs.py", code);
    let Some(screen) = Screen::open(&["run", &file.to_string_lossy()]) else { return };
    screen.wait_for("not started");
    screen.keys(&["Space"]);
    screen.wait_for("(running)");
    screen.keys(&["Space"]);
    screen.wait_for("`interrupt` raises");
    screen.keys(&["C-c"]);
    screen.wait_for("The program was interrupted");
    screen.keys(&["Escape"]);
    screen.wait_until("no box", |text| !text.contains("esc closes"));
    screen.keys(&["q"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn line_mode_says_that_a_program_was_saved_and_what_words_mean() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    // The file is looked at a few times a second, of the machine's.
    let commands = [
        "until handle-run",
        "py open('program.py', 'a').write('#')",
        "py __import__('os').system('sleep 0.3')",
        "next",
        "help batch",
    ];
    let ended = loopscope(["repl"]).commands(&commands).arg(&file).within(scratch.folder()).end();
    let ended = ended.code_is(0).complains("was saved since the program was started");
    assert!(ended.out().contains("exactly these run in it"), "{ended}");
}
