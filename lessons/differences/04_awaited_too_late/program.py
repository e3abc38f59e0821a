# A task fails; it is awaited after all, only late. Was the exception lost in the meantime?
import asyncio


def handler(loop, context):
    print("handler:", context["exception"].args[0])


async def fail():
    raise ValueError("no answer")


async def main():
    asyncio.get_event_loop().set_exception_handler(handler)
    task = asyncio.create_task(fail())
    await asyncio.sleep(0.02)
    try:
        await task
    except ValueError as error:
        print("main: caught", error.args[0])


asyncio.run(main())
