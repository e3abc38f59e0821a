//! Exceptions, and the handlers that are told of them.

use super::*;
use crate::handler;

fn on_error(context: &Context) {
    assert_eq!(context.message, "Task exception wasn't retrieved");
    assert_eq!(context.exception, Some(Error::raise("ValueError", "bad")));
}

task! {
    async fn fails_twice() -> Result<(), Error> {
        get_event_loop().set_exception_handler(Some(handler!(on_error)));
        asyncio::create_task(failing(1))?;
        asyncio::sleep_ms(3).await?;
        let awaited = asyncio::create_task(failing(1))?;
        assert_eq!(awaited.await, Err(Error::raise("ValueError", "bad")));
        Ok(())
    }
}

#[test]
fn an_exception_that_nobody_awaits_goes_to_the_handler_a_round_later() {
    let _turn = start();
    assert_eq!(asyncio::run(fails_twice()), Ok(()));
    check(
        "0 loop-new
         0 task-new task 1 fails_twice
         0 handle-new h1 step fails_twice task 1
         0 loop-run until-complete task 1
         0 handle-run h1 task 1
         0 task-step task 1
         0 handler-set custom on_error
         0 task-new task 2 failing
         0 handle-new h3 step failing by=h1 task 2
         0 timer-new h2 when=0.003000 fails_twice by=h1 task 1
         0 task-suspend task 1 waits for h2
         0 handle-done h1 task 1
         0 handle-run h3 task 2
         0 task-step task 2
         0 timer-new h4 when=0.001000 failing by=h3 task 2
         0 task-suspend task 2 waits for h4
         0 handle-done h3 task 2
         0 poll-begin timeout=0.001000
         1 poll-end ready=0
         1 timer-due h4 when=0.001000
         1 handle-run h4 task 2
         1 task-step task 2
         1 task-done task 2 exception
         1 handle-new h3 done-callback failing by=h4 task 2
         1 handle-done h4 task 2
         1 handle-run h3 task 2
         1 handler-call custom message=\"Task exception wasn't retrieved\" exception=\"ValueError('bad',)\" task 2
         1 handle-done h3 task 2
         1 poll-begin timeout=0.002000
         3 poll-end ready=0
         3 timer-due h2 when=0.003000
         3 handle-run h2 task 1
         3 task-step task 1
         3 task-new task 3 failing
         3 handle-new h5 step failing by=h2 task 3
         3 task-suspend task 1 waits for task 3
         3 handle-done h2 task 1
         3 handle-run h5 task 3
         3 task-step task 3
         3 timer-new h6 when=0.004000 failing by=h5 task 3
         3 task-suspend task 3 waits for h6
         3 handle-done h5 task 3
         3 poll-begin timeout=0.001000
         4 poll-end ready=0
         4 timer-due h6 when=0.004000
         4 handle-run h6 task 3
         4 task-step task 3
         4 task-done task 3 exception
         4 handle-new h1 wakeup fails_twice by=h6 task 1
         4 handle-done h6 task 3
         4 handle-run h1 task 1
         4 task-step task 1
         4 task-done task 1 result
         4 handle-done h1 task 1
         4 loop-stopped until-complete",
    );
}

/// What handlers and the printer were told.
static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn told() -> Vec<String> {
    core::mem::take(&mut *TOLD.lock().unwrap())
}

fn writes_down(context: &Context) {
    TOLD.lock().unwrap().push(std::format!("{} {:?}", context.message, context.exception));
}

fn falls_back(context: &Context) {
    writes_down(context);
    get_event_loop().default_exception_handler(context);
}

#[test]
fn without_a_handler_of_the_programs_the_default_one_prints_message_and_exception() {
    let _turn = start();
    told();
    asyncio::set_printer(|pieces| TOLD.lock().unwrap().push(pieces.concat()));
    assert!(get_event_loop().get_exception_handler().is_none());
    let _left = asyncio::create_task(failing(1)).unwrap();
    assert_eq!(asyncio::run(sleeper(3)), Ok(3));
    assert_eq!(told(), ["Task exception wasn't retrieved", "ValueError('bad',)"]);
    let found = records();
    let call = "1 handler-call default message=\"Task exception wasn't retrieved\" \
                exception=\"ValueError('bad',)\" task 1";
    assert!(found.contains(call), "{found}");
}

#[test]
fn call_exception_handler_calls_the_one_that_is_set_and_it_may_fall_back() {
    let _turn = start();
    told();
    asyncio::set_printer(|pieces| TOLD.lock().unwrap().push(pieces.concat()));
    let event_loop = get_event_loop();
    let context = Context { message: "hot", exception: Some(Error::Timeout), future: None };
    event_loop.set_exception_handler(Some(handler!(writes_down)));
    assert!(event_loop.get_exception_handler().is_some());
    event_loop.call_exception_handler(&context);
    assert_eq!(told(), ["hot Some(Timeout)"]);
    event_loop.set_exception_handler(Some(handler!(falls_back)));
    event_loop.call_exception_handler(&context);
    assert_eq!(told(), ["hot Some(Timeout)", "hot", "TimeoutError()"]);
    event_loop.set_exception_handler(None);
    assert!(event_loop.get_exception_handler().is_none());
    event_loop.call_exception_handler(&Context { exception: None, ..context });
    assert_eq!(told(), ["hot"]);
    check(
        "0 loop-new
         0 handler-set custom writes_down
         0 handler-call custom message=\"hot\" exception=\"TimeoutError()\"
         0 handler-set custom falls_back
         0 handler-call custom message=\"hot\" exception=\"TimeoutError()\"
         0 handler-set default
         0 handler-call default message=\"hot\" exception=\"\"",
    );
}

#[test]
fn whoever_runs_the_loop_gets_the_exception_and_the_handler_is_not_called() {
    let _turn = start();
    told();
    get_event_loop().set_exception_handler(Some(handler!(writes_down)));
    let bad = Error::raise("ValueError", "bad");
    assert_eq!(get_event_loop().run_until_complete(failing(1)), Err(bad));
    assert_eq!(asyncio::run(sleeper(1)), Ok(1));
    assert_eq!(told(), [""; 0]);
}
