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
