# The first exception leaves gather at once, but the siblings are not cancelled: they run on.
import asyncio


async def slow():
    print("slow begins")
    await asyncio.sleep(0.15)
    print("slow ends, although gather is over")


async def bad(name, delay):
    await asyncio.sleep(delay)
    print("raising", name)
    raise ValueError(name)


async def main():
    try:
        await asyncio.gather(slow(), bad("first", 0.01), bad("second", 0.1))
    except ValueError as error:
        print("gather raised", error)
    await asyncio.sleep(0.25)
    print("main ends")


asyncio.run(main())
