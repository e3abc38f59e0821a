# What the exception handler is told.
import asyncio


async def fail():
    raise ValueError("lost")


def handler(loop, context):
    print("message:", context["message"])
    print("the loop is a class:", isinstance(loop, type))


async def main():
    asyncio.get_event_loop().set_exception_handler(handler)
    asyncio.create_task(fail())
    await asyncio.sleep(0.02)


asyncio.run(main())
