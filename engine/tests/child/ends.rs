//! How programs end: exit codes, tracebacks and the last record, as `python3` would have it.

use super::process::program;
use super::received::{exit_record, kinds, printed};

#[test]
fn exit_codes_are_pythons() {
    for (source, code, out, err) in [
        ("print('x')", 0, "x\n", ""),
        ("import sys; sys.exit(3)", 3, "", ""),
        ("import sys; sys.exit(-1)", 255, "", ""),
        ("import sys; sys.exit(256)", 0, "", ""),
        ("import sys; sys.exit()", 0, "", ""),
        ("raise SystemExit('goodbye')", 1, "", "goodbye\n"),
        ("raise SystemExit((1, 2))", 1, "", "(1, 2)\n"),
        ("exit(4)", 4, "", ""),
        ("quit()", 0, "", ""),
    ] {
        let left = program(source).leave();
        assert_eq!(left.code, Some(code), "{source}: {left:?}");
        assert_eq!((left.stdout.as_str(), left.stderr.as_str()), (out, err), "{source}");
    }
}

#[test]
fn an_exception_leaves_its_traceback() {
    let plan = program("def f():\n    return 1 / 0\n\nf()\n");
    let file = plan.folder.join("program.py");
    let left = plan.leave();
    assert_eq!(left.code, Some(1));
    let wanted = format!(
        "Traceback (most recent call last):\n  File \"{0}\", line 4, in <module>\n    f()\n    \
         ~^^\n  File \"{0}\", line 2, in f\n    return 1 / 0\n           ~~^~~\n\
         ZeroDivisionError: division by zero\n",
        file.display()
    );
    assert_eq!(left.stderr, wanted);
}

#[test]
fn a_syntax_error_is_shown_where_it_is() {
    let left = program("x = 1\nprint(x\n").leave();
    assert_eq!(left.code, Some(1));
    assert!(left.stderr.contains("program.py\", line 2"), "{}", left.stderr);
    assert!(left.stderr.contains("    print(x\n         ^\n"), "{}", left.stderr);
    assert!(left.stderr.contains("SyntaxError: '(' was never closed"), "{}", left.stderr);
}

#[test]
fn a_missing_file_is_one_sentence() {
    let plan = program("");
    std::fs::remove_file(plan.folder.join("program.py")).unwrap();
    let left = plan.leave();
    assert_eq!(left.code, Some(2));
    assert_eq!(left.stderr.lines().count(), 1, "{}", left.stderr);
    assert!(left.stderr.contains("program.py cannot be run, because there is no such file"));
}

#[test]
fn the_last_record_says_how_it_ended() {
    for (source, code, how, text) in [
        ("pass", 0, "end", "The program ran to its end."),
        ("exit(3)", 3, "exit", "The program ended itself with code 3."),
        ("import os; os._exit(3)", 3, "lost", "The program left at once, by os._exit(3)"),
        ("raise ValueError('no\\nway')", 1, "exception", "program's ValueError: no."),
        ("x = ", 1, "syntax", "does not compile: SyntaxError: invalid syntax"),
        ("raise KeyboardInterrupt", 130, "interrupted", "The program was interrupted."),
    ] {
        let mut child = program(source).start();
        let said = child.rest();
        let (got_code, got_how, got_text) = exit_record(&said).expect(source);
        assert_eq!((got_code, got_how), (code, how), "{source}");
        assert!(got_text.contains(text), "{source}: {got_text}");
        assert_eq!(kinds(&said).first(), Some(&"run-start"), "{source}");
        assert_eq!(child.left().code, Some(code), "{source}");
    }
}

#[test]
fn exit_functions_threads_and_finalizers_have_their_turn() {
    let source = "\
import atexit, threading, time
class Noisy:
    def __del__(self): print('finalized')
keep = Noisy()
atexit.register(print, 'exit function')
def work():
    time.sleep(0.05)
    print('thread')
threading.Thread(target=work).start()
print('main')
";
    let left = program(source).leave();
    assert_eq!(left.stdout, "main\nthread\nexit function\nfinalized\n", "{left:?}");
    let mut child = program(source).start();
    assert_eq!(printed(&child.rest()), left.stdout);
}

#[test]
fn main_is_described_as_by_python() {
    let source = "\
import sys
print(__name__, __file__ == sys.path[0] + '/program.py', __spec__, __loader__.__class__.__name__)
print(sys.argv[1:], sys.argv[0].endswith('program.py'), len(sys.orig_argv))
print(sys.version_info[:2], sys.version_info.major, sys.version.split()[0], sys.flags.no_site)
";
    let left =
        program(source).with(|options| options.args = vec!["-a".into(), "b c".into()]).leave();
    let wanted = "__main__ True None SourceFileLoader\n['-a', 'b c'] True 4\n(3, 13) 3 3.13.0 0\n";
    assert_eq!(left.stdout, wanted, "{left:?}");
}

#[test]
fn a_folder_and_an_archive_can_be_programs() {
    let mut plan = program("");
    std::fs::write(plan.folder.join("__main__.py"), "import other; print(__name__, other.x)")
        .unwrap();
    std::fs::write(plan.folder.join("other.py"), "x = 5").unwrap();
    plan.options.program = loopscope_engine::child::Program::File(plan.folder.clone());
    let left = plan.leave();
    assert_eq!((left.stdout.as_str(), left.code), ("__main__ 5\n", Some(0)), "{left:?}");
}

#[test]
fn other_encodings_and_null_bytes() {
    let plan = program("");
    let file = plan.folder.join("program.py");
    std::fs::write(&file, b"# -*- coding: latin-1 -*-\nprint('\xe9')\n").unwrap();
    let left = plan.leave();
    assert_eq!(left.stdout, "\u{e9}\n", "{left:?}");
    let left = program("x = 1\n\0\n").leave();
    assert!(left.stderr.contains("line 2"), "{left:?}");
    assert!(left.stderr.contains("SyntaxError: source code cannot contain null bytes"), "{left:?}");
}
