# Cancelling gather cancels every child; a cancelled child makes gather raise.
import asyncio


async def child(name):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("cancelled", name)
        raise


async def main():
    outer = asyncio.gather(child("a"), child("b"), child("c"))
    await asyncio.sleep(0)
    print(outer.cancel())
    try:
        await outer
    except asyncio.CancelledError:
        print("outer:", outer.cancelled())
    task = asyncio.create_task(child("d"))
    both = asyncio.gather(task, asyncio.sleep(0.01, "slept"))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await both
    except asyncio.CancelledError:
        print("gather itself cancelled:", both.cancelled())


asyncio.run(main())
