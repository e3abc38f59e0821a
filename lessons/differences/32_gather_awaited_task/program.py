# Somebody awaits a task; a gather wants it too.
import asyncio


async def child():
    await asyncio.sleep(0.06)
    return "child's result"


async def waiter(task):
    print("waiter:", await task)


async def main():
    task = asyncio.create_task(child())
    waiting = asyncio.create_task(waiter(task))
    await asyncio.sleep(0.02)
    try:
        print("gather:", await asyncio.gather(task))
    except RuntimeError as error:
        print("RuntimeError:", error.args[0])
    await waiting


asyncio.run(main())
