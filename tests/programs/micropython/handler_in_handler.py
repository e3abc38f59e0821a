# A handler can do the default thing too, create tasks, and use the loop it is given.
import asyncio


async def fail():
    raise ValueError("lost")


async def report(text):
    print("report:", text)


def handler(loop, context):
    print("handler")
    # Writes to standard error.
    loop.default_exception_handler(loop, context)
    loop.create_task(report(context["exception"].args[0]))


async def main():
    asyncio.create_task(fail())
    await asyncio.sleep_ms(60)


asyncio.get_event_loop().set_exception_handler(handler)
asyncio.run(main())
