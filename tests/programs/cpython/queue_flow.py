# A bounded queue makes the producer wait; join waits until all items are done.
import asyncio


async def producer(queue):
    for number in range(4):
        await queue.put(number)
        print("put", number, "size", queue.qsize())


async def consumer(queue):
    while True:
        item = await queue.get()
        print("got", item)
        await asyncio.sleep(0.005)
        queue.task_done()


async def main():
    queue = asyncio.Queue(2)
    worker = asyncio.create_task(consumer(queue))
    await producer(queue)
    await queue.join()
    print("all done; empty:", queue.empty())
    worker.cancel()
    for attempt in (queue.get_nowait, queue.task_done):
        try:
            attempt()
        except (asyncio.QueueEmpty, ValueError) as error:
            print(repr(error))
    ordered = asyncio.PriorityQueue()
    for number in (3, 1, 2):
        ordered.put_nowait(number)
    print([await ordered.get() for _ in range(3)])


asyncio.run(main())
