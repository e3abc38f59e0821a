# Cancelling a task that sits in wait_for() cancels the child too and is no timeout.
import asyncio


async def child(name):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise


async def waits(name, limit):
    try:
        await asyncio.wait_for(child(name), limit)
    except asyncio.TimeoutError:
        print(name, "waiter: TimeoutError")
    except asyncio.CancelledError:
        print(name, "waiter: CancelledError")
        raise


async def main():
    for name, limit in (("limit", 1), ("none", None)):
        task = asyncio.create_task(waits(name, limit))
        await asyncio.sleep_ms(20)
        print(task.cancel())
        try:
            await task
        except asyncio.CancelledError:
            print(name, "main: CancelledError")
        await asyncio.sleep_ms(20)


asyncio.run(main())
