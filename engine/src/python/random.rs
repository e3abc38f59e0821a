//! `random` without a seed: it is drawn from the run's seed, so every run draws the same.

use std::sync::atomic::{AtomicU64, Ordering};

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{Py, PyResult, VirtualMachine};

use super::hooks::{class, wrap_method};
use crate::run::Run;

/// How many generators were seeded without a seed: each gets another one.
static SEEDED: AtomicU64 = AtomicU64::new(0);

/// Replaces `_random.Random.seed`, which every generator without a seed of its own comes to.
#[allow(clippy::unnecessary_wraps, reason = "the table of hooks has functions that may fail")]
pub(super) fn patch(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    if let Some(random) = class(vm, module, "Random") {
        wrap_method(vm, &random, "seed", |original, mut args, vm| {
            if args.kwargs.is_empty() && args.args.get(1).is_none_or(|seed| vm.is_none(seed)) {
                let nth = SEEDED.fetch_add(1, Ordering::Relaxed);
                args.args.truncate(1);
                args.args.push(vm.ctx.new_int(mix(Run::current().seed, nth)).into());
            }
            original.call(args, vm)
        });
    }
    Ok(())
}

/// A number that differs in every bit's chance from its neighbours' (splitmix64).
const fn mix(seed: u64, nth: u64) -> u64 {
    let step = nth.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut z = seed.wrapping_add(step);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generators_and_seeds_differ() {
        assert_ne!(mix(0, 0), mix(0, 1));
        assert_ne!(mix(0, 0), mix(1, 0));
        assert_eq!(mix(5, 3), mix(5, 3));
    }
}
