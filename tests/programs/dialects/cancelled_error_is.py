"""CancelledError is an Exception up to 3.7, and a BaseException of its own since."""
import asyncio


async def stubborn():
    try:
        await asyncio.sleep(10)
    except Exception as error:
        print('caught as Exception', type(error).__name__)


async def main():
    task = asyncio.ensure_future(stubborn())
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])
    print(task.cancelled(), issubclass(asyncio.CancelledError, Exception))


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
