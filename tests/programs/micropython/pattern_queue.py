# A bounded queue made of two events, as MicroPython programs write it: producers and consumers.
import asyncio


class Queue:
    def __init__(self, size):
        self.size = size
        self.items = []
        self.filled = asyncio.Event()
        self.emptied = asyncio.Event()

    async def get(self):
        while not self.items:
            await self.filled.wait()
        self.emptied.set()
        self.emptied.clear()
        return self.items.pop(0)

    async def put(self, item):
        while len(self.items) >= self.size:
            await self.emptied.wait()
        self.items.append(item)
        self.filled.set()
        self.filled.clear()


async def producer(queue, name):
    for number in range(5):
        await queue.put((name, number))
        print("put", name, number)
        await asyncio.sleep_ms(0)


async def consumer(queue, name):
    while True:
        item = await queue.get()
        print(name, "got", item)
        await asyncio.sleep_ms(20)


async def main():
    queue = Queue(2)
    consumers = [asyncio.create_task(consumer(queue, name)) for name in "xy"]
    await asyncio.gather(producer(queue, "a"), producer(queue, "b"))
    await asyncio.sleep_ms(200)
    for task in consumers:
        print(task.cancel())


asyncio.run(main())
