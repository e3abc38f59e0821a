"""Two tasks, each of which holds what the other one wants."""
import asyncio


async def alice(left, right):
    async with left:
        await asyncio.sleep(1)
        async with right:
            print("never")


async def bob(left, right):
    async with right:
        await asyncio.sleep(1)
        async with left:
            print("never")


async def main():
    left, right = asyncio.Lock(), asyncio.Lock()
    one = asyncio.create_task(alice(left, right), name="alice")
    two = asyncio.create_task(bob(left, right), name="bob")
    await asyncio.gather(one, two)


asyncio.run(main())
