//! Waiting for streams: sockets and files by their descriptors, and objects of the program's own
//! that answer `ioctl` when they are asked whether they are ready.

use std::os::fd::RawFd;
use std::time::Duration;

use loopscope_protocol::{ClockHow, LintRule, TaskId};
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::signal::{SigSet, SigmaskHow};
use nix::sys::time::{TimeSpec, TimeValLike};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyInt};
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::language::numbered;
use super::program::program;
use super::schedule;
use crate::core::micro::Outside;
use crate::process::fd;
use crate::python::wait_millis;
use crate::run::Run;

/// The request of `ioctl` by which a stream is asked.
const MP_STREAM_POLL: i32 = 3;

/// `POLLIN` and `POLLOUT`.
pub(super) const READABLE: i32 = 1;
pub(super) const WRITABLE: i32 = 4;

/// An object without a descriptor is asked again after that many milliseconds.
const ASK_AGAIN: u64 = 1;

/// A stream and what is wanted of it.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) stream: PyObjectRef,
    pub(super) fd: Option<RawFd>,
    pub(super) events: i32,
}

/// The descriptor of a stream, if it has one: a number, or an object with `fileno`. An object with
/// `ioctl` is asked itself.
pub(super) fn descriptor(stream: &PyObject, vm: &VirtualMachine) -> PyResult<Option<RawFd>> {
    if stream.downcast_ref::<PyInt>().is_some() {
        let number: RawFd = stream.to_owned().try_into_value(vm)?;
        if number < 0 {
            return Err(vm.new_exception_empty(vm.ctx.exceptions.value_error.to_owned()));
        }
        return Ok(Some(number));
    }
    if vm.get_attribute_opt(stream, "ioctl")?.is_some() {
        return Ok(None);
    }
    match vm.get_attribute_opt(stream, "fileno")? {
        Some(fileno) => fileno.call((), vm)?.try_into_value(vm).map(Some),
        None => Err(vm.new_os_error("stream operation not supported")),
    }
}

/// What firmware raises with a number of the system's.
pub(super) fn os_error(number: i32, vm: &VirtualMachine) -> PyBaseExceptionRef {
    numbered(vm.ctx.new_int(number).into(), vm)
        .unwrap_or_else(|| vm.new_os_error(number.to_string()))
}

/// A descriptor is a real outside source.
pub(super) fn goes_real(fd: Option<RawFd>) {
    if fd.is_some() {
        Run::current().outside(ClockHow::Watcher);
    }
}

/// Waits until one of the streams is ready, at most that many milliseconds (`None`: any time). Gives
/// what each is ready for.
pub(super) fn wait(
    wanted: &[Wanted],
    timeout: Option<u64>,
    vm: &VirtualMachine,
) -> PyResult<Vec<i32>> {
    let clock = &Run::current().clock;
    let start = clock.peek();
    let all_have_descriptors = wanted.iter().all(|wanted| wanted.fd.is_some());
    let any_descriptor = wanted.iter().any(|wanted| wanted.fd.is_some());
    let mut told = false;
    loop {
        schedule::run_pending(vm)?;
        let hangs = timeout.is_none() && schedule::outside() == Outside::Nothing;
        if hangs && !told && !any_descriptor {
            told = true;
            tell_hang();
        }
        let passed = (clock.peek() - start) / 1_000_000;
        let left = timeout.map(|timeout| timeout.saturating_sub(passed));
        let over = left == Some(0);
        let length = if all_have_descriptors {
            left
        } else {
            Some(left.unwrap_or(ASK_AGAIN).min(ASK_AGAIN))
        };
        // Objects are asked before anything waits for descriptors, so that none of them waits.
        let mut ready = ask(wanted, vm)?;
        let any = ready.iter().any(|events| *events != 0);
        let virtual_clock = clock.is_virtual();
        if any_descriptor {
            let length = if any || over || virtual_clock { Some(0) } else { length };
            poll_descriptors(wanted, &mut ready, length, vm)?;
        }
        if over || ready.iter().any(|events| *events != 0) {
            return Ok(ready);
        }
        pass(left, length, any_descriptor, vm)?;
    }
}

fn tell_hang() {
    program().core.records().lint(
        LintRule::Lost,
        TaskId::NONE,
        "Only objects of the program itself are waited for, and nothing is left that could set \
         them: the program hangs, as it would on a board without an interrupt.",
    );
}

/// Lets time pass until it is worth asking again. `has_waited`: the poll of descriptors did so.
fn pass(
    left: Option<u64>,
    length: Option<u64>,
    has_waited: bool,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let clock = &Run::current().clock;
    if !clock.is_virtual() {
        return match length {
            Some(millis) if !has_waited => wait_millis(millis, vm),
            _ => Ok(()),
        };
    }
    match left {
        // Nothing else runs meanwhile, so nothing becomes ready before the time is over.
        Some(left) if schedule::outside() == Outside::Nothing => {
            clock.advance(Duration::from_millis(left));
        }
        _ => {
            clock.advance(Duration::from_millis(ASK_AGAIN));
            // Where nothing is scheduled only another thread, or nobody, can change anything.
            if schedule::outside() != Outside::Soon {
                wait_millis(ASK_AGAIN, vm)?;
            }
        }
    }
    Ok(())
}

/// Asks the objects that have no descriptor.
fn ask(wanted: &[Wanted], vm: &VirtualMachine) -> PyResult<Vec<i32>> {
    wanted
        .iter()
        .map(|wanted| {
            if wanted.fd.is_some() {
                return Ok(0);
            }
            let args = (MP_STREAM_POLL, wanted.events);
            let answer: i32 = vm.call_method(&wanted.stream, "ioctl", args)?.try_into_value(vm)?;
            if answer < 0 {
                // -1 says nothing more.
                return Err(os_error(if answer == -1 { libc::EINVAL } else { -answer }, vm));
            }
            Ok(answer)
        })
        .collect()
}

/// Polls the descriptors. A signal that comes between the look for signals and the poll is not
/// missed: it is kept back until the poll has begun.
fn poll_descriptors(
    wanted: &[Wanted],
    ready: &mut [i32],
    timeout: Option<u64>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let mut at = Vec::new();
    let mut fds = Vec::new();
    for (index, wanted) in wanted.iter().enumerate() {
        if let Some(borrowed) = wanted.fd.and_then(fd::borrow) {
            let events = i16::try_from(wanted.events).unwrap_or(0);
            at.push(index);
            fds.push(PollFd::new(borrowed, PollFlags::from_bits_truncate(events)));
        }
    }
    let length = timeout.map(|millis| {
        TimeSpec::milliseconds(i64::try_from(millis).unwrap_or(i64::MAX / 1_000_000))
    });
    Run::current().trace.flush();
    let open = SigSet::all().thread_swap_mask(SigmaskHow::SIG_BLOCK);
    let looked = vm.check_signals();
    if looked.is_ok() {
        let mask = open.ok();
        // An interrupted poll found nothing; whoever called asks again.
        let _ = vm.allow_threads(|| ppoll(&mut fds, length, mask));
    }
    if let Ok(open) = open {
        let _ = open.thread_set_mask();
    }
    looked?;
    vm.check_signals()?;
    for (index, fd) in at.into_iter().zip(&fds) {
        ready[index] = i32::from(fd.revents().unwrap_or(PollFlags::empty()).bits());
    }
    Ok(())
}
