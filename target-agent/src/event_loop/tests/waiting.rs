//! `Event` and `Lock`: who is woken, and in which order.

use super::*;

pub(super) static GO: Event = Event::new();
pub(super) static DOOR: Lock = Lock::new();
static LOG: Mutex<Vec<u32>> = Mutex::new(Vec::new());

task! {
    pool: 3,
    async fn through_the_door(number: u32) -> Result<(), Error> {
        GO.wait().await?;
        let _inside = DOOR.lock().await?;
        LOG.lock().unwrap().push(number);
        asyncio::sleep_ms(1).await
    }
}

task! {
    async fn opens() -> Result<(), Error> {
        let tasks = [1, 2, 3].map(|n| asyncio::create_task(through_the_door(n)));
        asyncio::sleep_ms(1).await?;
        assert_eq!(DOOR.release(), Err(Error::raise("RuntimeError", "Lock not acquired")));
        GO.set();
        GO.clear();
        // The second is cancelled while it waits for the lock.
        asyncio::sleep_ms(0).await?;
        let [first, second, third] = tasks;
        second?.cancel()?;
        third?.await?;
        first?.await?;
        assert!(!DOOR.locked() && !GO.is_set());
        Ok(())
    }
}

#[test]
fn events_and_locks_wake_in_the_order_of_coming() {
    let _turn = start();
    LOG.lock().unwrap().clear();
    assert_eq!(asyncio::run(opens()), Ok(()));
    assert_eq!(*LOG.lock().unwrap(), [1, 3]);
    let found = records();
    assert!(!found.contains("ODD"), "{found}");
    assert!(found.contains("waits in queue 2"), "{found}");
}

static SET: Event = Event::new();

task! {
    async fn waits_for_what_is_set() -> Result<(), Error> {
        SET.set();
        SET.wait().await?;
        SET.clear();
        assert!(!SET.is_set());
        Ok(())
    }
}

#[test]
fn waiting_for_an_event_that_is_set_does_not_wait() {
    let _turn = start();
    assert_eq!(asyncio::run(waits_for_what_is_set()), Ok(()));
    assert_eq!(records().matches("handle-run").count(), 1);
}

static OWNED: Lock = Lock::new();

task! {
    async fn takes_and_gives() -> Result<(), Error> {
        OWNED.acquire().await?;
        assert!(OWNED.locked());
        OWNED.release()?;
        assert!(!OWNED.locked());
        let guard = OWNED.lock().await?;
        assert!(OWNED.locked());
        drop(guard);
        assert!(!OWNED.locked());
        Ok(())
    }
}

#[test]
fn a_lock_is_free_after_its_release_and_after_its_guard() {
    let _turn = start();
    assert_eq!(asyncio::run(takes_and_gives()), Ok(()));
    assert_eq!(OWNED.release(), Err(Error::raise("RuntimeError", "Lock not acquired")));
}

static PRESSED: ThreadSafeFlag = ThreadSafeFlag::new();

task! {
    async fn counts_presses(times: u32) -> Result<u32, Error> {
        for _ in 0..times {
            PRESSED.wait().await?;
        }
        Ok(times)
    }
}

#[test]
fn a_flag_that_an_interrupt_sets_wakes_its_task_once_each_time() {
    let _turn = start();
    PRESSED.clear();
    asyncio::set_idle(|| {
        // An interrupt comes in each second millisecond.
        let now = NOW.fetch_add(1000, Ordering::Relaxed);
        assert!(now < 100_000, "it hangs");
        if now % 2000 == 1000 {
            PRESSED.set();
        }
    });
    assert_eq!(asyncio::run(counts_presses(3)), Ok(3));
    assert_eq!(crate::milliseconds(), 6);
    let found = records();
    assert!(!found.contains("ODD"), "{found}");
    assert_eq!(found.matches("handle-new h2 wakeup").count(), 2, "{found}");
    assert_eq!(found.matches("waits for its waker").count(), 3, "{found}");
}

task! {
    async fn gives_the_flag_up() -> Result<(), Error> {
        PRESSED.set();
        PRESSED.clear();
        let waits = asyncio::create_task(counts_presses(1))?;
        asyncio::sleep_ms(1).await?;
        waits.cancel()?;
        assert_eq!(waits.await, Err(Error::Cancelled));
        // It is set while nobody waits, and found set.
        PRESSED.set();
        PRESSED.wait().await?;
        Ok(())
    }
}

#[test]
fn a_flag_can_be_given_up_and_found_set_later() {
    let _turn = start();
    PRESSED.clear();
    assert_eq!(asyncio::run(gives_the_flag_up()), Ok(()));
    assert!(!records().contains("ODD"));
}
