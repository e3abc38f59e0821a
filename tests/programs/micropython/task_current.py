# current_task() is the task that runs, and an error where none does.
import asyncio


async def child():
    return asyncio.current_task()


async def main():
    me = asyncio.current_task()
    task = asyncio.create_task(child())
    print(await task is task, await task is me)
    print(await child() is me)
    print(asyncio.current_task() is me)


def attempt():
    try:
        asyncio.current_task()
        print("there is one")
    except RuntimeError as error:
        print(error.args[0])


attempt()
asyncio.run(main())
attempt()
