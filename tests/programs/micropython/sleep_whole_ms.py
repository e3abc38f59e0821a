# A sleep is a whole number of milliseconds, cut off: 0.0009 s is no sleep, 0.0209 s is 20 ms.
import asyncio


async def worker():
    for step in range(3):
        print("worker", step)
        await asyncio.sleep(0)


async def sleeper(name, seconds):
    await asyncio.sleep(seconds)
    print("sleeper", name)


async def main():
    asyncio.create_task(worker())
    await asyncio.sleep(0.0009)
    print("main after one round")
    await asyncio.sleep(0.0005)
    print("main after another")
    long = asyncio.create_task(sleeper("long", 0.0209))
    short = asyncio.create_task(sleeper("short", 0.0201))
    await short
    await long


asyncio.run(main())
