"""A handle shows the arguments of its callback up to 3.12, and later only in debug mode."""
import asyncio


def greet(name, times):
    pass


async def main():
    loop = asyncio.get_event_loop()
    for debug in (False, True):
        loop.set_debug(debug)
        handle = loop.call_soon(greet, 'you', 3)
        print(repr(handle).split(' at ')[0])
    loop.set_debug(False)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
