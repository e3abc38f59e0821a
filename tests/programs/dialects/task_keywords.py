"""A task is made with a name since 3.8, with a context since 3.11, at once since 3.12; a future's callback has a context since 3.7."""
import asyncio


async def work():
    pass


async def main():
    loop = asyncio.get_event_loop()
    for keywords in {'name': 'n'}, {'context': None}, {'eager_start': False}:
        coroutine = work()
        try:
            await asyncio.Task(coroutine, loop=loop, **keywords)
        except TypeError:
            print(*keywords, 'TypeError')
            coroutine.close()
        else:
            print(*keywords)
    future = loop.create_future()
    try:
        future.add_done_callback(print, context=None)
    except TypeError:
        print('TypeError')


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
