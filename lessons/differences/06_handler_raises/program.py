# The exception handler itself raises.
import asyncio


def handler(loop, context):
    print("handler: raises")
    raise KeyError("from the handler")


async def fail():
    raise ValueError("lost")


async def main():
    asyncio.get_event_loop().set_exception_handler(handler)
    asyncio.create_task(fail())
    await asyncio.sleep(0.02)
    print("main: goes on")


try:
    asyncio.run(main())
    print("run: ended well")
except KeyError:
    print("run: left by the handler's exception")
