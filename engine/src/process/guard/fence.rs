//! The fence round a program's signals: Landlock keeps them among those within. It needs no rights,
//! and holds for root too. It keeps what is outside from being read or traced as well.

use landlock::{
    CompatLevel, Compatible, LandlockStatus, Ruleset, RulesetAttr, RulesetStatus, Scope,
};
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

/// Fences this thread in, with everything that it starts from now on. True only where that is
/// certain: a signal to everybody is then one to those within. `outside` is a process that could be
/// sent a signal until now.
pub(crate) fn fence(outside: Pid) -> bool {
    // A signal of number 0 is not delivered; it only asks whether one could be.
    if kill(outside, None).is_err() {
        return false;
    }
    let fenced = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .scope(Scope::Signal)
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
    let fully = fenced.is_ok_and(|status| status.ruleset == RulesetStatus::FullyEnforced);
    fully && kill(outside, None) == Err(Errno::EPERM)
}

/// The version of the kernel's Landlock; 0: none.
pub(super) fn version() -> u32 {
    // Asking means setting up: for a thread that ends at once, so for nothing else.
    let ask = || {
        let status = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(landlock::AccessFs::MakeBlock)
            .and_then(Ruleset::create)
            .and_then(landlock::RulesetCreated::restrict_self);
        match status.map(|status| status.landlock) {
            Ok(LandlockStatus::Available { effective_abi, .. }) => effective_abi as u32,
            _ => 0,
        }
    };
    std::thread::spawn(ask).join().unwrap_or(0)
}
