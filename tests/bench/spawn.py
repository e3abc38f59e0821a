"""Tasks that are made, waited for and gone, one after the other and in groups."""
import asyncio

from measure import new_loop, report

COUNT = 100_000
GROUP = 100

loop = new_loop()
done = 0


async def child():
    global done
    done += 1


async def main():
    for _ in range(COUNT // 2):
        await asyncio.create_task(child())
    for _ in range(COUNT // 2 // GROUP):
        for task in [asyncio.create_task(child()) for _ in range(GROUP)]:
            await task


loop.run_until_complete(main())
assert done == COUNT
loop.close()
report("tasks", COUNT)
