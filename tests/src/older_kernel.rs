//! A kernel that gives less than this one: calls are taken away.

use std::thread;

use nix::libc;
use seccompiler::{SeccompAction, SeccompFilter, apply_filter};

/// Does `work` where these calls are not there: a filter takes them from a thread, and from every
/// process that it starts.
///
/// # Panics
///
/// If this kernel has no filters, or `work` panics.
pub fn without_calls<R: Send>(calls: &[i64], work: impl FnOnce() -> R + Send) -> R {
    let within = || {
        let missing = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
        let rules = calls.iter().map(|call| (*call, Vec::new())).collect();
        let arch = std::env::consts::ARCH.try_into().expect("it is known");
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, missing, arch);
        let program: seccompiler::BpfProgram =
            filter.expect("it is a filter").try_into().expect("it is a program");
        apply_filter(&program).expect("every kernel has this");
        work()
    };
    thread::scope(|scope| {
        let thread = scope.spawn(within);
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
