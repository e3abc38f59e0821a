"""The failure of what was shielded, after who waited for it was cancelled: 3.14 tells it as what it is."""
import asyncio

import gc


async def fail():
    await asyncio.sleep(0.1)
    raise ValueError('later')


async def main():
    loop = asyncio.get_event_loop()
    loop.set_exception_handler(lambda loop, context: print(context['message']))
    outer = asyncio.shield(asyncio.ensure_future(fail()))
    await asyncio.sleep(0.01)
    outer.cancel()
    await asyncio.sleep(0.4)
    del outer
    gc.collect()
    await asyncio.sleep(0)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
