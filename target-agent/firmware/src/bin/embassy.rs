//! A program on embassy-executor, made visible by two lines.
#![no_std]
#![no_main]

use core::cell::Cell;

use critical_section::Mutex;
use embassy_executor::{Executor, SpawnError, Spawner};
use loopscope_agent::milliseconds;
use loopscope_demos::{alarm, board, entry};

// The first line. The board has a clock already.
loopscope_agent::embassy!(ring: 2048, tasks: 8);

/// How often the fast task has run.
static COUNT: Mutex<Cell<u32>> = Mutex::new(Cell::new(0));

#[embassy_executor::task]
async fn fast() {
    let mut due = milliseconds();
    loop {
        due += 50;
        alarm::until(due).await;
        critical_section::with(|cs| {
            let count = COUNT.borrow(cs);
            count.set(count.get() + 1);
        });
    }
}

#[embassy_executor::task(pool_size = 2)]
async fn reports(every: u64) {
    let mut due = milliseconds();
    loop {
        due += every;
        alarm::until(due).await;
        let count = critical_section::with(|cs| COUNT.borrow(cs).get());
        defmt::info!("the fast task has run {=u32} times", count);
    }
}

#[embassy_executor::task]
async fn short_lived(spawner: Spawner) {
    alarm::until(milliseconds() + 120).await;
    defmt::info!("short_lived makes another task and ends");
    let made = loopscope_agent::embassy_spawn!(spawner, reports(700));
    if made.is_err() {
        defmt::error!("no room for another task");
    }
}

fn spawn(spawner: Spawner) -> Result<(), SpawnError> {
    // The second line, once for each task that is to have a name.
    loopscope_agent::embassy_spawn!(spawner, fast())?;
    loopscope_agent::embassy_spawn!(spawner, reports(300))?;
    loopscope_agent::embassy_spawn!(spawner, short_lived(spawner))
}

#[entry]
fn main() -> ! {
    board::start();
    let executor = board::singleton!(: Executor = Executor::new()).expect("it is made once");
    executor.run(|spawner| {
        if spawn(spawner).is_err() {
            defmt::error!("no room for the tasks");
        }
    })
}
