//! `gather`: all values, or the first exception.

use super::*;

task! {
    async fn gathers() -> Result<(), Error> {
        assert_eq!(asyncio::gather((sleeper(2), sleeper(1))).await, Ok((2, 1)));
        assert_eq!(asyncio::gather([sleeper(1), sleeper(1)]).await, Ok([1, 1]));
        let bad = Error::raise("ValueError", "bad");
        assert_eq!(asyncio::gather((sleeper(3), failing(1))).await, Err(bad));
        let (good, failed) = asyncio::gather_all((sleeper(3), failing(1))).await?;
        assert_eq!((good, failed), (Ok(3), Err(bad)));
        let once = asyncio::create_task(sleeper(1))?;
        let waiter = asyncio::create_task(waits_for(once.clone()))?;
        asyncio::sleep_ms(0).await?;
        let refused = asyncio::gather((once,)).await;
        assert_eq!(refused, Err(Error::raise("RuntimeError", "can't gather")));
        waiter.await?;
        Ok(())
    }
}

#[test]
fn gathering_brings_all_values_or_the_first_exception() {
    let _turn = start();
    assert_eq!(asyncio::run(gathers()), Ok(()));
    let found = records();
    assert!(!found.contains("ODD"), "{found}");
    assert!(
        found.contains(
            "0 future-new f1 gather by=h1\n\
         0 future-link f1 waits for task 2\n\
         0 future-link f1 waits for task 3\n\
         0 task-suspend task 1 waits for f1\n"
        ),
        "{found}"
    );
    assert!(
        found.contains(
            "2 task-done task 2 result\n\
         2 future-done f1 result by=h4\n\
         2 handle-new h2 wakeup gathers by=h4 task 1\n"
        ),
        "{found}"
    );
    assert!(found.contains("future-done f3 exception"), "{found}");
}

task! {
    async fn gathers_two(one: Task<u32>, two: Task<u32>) -> Result<(), Error> {
        asyncio::gather((one, two)).await?;
        Ok(())
    }
}

task! {
    async fn cancels_a_gather() -> Result<(), Error> {
        let (one, two) = (asyncio::create_task(sleeper(9))?, asyncio::create_task(sleeper(8))?);
        let group = asyncio::create_task(gathers_two(one.clone(), two.clone()))?;
        asyncio::sleep_ms(1).await?;
        group.cancel()?;
        assert_eq!(group.await, Err(Error::Cancelled));
        asyncio::sleep_ms(0).await?;
        assert!(one.done() && two.done());
        assert_eq!((one.await, two.await), (Err(Error::Cancelled), Err(Error::Cancelled)));
        Ok(())
    }
}

#[test]
fn cancelling_the_one_who_gathers_cancels_all_that_it_gathers() {
    let _turn = start();
    assert_eq!(asyncio::run(cancels_a_gather()), Ok(()));
    assert_eq!(crate::milliseconds(), 1);
    let found = records();
    assert!(!found.contains("ODD"), "{found}");
    assert!(found.contains("1 future-done f1 cancelled"), "{found}");
}

#[test]
fn gathering_nothing_that_runs_gives_the_values_at_once() {
    task! {
        async fn gathers_what_is_done() -> Result<(), Error> {
            let one = asyncio::create_task(sleeper(1))?;
            (&one).await?;
            assert_eq!(asyncio::gather([one.clone(), one]).await, Ok([1, 1]));
            Ok(())
        }
    }
    let _turn = start();
    assert_eq!(asyncio::run(gathers_what_is_done()), Ok(()));
    assert!(!records().contains("future-new"), "there was nothing to wait for");
}
