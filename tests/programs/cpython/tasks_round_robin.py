# Tasks that say sleep(0) take turns.
import asyncio


async def worker(name, steps):
    for step in range(steps):
        print(name, step)
        await asyncio.sleep(0)
    print(name, "ends")


async def main():
    await asyncio.gather(worker("a", 3), worker("b", 1), worker("c", 2))


asyncio.run(main())
