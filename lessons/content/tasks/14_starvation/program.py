# A reader takes from a queue that is never empty, and never gives way.
import asyncio


async def read(queue):
    while not queue.empty():
        item = await queue.get()
        print("read", item)


async def bell():
    print("bell")


async def main():
    queue = asyncio.Queue()
    for item in range(4):
        queue.put_nowait(item)
    reading = asyncio.create_task(read(queue))
    ringing = asyncio.create_task(bell())
    await reading
    await ringing


asyncio.run(main())
