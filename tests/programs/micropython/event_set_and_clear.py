# set() and clear() in one breath still wake everyone who waited; newcomers wait on.
import asyncio


async def waits(event, name):
    await event.wait()
    print(name, "awake; the event is", event.is_set())


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(waits(event, name)) for name in "abc"]
    await asyncio.sleep_ms(20)
    event.set()
    event.clear()
    late = asyncio.create_task(waits(event, "late"))
    await asyncio.sleep_ms(20)
    print([task.done() for task in tasks], late.done())
    event.set()
    await late


asyncio.run(main())
