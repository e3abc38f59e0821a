# A task cannot cancel itself; it goes on.
import asyncio


async def child():
    task = asyncio.current_task()
    try:
        print(task.cancel())
    except RuntimeError as error:
        print(error.args[0])
    await asyncio.sleep(0)
    return "unharmed"


async def main():
    print(await asyncio.create_task(child()))
    try:
        asyncio.current_task().cancel()
    except RuntimeError as error:
        print("main:", error.args[0])


asyncio.run(main())
