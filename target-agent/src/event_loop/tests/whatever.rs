//! Whatever tasks do, the records are possible ones, and every place is given back.

use proptest::prelude::*;

use super::*;

/// What a random task does.
#[derive(Clone, Copy, Debug)]
enum Do {
    Sleep(u32),
    Spawn(u32),
    CancelLast,
    AwaitLast,
    Fail,
    Set,
    Clear,
    Wait,
    Lock(u32),
    Gather,
    Limit(u32),
}

static SCRIPTS: Mutex<Vec<Vec<Do>>> = Mutex::new(Vec::new());
pub(super) static FLAG: Event = Event::new();
pub(super) static GATE: Lock = Lock::new();

/// A task that makes its own kind does it through a function: its size must not contain itself.
fn spawn(number: u32) -> Result<Task<u32>, Error> {
    asyncio::create_task(scripted(number))
}

task! {
    pool: 24,
    async fn scripted(number: u32) -> Result<u32, Error> {
        let script = SCRIPTS.lock().unwrap().get(number as usize).cloned().unwrap_or_default();
        let mut last: Option<Task<u32>> = None;
        for act in script {
            match act {
                Do::Sleep(ms) => asyncio::sleep_ms(ms).await?,
                // A task makes only later ones, so that there is an end of it.
                Do::Spawn(more) => last = spawn(number + 1 + more).ok(),
                Do::CancelLast => {
                    if let Some(task) = &last {
                        task.cancel()?;
                    }
                }
                Do::AwaitLast => {
                    if let Some(task) = last.take() {
                        let _ = task.await;
                    }
                }
                Do::Fail => return Err(Error::raise("ValueError", "as asked")),
                Do::Set => FLAG.set(),
                Do::Clear => FLAG.clear(),
                Do::Wait => {
                    let _ = asyncio::wait_for_ms(flag_is_set(), 3).await;
                }
                Do::Lock(ms) => {
                    let _held = GATE.lock().await?;
                    asyncio::sleep_ms(ms).await?;
                }
                Do::Gather => {
                    if let (Ok(one), Ok(two)) = (spawn(number + 1), spawn(number + 2)) {
                        let _ = asyncio::gather((one, two)).await;
                    }
                }
                Do::Limit(ms) => {
                    if let Ok(task) = spawn(number + 1) {
                        let _ = asyncio::wait_for_ms(task, ms).await;
                    }
                }
            }
        }
        Ok(number)
    }
}

task! {
    pool: 8,
    async fn flag_is_set() -> Result<(), Error> {
        FLAG.wait().await
    }
}

fn acts() -> impl Strategy<Value = Do> {
    prop_oneof![
        4 => (0u32..4).prop_map(Do::Sleep),
        3 => (0u32..2).prop_map(Do::Spawn),
        2 => Just(Do::CancelLast),
        2 => Just(Do::AwaitLast),
        1 => Just(Do::Fail),
        1 => Just(Do::Set),
        1 => Just(Do::Clear),
        1 => Just(Do::Wait),
        1 => (0u32..3).prop_map(Do::Lock),
        1 => Just(Do::Gather),
        1 => (0u32..4).prop_map(Do::Limit),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn whatever_tasks_do_the_records_are_possible_and_every_place_is_given_back(
        scripts in proptest::collection::vec(proptest::collection::vec(acts(), 0..6), 1..6),
    ) {
        let _turn = start();
        *SCRIPTS.lock().unwrap_or_else(PoisonError::into_inner) = scripts;
        FLAG.clear();
        for _ in 0..2 {
            let _ = asyncio::run(scripted(0));
            // What is left over runs to its end too. A task that ignores a cancellation of its
            // wait_for and begins another one may leave a waiter behind, as in MicroPython.
            // It is woken again and again, since what is left may clear the flag, too.
            let mut goes_on = true;
            while goes_on && !all_done() {
                FLAG.set();
                goes_on = get_event_loop().run_until_complete(sleeper(50)).is_ok();
            }
        }
        let found = records();
        prop_assert!(!found.contains("ODD"), "{}", found);
        prop_assert!(!found.contains("gap"), "the ring is too small for this test");
        prop_assert!(!GATE.locked());
        let all: Vec<_> = (0..24).map(|_| asyncio::create_task(scripted(99))).collect();
        prop_assert!(all.iter().all(Result::is_ok), "a place was not given back");
    }
}

fn all_done() -> bool {
    critical_section::with(|cs| {
        let mut done = true;
        CORE.borrow(cs).each(cs, |task| {
            let at = task.at(cs);
            done &= at.state.get().is_done() && !at.queued.get();
        });
        done
    })
}
