# time.sleep blocks everybody: the loop cannot run anything else meanwhile.
import asyncio
import time


async def blocks(name):
    print(name, "begins")
    time.sleep(0.05)
    print(name, "ends")


async def ticks():
    for tick in range(3):
        print("tick", tick)
        await asyncio.sleep(0.01)


async def main():
    await asyncio.gather(ticks(), blocks("a"), blocks("b"))


asyncio.run(main())
