# Events and locks can be subclassed, and wait through the class above.
import asyncio


class Counted(asyncio.Event):
    def __init__(self):
        super().__init__()
        self.waits = 0

    async def wait(self):
        self.waits += 1
        return await super().wait()


class Named(asyncio.Lock):
    def __init__(self, name):
        super().__init__()
        self.name = name


async def sets(event):
    await asyncio.sleep_ms(10)
    event.set()


async def main():
    event = Counted()
    asyncio.create_task(sets(event))
    print(await event.wait(), await event.wait(), event.waits)
    lock = Named("n")
    async with lock as got:
        print(got, lock.locked(), lock.name)


asyncio.run(main())
