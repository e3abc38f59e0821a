"""StopIteration as the exception of a future: refused up to 3.12, a RuntimeError since."""
import asyncio


async def main():
    future = asyncio.get_event_loop().create_future()
    try:
        future.set_exception(StopIteration())
    except TypeError as error:
        print('TypeError', error)
    else:
        print(type(future.exception()).__name__, future.exception())


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
