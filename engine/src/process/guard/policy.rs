//! Checks the filters of the sandbox without the kernel: runs them on any call, in whatever disguise,
//! and says in plain words which calls must never pass and which always must.

use std::array;

use libc::c_long;
use seccompiler::BpfProgram;

use super::Sandbox;
use super::calls::{TAKING, TYPING, filters};

/// What the kernel hands to a filter: a system call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    /// Its number, with the bit of the processor's second set of numbers or without.
    pub(crate) number: u32,
    /// The processor that the number is one of.
    pub(crate) arch: u32,
    /// The registers.
    pub(crate) arguments: [u64; 6],
}

/// What a filter answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The call is made.
    Allowed,
    /// It fails with this error.
    Fails(u32),
    /// The process is ended.
    Ended,
}

/// The sandbox whose filters are tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Whether processes may be started.
    pub(crate) processes: bool,
    /// Whether there is a network that the program may use.
    pub(crate) inet: bool,
    /// Whether signals are kept within by other means.
    pub(crate) signals: bool,
}

/// This processor, as filters name it.
pub(crate) const ARCH: u32 = if cfg!(target_arch = "x86_64") {
    0x3e | 0xc000_0000
} else if cfg!(target_arch = "aarch64") {
    0xb7 | 0xc000_0000
} else {
    0xf3 | 0xc000_0000
};

/// The bit of the second set of numbers that `x86_64` has.
pub(crate) const SECOND_SET: u32 = if cfg!(target_arch = "x86_64") { 0x4000_0000 } else { 0 };

/// The filters of `bounds`.
///
/// # Panics
///
/// If they cannot be made, which is a mistake of ours.
pub(crate) fn programs(bounds: Bounds) -> [BpfProgram; 2] {
    let sandbox =
        Sandbox { scratch: "/".into(), processes: bounds.processes, network: bounds.inet };
    filters(&sandbox, bounds.inet, bounds.signals).expect("the filters are sound")
}

/// What the filters, all of which are asked, make of a call: the strictest answer counts.
pub(crate) fn judge(programs: &[BpfProgram], call: Call) -> Verdict {
    let strictness = |verdict: &Verdict| match verdict {
        Verdict::Allowed => 0,
        Verdict::Fails(_) => 1,
        Verdict::Ended => 2,
    };
    let verdicts = programs.iter().map(|program| run(program, call));
    verdicts.max_by_key(strictness).unwrap_or(Verdict::Allowed)
}

/// Runs one filter as the kernel does: a machine with one register, which only jumps forward.
fn run(program: &BpfProgram, call: Call) -> Verdict {
    let data = laid_out(call);
    let (mut at, mut register) = (0, 0);
    loop {
        let step = &program[at];
        at += 1;
        let jump = |holds: bool| usize::from(if holds { step.jt } else { step.jf });
        match step.code {
            // Load, and, and the jumps: always, equal, greater, greater or equal, any bit.
            0x20 => {
                let from = step.k as usize;
                register = u32::from_ne_bytes(array::from_fn(|byte| data[from + byte]));
            }
            0x54 => register &= step.k,
            0x05 => at += step.k as usize,
            0x15 => at += jump(register == step.k),
            0x25 => at += jump(register > step.k),
            0x35 => at += jump(register >= step.k),
            0x45 => at += jump(register & step.k != 0),
            0x06 => {
                return match step.k & 0xffff_0000 {
                    0x7fff_0000 => Verdict::Allowed,
                    0x0005_0000 => Verdict::Fails(step.k & 0xffff),
                    _ => Verdict::Ended,
                };
            }
            other => panic!("the filter has an instruction that is not known here: {other:#x}"),
        }
    }
}

/// A call as it lies in memory for a filter: number, processor, place, registers.
fn laid_out(call: Call) -> [u8; 64] {
    let mut data = [0; 64];
    data[..4].copy_from_slice(&call.number.to_ne_bytes());
    data[4..8].copy_from_slice(&call.arch.to_ne_bytes());
    for (argument, place) in call.arguments.iter().zip(data[16..].chunks_exact_mut(8)) {
        place.copy_from_slice(&argument.to_ne_bytes());
    }
    data
}

/// Checks what the filters of `bounds` make of a call.
///
/// # Panics
///
/// If the policy is not kept.
pub(crate) fn check(bounds: Bounds, programs: &[BpfProgram], call: Call) {
    let verdict = judge(programs, call);
    if call.arch != ARCH {
        assert_eq!(verdict, Verdict::Ended, "another processor's call passes: {call:?}");
        return;
    }
    if must_fail(bounds, call) {
        assert!(matches!(verdict, Verdict::Fails(_)), "{bounds:?}: {call:?} is {verdict:?}");
    }
    if must_pass(bounds, call) {
        assert_eq!(verdict, Verdict::Allowed, "{bounds:?}: {call:?}");
    }
}

/// The number without the bit of the second set, and the arguments as the kernel reads those of 32
/// bits: whatever stands in the upper half.
fn plain(call: Call) -> (c_long, [u32; 6]) {
    #[expect(clippy::cast_possible_truncation, reason = "that is what the kernel does")]
    let low = call.arguments.map(|argument| argument as u32);
    (c_long::from(call.number & !SECOND_SET), low)
}

/// What nobody in a sandbox may do, however it is written.
fn must_fail(bounds: Bounds, call: Call) -> bool {
    let (number, low) = plain(call);
    let own = std::process::id();
    let flag = |flag: i32| low[0] & flag.cast_unsigned() != 0;
    match number {
        // Typing for the user, and taking a terminal from its session.
        libc::SYS_ioctl => {
            TYPING.contains(&u64::from(low[1]))
                || (u64::from(low[1]) == TAKING && low[2] != 0)
                || (!bounds.signals && [0x8901, 0x8902].contains(&low[1]))
        }
        // Limits for others.
        libc::SYS_prlimit64 => low[0] != 0 && low[0] != own && call.arguments[2] != 0,
        // The network, where there is none, and families with ways of their own at any time.
        libc::SYS_socket => {
            !bounds.inet
                || ![libc::AF_INET, libc::AF_INET6].map(i32::cast_unsigned).contains(&low[0])
        }
        // New processes.
        libc::SYS_clone => {
            if bounds.processes {
                flag(libc::CLONE_NEWUSER) || flag(libc::CLONE_NEWNET) || flag(libc::CLONE_NEWPID)
            } else {
                !flag(libc::CLONE_THREAD)
            }
        }
        libc::SYS_execve | libc::SYS_execveat => !bounds.processes,
        // Signals to others.
        libc::SYS_kill => !bounds.signals && low[0] != 0 && low[0] != own,
        libc::SYS_tgkill => !bounds.signals && low[0] != own,
        libc::SYS_tkill | libc::SYS_pidfd_send_signal => !bounds.signals,
        // Other processes' memory, other views of the system, ways round a filter, others' files.
        libc::SYS_clone3
        | libc::SYS_ptrace
        | libc::SYS_process_vm_readv
        | libc::SYS_process_vm_writev
        | libc::SYS_pidfd_getfd
        | libc::SYS_io_uring_setup
        | libc::SYS_bpf
        | libc::SYS_mount
        | libc::SYS_unshare
        | libc::SYS_setns
        | libc::SYS_chroot
        | libc::SYS_fchmod
        | libc::SYS_fchmodat
        | libc::SYS_fchownat
        | libc::SYS_utimensat => true,
        _ => false,
    }
}

/// What every program needs, whatever its arguments are.
fn must_pass(bounds: Bounds, call: Call) -> bool {
    let (number, low) = plain(call);
    match number {
        libc::SYS_read
        | libc::SYS_write
        | libc::SYS_close
        | libc::SYS_openat
        | libc::SYS_mmap
        | libc::SYS_munmap
        | libc::SYS_brk
        | libc::SYS_futex
        | libc::SYS_epoll_ctl
        | libc::SYS_epoll_pwait
        | libc::SYS_connect
        | libc::SYS_sendto
        | libc::SYS_recvfrom
        | libc::SYS_pipe2
        | libc::SYS_exit_group
        | libc::SYS_rt_sigaction
        | libc::SYS_clock_nanosleep => true,
        libc::SYS_socket => bounds.inet && low[0] == libc::AF_INET.cast_unsigned(),
        libc::SYS_clone => !bounds.processes && low[0] & libc::CLONE_THREAD.cast_unsigned() != 0,
        libc::SYS_execve => bounds.processes,
        libc::SYS_kill => low[0] == std::process::id(),
        _ => false,
    }
}

/// The calls that the policy speaks of, so that a test does not have to guess their numbers.
pub(crate) const SPOKEN_OF: [c_long; 34] = [
    libc::SYS_ioctl,
    libc::SYS_prlimit64,
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_clone,
    libc::SYS_clone3,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_kill,
    libc::SYS_tgkill,
    libc::SYS_tkill,
    libc::SYS_pidfd_send_signal,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_io_uring_setup,
    libc::SYS_bpf,
    libc::SYS_mount,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_chroot,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_read,
    libc::SYS_openat,
    libc::SYS_mmap,
    libc::SYS_futex,
    libc::SYS_connect,
    libc::SYS_fcntl,
    libc::SYS_sched_setaffinity,
    libc::SYS_setpriority,
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbers() -> impl Strategy<Value = u32> {
        let known = prop::sample::select(SPOKEN_OF.to_vec())
            .prop_map(|number| u32::try_from(number).expect("a small number"));
        let set = prop::sample::select(vec![0, SECOND_SET]);
        (prop_oneof![4 => known, 1 => any::<u32>()], set).prop_map(|(number, set)| number | set)
    }

    /// Values that rules speak of, with anything in the upper half, and any value at all.
    fn arguments() -> impl Strategy<Value = u64> {
        let named = vec![
            TYPING[0],
            TYPING[1],
            TAKING,
            0x8901,
            0,
            1,
            2,
            10,
            15,
            u64::from(std::process::id()),
            libc::CLONE_THREAD.cast_unsigned().into(),
            libc::CLONE_NEWUSER.cast_unsigned().into(),
        ];
        let named = (prop::sample::select(named), prop_oneof![Just(0), any::<u32>()])
            .prop_map(|(low, high)| low | u64::from(high) << 32);
        prop_oneof![3 => named, 1 => any::<u64>()]
    }

    fn calls() -> impl Strategy<Value = Call> {
        let arch = prop_oneof![9 => Just(ARCH), 1 => prop::sample::select(vec![3, 40, 0])];
        (numbers(), arch, prop::array::uniform6(arguments()))
            .prop_map(|(number, arch, arguments)| Call { number, arch, arguments })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn no_call_passes_that_must_not_and_none_fails_that_must_pass(
            (processes, inet, signals) in any::<(bool, bool, bool)>(),
            calls in prop::collection::vec(calls(), 1..500),
        ) {
            let bounds = Bounds { processes, inet, signals };
            let programs = programs(bounds);
            for call in calls {
                check(bounds, &programs, call);
            }
        }
    }

    #[test]
    fn a_disguise_changes_nothing() {
        let bounds = Bounds { processes: false, inet: true, signals: true };
        let programs = programs(bounds);
        let typing = |number: u32, high: u64| Call {
            number,
            arch: ARCH,
            arguments: [0, TYPING[0] | high << 32, 0, 0, 0, 0],
        };
        let ioctl = u32::try_from(libc::SYS_ioctl).expect("a small number");
        for number in [ioctl, ioctl | SECOND_SET] {
            for high in [0, 1, u64::from(u32::MAX)] {
                let call = typing(number, high);
                assert!(matches!(judge(&programs, call), Verdict::Fails(_)), "{call:?}");
            }
        }
    }
}
