# A finished task can be awaited again and again, and does not give up the turn.
import asyncio


async def child():
    print("child runs")
    return [1]


async def other():
    print("other runs")


async def main():
    task = asyncio.create_task(child())
    await asyncio.sleep(0)
    print(task.done())
    asyncio.create_task(other())
    first = await task
    print("no turn was given up")
    second = await task
    print(first, first is second)
    await asyncio.sleep(0)


asyncio.run(main())
