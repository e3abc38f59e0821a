//! Cancelling tasks.

use super::*;

task! {
    async fn cancels() -> Result<(), Error> {
        let inner = asyncio::create_task(sleeper(9))?;
        let outer = asyncio::create_task(waits_for(inner.clone()))?;
        asyncio::sleep_ms(1).await?;
        assert_eq!(outer.cancel(), Ok(true));
        assert_eq!(current_task()?.cancel(), Err(Error::raise("RuntimeError", "can't cancel self")));
        asyncio::sleep_ms(1).await?;
        assert!(inner.done() && outer.done());
        assert_eq!(outer.cancel(), Ok(false));
        assert_eq!(outer.await, Err(Error::Cancelled));
        let unborn = asyncio::create_task(sleeper(9))?;
        unborn.cancel()?;
        assert_eq!(unborn.await, Err(Error::Cancelled));
        Ok(())
    }
}

#[test]
fn cancelling_reaches_the_innermost_task_and_takes_its_timer_away() {
    let _turn = start();
    assert_eq!(asyncio::run(cancels()), Ok(()));
    let found = records();
    let from = found.find("1 task-cancel").unwrap();
    let to = found.find("2 poll-end").unwrap();
    assert_eq!(
        &found[from..to].replace("1 poll-begin timeout=0.001000\n", ""),
        "1 task-cancel task 3 by=h2\n\
         1 task-cancel task 2 by=h2\n\
         1 timer-cancel h4 when=0.009000 by=h2\n\
         1 timer-drop h4 when=0.009000\n\
         1 handle-new h3 step sleeper by=h2 task 2\n\
         1 timer-new h1 when=0.002000 cancels by=h2 task 1\n\
         1 task-suspend task 1 waits for h1\n\
         1 handle-done h2 task 1\n\
         1 handle-run h3 task 2\n\
         1 task-step task 2\n\
         1 task-done task 2 cancelled\n\
         1 handle-new h6 wakeup waits_for by=h3 task 3\n\
         1 handle-done h3 task 2\n\
         1 handle-run h6 task 3\n\
         1 task-step task 3\n\
         1 task-done task 3 cancelled\n\
         1 handle-done h6 task 3\n"
    );
    assert!(
        found.contains(
            "2 task-cancel task 4 by=h1\n\
         2 task-suspend task 1 waits for task 4\n\
         2 handle-done h1 task 1\n\
         2 handle-run h7 task 4\n\
         2 task-step task 4\n\
         2 task-done task 4 cancelled\n"
        ),
        "{found}"
    );
    assert!(!found.contains("ODD"), "{found}");
}
