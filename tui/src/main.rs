//! The binary. It is three programs in one: the terminal program, the engine that the terminal
//! program starts as its child, and the `python3` that programs find as `sys.executable`.
#![forbid(unsafe_code)]

use std::process::exit;

use loopscope_engine::child;
use loopscope_files::temporary;
use loopscope_model::fault;
use loopscope_process::nudge;

/// The interpreter allocates a few objects for every callback; this allocator is made for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut args = std::env::args_os();
    let own = args.next();
    // The engine is looked for first and without a parser, because every run waits for it.
    if std::env::args_os().nth(1).is_some_and(|first| first == "__engine") {
        #[expect(clippy::disallowed_methods, reason = "a test's switch, which changes no run")]
        if let Ok(place) = std::env::var(fault::VARIABLE) {
            fault::arm(&place);
            child::set_fault(fault::point);
        }
        exit(child::main(args.skip(1)));
    }
    if std::env::args_os().nth(1).is_some_and(|first| first == temporary::COMMAND) {
        exit(temporary::tidy_up(args.skip(1)));
    }
    if std::env::args_os().nth(1).is_some_and(|first| first == nudge::COMMAND) {
        exit(nudge::go_on(args.skip(1)));
    }
    if std::env::args_os().nth(1).is_some_and(|first| first == child::PYTHON_COMMAND) {
        exit(child::spelled_python_main(args.skip(1)));
    }
    if child::acts_as_python() {
        exit(child::python_main(args));
    }
    loopscope::signals::receive_stops();
    exit(loopscope::cli::main(own.into_iter().chain(args)));
}
