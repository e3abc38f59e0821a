//! What the child may not do: outlive its parent, dump core, use all memory. It sets the limits on
//! itself before the program starts.
//!
//! Memory has two limits. The operating system refuses more address space than there may ever be,
//! so one enormous request fails at once. And the child looks now and then at what it really uses,
//! because a program that grows little by little would otherwise be ended in the middle of a word.
//!
//! Where the system does not say how large a process is now, as on macOS, it says how large it has
//! been; that is enough for the second limit, and there is no first one.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, rlim_t, setrlimit};

/// The address space at which the operating system refuses more; 0: no limit.
static END: AtomicU64 = AtomicU64::new(0);
/// What the program may really use; 0: no limit.
static ALLOWED: AtomicU64 = AtomicU64::new(0);

/// What is set aside without being used: stacks, and what the allocator reserves.
const SET_ASIDE: u64 = 1536 << 20;

/// How often to look at the memory in use. A program can fill some 100 MB in that time.
const LOOK: Duration = Duration::from_millis(40);

/// From now on this process dies with the one that started it.
pub(crate) fn die_with_parent() {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL);
}

/// Sets those on memory and on dumps. `memory` is what the program may use beyond what is in use now.
pub(crate) fn set(memory: Option<u64>) {
    let _ = soft(Resource::RLIMIT_CORE, 0);
    if let Some(memory) = memory {
        ALLOWED.store(memory.saturating_add(in_use().unwrap_or(0)), Ordering::Relaxed);
        let Some(Size { address_space, .. }) = size() else { return };
        let end = memory.saturating_add(address_space).saturating_add(SET_ASIDE);
        if soft(Resource::RLIMIT_AS, end).is_ok() {
            END.store(end, Ordering::Relaxed);
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

/// Looks at the memory in use from now on, and calls `ended` with the `limit` where it is too much.
/// That is to end the process.
pub(crate) fn watch(limit: Option<u64>, ended: impl Fn(u64) + Send + 'static) -> io::Result<()> {
    let Some(limit) = limit.filter(|_| in_use().is_some()) else { return Ok(()) };
    let watch = move || {
        loop {
            #[expect(clippy::disallowed_methods, reason = "memory is used in real time")]
            std::thread::sleep(LOOK);
            super::fault("engine-memory");
            let allowed = ALLOWED.load(Ordering::Relaxed);
            if in_use().is_some_and(|in_use| in_use > allowed) {
                ended(limit);
            }
        }
    };
    std::thread::Builder::new().name("memory".into()).spawn(watch).map(drop)
}

/// How many bytes of memory this process uses, or has used where only that is known.
fn in_use() -> Option<u64> {
    size().map(|size| size.in_use).or_else(largest)
}

/// How many bytes of memory this process has used at most.
fn largest() -> Option<u64> {
    // macOS counts bytes, all others count kilobytes.
    let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
    let counted = u64::try_from(getrusage(UsageWho::RUSAGE_SELF).ok()?.max_rss()).ok()?;
    Some(counted.saturating_mul(unit)).filter(|bytes| *bytes > 0)
}

/// How large this process is, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    address_space: u64,
    in_use: u64,
}

/// Asks the operating system, where it tells.
fn size() -> Option<Size> {
    size_in(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn size_in(status: &str) -> Option<Size> {
    let field = |name: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
    };
    Some(Size { address_space: field("VmSize:")?, in_use: field("VmRSS:")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_is_found_among_the_fields() {
        let status = "Name:\tVmSize: 1 kB\nVmPeak:\t  9 kB\nVmSize:\t  4 kB\nVmRSS:\t 2 kB\n";
        assert_eq!(size_in(status), Some(Size { address_space: 4096, in_use: 2048 }));
        assert_eq!(size_in("VmSize: 4 kB"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_a_size() {
        let size = size().expect("the system tells it");
        assert!(size.address_space >= size.in_use && size.in_use > 1 << 18);
        // What is known where the system does not tell this; the kernel counts in rough steps.
        let largest = largest().expect("every system tells it");
        assert!(largest + (4 << 20) > size.in_use && largest < 1 << 40, "{largest}");
    }
}
