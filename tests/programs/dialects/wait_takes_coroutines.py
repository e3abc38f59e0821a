"""wait() takes coroutines up to 3.10."""
import asyncio


async def work():
    return 'done'


async def main():
    coroutine = work()
    try:
        done, pending = await asyncio.wait([coroutine])
        print([task.result() for task in done])
    except TypeError as error:
        print(error)
        coroutine.close()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
