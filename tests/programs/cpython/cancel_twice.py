# Two requests before the task runs are one exception; a second one later is another.
import asyncio


async def body():
    for attempt in range(3):
        try:
            await asyncio.sleep(0.005)
            print("slept")
        except asyncio.CancelledError:
            print("request", attempt)
    return "survived"


async def main():
    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    print(task.cancel(), task.cancel())
    await asyncio.sleep(0)
    print(task.cancel())
    print(await task, task.cancelled())


asyncio.run(main())
