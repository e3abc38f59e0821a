//! The child process without the terminal program around it, for trying and testing the engine:
//! `child __engine ARGS` is the child, and with `LOOPSCOPE_AS_PYTHON` set it is `python3`.

use std::process::exit;

use loopscope_engine::child;

fn main() {
    let mut args = std::env::args_os().skip(1).peekable();
    if args.next_if(|first| first == "__engine").is_some() {
        exit(child::main(args));
    }
    exit(child::python_main(args));
}
