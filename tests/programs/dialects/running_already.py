"""run_until_complete() inside a running loop: in 3.6 its coroutine runs later all the same."""
import asyncio

import gc
import warnings

warnings.simplefilter('ignore')


async def other():
    print('it ran')


async def main():
    coroutine = other()
    try:
        asyncio.get_event_loop().run_until_complete(coroutine)
    except RuntimeError as error:
        print(error)
    await asyncio.sleep(0.01)
    del coroutine
    gc.collect()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
