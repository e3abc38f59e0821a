//! The debug registers, in front of a made-up board.

use super::made_up::{Did, MadeUp};
use super::registers::{
    AIRCR, DCRDR, DCRSR, DEBUG_ENABLE, DEBUG_KEY, DEMCR, DFSR, DHCSR, FP_COMP, FP_CTRL, HALT,
    IS_HALTED, MASK_INTERRUPTS, REGISTER_READY, RESET_KEY, STEP, WAS_RESET,
};
use super::*;

const RUN: u32 = DEBUG_KEY << 16 | DEBUG_ENABLE;

fn core(held: bool) -> Core<MadeUp> {
    Core::new(MadeUp::default(), held)
}

fn put(core: &mut Core<MadeUp>, address: u32, value: u32) {
    core.write(address, &value.to_le_bytes()).unwrap();
}

#[test]
fn it_is_held_stepped_and_let_go() {
    let mut core = core(false);
    put(&mut core, DHCSR, RUN | HALT);
    assert_eq!(core.board.did, [Did::Hold]);
    assert_ne!(core.read_word(DHCSR).unwrap() & IS_HALTED, 0);
    assert_eq!(core.read_word(DFSR).unwrap(), BY_REQUEST);
    put(&mut core, DFSR, 0x1f);
    assert_eq!(core.read_word(DFSR).unwrap(), 0);
    put(&mut core, DHCSR, RUN | STEP | MASK_INTERRUPTS);
    assert!(core.is_halted());
    put(&mut core, DHCSR, RUN);
    assert_eq!(core.board.did, [Did::Hold, Did::Step, Did::Resume]);
    assert_eq!(core.read_word(DHCSR).unwrap() & IS_HALTED, 0);
    // Without the key nothing happens.
    put(&mut core, DHCSR, DEBUG_ENABLE | HALT);
    assert_eq!(core.board.did.len(), 3);
}

#[test]
fn a_client_that_only_attaches_leaves_a_held_board_alone() {
    let mut core = core(true);
    let status = core.read_word(DHCSR).unwrap();
    assert_eq!(status & (DEBUG_ENABLE | IS_HALTED), DEBUG_ENABLE | IS_HALTED);
    // One that leaves lets it run.
    put(&mut core, DHCSR, DEBUG_KEY << 16);
    assert_eq!(core.board.did, [Did::Resume]);
}

#[test]
fn registers_move_while_it_is_held() {
    let mut core = core(true);
    put(&mut core, DCRDR, 0x2000_1000);
    put(&mut core, DCRSR, 1 << 16 | 0xd);
    put(&mut core, DCRDR, 0);
    put(&mut core, DCRSR, 13);
    assert_ne!(core.read_word(DHCSR).unwrap() & REGISTER_READY, 0);
    assert_eq!(core.read_word(DCRDR).unwrap(), 0x2000_1000);
    // Those in between are reserved.
    put(&mut core, DCRSR, 63);
    assert_eq!(core.read_word(DCRDR).unwrap(), 0);
}

#[test]
fn comparators_become_breakpoints() {
    let mut core = core(false);
    put(&mut core, FP_COMP, 0x4000_0101);
    put(&mut core, DHCSR, RUN);
    assert!(core.board.did.is_empty(), "not before comparing is on");
    put(&mut core, FP_CTRL, 3);
    let on = |address| Did::Break(address, true);
    assert_eq!(core.board.did, [Did::Hold, on(0x100), Did::Resume]);
    core.board.did.clear();
    put(&mut core, FP_COMP + 4, 0x8000_0201);
    assert_eq!(core.board.did, [Did::Hold, on(0x202), Did::Resume]);
    core.board.did.clear();
    put(&mut core, FP_CTRL, 2);
    let off = |address| Did::Break(address, false);
    assert_eq!(core.board.did, [Did::Hold, off(0x100), off(0x202), Did::Resume]);
    assert_eq!(core.read_word(FP_CTRL).unwrap(), 0x60);
}

#[test]
fn nothing_holds_without_a_debugger() {
    let mut core = core(false);
    core.board.code = vec![(0x200, vec![0x00, 0xbe])];
    put(&mut core, FP_COMP, 0x4000_0101);
    put(&mut core, FP_CTRL, 3);
    assert!(core.board.did.is_empty());
    put(&mut core, DHCSR, RUN);
    let set = |on| [Did::Hold, Did::Break(0x100, on), Did::Break(0x200, on), Did::Resume];
    assert_eq!(core.board.did, set(true));
    core.board.did.clear();
    put(&mut core, DHCSR, DEBUG_KEY << 16);
    assert_eq!(core.board.did, set(false));
}

#[test]
fn a_breakpoint_instruction_that_a_client_has_written_holds() {
    let mut core = core(true);
    core.write(0x2000_0000, &[0x00, 0xbe, 0x0a, 0xe0]).unwrap();
    put(&mut core, DHCSR, RUN);
    assert_eq!(core.board.did, [Did::Break(0x2000_0000, true), Did::Resume]);
    core.board.stopped = true;
    assert_ne!(core.read_word(DHCSR).unwrap() & IS_HALTED, 0);
    assert_eq!(core.read_word(DFSR).unwrap() & BY_BREAKPOINT, BY_BREAKPOINT);
    // A step stays there.
    put(&mut core, DFSR, 0x1f);
    core.board.set_register(Register::General(15), 0x2000_0000).unwrap();
    put(&mut core, DHCSR, RUN | STEP);
    assert!(!core.board.did.contains(&Did::Step));
    assert_eq!(core.read_word(DFSR).unwrap(), BY_BREAKPOINT);
}

#[test]
fn code_is_looked_through_again_after_a_reset() {
    let mut core = core(true);
    put(&mut core, DHCSR, RUN);
    assert_eq!(core.board.did, [Did::Resume]);
    core.board.did.clear();
    core.board.code = vec![(0x100, vec![0xab, 0xbe])];
    put(&mut core, AIRCR, RESET_KEY << 16 | 4);
    assert_eq!(core.board.did, [Did::Reset, Did::Break(0x100, true), Did::Resume]);
}

#[test]
fn a_reset_by_the_program_itself_is_told_once() {
    let mut core = core(false);
    core.board.resets = true;
    assert_ne!(core.read_word(DHCSR).unwrap() & WAS_RESET, 0);
    assert_eq!(core.read_word(DHCSR).unwrap() & WAS_RESET, 0);
}

#[test]
fn a_breakpoint_that_is_reached_is_told() {
    let mut core = core(false);
    core.board.stopped = true;
    assert_ne!(core.read_word(DHCSR).unwrap() & IS_HALTED, 0);
    assert_eq!(core.read_word(DFSR).unwrap(), BY_BREAKPOINT);
}

#[test]
fn a_reset_is_told_once_and_can_be_caught() {
    let mut core = core(false);
    put(&mut core, AIRCR, RESET_KEY << 16 | 4);
    assert_eq!(core.board.did, [Did::Reset, Did::Resume]);
    assert_ne!(core.read_word(DHCSR).unwrap() & WAS_RESET, 0);
    assert_eq!(core.read_word(DHCSR).unwrap() & WAS_RESET, 0);
    core.board.did.clear();
    put(&mut core, DHCSR, RUN);
    put(&mut core, DEMCR, CATCH_RESET);
    put(&mut core, AIRCR, RESET_KEY << 16 | 4);
    assert_eq!(core.board.did, [Did::Reset]);
    assert_eq!(core.read_word(DFSR).unwrap(), BY_VECTOR_CATCH);
    assert!(core.is_halted());
    // Another write to it is the board's own.
    put(&mut core, AIRCR, RESET_KEY << 16 | 0x300);
    assert_eq!(core.board.did, [Did::Reset]);
}

#[test]
fn everything_else_is_the_boards_own_memory() {
    let mut core = core(false);
    core.write(0x2000_0003, b"abc").unwrap();
    let mut back = [0; 5];
    core.read(0x2000_0002, &mut back).unwrap();
    assert_eq!(back, *b"\0abc\0");
    put(&mut core, 0xe000_ed08, 0x80);
    assert_eq!(core.read_word(0xe000_ed08).unwrap(), 0x80);
    let mut bytes = [0; 8];
    core.read(DCRDR, &mut bytes).unwrap();
}

/// A board that has stopped at a call to print what is at an address.
fn calling(console: Option<crate::console::Console>) -> Core<MadeUp> {
    let mut core = core(false).with_console(console);
    core.board.write(0x100, &[0xab, 0xbe]).unwrap();
    core.board.write(0x2000_0000, b"hello\n\0").unwrap();
    core.board.code = vec![(0x100, vec![0xab, 0xbe])];
    let registers = [(0, 0x04), (1, 0x2000_0000), (15, 0x100)];
    for (number, value) in registers {
        core.board.set_register(Register::General(number), value).unwrap();
    }
    core
}

#[test]
fn a_call_is_answered_and_the_program_runs_on_behind_it() {
    let console = crate::console::Console::default();
    let mut core = calling(Some(console.clone()));
    core.start().unwrap();
    assert_eq!(core.board.did, [Did::Break(0x100, true), Did::Resume], "without a debugger, too");
    core.board.stopped = true;
    assert_eq!(core.read_word(DHCSR).unwrap() & IS_HALTED, 0, "nobody sees it halt");
    assert_eq!(core.board.register(Register::General(15)).unwrap(), 0x102);
    assert_eq!(core.board.register(Register::General(0)).unwrap(), 0);
    assert_eq!(core.board.did.last(), Some(&Did::Resume));
    assert_eq!(console.take(), [(crate::console::Outlet::Output, b"hello\n".to_vec())]);
}

#[test]
fn a_program_that_ends_by_a_call_is_halted_with_its_exit_code_told() {
    let console = crate::console::Console::default();
    let mut core = calling(Some(console.clone()));
    core.board.set_register(Register::General(0), 0x18).unwrap();
    core.board.set_register(Register::General(1), 0x2_0026).unwrap();
    core.start().unwrap();
    core.board.stopped = true;
    assert!(!core.look().unwrap());
    assert!(core.is_halted());
    assert_eq!(console.exit(), Some(0));
    // The machine's reset button begins another run.
    core.reset().unwrap();
    assert_eq!(console.exit(), None);
}

#[test]
fn without_a_console_a_call_halts_as_any_breakpoint_instruction() {
    let mut core = calling(None);
    put(&mut core, DHCSR, RUN);
    core.board.stopped = true;
    assert_ne!(core.read_word(DHCSR).unwrap() & IS_HALTED, 0);
}

#[test]
fn a_program_whose_console_is_full_waits_at_its_call() {
    let console = crate::console::Console::default();
    let mut core = calling(Some(console.clone()));
    core.start().unwrap();
    core.board.stopped = true;
    console.say(crate::console::Outlet::Output, &vec![b'x'; 1 << 20]);
    assert!(!core.look().unwrap() && !core.is_halted());
    assert_eq!(core.board.register(Register::General(15)).unwrap(), 0x100);
    let _ = console.take();
    assert!(core.look().unwrap());
}
