//! The target `sandbox`: whatever a program asks of the system, the filters of its sandbox answer as
//! the policy says. The kernel is not asked; the filters run on made-up calls.

use std::cell::RefCell;
use std::collections::HashMap;

use seccompiler::BpfProgram;

use crate::input::Input;

use guard::policy::{ARCH, Bounds, Call, SECOND_SET, SPOKEN_OF, check, programs};

/// The engine's own files, without the engine: it links an interpreter.
#[path = "../../../engine/src/process/guard"]
#[allow(dead_code, unreachable_pub, missing_docs, reason = "only parts of them are used here")]
mod guard {
    use std::path::PathBuf;

    pub mod calls;
    pub mod policy;

    pub struct Sandbox {
        pub scratch: PathBuf,
        pub processes: bool,
        pub network: bool,
    }
}

thread_local! {
    /// The filters of each kind of sandbox: to make them takes longer than to run them.
    static FILTERS: RefCell<HashMap<u8, [BpfProgram; 2]>> = RefCell::default();
}

/// Runs the target.
pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let kind = input.byte() & 7;
    let bounds = Bounds { processes: kind & 1 != 0, inet: kind & 2 != 0, signals: kind & 4 != 0 };
    FILTERS.with_borrow_mut(|made| {
        let programs = made.entry(kind).or_insert_with(|| programs(bounds));
        while !input.is_empty() {
            check(bounds, programs, call(&mut input));
        }
    });
}

/// A call, most often one that the policy speaks of: a byte says which, and in what disguise.
fn call(input: &mut Input) -> Call {
    let which = input.byte();
    let number = match SPOKEN_OF.get(usize::from(which & 0x3f)) {
        Some(number) => u32::try_from(*number).unwrap_or_default(),
        None => wide(input) as u32,
    };
    let number = if which & 0x40 == 0 { number } else { number | SECOND_SET };
    let arch = if which & 0x80 == 0 || input.byte() != 0 { ARCH } else { wide(input) as u32 };
    Call { number, arch, arguments: std::array::from_fn(|_| argument(input)) }
}

/// A register: a byte says how long a number follows, and whether something stands above it.
fn argument(input: &mut Input) -> u64 {
    match input.byte() {
        0 => u64::from(std::process::id()),
        1 => wide(input),
        2 => wide(input) << 32 | u64::from(std::process::id()),
        3 => u64::from(wide(input) as u32) | 1 << 63,
        small => u64::from(small - 4),
    }
}

/// Eight bytes as a number.
fn wide(input: &mut Input) -> u64 {
    input.take(8).iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
