//! Which system calls a program may make: what Landlock does not know is kept from it here, by
//! seccomp. A call that is not allowed fails as one that the system does not permit.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

use super::Sandbox;

/// The rules by the number of the call: it is refused where all conditions of one of its rules
/// hold, and always where it has none.
type Rules = BTreeMap<c_long, Vec<SeccompRule>>;

type Result<T> = std::result::Result<T, String>;

/// Calls that not every list of names has yet; their numbers are the same on all processors:
/// `fchmodat2`, `setxattrat`, `removexattrat`, `open_tree_attr`, `file_setattr`.
const NEWER: [c_long; 5] = [452, 463, 466, 467, 469];

/// How a descriptor is told whom to send its signals to.
const SET_OWNER: [u64; 2] = [8, 15];
const IO_SET_OWNER: [u64; 2] = [0x8901, 0x8902];

/// What moves a terminal's input, by number: nobody may type for the user.
#[allow(clippy::unnecessary_cast, reason = "another C library has them in another type")]
pub(super) const TYPING: [u64; 2] = [libc::TIOCSTI as u64, libc::TIOCLINUX as u64];

/// What takes a terminal from another session, which root may.
#[allow(clippy::unnecessary_cast, reason = "another C library has it in another type")]
pub(super) const TAKING: u64 = libc::TIOCSCTTY as u64;

/// What a program in a sandbox may ask of a descriptor: whether it is a terminal and what it is like,
/// what waits in it, and whether it blocks or is passed on. File systems have many others, and some
/// of them change a file that is open for reading, or make one.
#[allow(clippy::unnecessary_cast, reason = "another C library has them in another type")]
const ASKED: [u64; 17] = [
    libc::TCGETS as u64,
    libc::TCSETS as u64,
    libc::TCSETSW as u64,
    libc::TCSETSF as u64,
    0x802c_542a, // TCGETS2, TCSETS2 and its two siblings
    0x402c_542b,
    0x402c_542c,
    0x402c_542d,
    libc::TIOCGWINSZ as u64,
    libc::TIOCGPGRP as u64,
    libc::TIOCOUTQ as u64,
    libc::FIONREAD as u64,
    libc::FIONBIO as u64,
    libc::FIOASYNC as u64,
    libc::FIOCLEX as u64,
    libc::FIONCLEX as u64,
    0x8933, // SIOCGIFINDEX: the number of a network's device
];

/// How a descriptor is told to hold up others who open its file.
const SET_LEASE: u64 = 1024;

/// Whether this kernel filters calls, and we know how on this processor.
pub(super) fn are_filtered() -> bool {
    arch().is_ok() && std::path::Path::new("/proc/sys/kernel/seccomp").exists()
}

fn arch() -> Result<TargetArch> {
    std::env::consts::ARCH
        .try_into()
        .map_err(|_| format!("system calls cannot be filtered on {}", std::env::consts::ARCH))
}

/// Keeps a program from setting limits for the one that shows it, and from typing in a terminal.
/// Where it is `shown`, it does not slow down others either. A kernel without this is told by
/// `doctor`; the program runs all the same.
pub(super) fn protect_host(shown: bool) {
    let rules = protections().and_then(|mut rules| {
        if shown {
            others(&mut rules)?;
        }
        Ok(rules)
    });
    let program = rules.and_then(|rules| compile(rules, libc::EPERM));
    let _ = program.map(|program| apply_filter(&program));
}

fn protections() -> Result<Rules> {
    let mut rules = Rules::new();
    let own = u64::from(std::process::id());
    // A limit can end a process as well as a signal.
    rules.insert(
        libc::SYS_prlimit64,
        vec![all_of(&[arg(0, is_not(0)), arg(0, is_not(own)), long_arg(2, is_not(0))])?],
    );
    let typing = TYPING.iter().map(|request| all_of(&[arg(1, is(*request))]));
    let taking = all_of(&[arg(1, is(TAKING)), arg(2, is_not(0))]);
    rules.insert(libc::SYS_ioctl, typing.chain([taking]).collect::<Result<_>>()?);
    Ok(rules)
}

/// Puts the filters of a sandbox on this process.
pub(super) fn filter(sandbox: &Sandbox, inet: bool, signals: bool) -> Result<()> {
    filters(sandbox, inet, signals)?
        .iter()
        .try_for_each(|program| apply_filter(program).map_err(|error| error.to_string()))
}

/// The filters of a sandbox, all of which a call must pass. `inet` says whether there is a network
/// that it may use, and `signals` whether signals are kept within by other means.
pub(super) fn filters(sandbox: &Sandbox, inet: bool, signals: bool) -> Result<[BpfProgram; 2]> {
    let mut rules = protections()?;
    for call in NEVER.iter().chain(&NEWER) {
        rules.insert(*call, Vec::new());
    }
    processes(&mut rules, sandbox.processes)?;
    let families = [libc::AF_INET, libc::AF_INET6];
    let strange = families.map(|family| arg(0, is_not(unsigned(family))));
    rules.insert(libc::SYS_socket, if inet { vec![all_of(&strange)?] } else { Vec::new() });
    pairs(&mut rules)?;
    descriptors(&mut rules)?;
    others(&mut rules)?;
    if !signals {
        only_own_signals(&mut rules)?;
    }
    // What cannot be looked into must be asked for in the old way.
    let unseen = Rules::from([(libc::SYS_clone3, Vec::new())]);
    Ok([compile(rules, libc::EPERM)?, compile(unseen, libc::ENOSYS)?])
}

/// What no program in a sandbox needs, and what changes files without opening them.
const NEVER: &[c_long] = &[
    // Who a file belongs to, who may do what with it, and its times.
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chmod,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lchown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_utime,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_utimes,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_futimesat,
    // Other processes' memory.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_move_pages,
    libc::SYS_migrate_pages,
    // Memory, queues and keys that processes share by a number or a name.
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_semget,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
    libc::SYS_msgget,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_msgctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // Ways round a filter, and parts of the kernel that are attacked most.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_open_by_handle_at,
    // Other views of the system.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_chroot,
    libc::SYS_pivot_root,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
];

/// The ways to start a process; a thread is none.
fn processes(rules: &mut Rules, allowed: bool) -> Result<()> {
    if allowed {
        // Not one with another view of the system.
        let views = [
            libc::CLONE_NEWUSER,
            libc::CLONE_NEWNS,
            libc::CLONE_NEWPID,
            libc::CLONE_NEWNET,
            libc::CLONE_NEWIPC,
            libc::CLONE_NEWUTS,
            libc::CLONE_NEWCGROUP,
        ];
        let with = |flag| all_of(&[arg(0, masked(unsigned(flag), unsigned(flag)))]);
        rules.insert(libc::SYS_clone, views.into_iter().map(with).collect::<Result<_>>()?);
        return Ok(());
    }
    #[cfg(target_arch = "x86_64")]
    rules.extend([(libc::SYS_fork, Vec::new()), (libc::SYS_vfork, Vec::new())]);
    rules.extend([(libc::SYS_execve, Vec::new()), (libc::SYS_execveat, Vec::new())]);
    let no_thread = all_of(&[arg(0, masked(unsigned(libc::CLONE_THREAD), 0))])?;
    rules.insert(libc::SYS_clone, vec![no_thread]);
    Ok(())
}

/// Pairs of sockets belong to the program, but for one that can be connected to somebody else's later.
fn pairs(rules: &mut Rules) -> Result<()> {
    const KIND: u64 = 0xf;
    let kinds = [libc::SOCK_DGRAM, libc::SOCK_RAW];
    let kinds = kinds.into_iter().map(|kind| all_of(&[arg(1, masked(KIND, unsigned(kind)))]));
    let strange = all_of(&[arg(0, is_not(unsigned(libc::AF_UNIX)))]);
    rules.insert(libc::SYS_socketpair, kinds.chain([strange]).collect::<Result<_>>()?);
    Ok(())
}

/// What can be done to a file by a descriptor that only reads.
fn descriptors(rules: &mut Rules) -> Result<()> {
    let strange: Vec<_> = ASKED.iter().map(|request| arg(1, is_not(*request))).collect();
    rules.entry(libc::SYS_ioctl).or_default().push(all_of(&strange)?);
    rules.insert(libc::SYS_fcntl, vec![all_of(&[arg(1, is(SET_LEASE))])?]);
    Ok(())
}

/// How much of the machine other processes get is not for it to say.
fn others(rules: &mut Rules) -> Result<()> {
    let own = u64::from(std::process::id());
    let other = |at| all_of(&[arg(at, is_not(0)), arg(at, is_not(own))]);
    for call in [
        libc::SYS_sched_setaffinity,
        libc::SYS_sched_setscheduler,
        libc::SYS_sched_setparam,
        libc::SYS_sched_setattr,
    ] {
        rules.insert(call, vec![other(0)?]);
    }
    let of_many = all_of(&[arg(0, is_not(unsigned(0)))])?;
    rules.insert(libc::SYS_setpriority, vec![of_many, other(1)?]);
    let of_many = all_of(&[arg(0, is_not(1))])?;
    rules.insert(libc::SYS_ioprio_set, vec![of_many, other(1)?]);
    Ok(())
}

/// For kernels that cannot keep signals within: the program, which has no other processes then, may
/// send them only to itself.
fn only_own_signals(rules: &mut Rules) -> Result<()> {
    let own = u64::from(std::process::id());
    let other = |at| all_of(&[arg(at, is_not(own))]);
    rules.insert(libc::SYS_kill, vec![all_of(&[arg(0, is_not(0)), arg(0, is_not(own))])?]);
    for call in [libc::SYS_tgkill, libc::SYS_rt_sigqueueinfo, libc::SYS_rt_tgsigqueueinfo] {
        rules.insert(call, vec![other(0)?]);
    }
    rules.extend([(libc::SYS_tkill, Vec::new()), (libc::SYS_pidfd_send_signal, Vec::new())]);
    // A descriptor can be told to send them as well.
    let with = |numbers: [u64; 2]| {
        numbers.into_iter().map(|number| all_of(&[arg(1, is(number))])).collect::<Result<Vec<_>>>()
    };
    rules.entry(libc::SYS_fcntl).or_default().extend(with(SET_OWNER)?);
    rules.entry(libc::SYS_ioctl).or_default().extend(with(IO_SET_OWNER)?);
    Ok(())
}

/// The filter by which what `rules` refuse fails with the error `refusal`.
fn compile(rules: Rules, refusal: i32) -> Result<BpfProgram> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    // The processor has a second set of numbers for the same calls.
    #[cfg(target_arch = "x86_64")]
    let rules: Rules = {
        const X32: c_long = 0x4000_0000;
        let both = |(call, rules): (c_long, Vec<SeccompRule>)| {
            [(call, rules.clone()), (call | X32, rules)]
        };
        rules.into_iter().flat_map(both).collect()
    };
    let refused = SeccompAction::Errno(refusal.unsigned_abs());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refused, arch()?)
        .map_err(|error| text(&error))?;
    filter.try_into().map_err(|error: seccompiler::BackendError| text(&error))
}

// ---- conditions ------------------------------------------------------------------------------

/// What an argument is compared with, and how.
type Wanted = (SeccompCmpOp, u64);

const fn is(value: u64) -> Wanted {
    (SeccompCmpOp::Eq, value)
}

const fn is_not(value: u64) -> Wanted {
    (SeccompCmpOp::Ne, value)
}

/// Where the bits of `mask` are those of `value`.
const fn masked(mask: u64, value: u64) -> Wanted {
    (SeccompCmpOp::MaskedEq(mask), value)
}

/// A condition on an argument of 32 bits, whatever stands in the others.
fn arg(at: u8, (how, value): Wanted) -> Result<SeccompCondition> {
    SeccompCondition::new(at, SeccompCmpArgLen::Dword, how, value)
        .map_err(|error| error.to_string())
}

/// A condition on an argument of 64 bits.
fn long_arg(at: u8, (how, value): Wanted) -> Result<SeccompCondition> {
    SeccompCondition::new(at, SeccompCmpArgLen::Qword, how, value)
        .map_err(|error| error.to_string())
}

fn all_of(conditions: &[Result<SeccompCondition>]) -> Result<SeccompRule> {
    let conditions = conditions.iter().cloned().collect::<Result<Vec<_>>>()?;
    SeccompRule::new(conditions).map_err(|error| error.to_string())
}

/// A constant of C's as the kernel compares it.
#[allow(clippy::cast_sign_loss, reason = "the bits count, and only the lower 32 of them")]
const fn unsigned(value: i32) -> u64 {
    value as u32 as u64
}
