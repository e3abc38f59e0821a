# A task was created first; then wait_for() starts a coroutine. Who has the first turn?
import asyncio


async def other():
    print("other")


async def quick():
    print("quick")


async def main():
    asyncio.create_task(other())
    await asyncio.wait_for(quick(), 1)
    print("main")


asyncio.run(main())
