"""as_completed() can be iterated with async for since 3.13."""
import asyncio


async def main():
    iterator = asyncio.as_completed([asyncio.sleep(0.02, 'b'), asyncio.sleep(0.01, 'a')])
    if hasattr(iterator, '__aiter__'):
        async for task in iterator:
            print('task', await task)
    else:
        for coroutine in iterator:
            print('coroutine', await coroutine)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
