# The same coroutine object twice in one gather.
import asyncio


async def child():
    print("child: runs")
    return 1


async def main():
    coroutine = child()
    print(await asyncio.gather(coroutine, coroutine))


asyncio.run(main())
