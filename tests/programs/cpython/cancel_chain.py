# Cancelling a task that awaits another cancels the one at the end of the chain.
import asyncio


async def level(number, below):
    try:
        return await below
    except asyncio.CancelledError:
        print("level", number)
        raise


async def main():
    bottom = asyncio.create_task(asyncio.sleep(10))
    middle = asyncio.create_task(level(2, bottom))
    top = asyncio.create_task(level(1, middle))
    await asyncio.sleep(0)
    top.cancel()
    await asyncio.wait([top])
    print(bottom.cancelled(), middle.cancelled(), top.cancelled())
    print("nothing left:", len(asyncio.all_tasks()))


asyncio.run(main())
