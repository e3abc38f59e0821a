//! Tasks: made, awaited, and refused where there is no room for more.

use super::*;

task! {
    pub(super) async fn two_sleepers() -> Result<(), Error> {
        let first = asyncio::create_task(sleeper(2))?;
        asyncio::sleep_ms(0).await?;
        first.await?;
        Ok(())
    }
}

#[test]
fn sleeping_and_awaiting() {
    let _turn = start();
    assert_eq!(asyncio::run(two_sleepers()), Ok(()));
    check(
        "0 loop-new
         0 task-new task 1 two_sleepers
         0 handle-new h1 step two_sleepers task 1
         0 loop-run until-complete task 1
         0 handle-run h1 task 1
         0 task-step task 1
         0 task-new task 2 sleeper
         0 handle-new h3 step sleeper by=h1 task 2
         0 handle-new h2 step two_sleepers by=h1 task 1
         0 task-suspend task 1
         0 handle-done h1 task 1
         0 handle-run h3 task 2
         0 task-step task 2
         0 timer-new h4 when=0.002000 sleeper by=h3 task 2
         0 task-suspend task 2 waits for h4
         0 handle-done h3 task 2
         0 handle-run h2 task 1
         0 task-step task 1
         0 task-suspend task 1 waits for task 2
         0 handle-done h2 task 1
         0 poll-begin timeout=0.002000
         2 poll-end ready=0
         2 timer-due h4 when=0.002000
         2 handle-run h4 task 2
         2 task-step task 2
         2 task-done task 2 result
         2 handle-new h1 wakeup two_sleepers by=h4 task 1
         2 handle-done h4 task 2
         2 handle-run h1 task 1
         2 task-step task 1
         2 task-done task 1 result
         2 handle-done h1 task 1
         2 loop-stopped until-complete",
    );
}

#[test]
fn a_full_pool_is_an_error_and_a_run_inside_a_run_is_refused() {
    let _turn = start();
    let tasks: Vec<_> = (0..5).map(|_| asyncio::create_task(failing(1))).collect();
    assert_eq!(tasks.iter().filter(|task| task.is_ok()).count(), 4);
    assert!(matches!(tasks[4], Err(Error::Raised { class: "MemoryError", .. })));
    task! {
        async fn nested() -> Result<(), Error> {
            let refused = asyncio::run(sleeper(1));
            assert!(matches!(refused, Err(Error::Raised { class: "RuntimeError", .. })));
            Ok(())
        }
    }
    assert_eq!(asyncio::run(nested()), Ok(()));
    assert_eq!(current_task().unwrap_err(), Error::raise("RuntimeError", "no running event loop"));
    assert!(!records().contains("ODD"));
}

task! {
    async fn knows_itself(seen: &'static Mutex<Vec<u32>>) -> Result<(), Error> {
        let me = current_task()?;
        seen.lock().unwrap().push(me.id().0);
        asyncio::sleep_ms(1).await?;
        assert!(!me.done());
        assert_eq!(current_task()?.id(), me.id());
        Ok(())
    }
}

#[test]
fn the_current_task_is_the_one_that_runs() {
    static SEEN: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    let _turn = start();
    SEEN.lock().unwrap().clear();
    let task = asyncio::create_task(knows_itself(&SEEN)).unwrap();
    let id = task.any().id();
    assert!(current_task().is_err(), "nothing runs yet");
    assert_eq!(asyncio::run(task), Ok(()));
    assert_eq!(*SEEN.lock().unwrap(), [id.0]);
    assert!(current_task().is_err(), "nothing runs any more");
}

task! {
    async fn two_seconds() -> Result<(), Error> {
        asyncio::sleep(2).await
    }
}

#[test]
fn sleep_counts_seconds_and_sleep_ms_milliseconds() {
    let _turn = start();
    assert_eq!(asyncio::run(two_seconds()), Ok(()));
    assert_eq!(crate::milliseconds(), 2000);
    assert_eq!(asyncio::run(sleeper(3)), Ok(3));
    assert_eq!(crate::milliseconds(), 2003);
}

#[test]
fn a_wait_outside_of_tasks_is_an_error_and_not_a_wait() {
    use core::future::Future;
    use core::pin::{Pin, pin};
    use core::task::{Context, Poll, Waker};

    static HERE: Event = Event::new();
    static ONE: Lock = Lock::new();
    static FLAG: ThreadSafeFlag = ThreadSafeFlag::new();
    let _turn = start();
    let no_loop = Error::raise("RuntimeError", "no running event loop");
    let mut context = Context::from_waker(Waker::noop());
    let mut once =
        |future: Pin<&mut dyn Future<Output = Result<(), Error>>>| future.poll(&mut context);
    assert_eq!(once(pin!(asyncio::sleep_ms(1))), Poll::Ready(Err(no_loop)));
    assert_eq!(once(pin!(HERE.wait())), Poll::Ready(Err(no_loop)));
    assert_eq!(once(pin!(ONE.acquire())), Poll::Ready(Err(no_loop)));
    assert_eq!(once(pin!(FLAG.wait())), Poll::Ready(Err(no_loop)));
}
