# A task that is cancelled before its first step never runs its body.
import asyncio


async def body():
    print("never printed")


async def main():
    task = asyncio.create_task(body())
    print(task.cancel(), task.cancelled(), task.done())
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled without a step")
    print(task.cancelled(), task.done(), task.cancel())


asyncio.run(main())
