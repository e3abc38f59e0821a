# A task that cancels itself goes on to its next await; if there is none, it ends cancelled.
import asyncio


async def awaits():
    asyncio.current_task().cancel()
    print("still running")
    try:
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        print("at the await")
    return "value"


async def returns():
    asyncio.current_task().cancel()
    return "lost"


async def main():
    print(await asyncio.create_task(awaits()))
    task = asyncio.create_task(returns())
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled:", task.cancelled())


asyncio.run(main())
