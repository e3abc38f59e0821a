# What a task does with things that cannot be awaited.
import asyncio


async def bad(thing):
    await thing


class Yields:
    def __await__(self):
        yield 42


async def used():
    return "once"


async def main():
    try:
        await bad(42)
    except TypeError as error:
        print(type(error).__name__)
    try:
        await asyncio.create_task(bad(Yields()))
    except RuntimeError as error:
        print(error)
    coroutine = used()
    print(await coroutine)
    try:
        await coroutine
    except RuntimeError as error:
        print(error)
    try:
        asyncio.create_task(5)
    except TypeError as error:
        print(error)


asyncio.run(main())
