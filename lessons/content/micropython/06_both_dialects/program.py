# The same program under both loops: who wins, a sleep of zero or a task that is ready?
import asyncio


async def hare():
    for number in range(3):
        print("hare", number)
        await asyncio.sleep(0)


async def tortoise():
    print("tortoise 0")
    await asyncio.sleep(0.001)
    print("tortoise 1")


async def main():
    await asyncio.gather(hare(), tortoise())


asyncio.run(main())
