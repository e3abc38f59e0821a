# Two children of a gather fail, one after the other. The first ends the gather. And the second?
import asyncio


def handler(loop, context):
    print("handler:", context["exception"].args[0])


async def fail(name, seconds):
    await asyncio.sleep(seconds)
    raise ValueError(name)


async def main():
    asyncio.get_event_loop().set_exception_handler(handler)
    try:
        await asyncio.gather(fail("first", 0.02), fail("second", 0.06))
    except ValueError as error:
        print("main: caught", error.args[0])
    await asyncio.sleep(0.1)
    print("main: over")


asyncio.run(main())
