"""Debug mode keeps where a coroutine was made, and tells it when that is never awaited."""
import asyncio
import gc
import sys
import warnings


async def forgotten():
    pass


def make():
    return forgotten()


def show(message, *rest):
    print('Coroutine created at' in str(message), 'make' in str(message))


warnings.showwarning = show
warnings.simplefilter('always')


async def main():
    loop = asyncio.get_running_loop()
    print(sys.get_coroutine_origin_tracking_depth() > 0)
    make()
    gc.collect()
    loop.set_debug(not loop.get_debug())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print(sys.get_coroutine_origin_tracking_depth() > 0)


for debug in (True, False):
    asyncio.run(main(), debug=debug)
    print('afterwards', sys.get_coroutine_origin_tracking_depth())
