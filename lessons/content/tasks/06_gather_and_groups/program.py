# Two walkers, of whom one stumbles: once under gather, once in a group.
import asyncio


async def walk(name, hours):
    try:
        await asyncio.sleep(hours)
        print(name, "arrives")
    except asyncio.CancelledError:
        print(name, "turns back")
        raise


async def stumble(hours):
    await asyncio.sleep(hours)
    raise RuntimeError("a twisted ankle")


async def main():
    try:
        await asyncio.gather(walk("Ada", 3), stumble(1))
    except RuntimeError as error:
        print("gather:", error)
    await asyncio.sleep(4)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(walk("Ben", 3))
            group.create_task(stumble(1))
    except* RuntimeError as errors:
        print("group:", errors.exceptions[0])


asyncio.run(main())
