//! Root's special rights: a program in a sandbox has none.

use caps::{CapSet, Capability};
use nix::unistd::geteuid;

/// Gives up all of them, for good. Root keeps the one to read files that are others', since the
/// program itself may be one.
pub(super) fn drop_all() -> Result<(), String> {
    let keeps = |right: Capability| right == Capability::CAP_DAC_READ_SEARCH && geteuid().is_root();
    let read = |set| caps::read(None, set).map_err(|error| error.to_string());
    // Who may not take rights from this set cannot gain any by it either.
    read(CapSet::Bounding)?.into_iter().filter(|right| !keeps(*right)).for_each(|right| {
        let _ = caps::drop(None, CapSet::Bounding, right);
    });
    let _ = caps::clear(None, CapSet::Ambient);
    let mut kept = read(CapSet::Permitted)?;
    kept.retain(|right| keeps(*right));
    for set in [CapSet::Effective, CapSet::Permitted] {
        caps::set(None, set, &kept).map_err(|error| error.to_string())?;
    }
    caps::clear(None, CapSet::Inheritable).map_err(|error| error.to_string())
}
