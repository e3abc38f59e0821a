//! Running, stopping, and starting over.

use super::tasks::two_sleepers;
use super::*;

task! {
    pub(super) async fn stops() -> Result<(), Error> {
        asyncio::sleep_ms(1).await?;
        get_event_loop().stop();
        get_event_loop().stop();
        asyncio::sleep_ms(1).await
    }
}

#[test]
fn stopping_queues_the_sentinel_and_what_is_left_runs_on_later() {
    let _turn = start();
    let event_loop = get_event_loop();
    let task = event_loop.create_task(stops()).unwrap();
    assert_eq!(event_loop.run_forever(), Ok(()));
    assert!(!task.done());
    event_loop.close();
    assert_eq!(event_loop.run_until_complete(task), Ok(()));
    check(
        "0 loop-new
         0 task-new task 1 stops
         0 handle-new h1 step stops task 1
         0 task-new task 2 _stopper
         0 loop-run forever task 2
         0 handle-run h1 task 1
         0 task-step task 1
         0 timer-new h2 when=0.001000 stops by=h1 task 1
         0 task-suspend task 1 waits for h2
         0 handle-done h1 task 1
         0 poll-begin timeout=0.001000
         1 poll-end ready=0
         1 timer-due h2 when=0.001000
         1 handle-run h2 task 1
         1 task-step task 1
         1 loop-stop-request by=h2
         1 handle-new h3 step _stopper by=h2 task 2
         1 timer-new h1 when=0.002000 stops by=h2 task 1
         1 task-suspend task 1 waits for h1
         1 handle-done h2 task 1
         1 handle-run h3 task 2
         1 task-step task 2
         1 task-done task 2 result
         1 handle-done h3 task 2
         1 loop-stopped forever
         1 loop-run until-complete task 1
         1 poll-begin timeout=0.001000
         2 poll-end ready=0
         2 timer-due h1 when=0.002000
         2 handle-run h1 task 1
         2 task-step task 1
         2 task-done task 1 result
         2 handle-done h1 task 1
         2 loop-stopped until-complete",
    );
}

#[test]
fn a_new_loop_drops_what_is_queued() {
    let _turn = start();
    let event_loop = get_event_loop();
    let sleeping = event_loop.create_task(sleeper(5)).unwrap();
    assert_eq!(event_loop.run_until_complete(two_sleepers()), Ok(()));
    event_loop.create_task(sleeper(1)).unwrap();
    records();
    asyncio::new_event_loop().unwrap();
    assert!(sleeping.done());
    let bytes = read(&_LOOPSCOPE_RTT.up, UP.bytes(), usize::MAX);
    // timer-cancel and timer-drop of the sleeping one, handle-cancel and handle-skip of the other.
    assert!(!bytes.is_empty());
    // Their places are free again: the pool has room for eight.
    let tasks: Vec<_> = (0..8).map(|_| event_loop.create_task(sleeper(1))).collect();
    drop(sleeping);
    assert!(tasks.iter().filter(|task| task.is_ok()).count() >= 7);
}

task! {
    async fn tries_to_start_over() -> Result<(), Error> {
        let refused = asyncio::new_event_loop().unwrap_err();
        assert_eq!(refused, Error::raise("RuntimeError", "the loop is running"));
        assert!(get_event_loop().run_forever().is_err());
        Ok(())
    }
}

#[test]
fn a_new_loop_and_a_second_run_are_refused_while_the_loop_runs() {
    let _turn = start();
    assert_eq!(asyncio::run(tries_to_start_over()), Ok(()));
    assert!(!records().contains("ODD"));
}

#[test]
fn stop_and_close_do_nothing_to_a_loop_that_does_not_run_for_ever() {
    let _turn = start();
    let event_loop = get_event_loop();
    event_loop.stop();
    event_loop.close();
    assert_eq!(event_loop.run_until_complete(sleeper(1)), Ok(1));
    assert!(!records().contains("loop-stop-request"));
}

#[test]
fn a_new_loop_keeps_the_exception_handler() {
    fn on_error(_: &Context) {}
    let _turn = start();
    get_event_loop().set_exception_handler(Some(crate::handler!(on_error)));
    let event_loop = asyncio::new_event_loop().unwrap();
    assert!(event_loop.get_exception_handler().is_some());
    event_loop.set_exception_handler(None);
}
