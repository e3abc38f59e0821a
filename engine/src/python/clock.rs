//! The time that a program sees: `time` and `datetime` read the run's clock and sleep by it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use loopscope_protocol::Dialect;
use nix::sys::select::pselect;
use nix::sys::signal::{SigSet, SigmaskHow};
use nix::sys::time::TimeSpec;
use rustpython_vm::builtins::{PyClassMethod, PyFloat, PyModule, PyTypeRef};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use super::blocked::others_at_work;
use super::hooks::{class, wrap};
use super::locks::{self, may_have_threads};
use super::parts::language;
use crate::core::{FIRST_LOOK, LAST_LOOK, WorkTime, seconds};
use crate::run::Run;

const NANOS: i64 = 1_000_000_000;

/// The calendar time at loop time 0.
static WALL_START: AtomicI64 = AtomicI64::new(0);

/// Sets the calendar time at loop time 0, in nanoseconds since 1970.
pub(crate) fn start_at(nanos: i64) {
    WALL_START.store(nanos, Ordering::Relaxed);
}

/// The calendar time now, in nanoseconds since 1970.
fn wall() -> i64 {
    let passed = i64::try_from(Run::current().clock.read()).unwrap_or(i64::MAX);
    WALL_START.load(Ordering::Relaxed).saturating_add(passed)
}

#[allow(clippy::cast_precision_loss, reason = "CPython divides its nanoseconds the same way")]
fn as_seconds(nanos: i64) -> f64 {
    if nanos % NANOS == 0 { (nanos / NANOS) as f64 } else { nanos as f64 / 1e9 }
}

fn wall_seconds() -> f64 {
    as_seconds(wall())
}

/// The calendar time in whole seconds, as the functions take it that default to now.
fn wall_whole(vm: &VirtualMachine) -> PyObjectRef {
    vm.ctx.new_int(wall().div_euclid(NANOS)).into()
}

fn monotonic() -> f64 {
    seconds(Run::current().clock.read())
}

fn monotonic_nanos() -> u64 {
    Run::current().clock.read()
}

/// Replaces what reads the time and what sleeps.
pub(super) fn patch_time(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    let set = |name, function: PyObjectRef| module.set_attr(name, function, vm);
    set("time", vm.new_function("time", wall_seconds).into())?;
    set("time_ns", vm.new_function("time_ns", wall).into())?;
    for name in ["monotonic", "perf_counter"] {
        set(name, vm.new_function(name, monotonic).into())?;
    }
    for name in ["monotonic_ns", "perf_counter_ns"] {
        set(name, vm.new_function(name, monotonic_nanos).into())?;
    }
    set("sleep", vm.new_function("sleep", sleep).into())?;
    // With a time these are as they were; without one it is now.
    for name in ["localtime", "gmtime", "ctime"] {
        wrap(vm, module, name, |original, mut args, vm| {
            if args.kwargs.is_empty() && args.args.first().is_none_or(|time| vm.is_none(time)) {
                args.args = vec![wall_whole(vm)];
            }
            original.call(args, vm)
        })?;
    }
    for (name, given) in [("asctime", 0), ("strftime", 1)] {
        let localtime = module.get_attr("localtime", vm)?;
        wrap(vm, module, name, move |original, mut args, vm| {
            if args.args.len() == given && args.kwargs.is_empty() {
                args.args.push(localtime.call((), vm)?);
            }
            original.call(args, vm)
        })?;
    }
    patch_clock_ids(vm, module)?;
    if let Some(language) = language() {
        (language.patch_time)(vm, module)?;
    }
    Ok(())
}

/// `clock_gettime` for the two clocks that the run's clock stands for.
fn patch_clock_ids(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    let id = |name: &'static str| -> Option<i32> {
        module.get_attr(name, vm).ok()?.try_into_value(vm).ok()
    };
    let real = id("CLOCK_REALTIME");
    let monotonic: Vec<i32> = ["CLOCK_MONOTONIC", "CLOCK_MONOTONIC_RAW", "CLOCK_BOOTTIME"]
        .into_iter()
        .filter_map(id)
        .collect();
    for (name, in_nanos) in [("clock_gettime", false), ("clock_gettime_ns", true)] {
        let monotonic = monotonic.clone();
        wrap(vm, module, name, move |original, args, vm| {
            let id: Option<i32> =
                args.args.first().and_then(|id| id.clone().try_into_value(vm).ok());
            let nanos = if id.is_some() && id == real {
                wall()
            } else if id.is_some_and(|id| monotonic.contains(&id)) {
                i64::try_from(monotonic_nanos()).unwrap_or(i64::MAX)
            } else {
                return original.call(args, vm);
            };
            Ok(if in_nanos {
                vm.ctx.new_int(nanos).into()
            } else {
                vm.ctx.new_float(as_seconds(nanos)).into()
            })
        })?;
    }
    Ok(())
}

// ---- sleeping ----------------------------------------------------------------------------------

/// `time.sleep`.
#[allow(clippy::needless_pass_by_value, reason = "the interpreter hands over arguments by value")]
fn sleep(length: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    sleep_for(sleep_length(&length, vm)?, vm)
}

/// Sleeps by the run's clock.
pub(crate) fn sleep_for(length: Duration, vm: &VirtualMachine) -> PyResult<()> {
    let clock = &Run::current().clock;
    if clock.is_virtual() && may_have_threads() {
        return sleep_in_company(length, vm);
    }
    if clock.is_virtual() {
        clock.sleep(length);
        return Ok(());
    }
    let start = clock.peek();
    loop {
        let passed = Duration::from_nanos(clock.peek().saturating_sub(start));
        let left = length.saturating_sub(passed);
        if left.is_zero() && !passed.is_zero() {
            return Ok(());
        }
        wait(left, vm)?;
    }
}

/// Sleeps by the virtual clock while there are other threads: they act before it if they would have.
fn sleep_in_company(length: Duration, vm: &VirtualMachine) -> PyResult<()> {
    let sleeper = Run::current().clock.fall_asleep(Some(length));
    let mut time = WorkTime::begin();
    let mut look = FIRST_LOOK;
    while !sleeper.pass(|| others_at_work(vm)) {
        let left = time.left(length);
        if left.is_zero() {
            sleeper.end();
            break;
        }
        // Signals are the main thread's.
        if locks::is_main() {
            wait(left.min(look), vm)?;
        } else {
            vm.allow_threads(|| sleeper.wait(left.min(look)));
        }
        look = (look * 2).min(LAST_LOOK);
    }
    Ok(())
}

/// Waits `millis` milliseconds of the machine's time, or until a signal comes.
pub(crate) fn wait_millis(millis: u64, vm: &VirtualMachine) -> PyResult<()> {
    Run::current().trace.flush();
    wait(Duration::from_millis(millis), vm)
}

/// Waits until the time is over or a signal comes. A signal that comes between the look for
/// signals and the wait is not missed: it is kept back until the wait has begun.
fn wait(length: Duration, vm: &VirtualMachine) -> PyResult<()> {
    let Ok(open) = SigSet::all().thread_swap_mask(SigmaskHow::SIG_BLOCK) else {
        vm.allow_threads(|| Run::current().clock.sleep(length));
        return vm.check_signals();
    };
    let result = vm.check_signals().map(|()| {
        let length = TimeSpec::from_duration(length);
        let _ = vm.allow_threads(|| pselect(0, None, None, None, &length, &open));
    });
    let _ = open.thread_set_mask();
    result?;
    vm.check_signals()
}

/// The length of a sleep, with CPython's errors.
fn sleep_length(length: &PyObject, vm: &VirtualMachine) -> PyResult<Duration> {
    let too_long = || vm.new_overflow_error("timestamp too large to convert to C PyTime_t");
    let negative = || vm.new_value_error("sleep length must be non-negative");
    if let Some(seconds) = length.downcast_ref::<PyFloat>() {
        let seconds = seconds.to_f64();
        if seconds.is_nan() {
            return Err(vm.new_value_error("Invalid value NaN (not a number)"));
        }
        if seconds < 0.0 {
            return Err(negative());
        }
        return Duration::try_from_secs_f64(seconds)
            .ok()
            .filter(|length| i64::try_from(length.as_nanos()).is_ok())
            .ok_or_else(too_long);
    }
    let Ok(whole) = length.try_index(vm) else {
        return Err(vm.new_type_error(format!(
            "'{}' object cannot be interpreted as an integer",
            length.class().name()
        )));
    };
    let whole: i64 = whole.try_to_primitive(vm).map_err(|_| too_long())?;
    if whole.checked_mul(NANOS).is_none() {
        return Err(too_long());
    }
    u64::try_from(whole).map(Duration::from_secs).map_err(|_| negative())
}

// ---- datetime ----------------------------------------------------------------------------------

/// Replaces `datetime.now` and `datetime.utcnow`; `today` goes through `time.time` already.
#[allow(clippy::unnecessary_wraps, reason = "the table of hooks has functions that may fail")]
pub(super) fn patch_datetime(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    let Some(datetime) = class(vm, module, "datetime") else { return Ok(()) };
    let base = datetime.clone();
    let now = move |class: PyTypeRef, args: NowArgs, vm: &VirtualMachine| {
        let micros = wall().div_euclid(1_000);
        // Exact: a double has bits enough for the microseconds of the next two centuries.
        #[allow(clippy::cast_precision_loss, reason = "see above")]
        let time = vm.ctx.new_float(micros as f64 / 1e6);
        let zone = args.tz.unwrap_or_else(|| vm.ctx.none());
        // The base class's own, whatever a subclass makes of that name.
        let Some(from) = base.get_attr(vm.ctx.intern_str("fromtimestamp")) else {
            return Err(vm.new_attribute_error("fromtimestamp"));
        };
        bind(&from, class, vm)?.call((time, zone), vm)
    };
    let utcnow = |class: PyTypeRef, vm: &VirtualMachine| {
        warn_of_utcnow(vm)?;
        let micros = wall().div_euclid(1_000);
        let fields = calendar(micros).map(|field| field.to_pyobject(vm));
        class.as_object().call(fields.to_vec(), vm)
    };
    for (name, function) in
        [("now", vm.new_function("now", now)), ("utcnow", vm.new_function("utcnow", utcnow))]
    {
        let method = PyClassMethod::from(PyObjectRef::from(function)).into_ref(&vm.ctx);
        datetime.set_attr(vm.ctx.intern_str(name), method.into());
    }
    Ok(())
}

#[derive(rustpython_vm::FromArgs)]
struct NowArgs {
    #[pyarg(any, optional)]
    tz: Option<PyObjectRef>,
}

/// What `class.name` is, where the base class has `attribute` for it.
fn bind(attribute: &PyObject, class: PyTypeRef, vm: &VirtualMachine) -> PyResult {
    vm.call_method(attribute, "__get__", (vm.ctx.none(), class))
}

fn warn_of_utcnow(vm: &VirtualMachine) -> PyResult<()> {
    if Run::current().dialect == Dialect::Cpython36 {
        return Ok(());
    }
    let text = "datetime.datetime.utcnow() is deprecated and scheduled for removal in a future \
                version. Use timezone-aware objects to represent datetimes in UTC: \
                datetime.datetime.now(datetime.UTC).";
    let category = vm.ctx.exceptions.deprecation_warning.to_owned();
    rustpython_vm::warn::warn(vm.ctx.new_str(text).into(), Some(category), 1, None, vm)
}

/// Microseconds since 1970 as year, month, day, hour, minute, second and microsecond in UTC.
fn calendar(micros: i64) -> [i64; 7] {
    let seconds = micros.div_euclid(1_000_000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years count from March here, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    [year, month, day, second / 3_600, second / 60 % 60, second % 60, micros.rem_euclid(1_000_000)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_is_right_around_its_edges() {
        assert_eq!(calendar(0), [1970, 1, 1, 0, 0, 0, 0]);
        assert_eq!(calendar(946_684_800_000_001), [2000, 1, 1, 0, 0, 0, 1]);
        assert_eq!(calendar(951_782_400_000_000), [2000, 2, 29, 0, 0, 0, 0]);
        assert_eq!(calendar(951_868_799_999_999), [2000, 2, 29, 23, 59, 59, 999_999]);
        assert_eq!(calendar(951_868_800_000_000), [2000, 3, 1, 0, 0, 0, 0]);
        assert_eq!(calendar(-1), [1969, 12, 31, 23, 59, 59, 999_999]);
        assert_eq!(calendar(4_102_444_800_000_000), [2100, 1, 1, 0, 0, 0, 0]);
    }

    #[test]
    fn seconds_are_rounded_as_cpython_rounds_them() {
        assert_eq!(as_seconds(2_000_000_000).to_string(), "2");
        assert_eq!(as_seconds(946_684_800_000_001_000).to_string(), "946684800.0000011");
    }
}
