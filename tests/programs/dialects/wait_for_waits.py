"""wait_for() waits until what it cancels has ended since 3.7, and gives a late result since 3.9."""
import asyncio


async def slow():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        await asyncio.sleep(0.02)
        print('cleaned up')
        return 'late'


async def main():
    try:
        print('result', await asyncio.wait_for(slow(), 0.01))
    except asyncio.TimeoutError:
        print('TimeoutError')
    await asyncio.sleep(0.05)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
