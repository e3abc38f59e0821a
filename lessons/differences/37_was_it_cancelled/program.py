# A task is cancelled before it begins. Then main asks how it ended.
import asyncio


async def child():
    print("child: begins")


async def main():
    task = asyncio.create_task(child())
    task.cancel()
    await asyncio.sleep(0)
    try:
        print("cancelled():", task.cancelled())
    except AttributeError:
        print("no cancelled()")
    print("cancel() again:", task.cancel())
    try:
        await task
    except asyncio.CancelledError:
        print("CancelledError")


asyncio.run(main())
