//! The emitter for schedulers in C: the calls of `include/loopscope.h`.
//!
//! Each function is the one of [`crate::emit`] with the same name; a number of 0 means none. The
//! program defines the three clock functions of the header.
//!
//! The `unsafe` code of this file is the fixed names of the symbols, and the two rings, which C
//! hands over as a pointer and a length.
#![allow(unsafe_code, reason = "symbols for C, and memory that C hands over")]
#![allow(missing_docs, reason = "the header documents them")]

use core::ffi::{CStr, c_char};
use core::sync::atomic::AtomicU8;

use loopscope_protocol::{
    By, Dialect, FutureHow, FutureId, HandleHow, HandleId, LoopId, NameId, ObjectId, On, Place,
    RunHow, TaskHow, TaskId, Which, Word,
};

use crate::{Hold, Scheduler, agent, emit};

const fn by(handle: u32) -> By {
    if handle == 0 { By::Outside } else { By::Handle(HandleId(handle)) }
}

/// The member of a closed set with that number; the first one if there is none.
fn word<W: Word>(code: u8) -> W {
    W::from_code(code).unwrap_or(W::ALL[0])
}

/// A scheduler in C, as far as its state can be asked for.
#[repr(C)]
#[derive(Debug)]
pub struct CScheduler {
    room: u32,
    snapshot: Option<extern "C" fn()>,
}

impl Scheduler for CScheduler {
    fn room(&self) -> Option<u32> {
        self.snapshot.map(|_| self.room)
    }

    fn snapshot(&self) {
        if let Some(tell) = self.snapshot {
            tell();
        }
    }
}

/// # Safety
///
/// Both memories are static, of the given sizes, and used for nothing else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loopscope_init(
    up: *mut u8,
    up_size: u32,
    down: *mut u8,
    down_size: u32,
    dialect: u8,
) {
    // SAFETY: the caller promises it; an atomic byte is laid out as a byte.
    let [up, down] = [(up, up_size), (down, down_size)].map(|(at, size)| unsafe {
        core::slice::from_raw_parts(at.cast::<AtomicU8>(), size as usize)
    });
    agent::init_with(up, down, word::<Dialect>(dialect));
}

/// # Safety
///
/// `scheduler` is null or points to a scheduler.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loopscope_poll(scheduler: *const CScheduler) -> bool {
    // SAFETY: the caller promises it.
    let scheduler = unsafe { scheduler.as_ref() };
    Hold::Yes
        == match scheduler {
            Some(scheduler) => agent::poll(scheduler),
            None => agent::poll(&crate::NoSnapshot),
        }
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_name(text: *const c_char) -> u32 {
    crate::names::number_at(text as usize).0
}

/// # Safety
///
/// The text ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loopscope_text_name(text: *const c_char) -> u32 {
    // SAFETY: the caller promises it.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes();
    emit::text_name(text as usize as u32, bytes).0
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_on_loop(number: u32) -> u32 {
    emit::switch_loop(LoopId(number)).0
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_task_untold() {
    emit::task_untold();
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_ticks() -> u64 {
    agent::ticks()
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_milliseconds() -> u64 {
    agent::milliseconds()
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_loop_new() {
    emit::loop_new();
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_loop_close(ready: u32, timers: u32) {
    emit::loop_close(ready, timers);
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_loop_run(how: u8, task: u32) {
    emit::loop_run(word::<RunHow>(how), TaskId(task));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_loop_stop_request(by_handle: u32) {
    emit::loop_stop_request(by(by_handle));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_loop_stopped(how: u8) {
    emit::loop_stopped(word::<RunHow>(how));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_poll_begin(timeout_ms: u32) {
    emit::poll_begin((timeout_ms != u32::MAX).then_some(timeout_ms));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_poll_end() {
    emit::poll_end();
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_handle_new(handle: u32, how: u8, by_handle: u32) {
    emit::handle_new(HandleId(handle), word::<HandleHow>(how), by(by_handle));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_handle_new_for(handle: u32, how: u8, by_handle: u32, task: u32) {
    emit::handle_new_for(HandleId(handle), word::<HandleHow>(how), by(by_handle), TaskId(task));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_timer_new(handle: u32, when_ms: u32, by_handle: u32) {
    emit::timer_new(HandleId(handle), when_ms, by(by_handle));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_timer_due(handle: u32, when_ms: u32) {
    emit::timer_due(HandleId(handle), when_ms);
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_timer_cancel(handle: u32, when_ms: u32, by_handle: u32) {
    emit::timer_cancel(HandleId(handle), when_ms, by(by_handle));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_timer_drop(handle: u32, when_ms: u32) {
    emit::timer_drop(HandleId(handle), when_ms);
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_handle_run(handle: u32) {
    emit::handle_run(HandleId(handle));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_handle_run_for(handle: u32, task: u32) {
    emit::handle_run_for(HandleId(handle), TaskId(task));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_handle_done(handle: u32) {
    emit::handle_done(HandleId(handle));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_handle_done_for(handle: u32, task: u32) {
    emit::handle_done_for(HandleId(handle), TaskId(task));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_handle_cancel(handle: u32, by_handle: u32) {
    emit::handle_cancel(HandleId(handle), by(by_handle));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_handle_skip(handle: u32) {
    emit::handle_skip(HandleId(handle));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_task_new(task: u32, name: u32, file: u32, line: u32, by_handle: u32) {
    let place = Place { file: NameId(file), line };
    emit::task_new(TaskId(task), NameId(name), place, by(by_handle));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_task_step(task: u32) {
    emit::task_step(TaskId(task));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_task_suspend(task: u32) {
    emit::task_suspend(TaskId(task), On::Nothing);
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_task_suspend_timer(task: u32, handle: u32) {
    emit::task_suspend(TaskId(task), On::Timer(HandleId(handle)));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_task_suspend_task(task: u32, other: u32) {
    emit::task_suspend(TaskId(task), On::Task(TaskId(other)));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_task_suspend_queue(task: u32, queue: u32) {
    emit::task_suspend(TaskId(task), On::Queue(ObjectId(queue)));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_task_suspend_future(task: u32, future: u32) {
    emit::task_suspend(TaskId(task), On::Future(FutureId(future)));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_task_suspend_waker(task: u32) {
    emit::task_suspend(TaskId(task), On::Waker);
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_task_done(task: u32, how: u8) {
    emit::task_done(TaskId(task), word::<TaskHow>(how));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_task_cancel(task: u32, by_handle: u32) {
    emit::task_cancel(TaskId(task), by(by_handle));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_future_new(future: u32, name: u32, by_handle: u32) {
    emit::future_new(FutureId(future), NameId(name), by(by_handle));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_future_link(future: u32, task: u32) {
    emit::future_link(FutureId(future), TaskId(task));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_future_done(future: u32, how: u8, by_handle: u32) {
    emit::future_done(FutureId(future), word::<FutureHow>(how), by(by_handle));
}

#[unsafe(no_mangle)]
pub extern "C" fn loopscope_handler_set(which: u8, name: u32) {
    emit::handler_set(word::<Which>(which), NameId(name));
}

/// # Safety
///
/// Both texts end with a zero byte, or are null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loopscope_handler_call(
    which: u8,
    message: *const c_char,
    exception: *const c_char,
    task: u32,
) {
    let [message, exception] = [message, exception].map(|text| {
        if text.is_null() {
            return "";
        }
        // SAFETY: the caller promises it.
        let text: &'static CStr = unsafe { CStr::from_ptr(text) };
        text.to_str().unwrap_or("?")
    });
    emit::handler_call(word::<Which>(which), message, &[exception], TaskId(task));
}
