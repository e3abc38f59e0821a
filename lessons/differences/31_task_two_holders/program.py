# A gather holds a task; somebody else awaits the same task.
import asyncio


async def child():
    await asyncio.sleep(0.06)
    return "child's result"


async def holder(task):
    await asyncio.gather(task)


async def main():
    task = asyncio.create_task(child())
    holding = asyncio.create_task(holder(task))
    await asyncio.sleep(0.02)
    try:
        print(await task)
    except RuntimeError as error:
        print("RuntimeError:", error.args[0])
    await holding


asyncio.run(main())
