"""Three tasks that sleep, each for another time. Twin of src/bin/sleepers.rs."""
import asyncio


async def sleeper(ms, times):
    for time in range(times):
        await asyncio.sleep_ms(ms)
        print(ms, "ms,", time + 1, "of", times)


async def main_task():
    asyncio.create_task(sleeper(30, 6))
    asyncio.create_task(sleeper(70, 3))
    longest = asyncio.create_task(sleeper(130, 2))
    await longest
    # The others are done by now; this gives the queue a turn.
    await asyncio.sleep_ms(0)


asyncio.run(main_task())
