# The same coroutine given twice runs once and its result appears twice.
import asyncio


async def work():
    print("work runs")
    return 1


async def main():
    coroutine = work()
    print(await asyncio.gather(coroutine, coroutine))
    task = asyncio.create_task(work())
    print(await asyncio.gather(task, work(), task))


asyncio.run(main())
