"""Task.cancel() takes a message since 3.9."""
import asyncio


async def wait():
    await asyncio.sleep(10)


async def main():
    task = asyncio.ensure_future(wait())
    await asyncio.sleep(0.01)
    try:
        task.cancel('enough')
    except TypeError:
        print('TypeError')
        task.cancel()
    try:
        await task
    except asyncio.CancelledError as error:
        print(error.args)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
