# wait_for() runs its child in a task of its own: who is queued already goes first.
import asyncio


async def other():
    print("other")


async def quick(waiter):
    print("quick, in the same task:", asyncio.current_task() is waiter)
    return "result"


async def main():
    asyncio.create_task(other())
    print(await asyncio.wait_for(quick(asyncio.current_task()), 1))
    print("main")


asyncio.run(main())
