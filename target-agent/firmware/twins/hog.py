"""A task that computes for long without awaiting, and one that suffers from it. Twin of src/bin/hog.rs."""
import asyncio
import time


async def blinker():
    for n in range(6):
        await asyncio.sleep_ms(30)
        print("blink", n + 1)


async def hog():
    for _ in range(3):
        time.sleep_ms(80)
        await asyncio.sleep_ms(20)


async def main_task():
    await asyncio.gather(blinker(), hog())


asyncio.run(main_task())
