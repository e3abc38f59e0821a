# Two cancellations before the task runs are one; each between its steps counts.
import asyncio


async def child():
    for number in range(3):
        try:
            await asyncio.sleep(10)
            print("slept", number)
        except asyncio.CancelledError:
            print("cancelled", number)


async def main():
    task = asyncio.create_task(child())
    await asyncio.sleep(0)
    print(task.cancel(), task.cancel())
    await asyncio.sleep(0)
    print(task.cancel())
    await asyncio.sleep(0)
    print(task.cancel())
    await task
    print(task.cancel())


asyncio.run(main())
