# Several wait for one task and one of them is cancelled: that takes the task along, and the others.
import asyncio


async def child():
    await asyncio.sleep(10)


async def waits(name, task):
    try:
        await task
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise


async def main():
    task = asyncio.create_task(child())
    waiters = [asyncio.create_task(waits(name, task)) for name in "abc"]
    await asyncio.sleep_ms(10)
    print(waiters[1].cancel())
    await asyncio.sleep_ms(10)
    print([waiter.done() for waiter in waiters], task.done())


asyncio.run(main())
