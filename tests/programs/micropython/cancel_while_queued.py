# A task that was woken but has not run yet can still be cancelled: the result is lost.
import asyncio


async def waits(event):
    try:
        await event.wait()
        print("woken")
    except asyncio.CancelledError:
        print("cancelled although the event is", event.is_set())
        raise


async def pauses():
    try:
        await asyncio.sleep(0)
        print("slept")
    except asyncio.CancelledError:
        print("cancelled in sleep(0)")
        raise


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(waits(event)), asyncio.create_task(pauses())]
    await asyncio.sleep(0)
    event.set()
    for task in tasks:
        print(task.cancel())
    for task in tasks:
        try:
            await task
        except asyncio.CancelledError:
            print("main: CancelledError")


asyncio.run(main())
