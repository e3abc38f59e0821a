"""Tasks that give each other turns by sleep(0)."""
import asyncio

from measure import new_loop, report

TASKS = 1_000
ROUNDS = 500

loop = new_loop()
resumed = 0


async def worker():
    global resumed
    for _ in range(ROUNDS):
        await asyncio.sleep(0)
        resumed += 1


async def main():
    await asyncio.gather(*[worker() for _ in range(TASKS)])


loop.run_until_complete(main())
assert resumed == TASKS * ROUNDS
loop.close()
report("resumes after sleep(0)", resumed)
