//! RTIC: a task that computes for long, one of a higher priority that comes in between, and one that
//! they both wake. Each is seen by one line.
#![no_std]
#![no_main]

use defmt_rtt as _;
use panic_probe as _;

loopscope_agent::traced_tasks!(clock: (10_000, app::now), ring: 4096);

#[rtic::app(device = lm3s6965, dispatchers = [SSI0, UART0])]
mod app {
    use loopscope_agent::{traced, traced::idle as look_after_the_host};
    use rtic_monotonics::systick::prelude::*;

    systick_monotonic!(Mono, 10_000);

    /// QEMU divides 200 MHz by 16 after a reset.
    const CLOCK_HZ: u32 = 12_500_000;

    /// The time, in ticks of the monotonic.
    pub fn now() -> u32 {
        Mono::now().as_ticks()
    }

    #[shared]
    struct Shared {}

    #[local]
    struct Local {}

    #[init]
    fn init(cx: init::Context) -> (Shared, Local) {
        Mono::start(cx.core.SYST, CLOCK_HZ);
        high::spawn().expect("it is spawned once");
        low::spawn().expect("it is spawned once");
        (Shared {}, Local {})
    }

    #[idle]
    fn idle(_: idle::Context) -> ! {
        loop {
            look_after_the_host();
            cortex_m::asm::wfi();
        }
    }

    #[task(priority = 2)]
    async fn high(_: high::Context) {
        traced!("high", async {
            loop {
                Mono::delay(100.millis()).await;
                defmt::info!("high ticks");
            }
        })
        .await;
    }

    #[task(priority = 1)]
    async fn low(_: low::Context) {
        traced!("low", async {
            loop {
                Mono::delay(50.millis()).await;
                let end = Mono::now() + 250.millis();
                while Mono::now() < end {}
                defmt::info!("low has computed");
                report::spawn().expect("it has ended by now");
            }
        })
        .await;
    }

    /// It is another task each time.
    #[task(priority = 1)]
    async fn report(_: report::Context) {
        traced!("report", async {
            Mono::delay(20.millis()).await;
            defmt::info!("report is done");
        })
        .await;
    }
}
