//! A sleep for executors that are not ours: the timer's interrupt wakes the task.

use core::cell::RefCell;
use core::future::{Future, poll_fn};
use core::task::{Poll, Waker};

use critical_section::Mutex;
use loopscope_agent::milliseconds;

/// When somebody is to be woken, in milliseconds since the start, and who.
type Alarm = (u64, Waker);

static ALARMS: Mutex<RefCell<[Option<Alarm>; 4]>> = Mutex::new(RefCell::new([const { None }; 4]));

/// Wakes those that are due. Called by the timer's interrupt.
pub(crate) fn look() {
    let now = milliseconds();
    critical_section::with(|cs| {
        for alarm in ALARMS.borrow_ref_mut(cs).iter_mut() {
            if alarm.as_ref().is_some_and(|(due, _)| *due <= now)
                && let Some((_, waker)) = alarm.take()
            {
                waker.wake();
            }
        }
    });
}

/// Sleeps until `due`, in milliseconds since the start.
///
/// # Panics
///
/// If more than four tasks sleep at a time.
pub fn until(due: u64) -> impl Future<Output = ()> {
    poll_fn(move |context| {
        if milliseconds() >= due {
            return Poll::Ready(());
        }
        critical_section::with(|cs| {
            let mut alarms = ALARMS.borrow_ref_mut(cs);
            let same = |alarm: &&mut Option<Alarm>| {
                alarm.as_ref().is_none_or(|(_, waker)| waker.will_wake(context.waker()))
            };
            let alarm = alarms.iter_mut().find(same).expect("four alarms are enough");
            *alarm = Some((due, context.waker().clone()));
        });
        Poll::Pending
    })
}
