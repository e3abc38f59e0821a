"""A callback that holds the loop for half a second, and a ticker that is late by that."""
import asyncio
import time


def hog():
    time.sleep(0.5)


async def tick():
    for _ in range(3):
        await asyncio.sleep(0.3)


async def main():
    asyncio.get_running_loop().call_later(0.25, hog)
    await asyncio.create_task(tick(), name="ticker")


asyncio.run(main())
