"""Functions and locks take a loop up to 3.9."""
import asyncio


async def main():
    loop = asyncio.get_event_loop()
    makers = (lambda: asyncio.Lock(loop=loop), lambda: asyncio.Event(loop=loop),
              lambda: asyncio.Queue(loop=loop), lambda: asyncio.Semaphore(2, loop=loop))
    for make in makers:
        try:
            print(type(make()).__name__)
        except TypeError:
            print('TypeError')
    try:
        await asyncio.wait_for(loop.create_future(), 0.01, loop=loop)
    except TypeError:
        print('TypeError')
    except asyncio.TimeoutError:
        print(await asyncio.sleep(0.01, 'slept', loop=loop))
        print(await asyncio.gather(asyncio.sleep(0, 1), asyncio.sleep(0, 2), loop=loop))


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
