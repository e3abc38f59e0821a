# A dictionary of a class of one's own is compared by what it holds, not by its `__getitem__`.
import asyncio


class First(dict):
    def __getitem__(self, key):
        return "first"


async def main():
    print(First({1: 2}) == {1: 2}, {1: 2} == First({1: 2}), First({1: 2}) != {1: 2})
    print(First({1: 2}) == {1: 3}, First() == [], {1: {2: [3]}} == {1: {2: [3]}})
    queue = asyncio.Queue()
    await queue.put(First(a=1))
    print(await queue.get() == {"a": 1})


asyncio.run(main())
