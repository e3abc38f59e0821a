# A generator, as coroutines were written long ago, is made into a task.
import asyncio


def old_style():
    print("old style: runs")
    return "result"
    yield


async def main():
    try:
        print(await asyncio.create_task(old_style()))
    except TypeError:
        print("TypeError")


asyncio.run(main())
