"""A job that is done already completes its future in a later turn, never inside the running step."""
import asyncio
import time


async def other(seen):
    seen.append('other')


async def main():
    loop = asyncio.get_running_loop()
    inside = 0
    for _ in range(5):
        future = loop.run_in_executor(None, lambda: 5)
        time.sleep(0.01)
        inside += future.done()
        await future
    print('done inside the step:', inside)
    orders = set()
    for _ in range(10):
        seen = []
        task = asyncio.create_task(other(seen))
        await asyncio.to_thread(lambda: 42)
        seen.append('main')
        await task
        orders.add(tuple(seen))
    print(orders)


asyncio.run(main())
