"""A thousand tasks that give each other turns by sleep_ms(0); by sleep(0) where CPython's rules hold.

One program for both kinds of loop and for real MicroPython, so it needs nothing beside asyncio, not
even arguments: the webassembly build has none.
"""
import asyncio

TASKS = 1_000
ROUNDS = 300

pause = getattr(asyncio, "sleep_ms", asyncio.sleep)
resumed = 0


async def worker():
    global resumed
    for _ in range(ROUNDS):
        await pause(0)
        resumed += 1


async def main():
    # By hand, since gather() is not the same in both.
    for task in [asyncio.create_task(worker()) for _ in range(TASKS)]:
        await task


asyncio.run(main())
assert resumed == TASKS * ROUNDS, resumed
print(resumed, "resumes, by", "sleep_ms(0)" if hasattr(asyncio, "sleep_ms") else "sleep(0)")
