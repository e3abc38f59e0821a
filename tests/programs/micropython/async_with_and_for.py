# async with, async for and nested coroutines take turns only where something really waits.
import asyncio


class Countdown:
    def __init__(self, name, count):
        self.name, self.left = name, count

    def __aiter__(self):
        return self

    async def __anext__(self):
        await asyncio.sleep_ms(0)
        if self.left == 0:
            raise StopAsyncIteration
        self.left -= 1
        return self.left


class Room:
    def __init__(self, name):
        self.name = name

    async def __aenter__(self):
        print("enter", self.name)
        await asyncio.sleep(0)
        return self.name

    async def __aexit__(self, kind, error, trace):
        print("exit", self.name, kind and kind.__name__)
        await asyncio.sleep(0)
        return kind is ValueError


async def walk(name, count):
    async with Room(name) as room:
        async for left in Countdown(name, count):
            print(room, left)
        if name == "b":
            raise ValueError("swallowed by the room")
    print(name, "over")


async def main():
    await asyncio.gather(walk("a", 3), walk("b", 2))


asyncio.run(main())
