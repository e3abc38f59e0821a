//! Tasks that fail: the default handler, one's own, and none. Twin: `twins/failing_task.py`.
#![no_std]
#![no_main]

use loopscope_agent::event_loop::{self as asyncio, Context, Error};
use loopscope_agent::{handler, task};
use loopscope_demos::{self as demos, entry};

fn on_error(context: &Context) {
    defmt::warn!("on_error: {=str}", context.message);
}

task! {
    async fn bad(ms: u32) -> Result<(), Error> {
        asyncio::sleep_ms(ms).await?;
        Err(Error::raise("ValueError", "no reading"))
    }
}

task! {
    async fn main_task() -> Result<(), Error> {
        let event_loop = asyncio::get_event_loop();
        asyncio::create_task(bad(20))?;
        asyncio::sleep_ms(50).await?;
        event_loop.set_exception_handler(Some(handler!(on_error)));
        asyncio::create_task(bad(20))?;
        asyncio::sleep_ms(50).await?;
        // Whoever awaits it gets the exception, and the handler is not called.
        let awaited = asyncio::create_task(bad(20))?;
        if let Err(error) = (&awaited).await {
            defmt::info!("caught {=str}", error.repr()[0]);
        }
        event_loop.call_exception_handler(&Context {
            message: "called by hand",
            exception: None,
            future: Some(awaited.any()),
        });
        event_loop.set_exception_handler(None);
        Ok(())
    }
}

#[entry]
fn main() -> ! {
    demos::start_loop();
    if let Err(error) = asyncio::run(main_task()) {
        defmt::error!("{=str}", error.repr()[0]);
    }
    demos::end()
}
