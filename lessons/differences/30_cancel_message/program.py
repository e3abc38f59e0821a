# cancel() with a message that says why.
import asyncio


async def child():
    await asyncio.sleep(1)


async def main():
    task = asyncio.create_task(child())
    await asyncio.sleep(0)
    try:
        task.cancel("not needed any more")
    except TypeError:
        print("cancel() takes no message")
        task.cancel()
    try:
        await task
    except asyncio.CancelledError as error:
        print("cancelled:", list(error.args))


asyncio.run(main())
