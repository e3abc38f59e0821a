# `await` in a plain def makes it a generator.
import asyncio


class Door:
    def __init__(self):
        self.opened = asyncio.Event()

    def __iter__(self):
        await self.opened.wait()
        return "open"


async def opener(door):
    await asyncio.sleep_ms(1)
    door.opened.set()


async def main():
    door = Door()
    asyncio.create_task(opener(door))
    print(await door)


asyncio.run(main())
