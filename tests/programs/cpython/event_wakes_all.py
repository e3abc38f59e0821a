# Event.set wakes everybody who waits now, even if clear() follows at once.
import asyncio


async def waiter(event, name):
    print(name, "waits")
    await event.wait()
    print(name, "goes on; the event is set:", event.is_set())


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(waiter(event, name)) for name in "abc"]
    await asyncio.sleep(0)
    event.set()
    event.clear()
    print("set and cleared")
    late = asyncio.create_task(waiter(event, "late"))
    await asyncio.gather(*tasks)
    print("late is done:", late.done())
    event.set()
    await late
    print(await event.wait())


asyncio.run(main())
