# What a finished task can be asked.
import asyncio


async def child():
    return 42


async def main():
    task = asyncio.create_task(child())
    await asyncio.sleep(0)
    print("done():", task.done())
    try:
        print("result():", task.result())
    except AttributeError:
        print("no result()")
    print("awaited:", await task)


asyncio.run(main())
