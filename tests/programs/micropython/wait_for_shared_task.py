# Two limits on one task: the first that is over cancels it, for the other waiter too.
import asyncio


async def child():
    await asyncio.sleep_ms(60)
    return "result"


async def waits(task, name, limit):
    try:
        return await asyncio.wait_for_ms(task, limit)
    except asyncio.TimeoutError:
        return name + ": TimeoutError"
    except asyncio.CancelledError:
        return name + ": CancelledError"


async def main():
    task = asyncio.create_task(child())
    print(await asyncio.gather(waits(task, "short", 30), waits(task, "long", 120)))
    try:
        print(await task)
    except asyncio.CancelledError:
        print("the task: CancelledError")


asyncio.run(main())
