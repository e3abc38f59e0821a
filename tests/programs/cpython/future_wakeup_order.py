# The task that waits is queued when the future is completed, between what came before and after.
import asyncio


async def waiter(name, future):
    await future
    print(name, "wakes")


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    tasks = [asyncio.create_task(waiter(name, future)) for name in ("a", "b")]
    await asyncio.sleep(0)
    loop.call_soon(print, "before")
    future.set_result(None)
    loop.call_soon(print, "after")
    print("completed")
    await asyncio.gather(*tasks)


asyncio.run(main())
