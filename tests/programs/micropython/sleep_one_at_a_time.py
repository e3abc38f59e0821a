# sleep() has one object for everyone: a second call before the first is awaited overwrites it.
import asyncio


async def clock():
    for tick in range(1, 5):
        await asyncio.sleep_ms(20)
        print("tick", tick)


async def main():
    ticking = asyncio.create_task(clock())
    await asyncio.sleep(0)
    long = asyncio.sleep_ms(70)
    short = asyncio.sleep_ms(30)
    print(long is short)
    await long
    print("main: after the first await")
    await short
    print("main: after the second")
    await ticking


asyncio.run(main())
