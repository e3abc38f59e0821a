"""asyncio.TimeoutError is the builtin one since 3.11, and a class of its own before."""
import asyncio


async def main():
    print(asyncio.TimeoutError is TimeoutError)
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.01)
    except TimeoutError:
        print('the builtin')
    except asyncio.TimeoutError:
        print('its own')


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
