# A sleep as a task, to wait for it later.
import asyncio


async def main():
    try:
        task = asyncio.create_task(asyncio.sleep(0.02))
        print("a task")
        await task
    except TypeError as error:
        print("TypeError:", error.args[0])


asyncio.run(main())
