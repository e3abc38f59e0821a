//! A task that waits three `async fn`s deep when another one halts the processor, as a breakpoint
//! does: the host says at which line each of them stands.
#![no_std]
#![no_main]

use embassy_executor::Executor;
use loopscope_agent::milliseconds;
use loopscope_demos::{alarm, board, entry};

loopscope_agent::embassy!(ring: 2048, tasks: 4);

async fn settle(ms: u64) {
    alarm::until(milliseconds() + ms).await;
}

async fn measure() -> u32 {
    settle(10).await;
    settle(60_000).await; // Here it stands.
    42
}

#[embassy_executor::task(pool_size = 2)]
async fn sensor() {
    loop {
        let value = measure().await;
        defmt::info!("measured {=u32}", value);
    }
}

#[embassy_executor::task]
async fn stopper() {
    alarm::until(milliseconds() + 500).await;
    board::halt();
}

#[entry]
fn main() -> ! {
    board::start();
    let executor = board::singleton!(: Executor = Executor::new()).expect("it is made once");
    executor.run(|spawner| {
        if let (Ok(sensor), Ok(stopper)) = (sensor(), stopper()) {
            spawner.spawn(sensor);
            spawner.spawn(stopper);
        }
    })
}
