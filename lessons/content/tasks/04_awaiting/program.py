# Two kettles: one after the other, then both at once.
import asyncio


async def boil(name):
    print(name, "is on")
    await asyncio.sleep(3)
    print(name, "boils")
    return name


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    await boil("red")
    await boil("blue")
    print(f"one by one: {loop.time() - start:.0f} s")

    start = loop.time()
    red = asyncio.create_task(boil("red"))
    blue = asyncio.create_task(boil("blue"))
    await red
    await blue
    print(f"both: {loop.time() - start:.0f} s")


asyncio.run(main())
