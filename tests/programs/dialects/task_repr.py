"""A task shows its name since 3.8."""
import asyncio


async def work():
    await asyncio.sleep(0.01)


async def main():
    task = asyncio.ensure_future(work())
    print(' name=' in repr(task), repr(task).split()[:2])
    await task


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
