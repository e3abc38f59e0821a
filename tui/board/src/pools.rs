//! Where the tasks of embassy lie, and what they are called: each `#[task]` has a pool of its own, a
//! static whose symbol has the function's name, and a task is known by its address in it.

use object::read::elf::{ElfFile32, ElfSymbol32};
use object::{Object as _, ObjectSymbol as _, SymbolKind};

/// What the static is called, inside of the task's function.
const POOL: &str = "POOL";

/// What `#[embassy_executor::main]` calls its function.
const MAIN: &str = "__embassy_main";

/// A pool of tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Where it begins.
    pub address: u32,
    /// How long it is, in bytes.
    pub size: u32,
    /// The function whose tasks it holds.
    pub name: String,
}

/// The pools of a firmware.
pub(crate) fn pools(file: &ElfFile32<'_>) -> Vec<Pool> {
    let data = file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Data);
    let pool = |symbol: ElfSymbol32<'_, '_>| {
        Some(Pool {
            address: u32::try_from(symbol.address()).ok()?,
            size: u32::try_from(symbol.size()).ok()?,
            name: function(symbol.name().ok()?)?.to_owned(),
        })
    };
    data.filter_map(pool).collect()
}

/// The function that a pool's symbol names.
fn function(symbol: &str) -> Option<&str> {
    let before = if symbol.starts_with("_ZN") {
        // The hash comes last.
        let at = symbol.rfind("17h")?;
        symbol[..at].strip_suffix(&format!("{}{POOL}", POOL.len()))?
    } else if symbol.starts_with("_R") {
        let at = symbol.rfind(&format!("{}{POOL}", POOL.len()))?;
        &symbol[..at]
    } else {
        return None;
    };
    // The name before it ends where that begins: each has its length in front of it.
    let begins = |at: &usize| {
        let digits = before[*at..].bytes().take_while(u8::is_ascii_digit).count();
        let length: usize = before[*at..*at + digits].parse().unwrap_or(usize::MAX);
        // One that begins with a digit or a line has a line between.
        let start = *at + digits;
        [start, start + 1].into_iter().find(|start| {
            let is_apart = *start == at + digits || before[at + digits..].starts_with('_');
            is_apart && start.checked_add(length) == Some(before.len())
        })
    };
    let mut places = (0..before.len()).filter(|at| before.is_char_boundary(*at));
    let start = places.find_map(|at| begins(&at))?;
    let name = before.get(start..)?;
    Some(if name == MAIN { "main" } else { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pools_symbol_has_the_name_of_its_task() {
        let old = "_ZN5three5blink4POOL17h0123456789abcdefE";
        assert_eq!(function(old), Some("blink"));
        assert_eq!(function("_RNvNvCs5aQ_5three5blink4POOL"), Some("blink"));
        assert_eq!(function("_RNvNvNtCs5aQ_5three5tasks5blink4POOL"), Some("blink"));
        let main = "_ZN5three14__embassy_main4POOL17h0123456789abcdefE";
        assert_eq!(function(main), Some("main"));
        assert_eq!(function("_RNvNvCs5aQ_5three14___embassy_main4POOL"), Some("main"));
        for other in ["_ZN5three5blink17h0123456789abcdefE", "POOL", "_SEGGER_RTT", "_R4POOL", ""] {
            assert_eq!(function(other), None, "{other}");
        }
    }
}
