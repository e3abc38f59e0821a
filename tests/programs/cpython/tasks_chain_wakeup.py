# A task that awaits another is queued when the other ends, behind what is ready by then.
import asyncio


async def inner():
    print("inner 1")
    await asyncio.sleep(0)
    print("inner 2")
    return 5


async def outer(name, task):
    print(name, "waits")
    print(name, "gets", await task)


async def main():
    task = asyncio.create_task(inner())
    waiters = [asyncio.create_task(outer(name, task)) for name in "xyz"]
    task.add_done_callback(lambda task: print("callback sees", task.result()))
    await asyncio.wait(waiters)
    print(await task)


asyncio.run(main())
