# An Event: set before anyone waits, set while they wait, cleared, set twice; wait() gives True.
import asyncio


async def waits(event, name):
    print(name, "waits")
    print(name, await event.wait())


async def main():
    event = asyncio.Event()
    print(event.is_set())
    event.set()
    event.set()
    print(event.is_set(), await event.wait())
    event.clear()
    event.clear()
    print(event.is_set())
    tasks = [asyncio.create_task(waits(event, name)) for name in "abc"]
    await asyncio.sleep_ms(20)
    event.set()
    print("set; nobody ran yet")
    for task in tasks:
        await task


asyncio.run(main())
