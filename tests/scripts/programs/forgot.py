"""A coroutine that nobody awaits, and a task whose exception nobody looks at."""
import asyncio


async def never():
    print("never")


async def fails():
    raise KeyError("lost")


async def main():
    never()
    asyncio.create_task(fails(), name="failing")
    await asyncio.sleep(0)


asyncio.run(main())
