# Two sleeps are made ready, and only then awaited, one after the other.
import asyncio


async def clock():
    for tick in range(1, 5):
        await asyncio.sleep(0.1)
        print("tick", tick)


async def main():
    ticking = asyncio.create_task(clock())
    await asyncio.sleep(0)
    long = asyncio.sleep(0.25)
    short = asyncio.sleep(0.13)
    await long
    print("main: slept long")
    await short
    print("main: slept short")
    await ticking


asyncio.run(main())
