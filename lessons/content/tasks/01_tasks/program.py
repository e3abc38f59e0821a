# Two tasks share the loop, and the one that made them waits.
import asyncio


async def cook():
    print("cook: cut the onions")
    await asyncio.sleep(0)
    print("cook: fry the onions")


async def clean():
    print("clean: sweep the floor")
    await asyncio.sleep(0)
    print("clean: mop the floor")


async def main():
    cooking = asyncio.create_task(cook())
    cleaning = asyncio.create_task(clean())
    print("main: two tasks are made")
    await cooking
    await cleaning
    print("main: dinner is ready")


asyncio.run(main())
