# A child that fails after the gather was left is nobody's any more: the handler hears of it.
import asyncio


async def fail(name, ms):
    await asyncio.sleep_ms(ms)
    print(name, "fails")
    raise ValueError(name)


async def main():
    try:
        await asyncio.gather(fail("first", 20), fail("second", 60))
    except ValueError as error:
        print("caught", error.args[0])
    await asyncio.sleep_ms(90)
    print("main ends")


def handler(loop, context):
    print("handler:", context["exception"].args[0])


asyncio.get_event_loop().set_exception_handler(handler)
asyncio.run(main())
