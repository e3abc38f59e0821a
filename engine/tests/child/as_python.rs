//! Our binary as `python3`: what programs start through `sys.executable`.

use super::process::{as_python, folder, leave, program};
use super::received::printed;

#[test]
fn code_modules_files_and_standard_input_run() {
    let left = leave(&mut as_python(["-c", "import sys; print(sys.argv, __name__)", "a", "-b"]));
    assert_eq!((left.stdout.as_str(), left.code), ("['-c', 'a', '-b'] __main__\n", Some(0)));
    let folder = folder();
    std::fs::write(folder.join("mod.py"), "import sys; print(__name__, sys.argv[1:])").unwrap();
    let left = leave(as_python(["-m", "mod", "x"]).current_dir(&folder));
    assert_eq!(left.stdout, "__main__ ['x']\n", "{left:?}");
    let left = leave(as_python(["-u", "mod.py", "y"]).current_dir(&folder));
    assert_eq!(left.stdout, "__main__ ['y']\n", "{left:?}");
    let input = std::fs::File::open(folder.join("mod.py")).unwrap();
    let left = leave(as_python(["-", "z"]).stdin(input));
    assert_eq!(left.stdout, "__main__ ['z']\n", "{left:?}");
}

#[test]
fn what_it_is_told_wrongly_it_says() {
    let left = leave(&mut as_python(["-V"]));
    assert_eq!(left.stdout, "Python 3.13.0\n");
    let left = leave(&mut as_python(["-Z"]));
    assert_eq!(left.code, Some(2));
    assert!(left.stderr.contains("-Z"));
    let left = leave(&mut as_python(["-m", "no_such_module"]));
    assert_eq!(left.code, Some(1));
    assert!(left.stderr.contains("No module named no_such_module"), "{left:?}");
    let left = leave(&mut as_python(["-c", "def f():\n    1/0\nf()"]));
    assert!(left.stderr.contains("line 2, in f\n    1/0\n"), "{left:?}");
}

#[test]
fn flags_mean_what_they_mean() {
    let code = "import sys; f = sys.flags; print(f.ignore_environment, f.isolated, f.no_site, \
                sys.dont_write_bytecode, f.optimize)";
    let left = leave(&mut as_python(["-I", "-S", "-B", "-O", "-c", code]));
    assert_eq!(left.stdout, "1 1 1 True 1\n", "{left:?}");
    let left = leave(as_python(["-c", "import sys; print(sys.path)"]).env("PYTHONPATH", "/x:/y"));
    assert_eq!(left.stdout, "['', '/x', '/y']\n");
    let left = leave(&mut as_python(["-Werror", "-c", "import warnings; warnings.warn('w')"]));
    assert!(left.stderr.contains("UserWarning: w"), "{left:?}");
    assert_eq!(left.code, Some(1));
}

#[test]
fn it_has_a_real_clock_and_a_loop() {
    let code = "import asyncio, time; a = time.time(); asyncio.run(asyncio.sleep(0.1)); \
                print(a > 1.7e9, 0.1 <= time.time() - a < 5)";
    let left = leave(&mut as_python(["-c", code]));
    assert_eq!(left.stdout, "True True\n", "{left:?}");
}

#[test]
fn an_interrupt_kills_it_as_it_kills_python() {
    let left = leave(&mut as_python(["-c", "raise KeyboardInterrupt"]));
    assert_eq!(left.signal, Some(2), "{left:?}");
}

#[test]
fn a_program_starts_it_by_its_own_name_for_python() {
    let source = "\
import subprocess, sys
run = lambda *args: subprocess.run([sys.executable, *args], capture_output=True, text=True)
print(run('-c', 'print(1 + 1)').stdout, end='')
print(run('-c', 'import sys; sys.exit(9)').returncode)
print(run('-c', 'import sys, subprocess; subprocess.run([sys.executable, \"-c\", \"print(3)\"])').stdout)
";
    let left = program(source).leave();
    assert_eq!(left.stdout, "2\n9\n3\n\n", "{left:?}");
    let mut child = program(source).start();
    assert_eq!(printed(&child.rest()), left.stdout);
}

#[test]
fn started_by_a_parent_that_sets_no_variable_it_sets_it_itself() {
    let plan = program("import os; print(os.environ['LOOPSCOPE_AS_PYTHON'])");
    let mut command = std::process::Command::new(super::process::child_binary());
    command.arg("__engine").args(plan.options.to_args());
    command.env_remove(loopscope_engine::child::AS_PYTHON);
    assert_eq!(leave(&mut command).stdout, "1\n");
}
