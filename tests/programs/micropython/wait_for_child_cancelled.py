# Somebody else cancels the child: wait_for() raises CancelledError, long before its limit.
import asyncio


async def child():
    await asyncio.sleep(10)


async def cancel_soon(task):
    await asyncio.sleep_ms(20)
    print("cancel:", task.cancel())


async def main():
    task = asyncio.create_task(child())
    asyncio.create_task(cancel_soon(task))
    try:
        await asyncio.wait_for(task, 5)
    except asyncio.CancelledError:
        print("CancelledError")
    except asyncio.TimeoutError:
        print("TimeoutError")
    print(task.done())


asyncio.run(main())
