//! Output: passed on as it is written, recorded line by line, in order.

use std::process::Stdio;

use super::process::program;
use super::received::{Received, exit_record, kinds, outputs, printed};

#[test]
fn a_record_is_a_line_or_a_flush_and_both_streams_keep_their_order() {
    let source = "\
import sys, os
print('one')
print('two', file=sys.stderr)
print('three\\nfour')
print('fi', end='')
print('ve', end='', flush=True)
sys.stdout.write('si')
print('x')
os.write(1, b'seven\\n')
os.write(2, b'eight\\n')
sys.stdout.buffer.write(b'ni\\xffne\\n')
sys.stdout.flush()
print('ten', end='')
";
    let plan = program(source);
    let mut child = plan.start();
    let said = child.rest();
    let wanted = [
        ("stdout", "one\n"),
        ("stderr", "two\n"),
        ("stdout", "three\n"),
        ("stdout", "four\n"),
        ("stdout", "five"),
        ("stdout", "six\n"),
        ("stdout", "seven\n"),
        ("stderr", "eight\n"),
        ("stdout", "ni\u{fffd}ne\n"),
        ("stdout", "ten"),
    ];
    assert_eq!(outputs(&said), wanted);
    assert_eq!(kinds(&said).last(), Some(&"program-exit"));
    let left = child.left();
    assert_eq!(left.stdout, "one\nthree\nfour\nfivesix\nseven\nni\u{fffd}ne\nten");
    assert_eq!(left.stderr, "two\neight\n");
}

#[test]
fn captured_output_is_only_in_records() {
    let source = "import os; print('a'); os.system('echo b'); print('c')";
    let mut child = program(source).with(|options| options.capture = true).start();
    assert_eq!(printed(&child.rest()), "a\nb\nc\n");
    let left = child.left();
    assert_eq!((left.stdout.as_str(), left.stderr.as_str()), ("", ""));
}

#[test]
fn what_other_processes_write_is_passed_on_and_recorded_in_order() {
    let source = "\
import subprocess, sys
print('before')
subprocess.run(['sh', '-c', 'echo out; echo err >&2; printf tail'])
print('after')
subprocess.run([sys.executable, '-c', 'print(6 * 7)'])
print('end')
";
    let mut child = program(source).start();
    let said = child.rest();
    assert_eq!(printed(&said), "before\nout\ntailafter\n42\nend\n");
    assert!(outputs(&said).contains(&("stderr", "err\n")));
    assert!(kinds(&said).contains(&"clock"));
    assert_eq!(child.left().stdout, "before\nout\ntailafter\n42\nend\n");
}

#[test]
fn standard_output_can_move_to_standard_error() {
    let source = "import os; print('a', flush=True); os.system('echo b')";
    for wire in [false, true] {
        let plan = program(source).with(|options| options.stdout_to_stderr = true);
        let left = if wire {
            let mut child = plan.start();
            child.rest();
            child.left()
        } else {
            plan.leave()
        };
        assert_eq!((left.stdout.as_str(), left.stderr.as_str()), ("", "a\nb\n"));
    }
}

#[test]
fn without_records_the_descriptors_are_plain() {
    let source = "\
import os, sys
print(os.path.realpath('/proc/self/fd/1') == os.path.realpath('/proc/self/fd/2'))
print(sys.stdout.isatty(), sys.stdout.line_buffering, sys.stdout.encoding, sys.stdout.fileno())
print(sorted(int(fd) for fd in os.listdir('/proc/self/fd'))[:4])
";
    let left = program(source).leave();
    assert_eq!(left.stdout, "False\nFalse False utf-8 1\n[0, 1, 2, 3]\n", "{left:?}");
}

#[test]
fn what_a_program_opens_gets_the_usual_numbers() {
    let source = "f = open(__file__); print(f.fileno())";
    let mut child = program(source).start();
    assert_eq!(printed(&child.rest()), "3\n");
}

#[test]
fn a_stream_is_still_the_object_it_was() {
    let source = "\
import sys, io, contextlib
assert isinstance(sys.stdout, io.TextIOWrapper)
print(sys.stdout.name, sys.stdout.mode, sys.stdout.encoding, sys.stdout.errors, sys.stdout.closed)
print(sys.stdout.write('abc\\n'))
with contextlib.redirect_stdout(io.StringIO()) as text:
    print('hidden')
print(repr(text.getvalue()))
sys.stdout.writelines(['d\\n', 'e\\n'])
try:
    print('\\udc80')
except UnicodeEncodeError as error:
    print(error.reason)
print('\\udc80', file=sys.stderr)
sys.stdout.reconfigure(errors='replace')
print('\\udc80')
sys.stdout.reconfigure(encoding='latin-1')
print('\\u00e9')
sys.stdout.close()
try:
    print('x')
except ValueError as error:
    print(error, file=sys.stderr)
";
    let stdout = "<stdout> w utf-8 strict False\nabc\n4\n'hidden\\n'\nd\ne\nsurrogates not \
                  allowed\n?\n\u{fffd}\n";
    let stderr = "\\udc80\nI/O operation on closed file\n";
    let left = program(source).leave();
    assert_eq!((left.stdout.as_str(), left.stderr.replace(".\n", "\n").as_str()), (stdout, stderr));
    let mut child = program(source).start();
    let said = child.rest();
    assert_eq!(printed(&said), stdout);
    assert_eq!(exit_record(&said).map(|(code, ..)| code), Some(0));
}

#[test]
fn a_closed_standard_output_does_not_stop_a_program() {
    let plan = program("import sys\nprint('x')\nprint('y', file=sys.stderr)\n");
    let mut command = std::process::Command::new("sh");
    command.arg("-c").arg("exec \"$@\" >&-").arg("sh").arg(super::process::child_binary());
    command.arg("__engine").args(plan.options.to_args());
    command.env(loopscope_engine::child::AS_PYTHON, "1").stdin(Stdio::null());
    let left = super::process::leave(&mut command);
    assert_eq!((left.code, left.stderr.as_str()), (Some(0), "y\n"));
}

#[test]
fn a_reader_that_leaves_is_told_as_python_tells_it() {
    let plan = program("import time\nprint('x' * 100000)\nprint('y')\n");
    let mut command = std::process::Command::new("sh");
    command.arg("-c").arg("\"$@\" | true; exit ${PIPESTATUS:-0}").arg("sh");
    command.arg(super::process::child_binary()).arg("__engine").args(plan.options.to_args());
    command.env(loopscope_engine::child::AS_PYTHON, "1").stdin(Stdio::null());
    let left = super::process::leave(&mut command);
    assert!(left.stderr.contains("BrokenPipeError"), "{left:?}");
}

#[test]
fn a_long_line_and_many_lines_arrive_whole() {
    let source = "print('x' * 300000)\nfor i in range(20000): print(i)";
    let mut child = program(source).with(|options| options.capture = true).start();
    let said = child.rest();
    let lines = outputs(&said);
    assert_eq!(lines.len(), 20001);
    assert_eq!(lines[0].1.len(), 300_001);
    assert_eq!(lines[20000].1, "19999\n");
}

#[test]
fn a_copy_of_the_process_does_not_speak_for_it() {
    let source = "\
import os
print('before')
pid = os.fork()
if pid == 0:
    print('in the copy')
    os._exit(7)
_, status = os.waitpid(pid, 0)
print('copy', os.waitstatus_to_exitcode(status))
";
    let mut child = program(source).start();
    let said = child.rest();
    assert_eq!(printed(&said), "before\nin the copy\ncopy 7\n");
    let exits = kinds(&said).iter().filter(|kind| **kind == "program-exit").count();
    assert_eq!(exits, 1);
    assert!(matches!(said[0], Received::Hello { .. }));
}

#[test]
fn a_copy_that_runs_to_the_end_has_its_own_exit_code() {
    let source = "\
import os, sys
pid = os.fork()
if pid == 0:
    sys.exit(5)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";
    let mut child = program(source).start();
    assert_eq!(printed(&child.rest()), "5\n");
    assert_eq!(program(source).leave().stdout, "5\n");
}

#[test]
fn a_descriptor_that_is_led_elsewhere_takes_the_output_along() {
    let source = "\
import os, sys
print('one')
saved = os.dup(1)
file = os.open('elsewhere', os.O_WRONLY | os.O_CREAT)
os.dup2(file, 1)
print('two', flush=True)
os.system('echo three')
os.dup2(saved, 1)
print('four', flush=True)
os.write(1, b'five\\n')
";
    let plan = program(source);
    let file = plan.folder.join("elsewhere");
    let mut child = plan.start();
    assert_eq!(printed(&child.rest()), "one\nfour\nfive\n");
    assert_eq!(child.left().stdout, "one\nfour\nfive\n");
    assert_eq!(std::fs::read_to_string(file).unwrap(), "two\nthree\n");
}
