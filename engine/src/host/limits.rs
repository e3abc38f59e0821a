//! What the child may not do: outlive its parent, dump core, use all memory. It sets the limits on
//! itself before the program starts.

use std::sync::atomic::{AtomicU64, Ordering};

use nix::sys::resource::{Resource, getrlimit, rlim_t, setrlimit};

/// The address space at which the operating system refuses more; 0: no limit.
static END: AtomicU64 = AtomicU64::new(0);
/// What the program may use of it.
static ALLOWED: AtomicU64 = AtomicU64::new(0);

/// So near to the end, the next request for memory may be refused, which ends the process at once.
const NEAR: u64 = 96 << 20;

/// What the engine's own threads set aside without using it: stacks, and an arena each.
const SET_ASIDE: u64 = 512 << 20;

/// Sets them. `memory` is what the program may use beyond what is in use now.
pub(super) fn set(memory: Option<u64>) {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL);
    let _ = soft(Resource::RLIMIT_CORE, 0);
    if let Some(memory) = memory {
        let own = address_space().unwrap_or(0) + SET_ASIDE;
        let end = memory.saturating_add(own);
        if soft(Resource::RLIMIT_AS, end).is_ok() {
            END.store(end, Ordering::Relaxed);
            ALLOWED.store(memory, Ordering::Relaxed);
        }
    }
}

/// Sets a limit that can be lifted again.
fn soft(resource: Resource, limit: rlim_t) -> nix::Result<()> {
    let (_, hard) = getrlimit(resource)?;
    setrlimit(resource, limit.min(hard), hard)
}

/// Does `work`, which starts another process, without the limit on memory: the limit is the
/// program's own, and some programs reserve more than they use.
pub(crate) fn unlimited<R>(work: impl FnOnce() -> R) -> R {
    let end = END.load(Ordering::Relaxed);
    if end == 0 {
        return work();
    }
    let _ = soft(Resource::RLIMIT_AS, rlim_t::MAX);
    let result = work();
    let _ = soft(Resource::RLIMIT_AS, end);
    result
}

/// If memory is about to run out: how much the program was allowed.
pub(super) fn nearly_out_of_memory() -> Option<u64> {
    let end = END.load(Ordering::Relaxed);
    let allowed = ALLOWED.load(Ordering::Relaxed);
    let near = NEAR.min(allowed / 4);
    (end != 0 && address_space()? > end.saturating_sub(near)).then_some(allowed)
}

/// The size of this process in bytes, where the operating system tells it.
fn address_space() -> Option<u64> {
    size_in(&std::fs::read_to_string("/proc/self/stat").ok()?)
}

/// The field `vsize` of `/proc/self/stat`. The second field, the program's name, is in brackets
/// and may contain anything.
fn size_in(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    fields.split(' ').nth(20)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_is_found_behind_any_name() {
        let fields = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 4096 21";
        assert_eq!(size_in(&format!("7 (a) b) {fields}")), Some(4096));
        assert_eq!(size_in("7 (a"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_a_size() {
        assert!(address_space().is_some_and(|bytes| bytes > 1 << 20));
    }
}
