# Cancelling a gather cancels all its children, with return_exceptions too.
import asyncio


async def child(name):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise


async def short():
    return "short"


async def gathers(collect):
    try:
        await asyncio.gather(child("a"), short(), child("b"), return_exceptions=collect)
    except asyncio.CancelledError:
        print("gather: CancelledError")
        raise


async def main():
    for collect in (False, True):
        task = asyncio.create_task(gathers(collect))
        await asyncio.sleep_ms(20)
        task.cancel()
        try:
            await task
            print("no error")
        except asyncio.CancelledError:
            print("main: CancelledError")
        await asyncio.sleep_ms(20)


asyncio.run(main())
