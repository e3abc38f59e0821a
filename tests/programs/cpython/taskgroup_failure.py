# The first failure in a task group cancels the siblings and the body; then one error is raised.
import asyncio


async def sibling(name):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "is cancelled")
        raise


async def bad():
    await asyncio.sleep(0.01)
    raise ValueError("bad")


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(sibling("sibling"))
            group.create_task(bad())
            await sibling("body")
    except* ValueError as group_error:
        print(group_error.message, [str(error) for error in group_error.exceptions])
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(sibling("another sibling"))
            await asyncio.sleep(0)
            raise KeyError("from the body")
    except* KeyError as group_error:
        print([repr(error) for error in group_error.exceptions])


asyncio.run(main())
