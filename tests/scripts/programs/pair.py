"""A producer, a consumer, and a queue of two places between them."""
import asyncio


async def store(queue, number):
    await queue.put(number)


async def produce(queue):
    for number in range(5):
        await store(queue, number)
    return "all made"


async def consume(queue):
    total = 0
    for _ in range(5):
        await asyncio.sleep(1)
        total += await queue.get()
    return total


async def main():
    queue = asyncio.Queue(2)
    maker = asyncio.create_task(produce(queue), name="maker")
    eater = asyncio.create_task(consume(queue), name="eater")
    print(await maker)
    print(await eater)


asyncio.run(main())
