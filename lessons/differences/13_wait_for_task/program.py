# In which task does the coroutine that is given to wait_for() run?
import asyncio


async def child(caller):
    print("the caller's own task:", asyncio.current_task() is caller)


async def main():
    await asyncio.wait_for(child(asyncio.current_task()), 1)


asyncio.run(main())
