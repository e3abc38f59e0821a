# A waiter that is cancelled, or whose time is over, leaves the event; the others keep their order.
import asyncio


async def waits(event, name):
    try:
        await event.wait()
        print(name, "awake")
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(waits(event, name)) for name in "abcd"]
    await asyncio.sleep_ms(20)
    tasks[1].cancel()
    try:
        await asyncio.wait_for_ms(waits(event, "limited"), 20)
    except asyncio.TimeoutError:
        print("limited: TimeoutError")
    event.set()
    tasks[2].cancel()
    for task in tasks:
        try:
            await task
        except asyncio.CancelledError:
            print("CancelledError")


asyncio.run(main())
