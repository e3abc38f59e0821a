# Sleeps of different lengths end by their length, whoever began first.
import asyncio


async def sleeper(ms):
    await asyncio.sleep_ms(ms)
    print(ms)


async def main():
    tasks = [asyncio.create_task(sleeper(ms)) for ms in (90, 30, 120, 0, 60, 150)]
    for task in tasks:
        await task


asyncio.run(main())
