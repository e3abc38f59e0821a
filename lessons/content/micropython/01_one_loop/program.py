# The loop of MicroPython: one queue of tasks, ordered by time.
import asyncio


async def cook():
    print("cook: cut the onions")
    await asyncio.sleep_ms(20)
    print("cook: fry the onions")


async def clean():
    print("clean: sweep the floor")
    await asyncio.sleep_ms(10)
    print("clean: mop the floor")


async def main():
    cooking = asyncio.create_task(cook())
    cleaning = asyncio.create_task(clean())
    print("main: two tasks are made")
    await cooking
    print("main: dinner is ready")


asyncio.run(main())
