# Two eaters, two forks, and each takes the lower one first.
import asyncio


async def eat(name, forks, one, other):
    first, second = forks[min(one, other)], forks[max(one, other)]
    async with first:
        print(name, "has a fork")
        await asyncio.sleep(1)
        async with second:
            print(name, "eats")


async def main():
    forks = []
    for _ in range(2):
        forks.append(asyncio.Lock())
    await asyncio.gather(eat("Ada", forks, 0, 1), eat("Ben", forks, 1, 0))
    print("main: all have eaten")


asyncio.run(main())
