# A task's first step is queued when the task is made, in line with call_soon.
import asyncio


async def worker(name):
    print(name, 1)
    await asyncio.sleep(0)
    print(name, 2)


async def main():
    loop = asyncio.get_running_loop()
    a = asyncio.create_task(worker("a"))
    loop.call_soon(print, "callback")
    b = asyncio.create_task(worker("b"))
    print("main 1")
    await asyncio.sleep(0)
    print("main 2")
    await a
    await b


asyncio.run(main())
