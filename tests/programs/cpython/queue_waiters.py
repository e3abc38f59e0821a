# Getters that wait are served in the order in which they came.
import asyncio


async def getter(queue, name):
    print(name, "got", await queue.get())


async def main():
    queue = asyncio.Queue()
    tasks = [asyncio.create_task(getter(queue, name)) for name in "abc"]
    await asyncio.sleep(0)
    tasks[1].cancel()
    for number in (1, 2, 3):
        queue.put_nowait(number)
    print("put; size", queue.qsize())
    await asyncio.wait(tasks)
    print("left:", queue.qsize(), "b cancelled:", tasks[1].cancelled())


asyncio.run(main())
