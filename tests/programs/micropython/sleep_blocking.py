# time.sleep_ms() stops everyone; await asyncio.sleep_ms() only the task that calls it.
import asyncio
import time


async def polite(name):
    print(name, "begins")
    await asyncio.sleep_ms(20)
    print(name, "ends")


async def rude(name):
    print(name, "begins")
    time.sleep_ms(20)
    print(name, "ends")


async def main():
    tasks = [asyncio.create_task(c) for c in (polite("p1"), rude("r1"), polite("p2"), rude("r2"))]
    for task in tasks:
        await task


start = time.ticks_ms()
asyncio.run(main())
print(40 <= time.ticks_diff(time.ticks_ms(), start) < 500)
