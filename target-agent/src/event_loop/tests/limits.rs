//! `wait_for`: a value, an exception, or no time left.

use super::*;

task! {
    async fn limited() -> Result<(), Error> {
        assert_eq!(asyncio::wait_for_ms(sleeper(2), 5).await, Ok(2));
        assert_eq!(asyncio::wait_for_ms(sleeper(9), 3).await, Err(Error::Timeout));
        assert_eq!(
            asyncio::wait_for_ms(failing(1), 3).await,
            Err(Error::raise("ValueError", "bad"))
        );
        assert_eq!(asyncio::wait_for(sleeper(1), None).await, Ok(1));
        Ok(())
    }
}

#[test]
fn a_limit_of_time_brings_the_value_or_the_exception_or_runs_out() {
    let _turn = start();
    assert_eq!(asyncio::run(limited()), Ok(()));
    let found = records();
    assert!(!found.contains("ODD"), "{found}");
    assert!(
        found.contains(
            "0 task-new task 2 sleeper\n\
         0 handle-new h3 step sleeper by=h1 task 2\n\
         0 task-new task 3 _bring\n\
         0 handle-new h5 step _bring by=h1 task 3\n\
         0 timer-new h2 when=0.005000 limited by=h1 task 1\n"
        ),
        "{found}"
    );
    assert!(
        found.contains(
            "2 task-step task 3\n\
         2 task-cancel task 1 by=h6\n\
         2 timer-cancel h2 when=0.005000 by=h6\n\
         2 timer-drop h2 when=0.005000\n\
         2 handle-new h1 step limited by=h6 task 1\n\
         2 task-done task 3 result\n"
        ),
        "{found}"
    );
}

task! {
    async fn limited_by_seconds() -> Result<(), Error> {
        assert_eq!(asyncio::wait_for(sleeper(800), Some(1)).await, Ok(800));
        assert_eq!(asyncio::wait_for(sleeper(3000), Some(1)).await, Err(Error::Timeout));
        Ok(())
    }
}

#[test]
fn wait_for_counts_its_limit_in_seconds() {
    let _turn = start();
    assert_eq!(asyncio::run(limited_by_seconds()), Ok(()));
    assert_eq!(crate::milliseconds(), 1800);
}

task! {
    async fn waits_with_a_limit(inner: Task<u32>) -> Result<u32, Error> {
        asyncio::wait_for_ms(inner, 100).await
    }
}

task! {
    async fn cancels_one_that_waits_with_a_limit() -> Result<(), Error> {
        let inner = asyncio::create_task(sleeper(50))?;
        let outer = asyncio::create_task(waits_with_a_limit(inner.clone()))?;
        asyncio::sleep_ms(1).await?;
        assert_eq!(outer.cancel(), Ok(true));
        assert_eq!(outer.await, Err(Error::Cancelled));
        asyncio::sleep_ms(0).await?;
        assert!(inner.done(), "what it waited for is cancelled too");
        assert_eq!(inner.await, Err(Error::Cancelled));
        Ok(())
    }
}

#[test]
fn cancelling_one_that_waits_with_a_limit_cancels_what_it_waits_for() {
    let _turn = start();
    assert_eq!(asyncio::run(cancels_one_that_waits_with_a_limit()), Ok(()));
    assert_eq!(crate::milliseconds(), 1);
    assert!(!records().contains("ODD"));
}
