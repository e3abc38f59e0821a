"""create_task() of a loop takes a name since 3.8, a context since 3.11, and more in 3.14."""
import asyncio


async def work():
    return 'done'


async def main():
    loop = asyncio.get_event_loop()
    for keywords in ({'name': 'n'}, {'context': None}, {'eager_start': True}):
        coroutine = work()
        try:
            print(sorted(keywords), await loop.create_task(coroutine, **keywords))
        except TypeError:
            print(sorted(keywords), 'TypeError')
            coroutine.close()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
