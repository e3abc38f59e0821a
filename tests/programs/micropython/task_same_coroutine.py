# Two tasks of one coroutine object: the second finds it used up and ends with None, no error.
import asyncio


async def child():
    print("child runs")
    return 1


async def main():
    coroutine = child()
    first = asyncio.create_task(coroutine)
    second = asyncio.create_task(coroutine)
    print(await first, await second)
    coroutine = child()
    print(await asyncio.gather(coroutine, coroutine))


asyncio.run(main())
