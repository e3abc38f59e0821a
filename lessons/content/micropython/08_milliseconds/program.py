# Three sleeps that are shorter than a millisecond, or almost as long.
import asyncio
import time


async def nap(name, seconds):
    before = time.ticks_ms()
    await asyncio.sleep(seconds)
    print(name, "slept", time.ticks_diff(time.ticks_ms(), before), "ms")


async def main():
    await asyncio.gather(nap("a", 0.0004), nap("b", 0.0019), nap("c", 0.002))


asyncio.run(main())
