# shield: the outer wait is cancelled, the inner task goes on.
import asyncio


async def inner():
    await asyncio.sleep(0.05)
    print("inner ends")
    return "result"


async def waiter(task):
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        print("waiter was cancelled; inner done:", task.done())
        raise


async def main():
    task = asyncio.create_task(inner())
    waiting = asyncio.create_task(waiter(task))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    print(await task, task.cancelled(), waiting.cancelled())


asyncio.run(main())
