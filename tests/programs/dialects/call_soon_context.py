"""call_soon() and its sisters take a context since 3.7."""
import asyncio


async def main():
    loop = asyncio.get_event_loop()
    try:
        loop.call_soon(print, 'called', context=None)
    except TypeError:
        print('TypeError')
    await asyncio.sleep(0)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
