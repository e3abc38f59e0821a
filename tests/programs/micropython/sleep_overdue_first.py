# Whoever was due earlier runs first, even before a task that was queued while nobody looked.
import asyncio
import time


async def sleeper(name, ms):
    await asyncio.sleep_ms(ms)
    print("sleeper", name)


async def late():
    print("late: first step")


async def main():
    asyncio.create_task(sleeper("10", 10))
    asyncio.create_task(sleeper("20", 20))
    await asyncio.sleep(0)
    time.sleep_ms(40)
    asyncio.create_task(late())
    print("main: forty milliseconds blocked")
    await asyncio.sleep(0)
    print("main again")


asyncio.run(main())
