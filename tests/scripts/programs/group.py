"""A task group with two children and a time limit around it."""
import asyncio


async def child(seconds):
    await asyncio.sleep(seconds)


async def main():
    async with asyncio.timeout(10):
        async with asyncio.TaskGroup() as group:
            group.create_task(child(1), name="short")
            group.create_task(child(2), name="long")
    print("both are done")


asyncio.run(main())
